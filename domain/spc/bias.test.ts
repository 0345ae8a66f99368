import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { biasStudy, linearityStudy } from './bias.ts';
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

describe('bias and linearity', () => {
  // AIAG MSA, 4th edition, table III-B 2: 15 readings of a part of 6.00.
  it('bias of the manual’s example', () => {
    const readings = [5.8, 5.7, 5.9, 5.9, 6, 6.1, 6, 6.1, 6.4, 6.3, 6, 6.1, 6.2, 5.6, 6];
    const { mean, repeatability, bias } = fine(biasStudy(readings, 6));
    expect(mean).toBeCloseTo(6.0067, 4);
    expect(repeatability).toBeCloseTo(0.212, 4);
    expect(bias.t).toBeCloseTo(0.12178057511, 9);
    expect(bias.p).toBeCloseTo(0.90480353623, 9);
    expect(bias.interval[0]).toBeCloseTo(5.889254034 - 6, 8);
  });
  // AIAG MSA, 4th edition, table III-B 4: bias = 0.7367 - 0.1317 reference, R squared 71.4 %.
  it('linearity of the manual’s example', () => {
    const readings = [
      [2.7, 2.5, 2.4, 2.5, 2.7, 2.3, 2.5, 2.5, 2.4, 2.4, 2.6, 2.4],
      [5.1, 3.9, 4.2, 5, 3.8, 3.9, 3.9, 3.9, 3.9, 4, 4.1, 3.8],
      [5.8, 5.7, 5.9, 5.9, 6, 6.1, 6, 6.1, 6.4, 6.3, 6, 6.1],
      [7.6, 7.7, 7.8, 7.7, 7.8, 7.8, 7.8, 7.7, 7.8, 7.5, 7.6, 7.7],
      [9.1, 9.3, 9.5, 9.3, 9.4, 9.5, 9.5, 9.5, 9.6, 9.2, 9.3, 9.4],
    ];
    const { slope, intercept, rSquared } = fine(linearityStudy(readings, [2, 4, 6, 8, 10]));
    expect(slope.value).toBeCloseTo(-0.1317, 4);
    expect(intercept.value).toBeCloseTo(0.7367, 4);
    expect(rSquared).toBeCloseTo(0.714, 3);
    expect(slope.error).toBeCloseTo(0.010933445, 8);
    expect(slope.p! / 2.037715582e-17).toBeCloseTo(1, 6);
    expect(intercept.t).toBeCloseTo(10.15751886, 7);
  });
  it('never answers NaN or Infinity', () => {
    const nasty = fc.oneof(
      fc.double({ min: -9, max: 9, noNaN: true }),
      fc.constantFrom(null, Number.NaN, 0, 7, 1e15, 1e308, -1e308, 5e-324),
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(nasty, { maxLength: 5 }), { maxLength: 5 }),
        fc.array(nasty, { maxLength: 5 }),
        (readings, references) => {
          expect(numbers(linearityStudy(readings, references as number[])).every(Number.isFinite)).toBe(true);
          for (const row of readings) {
            expect(
              numbers(biasStudy(row, (references[0] ?? 0) as number, { tolerance: 2 })).every(Number.isFinite),
            ).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
  it.each([
    [() => biasStudy([1], 1), 'spc.too-few-values'],
    [() => biasStudy([1, 2], Number.NaN), 'spc.parameter'],
    [() => biasStudy([1, 2], 1, { tolerance: 0 }), 'spc.parameter'],
    [() => linearityStudy([[1, 2], [3]], [1]), 'spc.lengths-differ'],
    [() => linearityStudy([[1, 2], [3]], [4, 4]), 'spc.no-variation'],
  ])('refuses with a reason (%#)', (ask, code) => {
    expect(ask()).toMatchObject({ refused: { code } });
  });
});
