import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cChart, npChart, pChart, uChart } from './attributes.ts';
import { chartConstants } from './constants.ts';
import { cusumChart } from './cusum.ts';
import { ewmaChart } from './ewma.ts';
import { individualsChart, individualsLimits } from './individuals.ts';
import { mean, standardDeviation, sum } from './moments.ts';
import { chartByPhase } from './phases.ts';
import { limitsAt, series, standardised } from './plot.ts';
import { isRefused, type Refused } from './reason.ts';
import { subgroupChart, summarise, type SubgroupMethod } from './subgroups.ts';

const fine = <T>(answer: T | Refused): T => {
  if (isRefused(answer)) throw new Error(JSON.stringify(answer));
  return answer;
};
/** Every number in an answer, however deep. */
const numbers = (answer: unknown): number[] =>
  typeof answer === 'number'
    ? [answer]
    : typeof answer === 'object' && answer !== null
      ? Object.values(answer).flatMap(numbers)
      : [];
const allFinite = (answer: unknown): boolean => numbers(answer).every(Number.isFinite);

const nasty = fc.oneof(
  { weight: 6, arbitrary: fc.double({ min: -100, max: 100, noNaN: true }) },
  { weight: 2, arbitrary: fc.constantFrom(null, undefined, Number.NaN, Infinity, -Infinity) },
  { weight: 2, arbitrary: fc.constantFrom(0, -0, 1e15, 1e15 + 0.25, 5e-324, 1e308, -1.7e308) },
);
const nastyValues = fc.oneof(
  fc.array(nasty, { maxLength: 30 }),
  fc.tuple(nasty, fc.nat(20)).map(([x, n]) => Array.from({ length: n }, () => x)),
);
const methods: readonly SubgroupMethod[] = ['average', 'mvlue', 'pooled', 'pooled-unbiased', 'pooled-per-size'];

