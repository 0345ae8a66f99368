import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import nist from './fixtures/imr-nist-flowrate.json' with { type: 'json' };
import { individualsLimits } from './individuals.ts';

describe('individuals chart', () => {
  it('gives the limits of the NIST flow rate case', () => {
    const limits = individualsLimits(nist.input.values);
    const { cl, lcl, ucl } = nist.expected.x;
    const near = (value: number | undefined, wanted: number): void =>
      expect(Math.abs((value ?? Number.NaN) - wanted)).toBeLessThanOrEqual(
        Math.max(nist.tolerance.default.abs, nist.tolerance.default.rel * Math.abs(wanted)),
      );
    near(limits?.center, cl);
    near(limits?.lower, lcl);
    near(limits?.upper, ucl);
    // The factor that the handbook prints.
    expect((limits!.upper - limits!.center) / nist.expected.mrbar).toBeCloseTo(2.66, 2);
  });

  it('says nothing below eight values', () => {
    expect(individualsLimits([])).toBeNull();
    expect(individualsLimits([1, 2, 3, 4, 5, 6, 7])).toBeNull();
    expect(individualsLimits([1, 2, 3, 4, 5, 6, 7, 8])).not.toBeNull();
  });

  it('gives limits equal to the centre for constant data', () => {
    expect(individualsLimits(Array.from({ length: 25 }, () => 10.25))).toEqual({
      center: 10.25,
      lower: 10.25,
      upper: 10.25,
      sigma: 0,
    });
  });

  it('is never NaN or infinite, and moves with the data', () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 8, maxLength: 60 }), (values) => {
        const limits = individualsLimits(values)!;
        expect(Object.values(limits).every(Number.isFinite)).toBe(true);
        expect(limits.lower).toBeLessThanOrEqual(limits.center);
        const moved = individualsLimits(values.map((x) => x + 1000))!;
        expect(moved.upper - limits.upper).toBeCloseTo(1000, 4);
      }),
    );
  });
});
