import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreementStudy, cohenKappa, fleissKappa } from './agreement.ts';
import { anovaStudy, rangeConstants, rangeStudy, type Study } from './gage-rr.ts';
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
const shape = fc.tuple(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }));
const study = (value: fc.Arbitrary<number>): fc.Arbitrary<Study> =>
  shape.chain(([parts, appraisers, trials]) => {
    const list = <T>(each: fc.Arbitrary<T>, length: number) => fc.array(each, { minLength: length, maxLength: length });
    return list(list(list(value, trials), appraisers), parts);
  });

describe('Gage R&R', () => {
  it('never answers NaN or Infinity', () => {
    const value = fc.oneof(
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(1e15, 1e308, -1e308, 5e-324, Number.NaN),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(study(value), fc.constantFrom(undefined, 2, 0, -1), (cells, tolerance) => {
        const options = tolerance === undefined ? {} : { tolerance };
        expect(numbers(anovaStudy(cells, options)).every(Number.isFinite)).toBe(true);
        expect(numbers(rangeStudy(cells, options)).every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 600 },
    );
  });
  it('the sums of squares add up; unit and origin do not matter to the shares', () => {
    fc.assert(
      fc.property(study(fc.integer({ min: -200, max: 200 })), (cells) => {
        const plain = anovaStudy(cells);
        if (isRefused(plain)) return;
        const { part, operator, interaction, repeatability, total } = plain.full;
        expect(part.ss + operator.ss + interaction!.ss + repeatability.ss).toBeCloseTo(total.ss, 5);
        expect(part.df + operator.df + interaction!.df + repeatability.df).toBe(total.df);
        const moved = fine(anovaStudy(cells.map((row) => row.map((cell) => cell.map((x) => 4 * x! + 4096)))));
        if (plain.contribution) expect(moved.contribution!.grr).toBeCloseTo(plain.contribution.grr, 6);
        const ranges = rangeStudy(cells);
        if (!isRefused(ranges)) expect(ranges.tv ** 2).toBeCloseTo(ranges.ev ** 2 + ranges.av ** 2 + ranges.pv ** 2, 5);
      }),
      { numRuns: 300 },
    );
  });
  // AIAG MSA, 4th edition, chapter III section B, GRR report form.
  it('K constants are those that the manual prints', () => {
    expect(rangeConstants(2, 2, 2)).toEqual({ K1: 0.8862, K2: 0.7071, K3: 0.7071 });
    expect(rangeConstants(3, 3, 10)).toEqual({ K1: 0.5908, K2: 0.5231, K3: 0.3146 });
    expect([3, 4, 5, 6, 7, 8, 9].map((parts) => rangeConstants(2, 2, parts).K3)).toEqual([
      0.5231, 0.4467, 0.403, 0.3742, 0.3534, 0.3375, 0.3249,
    ]);
  });
  it('an interaction that matters is kept and counted', () => {
    const cells = [0, 1, 2, 3, 4].map((part) =>
      [0, 1, 2].map((who) => [0, 1].map((trial) => part + (part % 2 === who % 2 ? 2 : 0) + trial * 0.01)),
    );
    const found = fine(anovaStudy(cells));
    expect(found).toMatchObject({ interactionPooled: false, reduced: null });
    expect(found.variance.interaction).toBeGreaterThan(0.5);
  });
  it('one appraiser, one trial, no variation', () => {
    expect(fine(anovaStudy([[[1, 1.1]], [[2, 2.1]], [[3, 2.9]]])).variance.operator).toBe(0);
    expect(
      fine(
        anovaStudy([
          [[1], [1.1]],
          [[2], [2.1]],
          [[3], [2.9]],
        ]),
      ).interactionPooled,
    ).toBe(true);
    expect(
      fine(
        anovaStudy([
          [
            [1, 1],
            [1, 1],
          ],
          [
            [1, 1],
            [1, 1],
          ],
        ]),
      ),
    ).toMatchObject({ contribution: null, distinct: null });
    expect(
      fine(
        rangeStudy([
          [
            [1, 1],
            [1, 1],
          ],
          [
            [1, 1],
            [1, 1],
          ],
        ]),
      ),
    ).toMatchObject({ ofStudy: null, distinct: null, tv: 0 });
  });
  it.each([
    [[[[1, 2]], [[1]]], { code: 'spc.study-not-balanced', params: { part: 1, appraiser: 0, have: 1, need: 2 } }],
    [
      [
        [
          [1, 2],
          [1, 2],
        ],
        [[1, 2]],
      ],
      { code: 'spc.study-not-balanced', params: { part: 1, appraiser: 1, have: 0 } },
    ],
    [[[[1, null]], [[1, 2]]], { code: 'spc.study-not-balanced', params: { part: 0 } }],
    [[[[1, 2]]], { code: 'spc.too-few-values' }],
    [[], { code: 'spc.too-few-values' }],
  ])('%j is refused with the cell', (cells, refused) => {
    expect(anovaStudy(cells)).toMatchObject({ refused });
    expect(rangeStudy(cells)).toMatchObject({ refused });
  });
});

const repeated = (pairs: readonly (readonly [string, string, number])[]) =>
  pairs.flatMap(([a, b, n]) => Array.from({ length: n }, () => [a, b] as const));

describe('agreement', () => {
  it('Cohen’s kappa of 20, 5, 10, 15 is 0.4', () => {
    const pairs = repeated([
      ['y', 'y', 20],
      ['y', 'n', 5],
      ['n', 'y', 10],
      ['n', 'n', 15],
    ]);
    const kappa = fine(
      cohenKappa(
        pairs.map(([a]) => a),
        pairs.map(([, b]) => b),
      ),
    );
    expect(kappa.kappa).toBeCloseTo(0.4, 12);
    expect(kappa).toMatchObject({ observed: 0.7, expected: 0.5 });
  });
  // J. L. Fleiss (1971), 10 items, 14 ratings, 5 categories: kappa 0.210.
  it('Fleiss’ kappa of his table', () => {
    const counts = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ];
    const items = counts.map((row) => row.flatMap((n, j) => Array.from({ length: n }, () => j)));
    expect(fine(fleissKappa(items)).kappa).toBeCloseTo(0.2099, 4);
  });
  it('full agreement is 1, one category only is undefined', () => {
    expect(fine(cohenKappa(['a', 'b'], ['a', 'b'])).kappa).toBe(1);
    expect(fine(cohenKappa(['a', 'a'], ['a', 'a'])).kappa).toBeNull();
    expect(
      fine(
        fleissKappa([
          ['a', 'a'],
          ['b', 'b'],
        ]),
      ).kappa,
    ).toBe(1);
  });
  it('a study tells repeats, standard and all', () => {
    const good = ['ok', 'ok'];
    const study = [
      [good, good],
      [good, ['ok', 'no']],
      [
        ['no', 'no'],
        ['no', 'no'],
      ],
      [good, ['no', 'no']],
    ];
    const found = fine(agreementStudy(study, ['ok', 'ok', 'no', 'ok']));
    expect(found.within.map(({ share }) => share.matched)).toEqual([4, 3]);
    expect(found.versusStandard!.map(({ share }) => share.matched)).toEqual([4, 2]);
    expect(found.versusStandard![0]!.kappa.kappa).toBe(1);
    expect(found.between.share.matched).toBe(2);
    expect(found.allVersusStandard!.matched).toBe(2);
    expect(agreementStudy([[['a'], ['a', 'b']]])).toMatchObject({ refused: { code: 'spc.study-not-balanced' } });
  });
  it('never answers NaN or Infinity', () => {
    const category = fc.constantFrom('a', 'b', 1);
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.array(category, { maxLength: 3 }), { maxLength: 3 }), { maxLength: 5 }),
        fc.array(category, { maxLength: 5 }),
        (ratings, standard) => {
          expect(numbers(agreementStudy(ratings, standard)).every(Number.isFinite)).toBe(true);
          expect(numbers(fleissKappa(ratings.map((row) => row.flat()))).every(Number.isFinite)).toBe(true);
          expect(numbers(cohenKappa(standard, standard.toReversed())).every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });
});