describe('no chart ever answers NaN or Infinity', () => {
  it('variables', () => {
    fc.assert(
      fc.property(
        nastyValues,
        fc.array(nastyValues, { maxLength: 6 }),
        fc.integer({ min: 0, max: 5 }),
        (values, groups, span) => {
          for (const method of ['mean-range', 'median-range'] as const)
            expect(allFinite(individualsChart(values, { span, method }))).toBe(true);
          for (const spread of ['range', 'deviation'] as const) {
            for (const method of methods)
              expect(allFinite(subgroupChart(groups.map(summarise), { spread, method }))).toBe(true);
          }
          expect(allFinite(individualsLimits(series(values)))).toBe(true);
          expect(allFinite(ewmaChart(values, { lambda: 0.2, target: 3, sigma: 2 }))).toBe(true);
          expect(allFinite(cusumChart(values, { target: 3, k: 0.5, h: 4, headStart: 2, reset: true }))).toBe(true);
        },
      ),
      { numRuns: 400 },
    );
  });
  it('attributes', () => {
    const count = fc.oneof(fc.nat(9), nasty);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(count, count), { maxLength: 12 }),
        fc.oneof(nasty, fc.constant(undefined)),
        (pairs, given) => {
          const [counts, sizes] = [pairs.map(([c]) => c), pairs.map(([, s]) => s)];
          const options = typeof given === 'number' ? { given } : {};
          for (const chart of [pChart, npChart, uChart]) expect(allFinite(chart(counts, sizes, options))).toBe(true);
          expect(allFinite(cChart(counts, options))).toBe(true);
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe('moments', () => {
  it('keep their digits far from zero', () => {
    const small = Array.from({ length: 1_000 }, (_, i) => (i % 8) / 4);
    const far = small.map((x) => x + 1e15);
    expect(mean(far)! - 1e15).toBeCloseTo(mean(small)!, 0);
    expect(standardDeviation(far)).toBeCloseTo(standardDeviation(small)!, 12);
    expect(sum([1e16, 1, -1e16])).toBe(1);
  });
  it('of a million values in one pass equal the compensated sums', () => {
    const values = Float64Array.from({ length: 1_000_000 }, (_, i) => 1e6 + Math.sin(i) * 1e-3);
    const ranges = Array.from(values.subarray(1), (x, i) => Math.abs(x - values[i]!));
    const limits = individualsLimits(values)!;
    expect(limits.center).toBeCloseTo(mean([...values])!, 9);
    expect(limits.sigma).toBeCloseTo((mean(ranges)! * Math.sqrt(Math.PI)) / 2, 12);
  });
});

describe('individuals', () => {
  it('limits in one pass are those of the chart, gaps or none', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            { weight: 9, arbitrary: fc.double({ min: -9, max: 9, noNaN: true }) },
            { weight: 1, arbitrary: fc.constant(null) },
          ),
          { minLength: 8, maxLength: 1_500 },
        ),
        (values) => {
          const chart = fine(individualsChart(values));
          const limits = individualsLimits(series(values));
          if (chart.n < 8 || limits === null) return;
          const { center, upper, lower } = limitsAt(chart.x, 0)!;
          expect(limits.center).toBeCloseTo(center, 10);
          expect(limits.upper).toBeCloseTo(upper, 10);
          expect(limits.lower).toBeCloseTo(lower, 10);
        },
      ),
    );
  });
  it('a moving range is never formed across a missing or excluded value', () => {
    expect(fine(individualsChart([1, 2, null, 5, 7])).movingRanges).toEqual([null, 1, null, null, 2]);
    expect(fine(individualsChart([1, 2, 9, 5, 7], { excluded: new Set([2]) })).movingRanges).toEqual([
      null,
      1,
      null,
      null,
      2,
    ]);
    expect(fine(individualsChart([1, 4, 2, 9], { span: 3 })).movingRanges).toEqual([null, null, 3, 7]);
  });
  it('an excluded value stays a point and counts for nothing', () => {
    const chart = fine(individualsChart([1, 2, 99, 5, 7], { excluded: new Set([2]) }));
    expect(chart).toMatchObject({ n: 4, mean: 3.75 });
    expect(chart.x.points[2]).toBe(99);
  });
  it.each([
    [[], { n: 0, mean: null, sigma: null, reason: { code: 'spc.no-values' } }],
    [[4], { n: 1, mean: 4, sigma: null, reason: { code: 'spc.too-few-values', params: { have: 1, need: 2 } } }],
    [[4, null, 6], { n: 2, mean: 5, sigma: null, reason: { code: 'spc.too-few-values' } }],
    [[4, 4, 4], { n: 3, mean: 4, sigma: 0, reason: null }],
    [[1.7e308, -1.7e308], { mean: null, sigma: null }],
  ])('%j', (values, wanted) => {
    expect(individualsChart(values)).toMatchObject(wanted);
  });
});

