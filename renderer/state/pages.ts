/**
 * A long list pulled in pages (design law 12): the first page, more when asked, and after a change everything that was
 * there already again, swapped in at once so that the list does not jump. Plain logic; `paged.svelte.ts` puts it on
 * the screen.
 */
import type { Page } from '#contract/rpc/base.ts';

export type FetchPage<T> = (cursor: string | null, limit: number) => Promise<Page<T>>;
export interface PagesView<T> {
  readonly items: readonly T[];
  /** How many there are in all, as the station told last. */
  readonly total: number;
  readonly hasMore: boolean;
  /** `empty`: never fetched. `loading`: nothing to show yet. `ready`: `items` hold. `failed`: `error` says why; `items` are the last known. */
  readonly status: 'empty' | 'loading' | 'ready' | 'failed';
  /** Under way behind what is shown. */
  readonly busy: boolean;
  readonly error: unknown;
}

/** The contract's largest page. */
const largestPage = 200;

export class Pages<T> {
  #view: PagesView<T> = { items: [], total: 0, hasMore: false, status: 'empty', busy: false, error: null };
  #next: string | null = null;
  #run = 0;
  #running = false;
  #again = false;
  readonly #fetch: FetchPage<T>;
  readonly #key: (item: T) => string;
  readonly #size: number;
  readonly #changed: (view: PagesView<T>) => void;

  constructor(fetch: FetchPage<T>, key: (item: T) => string, changed: (view: PagesView<T>) => void, size = 50) {
    this.#fetch = fetch;
    this.#key = key;
    this.#changed = changed;
    this.#size = size;
  }

  get view(): PagesView<T> {
    return this.#view;
  }

  /** Forgets what is there and begins anew: another search, another filter. */
  restart(): Promise<void> {
    this.#run += 1;
    this.#running = false;
    this.#again = false;
    this.#next = null;
    this.#set({ items: [], total: 0, hasMore: false, status: 'empty', busy: false, error: null });
    return this.refresh();
  }

  /** Pulls as much again as is shown (at least a page). Asked for while it runs: once more afterwards. */
  async refresh(): Promise<void> {
    if (this.#running) {
      this.#again = true;
      return;
    }
    do {
      this.#again = false;
      const wanted = Math.max(this.#size, this.#view.items.length);
      await this.#pull(async (current) => {
        const items = new Map<string, T>();
        let cursor: string | null = null;
        let total: number;
        do {
          const page: Page<T> = await this.#fetch(cursor, Math.min(largestPage, wanted - items.size));
          if (!current()) return;
          for (const item of page.items) items.set(this.#key(item), item);
          ({ next: cursor, total } = page);
          if (page.items.length === 0) break;
        } while (cursor !== null && items.size < wanted);
        this.#show(items, cursor, total);
      });
    } while (this.#again);
  }

  /** The next page, put at the end; an item that moved there meanwhile is not shown twice. */
  async more(): Promise<void> {
    const cursor = this.#next;
    if (this.#running || cursor === null) return;
    await this.#pull(async (current) => {
      const page = await this.#fetch(cursor, this.#size);
      if (!current()) return;
      const items = new Map(this.#view.items.map((item) => [this.#key(item), item]));
      for (const item of page.items) items.set(this.#key(item), item);
      this.#show(items, page.next, page.total);
    });
    if (this.#again) await this.refresh();
  }

  async #pull(run: (current: () => boolean) => Promise<void>): Promise<void> {
    const number = (this.#run += 1);
    const current = (): boolean => number === this.#run;
    this.#running = true;
    this.#set({ ...this.#view, busy: true, status: this.#view.items.length === 0 ? 'loading' : this.#view.status });
    try {
      await run(current);
    } catch (error) {
      if (current()) this.#set({ ...this.#view, busy: false, status: 'failed', error });
    } finally {
      if (current()) this.#running = false;
    }
  }

  #show(items: ReadonlyMap<string, T>, next: string | null, total: number): void {
    this.#next = next;
    this.#set({ items: [...items.values()], total, hasMore: next !== null, status: 'ready', busy: false, error: null });
  }

  #set(view: PagesView<T>): void {
    this.#view = view;
    this.#changed(view);
  }
}
