import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawOrder } from './order.ts';

describe('order', () => {
  const shape = fc.record({
    parts: fc.integer({ min: 2, max: 30 }),
    appraisers: fc.integer({ min: 2, max: 3 }),
    trials: fc.integer({ min: 2, max: 10 }),
    seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  });

  it('is a permutation per appraiser and trial, never the same part twice running, and the same again from its seed', () => {
    fc.assert(
      fc.property(shape, ({ parts, appraisers, trials, seed }) => {
        const order = drawOrder(parts, appraisers, trials, seed);
        expect(order.length).toBe(appraisers);
        for (const rounds of order) {
          expect(rounds.length).toBe(trials);
          for (const round of rounds) expect(round.toSorted((a, b) => a - b)).toEqual([...Array(parts).keys()]);
          const flat = rounds.flat();
          expect(flat.some((part, i) => part === flat[i + 1])).toBe(false);
        }
        expect(drawOrder(parts, appraisers, trials, seed)).toEqual(order);
      }),
      { numRuns: 60 },
    );
  });

  it('each part comes at each place about equally often, in the first trial and in the second', () => {
    const counts = [0, 1].map(() => Array.from({ length: 5 }, () => Array<number>(5).fill(0)));
    const draws = 4_000;
    for (let seed = 0; seed < draws; seed += 1) {
      const [rounds = []] = drawOrder(5, 1, 2, seed * 7_919);
      rounds.forEach((round, trial) =>
        round.forEach((part, place) => {
          const row = counts[trial]?.[part];
          if (row !== undefined) row[place] = (row[place] ?? 0) + 1;
        }),
      );
    }
    // Five sigmas of a binomial around a fifth.
    const sigma = Math.sqrt(draws * 0.2 * 0.8);
    for (const count of counts.flat(2)) expect(Math.abs(count - draws / 5)).toBeLessThan(5 * sigma);
  });
});
