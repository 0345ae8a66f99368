import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pieceInstants, piecesIn, type Count } from './counted.ts';
import { noContext } from './series.ts';

const count = (more: Partial<Count>): Count => ({
  machineId: 'M',
  from: 0,
  to: 100,
  kind: 'counted',
  produced: 1,
  good: null,
  scrap: null,
  cyclesMs: [],
  context: noContext,
  ...more,
});

describe('when pieces were made', () => {
  it('a single one at the instant of its pulse', () => expect(pieceInstants(count({}))).toEqual([100]));
  it('back by their cycles', () =>
    expect(pieceInstants(count({ produced: 4, cyclesMs: [20, 30, 10] }))).toEqual([40, 60, 90, 100]));
  it('evenly where no cycle is told', () => expect(pieceInstants(count({ produced: 4 }))).toEqual([25, 50, 75, 100]));
  it('evenly before those that are told', () =>
    expect(pieceInstants(count({ produced: 4, cyclesMs: [10] }))).toEqual([30, 60, 90, 100]));
});

describe('pieces of a window', () => {
  it('a pulse on the boundary is counted once, before it', () => {
    const counts = [count({ from: 60, to: 100 })];
    expect([piecesIn(counts, 0, 100).produced, piecesIn(counts, 100, 200).produced]).toEqual([1, 0]);
  });
  it('nothing told of good and scrap is nothing, not zero', () => {
    expect(piecesIn([count({})], 0, 200)).toEqual({ produced: 1, good: null, scrap: null });
    expect(piecesIn([count({ scrap: 0 })], 0, 200)).toEqual({ produced: 1, good: null, scrap: 0 });
  });
  it('however time is cut, every piece is counted once', () => {
    const one = fc
      .tuple(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 0, max: 9 }),
        fc.option(fc.integer({ min: 0, max: 9 })),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 9 }),
      )
      .map(([from, long, produced, scrap, cyclesMs]) => count({ from, to: from + long, produced, scrap, cyclesMs }));
    fc.assert(
      fc.property(fc.array(one, { maxLength: 8 }), fc.array(fc.integer({ min: 0, max: 700 })), (counts, cuts) => {
        const edges = [-1, ...[...cuts].sort((a, b) => a - b), 800];
        const parts = edges.slice(1).map((to, n) => piecesIn(counts, edges[n]!, to));
        const sum = (of: (p: (typeof parts)[number]) => number | null): number =>
          parts.reduce((all, part) => all + (of(part) ?? 0), 0);
        expect(sum((p) => p.produced)).toBe(counts.reduce((all, c) => all + c.produced, 0));
        expect(sum((p) => p.scrap)).toBe(counts.reduce((all, c) => all + (c.scrap ?? 0), 0));
      }),
    );
  });
});
