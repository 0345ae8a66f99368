import { Pages, type FetchPage, type PagesView } from './pages.ts';

/** A list in pages on the screen: `view` re-renders. Call `refresh` when the list's stream says that it changed. */
export class Paged<T> {
  view = $state.raw<PagesView<T>>({ items: [], total: 0, hasMore: false, status: 'empty', busy: false, error: null });
  readonly #pages: Pages<T>;

  constructor(fetch: FetchPage<T>, key: (item: T) => string, size?: number) {
    this.#pages = new Pages(fetch, key, (view) => (this.view = view), size);
  }
  refresh(): Promise<void> {
    return this.#pages.refresh();
  }
  restart(): Promise<void> {
    return this.#pages.restart();
  }
  more(): Promise<void> {
    return this.#pages.more();
  }
}
