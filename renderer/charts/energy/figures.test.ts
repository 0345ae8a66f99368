import { describe, expect, it } from 'vitest';
import { decimalsExact, decimalsOf, roundAbove } from './figures.ts';

describe('the end of an axis', () => {
  it.each([
    [12.9, 14],
    [13.1, 14],
    [14, 14],
    [14.01, 16],
    [9.2, 10],
    [0.12, 0.12],
    [0.121, 0.14],
    [101, 120],
    [999, 1_000],
    [0, 1],
  ])('of %d is %d', (most, top) => expect(roundAbove(most)).toBe(top));

  it('is never below, and never much above', () => {
    for (let value = 0.001; value < 5_000; value *= 1.013) {
      expect(roundAbove(value)).toBeGreaterThanOrEqual(value);
      expect(roundAbove(value)).toBeLessThanOrEqual(value * 1.26);
    }
  });

  it('is written as it is, with its half', () => {
    expect(decimalsExact([0, 7, 14])).toBe(0);
    expect(decimalsExact([0, 1.25, 2.5])).toBe(2);
    expect(decimalsExact([0, 0.06, 0.12])).toBe(2);
  });
});

describe('decimals of a column', () => {
  it('are those of its largest figure', () => {
    expect(decimalsOf([92.5, 0.2, 3.1])).toBe(1);
    expect(decimalsOf([0.214, 0.0031])).toBe(3);
    expect(decimalsOf([1_234, 5.5])).toBe(0);
    expect(decimalsOf([])).toBe(0);
    expect(decimalsOf([0])).toBe(0);
  });
});
