import { describe, expect, it } from 'vitest';
import { bandOf } from './band.ts';

const bore = { lower: 23.98, upper: 24.03, nominal: 24, guard: 0 };

describe('limits band', () => {
  it('puts the limits at a fifth and the value between them in proportion', () => {
    const band = bandOf({ ...bore, value: 24.005 });
    expect(band).toMatchObject({ lower: 20, upper: 80, side: 'inside' });
    expect(band.needle).toBeCloseTo(50, 6);
    expect(band.nominal).toBeCloseTo(44, 6);
  });
  it('judges like the limits do: on the limit is inside', () => {
    expect(bandOf({ ...bore, value: 23.98 }).side).toBe('inside');
    expect(bandOf({ ...bore, value: 24.03 }).side).toBe('inside');
    expect(bandOf({ ...bore, value: 24.0301 }).side).toBe('above');
    expect(bandOf({ ...bore, value: 23.9799 }).side).toBe('below');
  });
  it('keeps a value far out at the end of the band', () => {
    expect(bandOf({ ...bore, value: 240 }).needle).toBe(100);
    expect(bandOf({ ...bore, value: -1 }).needle).toBe(0);
  });
  it('works with one limit, and without a value', () => {
    const band = bandOf({ lower: 12, upper: null, nominal: null, guard: 0, value: 14 });
    expect(band).toMatchObject({ lower: 20, upper: 100, side: 'inside' });
    expect(band.needle).toBeGreaterThan(20);
    expect(band.needle).toBeLessThan(100);
    expect(bandOf({ ...bore, value: null }).needle).toBeNull();
  });
});

it('a value in the guard band is between the limits and not accepted; at its edge it is', () => {
  const guarded = { ...bore, guard: 0.0033 };
  expect(bandOf({ ...guarded, value: 23.982 })).toMatchObject({ side: 'below', inGuard: true });
  expect(bandOf({ ...guarded, value: 24.027 })).toMatchObject({ side: 'above', inGuard: true });
  expect(bandOf({ ...guarded, value: 24.031 })).toMatchObject({ side: 'above', inGuard: false });
  expect(bandOf({ ...guarded, value: 24.0267 })).toMatchObject({ side: 'inside', inGuard: false });
});
