import { describe, expect, it } from 'vitest';
import type { PointMark } from './series.ts';
import { ThinLine } from './thin.ts';

/** Seeded, so that a failure comes again. */
function values(count: number, seed = 7): Float64Array {
  let state = seed;
  return Float64Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  });
}
const none: ReadonlyMap<number, PointMark> = new Map();
function thin(data: ArrayLike<number>, marks = none): ThinLine {
  const line = new ThinLine();
  line.take(data, marks);
  return line;
}

describe('a thinned line', () => {
  it('is every point where there is room, with a gap where one does not count', () => {
    const marks = new Map([[2, { excluded: 'chip' }]]);
    expect(thin([1, Number.NaN, 3, 4], marks).line(0, 9, 100)).toEqual([
      [0, 1, 2, 3],
      [1, null, null, 4],
    ]);
    expect(thin([], none).line(0, 0, 100)).toEqual([[], []]);
  });
  it.each([
    [10_000, 0, 10_000, 500],
    [10_000, 137, 9_876, 300],
    [100_000, 0, 100_000, 1_100],
    [100_000, 5, 33_333, 1_100],
  ])(
    'of %i points from %i to %i in %i columns has first, least, greatest and last of each column',
    (n, from, to, columns) => {
      const data = values(n);
      const [xs, ys] = thin(data).line(from, to, columns);
      expect(xs.length).toBeLessThan(columns * 9);
      expect(xs).toEqual(xs.toSorted((a, b) => a - b));
      expect([xs[0], xs.at(-1), ys[0], ys.at(-1)]).toEqual([from, to - 1, data[from], data[to - 1]]);
      // Columns may be narrower than a pixel, never wider; each is told whole.
      for (let i = 0; i < xs.length; i += 4) {
        const [first, last] = [xs[i]!, xs[i + 3]!];
        expect(last - first).toBeLessThan(Math.ceil((to - from) / columns));
        const column = data.subarray(first, last + 1);
        expect(ys.slice(i, i + 4)).toEqual([data[first], Math.min(...column), Math.max(...column), data[last]]);
        if (i > 0) expect(first).toBe(xs[i - 1]! + 1);
      }
    },
  );
  it('leaves out what does not count, whether it was known before the mark or not', () => {
    const data = values(20_000);
    data[5_000] = 50;
    data[5_001] = Number.NaN;
    data[19_999] = -50;
    const line = thin(data);
    expect(Math.max(...(line.line(0, 20_000, 100)[1] as number[]))).toBe(50);
    const marks = new Map<number, PointMark>([
      [5_000, { excluded: 'chip' }],
      [19_999, { replaced: true }],
    ]);
    line.take(data, marks);
    const [xs, ys] = line.line(0, 20_000, 100);
    expect(Math.max(...(ys as number[]))).toBeLessThan(1);
    expect(Math.min(...(ys as number[]))).toBeGreaterThanOrEqual(0);
    expect(xs.at(-1)).toBe(19_998);
    line.take(data, none);
    expect(Math.max(...(line.line(0, 20_000, 100)[1] as number[]))).toBe(50);
  });
  it('that grew point by point is the same as one taken whole, also in other memory', () => {
    const memory = values(3_000);
    const line = new ThinLine();
    for (let n = 1; n <= 3_000; n += 1) line.take(memory.subarray(0, n), none);
    expect(line.line(0, 3_000, 100)).toEqual(thin(memory).line(0, 3_000, 100));
    const other = values(2_500, 9);
    line.take(other, none);
    expect(line.line(0, 2_500, 100)).toEqual(thin(other).line(0, 2_500, 100));
  });
});