describe('subgroups', () => {
  it('move and scale with the data; their order does not matter', () => {
    const group = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 2, maxLength: 12 }),
        fc.constantFrom('range', 'deviation'),
        fc.constantFrom(...methods),
        (groups, spread, method) => {
          const of = (list: readonly (readonly number[])[]) =>
            fine(subgroupChart(list.map(summarise), { spread: spread as 'range', method }));
          const [plain, moved] = [of(groups), of(groups.map((g) => g.map((x) => 4 * x + 1000)))];
          const turned = of(groups.toReversed().map((g) => g.toReversed()));
          if (plain.sigma === null) {
            expect(moved.sigma).toBeNull();
            return;
          }
          expect(moved.sigma).toBeCloseTo(4 * plain.sigma, 8);
          expect(moved.grandMean).toBeCloseTo(4 * plain.grandMean! + 1000, 8);
          expect(turned.sigma).toBeCloseTo(plain.sigma, 10);
          expect(turned.grandMean).toBeCloseTo(plain.grandMean!, 10);
        },
      ),
    );
  });
  // Montgomery, 7th ed., example 6.4 prints s = 0.0103 pooled; limits for n = 5 use A3 = 1.427.
  it('of unequal size have limits of their own', () => {
    const chart = fine(
      subgroupChart(
        [
          [1, 2, 3, 4, 5],
          [2, 4, 6],
          [1, 3],
        ].map(summarise),
        { spread: 'deviation', method: 'pooled-per-size' },
      ),
    );
    const pooled = Math.sqrt((10 + 8 + 2) / (4 + 2 + 1));
    expect(chart.sigma).toBeCloseTo(pooled, 12);
    for (const [i, n] of [5, 3, 2].entries()) {
      const constants = fine(chartConstants(n));
      expect(limitsAt(chart.xbar, i)!.upper - chart.grandMean!).toBeCloseTo(constants.A3 * pooled, 12);
      expect(limitsAt(chart.spread, i)!.upper).toBeCloseTo(constants.B4 * pooled, 12);
    }
  });
  it('given mean and sigma: the constants A, D1, D2, B5, B6', () => {
    const samples = [
      [9, 11],
      [10, 10],
    ].map(summarise);
    const { A, D1, D2, d2, B5, B6, c4 } = fine(chartConstants(2));
    const ranges = fine(subgroupChart(samples, { spread: 'range', given: { center: 10, sigma: 2 } }));
    expect(limitsAt(ranges.xbar, 0)).toMatchObject({ center: 10, upper: 10 + A * 2 });
    expect(limitsAt(ranges.spread, 0)!.center).toBeCloseTo(d2 * 2, 12);
    expect(limitsAt(ranges.spread, 0)!.upper).toBeCloseTo(D2 * 2, 12);
    expect(limitsAt(ranges.spread, 0)!.lower).toBe(D1);
    const deviations = fine(subgroupChart(samples, { spread: 'deviation', given: { sigma: 2 } }));
    expect(limitsAt(deviations.spread, 0)!.center).toBeCloseTo(c4 * 2, 12);
    expect(limitsAt(deviations.spread, 0)!.upper).toBeCloseTo(B6 * 2, 12);
    expect(limitsAt(deviations.spread, 0)!.lower).toBe(B5);
  });
});

describe('attributes', () => {
  it('limits are for each size, cut where the statistic ends', () => {
    const chart = fine(pChart([0, 9, 5, null], [10, 10, 1_000, 10]));
    expect(chart.average).toBeCloseTo(14 / 1_020, 14);
    expect(limitsAt(chart.plot, 0)).toMatchObject({ lower: 0 });
    expect(limitsAt(chart.plot, 2)!.upper).toBeLessThan(limitsAt(chart.plot, 0)!.upper);
    expect(chart.plot).toMatchObject({ points: [0, 0.9, 0.005, null], violations: [1] });
    expect(limitsAt(fine(npChart([9, 10], [10, 10])).plot, 0)!.upper).toBe(10);
  });
  it.each([
    [() => pChart([11], [10]), { code: 'spc.value-impossible', params: { at: 0, value: 11 } }],
    [() => cChart([3, -1]), { code: 'spc.value-impossible', params: { at: 1 } }],
    [() => uChart([3], [1, 2]), { code: 'spc.lengths-differ' }],
    [() => pChart([1], [2], { given: 1.5 }), { code: 'spc.parameter', params: { name: 'given' } }],
  ])('impossible counts are refused (%#)', (ask, refused) => {
    expect(ask()).toMatchObject({ refused });
  });
  it('all good, all bad and no samples', () => {
    expect(fine(pChart([0, 0], [5, 5]))).toMatchObject({ average: 0, plot: { violations: [] } });
    expect(fine(pChart([5, 5], [5, 5]))).toMatchObject({ average: 1, plot: { violations: [] } });
    expect(fine(uChart([], []))).toMatchObject({ average: null, reason: { code: 'spc.no-values' } });
    expect(fine(pChart([0], [0]))).toMatchObject({ average: null, plot: { points: [null] } });
  });
});

