import { describe, expect, it } from 'vitest';
import type { Page } from '#contract/rpc/base.ts';
import { Pages, type PagesView } from './pages.ts';

/** A station's list with cursors; `hold` lets a test decide when an answer comes. */
function source(all: string[]) {
  const calls: { cursor: string | null; limit: number }[] = [];
  let gate: Promise<void> | null = null;
  let fail: Error | null = null;
  return {
    calls,
    set: (items: string[]) => all.splice(0, all.length, ...items),
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return () => {
        gate = null;
        resolve();
      };
    },
    failWith: (error: Error | null) => (fail = error),
    async fetch(cursor: string | null, limit: number): Promise<Page<string>> {
      calls.push({ cursor, limit });
      await gate;
      if (fail) throw fail;
      const from = cursor === null ? 0 : Number(cursor);
      const items = all.slice(from, from + limit);
      return { items, next: from + limit < all.length ? String(from + limit) : null, total: all.length };
    },
  };
}
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `u${index}`);
function pagesOf(station: ReturnType<typeof source>, size = 10) {
  const views: PagesView<string>[] = [];
  const pages = new Pages<string>(
    station.fetch,
    (item) => item,
    (view) => views.push(view),
    size,
  );
  return { pages, views };
}

describe('a list in pages', () => {
  it('begins with one page and grows when asked', async () => {
    const station = source(numbered(25));
    const { pages } = pagesOf(station);
    await pages.refresh();
    expect(pages.view).toMatchObject({ total: 25, hasMore: true, status: 'ready', busy: false });
    await pages.more();
    await pages.more();
    expect(pages.view.items).toEqual(numbered(25));
    expect(pages.view.hasMore).toBe(false);
    await pages.more();
    expect(station.calls).toHaveLength(3);
  });
  it('pulls what was shown again after a change, never shrinking to the first page', async () => {
    const station = source(numbered(40));
    const { pages, views } = pagesOf(station);
    await pages.refresh();
    await pages.more();
    await pages.more();
    views.length = 0;
    station.set(['new', ...numbered(40)]);
    await pages.refresh();
    expect(pages.view.items).toHaveLength(30);
    expect(pages.view.items[0]).toBe('new');
    expect(views.map(({ items }) => items.length)).toEqual([30, 30]);
  });
  it('asks again once when told of changes while it pulls', async () => {
    const station = source(numbered(3));
    const { pages } = pagesOf(station);
    const release = station.hold();
    const first = pages.refresh();
    void pages.refresh();
    void pages.refresh();
    release();
    await first;
    expect(station.calls).toHaveLength(2);
  });
  it('does not show twice what moved to the next page', async () => {
    const station = source(numbered(12));
    const { pages } = pagesOf(station);
    await pages.refresh();
    station.set(['new', ...numbered(12)]);
    await pages.more();
    expect(new Set(pages.view.items).size).toBe(pages.view.items.length);
    expect(pages.view.items).toContain('u9');
  });
  it('drops the answer of an older search', async () => {
    const station = source(numbered(5));
    const { pages } = pagesOf(station);
    const release = station.hold();
    const old = pages.refresh();
    release();
    station.set(['found']);
    await Promise.all([old, pages.restart()]);
    expect(pages.view.items).toEqual(['found']);
    expect(pages.view.busy).toBe(false);
  });
  it('says that it failed and keeps what is known', async () => {
    const station = source(numbered(5));
    const { pages } = pagesOf(station);
    const error = new Error('gone');
    station.failWith(error);
    await pages.refresh();
    expect(pages.view).toMatchObject({ status: 'failed', error, items: [] });
    station.failWith(null);
    await pages.refresh();
    expect(pages.view).toMatchObject({ status: 'ready', error: null });
    station.failWith(error);
    await pages.refresh();
    expect(pages.view.status).toBe('failed');
    expect(pages.view.items).toHaveLength(5);
  });
  it('tells nothing from nothing yet', async () => {
    const station = source([]);
    const { pages, views } = pagesOf(station);
    await pages.refresh();
    expect(views.map(({ status }) => status)).toEqual(['loading', 'ready']);
    expect(pages.view.items).toEqual([]);
  });
});
