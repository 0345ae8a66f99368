import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boardPages, type BoardBlock } from './board-pages.ts';

const block = (bottom: number, head = 0, lineFrom: number | null = null): BoardBlock => ({ bottom, head, lineFrom });

describe('pages of the big screen', () => {
  it('is one page when all fits, and when there is nothing', () => {
    expect(boardPages([], 700)).toEqual([{ from: 0, until: 0 }]);
    expect(boardPages([block(300, 100, 0), block(700, 100)], 700)).toEqual([{ from: 0, until: 700 }]);
  });
  it('turns before a block that does not fit, and keeps the head of its line over it', () => {
    expect(boardPages([block(500, 180, 0), block(720, 180), block(800, 180)], 700)).toEqual([
      { from: 0, until: 500 },
      { from: 320, until: 800 },
    ]);
  });
  it('the first block of a line brings its head along', () => {
    expect(boardPages([block(500, 180, 10), block(1_000, 180, 510)], 700)).toEqual([
      { from: 0, until: 500 },
      { from: 510, until: 1_000 },
    ]);
  });
  it('goes through what is higher than the screen', () => {
    expect(boardPages([block(1_500, 100, 0)], 700)).toEqual([
      { from: 0, until: 700 },
      { from: 600, until: 1_300 },
      { from: 1_200, until: 1_500 },
    ]);
  });
  it('leaves nothing out, and tears nothing that fits', () => {
    const some = fc.record({ height: fc.integer({ min: 1, max: 900 }), first: fc.boolean() });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 30 }), fc.integer({ min: 0, max: 200 }), (parts, head) => {
        const view = 500;
        let bottom = 0;
        const spans = parts.map(({ height, first }) => ({
          top: bottom,
          first,
          ...block((bottom += height + (first ? head : 0)), head, first ? bottom - height - head : null),
        }));
        // What a page shows: without what its head covers.
        const pages = boardPages(spans, view).map(({ from, until }, n) => {
          const inside = spans.find((one) => one.bottom > from + head);
          const covered = n > 0 && inside !== undefined && !(inside.first && inside.top >= from) ? head : 0;
          return { top: from + covered, until };
        });
        let seen = 0;
        for (const { top, until } of pages) {
          expect(top).toBeLessThanOrEqual(seen);
          expect(until - top).toBeLessThanOrEqual(view);
          seen = Math.max(seen, until);
        }
        expect(seen).toBe(bottom);
        for (const one of spans)
          if (one.bottom - one.top + (one.first ? 0 : head) <= view)
            expect(pages.some(({ top, until }) => top <= one.top && until >= one.bottom)).toBe(true);
      }),
    );
  });
});
