import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { capability, ppmOfIndex } from './capability.ts';
import { mean, standardDeviation } from './moments.ts';
import { boxCox, percentileIndices, testedCapability } from './non-normal.ts';
import { normality } from './normality.ts';
import { normalQuantile } from './normal.ts';
import { isRefused, type Refused } from './reason.ts';

const fine = <T>(answer: T | Refused): T => {
  if (isRefused(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};
const numbers = (answer: unknown): number[] =>
  typeof answer === 'number'
    ? [answer]
    : typeof answer === 'object' && answer !== null
      ? Object.values(answer).flatMap(numbers)
      : [];
const nasty = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(null, Number.NaN, Infinity, 0, 1e15, 1e15 + 0.25, 5e-324, 1e308, -1.7e308, 7),
  },
);
/** The middle quantiles of a normal distribution: a sample as normal as can be. */
const normal = (n: number): number[] => Array.from({ length: n }, (_, i) => 10 + normalQuantile((i + 0.5) / n));

describe('capability', () => {
  it('never answers NaN or Infinity', () => {
    fc.assert(
      fc.property(
        nasty,
        nasty,
        nasty,
        nasty,
        nasty,
        fc.array(nasty, { maxLength: 20 }),
        (m, s, w, lower, upper, values) => {
          const answer = capability(
            { mean: m, sigmaOverall: s, sigmaWithin: w, n: values.length, values },
            { lower, upper },
          );
          expect(numbers(answer).every(Number.isFinite)).toBe(true);
          expect(numbers(testedCapability(values, { lower, upper })).every(Number.isFinite)).toBe(true);
          expect(numbers(normality(values)).every(Number.isFinite)).toBe(true);
          expect(numbers(boxCox(values)).every(Number.isFinite)).toBe(true);
          expect(numbers(percentileIndices(values, { lower, upper })).every(Number.isFinite)).toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
  it('with one limit has that side only', () => {
    const { overall } = fine(capability({ mean: 10, sigmaWithin: null, sigmaOverall: 1, n: 50 }, { upper: 13 }));
    expect(overall).toMatchObject({
      index: null,
      lower: null,
      upper: 1,
      smallest: 1,
      toTarget: null,
      ppm: { below: null },
    });
    expect(overall.ppm.total).toBeCloseTo(1349.898, 3);
  });
  it('does not depend on unit or origin', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -5, max: 5, noNaN: true }),
        fc.double({ min: 0.01, max: 9, noNaN: true }),
        fc.double({ min: 0.1, max: 90, noNaN: true }),
        (m, s, scale) => {
          const of = (by: number, to: number) =>
            numbers(
              fine(
                capability(
                  { mean: m * by + to, sigmaWithin: s * by, sigmaOverall: s * by, n: 30 },
                  { lower: -6 * by + to, upper: 7 * by + to },
                ),
              ),
            );
          const [plain, moved] = [of(1, 0), of(scale, 100)];
          plain.forEach((x, i) => expect(Math.abs(moved[i]! - x)).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(x))));
        },
      ),
    );
  });
  // Montgomery, 7th ed., example 8.5: n = 20, Cpk 1.33, 95 %: 0.88 to 1.78 with the two-sided normal approximation (0.88..1.78).
  it('Bissell’s interval is that of Montgomery', () => {
    const { overall } = fine(capability({ mean: 0, sigmaWithin: null, sigmaOverall: 1, n: 20 }, { upper: 3.99 }));
    expect(overall.smallestInterval![0]).toBeCloseTo(0.88, 1);
    expect(overall.smallestInterval![1]).toBeCloseTo(1.78, 1);
  });
  it.each([
    [{}, { code: 'spc.no-specification' }],
    [
      { lower: 5, upper: 5 },
      { code: 'spc.parameter', params: { name: 'lower' } },
    ],
    [{ lower: Number.NaN }, { code: 'spc.parameter', params: { name: 'lower' } }],
  ])('%j is refused', (spec, refused) => {
    expect(capability({ mean: 1, sigmaWithin: 1, sigmaOverall: 1 }, spec)).toMatchObject({ refused });
  });
  it('no spread has no index but a reason', () => {
    expect(capability({ mean: 4, sigmaWithin: 0, sigmaOverall: 0, n: 9, values: [4, 4] }, { lower: 1 })).toMatchObject({
      within: { smallest: null },
      overall: { smallest: null },
      observed: { below: 0, above: null, ppm: 0 },
      reason: { code: 'spc.no-variation' },
    });
  });
  it('ppm of an index keep their digits far out', () => {
    expect(fine(ppmOfIndex(2)).oneSided).toBeCloseTo(9.865876450376946e-4, 15);
    expect(isRefused(ppmOfIndex(1.5, 1))).toBe(true);
  });
});

