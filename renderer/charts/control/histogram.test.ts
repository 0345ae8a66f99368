import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bins, mostBins } from './histogram.ts';

describe('bins', () => {
  it('no values make no classes, one value or equal ones a single one', () => {
    expect(bins([], 0.01)).toEqual([]);
    expect(bins([5], 0.01)).toHaveLength(1);
    expect(bins([5, 5, 5], 0.01).map(({ count }) => count)).toEqual([3]);
  });

  it('are whole steps of the resolution wide, so that no class gathers more steps than its neighbour', () => {
    const values = Array.from({ length: 100 }, (_, i) => 10 + (i % 10) * 0.01);
    const found = bins(values, 0.01);
    const widths = new Set(found.map(({ from, to }) => Math.round((to - from) / 0.01)));
    expect(widths.size).toBe(1);
    const [steps = 0] = widths;
    for (const { count } of found.slice(0, -1)) expect(count).toBe(10 * steps);
  });

  it('hold every value exactly once, in classes without a hole', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0, 0.001, 1),
        (values, resolution) => {
          const found = bins(values, resolution);
          expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
          expect(found.length).toBeLessThanOrEqual(mostBins + 1);
          for (const [i, bin] of found.entries()) if (i > 0) expect(bin.from).toBeCloseTo(found[i - 1]?.to ?? 0, 6);
        },
      ),
    );
  });
});