describe('EWMA and CUSUM', () => {
  it('a missing value leaves them as they were', () => {
    const options = { lambda: 0.3, target: 0, sigma: 1 };
    const gap = fine(ewmaChart([1, null, 2], options));
    const none = fine(ewmaChart([1, 2], options));
    expect(gap.z).toEqual([none.z[0], null, none.z[1]]);
    expect(limitsAt(gap.exact, 2)).toEqual(limitsAt(none.exact, 1));
  });
  it('with lambda 1 the EWMA is a Shewhart chart', () => {
    const chart = fine(ewmaChart([1, -2, 4], { lambda: 1, target: 0, sigma: 1 }));
    expect(chart).toMatchObject({ z: [1, -2, 4], exact: { violations: [2] }, asymptotic: { violations: [2] } });
  });
  // Montgomery, 7th ed., table 9.2: target 10, K 0.5, H 5; the upper sum first passes 5 at period 29 with 5.28.
  it('gives the tabular CUSUM of Montgomery', () => {
    const x = [
      9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62,
      10.31, 8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];
    const chart = fine(cusumChart(x, { target: 10, k: 0.5, h: 5 }));
    expect(chart.plus[28]).toBeCloseTo(5.28, 10);
    expect(chart).toMatchObject({ upperSignals: [28, 29], lowerSignals: [], firstSignal: 28 });
    expect(chart.plusCount[28]).toBe(7);
  });
  it('head start and reset', () => {
    const chart = fine(cusumChart([1, 1, 1, 1], { target: 0, k: 0.5, h: 2, headStart: 1, reset: true }));
    expect(chart).toMatchObject({ plus: [1.5, 2, 2.5, 1.5], upperSignals: [2] });
  });
  it.each([
    { target: 0, k: -1, h: 1 },
    { target: 0, k: 1, h: 0 },
    { target: 0, k: 1, h: 2, headStart: 3 },
    { target: Number.NaN, k: 1, h: 2 },
  ])('%j is refused', (options) => {
    expect(isRefused(cusumChart([1], options))).toBe(true);
  });
});

describe('phases', () => {
  it('equal charts made apart', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -9, max: 9, noNaN: true }), { minLength: 2, maxLength: 60 }),
        fc.nat(),
        (values, cut) => {
          const at = 1 + (cut % (values.length - 1));
          const chart = (samples: readonly number[], sigma: number | undefined) =>
            individualsChart(samples, sigma === undefined ? {} : { given: { sigma } });
          const phases = fine(
            chartByPhase(
              values,
              [
                { from: 0, reason: 'start' },
                { from: at, reason: 'new tool', basis: 2 },
              ],
              chart,
            ),
          );
          expect(phases.map(({ chart: each }) => each)).toEqual([
            chart(values.slice(0, at), undefined),
            chart(values.slice(at), 2),
          ]);
          expect(phases.map(({ from, to }) => [from, to])).toEqual([
            [0, at],
            [at, values.length],
          ]);
        },
      ),
    );
  });
  it.each([
    [[{ from: 1, reason: '' }]],
    [
      [
        { from: 0, reason: '' },
        { from: 0, reason: '' },
      ],
    ],
    [
      [
        { from: 0, reason: '' },
        { from: 9, reason: '' },
      ],
    ],
  ])('%j is refused', (phases) => {
    expect(chartByPhase([1, 2, 3], phases, () => 0)).toMatchObject({ refused: { code: 'spc.phase-order' } });
  });
});

it('points are put on one scale for the rules', () => {
  const chart = fine(pChart([1, 5, null], [10, 10, 10]));
  const z = standardised(chart.plot);
  expect(z[0]).toBeCloseTo((0.1 - 0.3) / Math.sqrt(0.021), 12);
  expect(z[2]).toBeNaN();
  expect([...standardised(fine(individualsChart([3, 3, 3])).x)]).toEqual([0, 0, 0]);
});

it('constants are refused for what is no subgroup', () => {
  for (const n of [1, 0, -3, 2.5, Number.NaN, 1_001]) expect(isRefused(chartConstants(n))).toBe(true);
  // AIAG SPC manual, 2nd edition, appendix E.
  expect(fine(chartConstants(5)).A2).toBeCloseTo(0.577, 3);
  expect(fine(chartConstants(10)).D3).toBeCloseTo(0.223, 3);
  expect(fine(chartConstants(25)).B3).toBeCloseTo(0.565, 3);
});
