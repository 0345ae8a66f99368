import type { FetchPage } from '../../state/pages.ts';
import { Paged } from '../../state/paged.svelte.ts';
import { go, place } from './place.svelte.ts';

interface Options {
  /** Nothing chosen shows nothing (or what the page has for it) instead of the first row. */
  readonly none?: boolean;
  /** What stands behind the `?` once a row is chosen; left out: what stands there already. */
  query?(): Readonly<Record<string, string>>;
}

/** A list in pages of which one row is chosen. The choice stands in the address, so that a reload comes back to it. */
export class ChosenOf<T> extends Paged<T> {
  readonly keyOf: (item: T) => string;
  readonly #options: Options;
  /** Key of the row whose pane is shown: that of the address, else of the first row; null: nothing is chosen. */
  readonly key: string | null = $derived.by(() => {
    const first = this.view.items[0];
    return place.item ?? (this.#options.none === true || first === undefined ? null : this.keyOf(first));
  });
  /** The row itself; null also where the key is of nothing that is here. */
  readonly item: T | null = $derived.by(() => this.view.items.find((one) => this.keyOf(one) === this.key) ?? null);

  constructor(fetch: FetchPage<T>, keyOf: (item: T) => string, options: Options = {}) {
    super(fetch, keyOf);
    this.keyOf = keyOf;
    this.#options = options;
  }
  choose(key: string): void {
    go(place.screen, key, this.#options.query?.() ?? place.route.query);
  }
}

/** Of a list that comes as a whole. */
export const wholeList =
  <T>(fetch: () => Promise<readonly T[]>): FetchPage<T> =>
  async () => {
    const items = [...(await fetch())];
    return { items, total: items.length, next: null };
  };