describe('normality', () => {
  // scipy 1.17 (stats.shapiro) on the same values; W and p.
  it.each([
    [[1, 2, 4], 0.9642857142857142, 0.6368868450289689],
    [[2.1, 3.3, 1.9, 8.4, 2.2], 0.7029951719825853, 0.010290223998628393],
    [[9, 11, 10, 12, 8, 10, 11, 9, 10, 10, 25, 10], 0.5475816069854188, 4.053700079541168e-5],
  ])('Shapiro-Wilk of %j', (values, w, p) => {
    const { shapiroWilk } = normality(values);
    expect(shapiroWilk.w! / w).toBeCloseTo(1, 6);
    expect(shapiroWilk.p! / p).toBeCloseTo(1, 5);
  });
  it('is not rejected for normal quantiles, is for their exponentials', () => {
    const straight = normality(normal(60));
    expect(straight.andersonDarling.p).toBeGreaterThan(0.9);
    expect(straight.shapiroWilk.p).toBeGreaterThan(0.9);
    const bent = normality(normal(60).map(Math.exp));
    expect(bent.andersonDarling.p).toBeLessThan(1e-6);
    expect(bent.shapiroWilk.p).toBeLessThan(1e-6);
  });
  it('does not depend on unit, origin or order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -999, max: 999 }), { minLength: 8, maxLength: 60 }), (values) => {
        const plain = normality(values);
        const moved = normality(values.toReversed().map((x) => 8 * x + 4096));
        if (plain.shapiroWilk.w === null) return;
        expect(moved.shapiroWilk.w).toBeCloseTo(plain.shapiroWilk.w, 9);
        expect(moved.andersonDarling.a2).toBeCloseTo(plain.andersonDarling.a2!, 8);
      }),
    );
  });
  it.each([
    [[1, 2], 'spc.too-few-values'],
    [[3, 3, 3, 3, 3, 3, 3, 3, 3], 'spc.no-variation'],
    [[1, 2, 3, 4, 5], 'spc.too-few-values'],
    [Array.from({ length: 5_001 }, (_, i) => i), 'spc.too-many-values'],
  ])('says why a number is missing (%#)', (values, code) => {
    expect(normality(values).reason).toMatchObject({ code });
  });
});

describe('the way on', () => {
  it('normal data stay as they are', () => {
    const values = normal(80);
    const tested = fine(testedCapability(values, { lower: 6, upper: 14 }));
    expect(tested).toMatchObject({ way: 'normal', lambda: null, reason: null });
    expect(tested.ppk).toBeCloseTo((14 - mean(values)!) / (3 * standardDeviation(values)!), 12);
  });
  it('lognormal data go through Box-Cox near lambda 0, limits and all', () => {
    const values = normal(80).map((x) => Math.exp(x));
    const tested = fine(testedCapability(values, { lower: Math.exp(6), upper: Math.exp(14) }));
    expect(tested.way).toBe('box-cox');
    expect(tested.lambda).toBeCloseTo(0, 1);
    expect(tested.ppk).toBeCloseTo(fine(testedCapability(normal(80), { lower: 6, upper: 14 })).ppk!, 1);
  });
  it('data of two heaps and below zero go by percentiles, with the reason that they are few', () => {
    const values = [...normal(40), ...normal(40).map((x) => x - 40)];
    const tested = fine(testedCapability(values, { lower: -60, upper: 40 }));
    expect(tested).toMatchObject({
      way: 'percentile',
      reason: { code: 'spc.too-few-values', params: { need: 1_000 } },
    });
    expect(tested.pp).toBeGreaterThan(0);
  });
  it('percentiles of a large normal sample give the indices of the normal one', () => {
    const { ppk, pp, reason } = percentileIndices(normal(20_000), { lower: 6, upper: 15 });
    expect(reason).toBeNull();
    expect(pp).toBeCloseTo(9 / 6, 2);
    expect(ppk).toBeCloseTo(4 / 3, 2);
  });
  it('Box-Cox is refused below zero, and for constant data', () => {
    expect(boxCox([1, 2, 0])).toMatchObject({ refused: { code: 'spc.not-positive' } });
    expect(boxCox([2, 2, 2])).toMatchObject({ refused: { code: 'spc.no-variation' } });
  });
});
