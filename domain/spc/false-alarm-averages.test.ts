import { expect, it } from 'vitest';
import { cusumFalseAlarms, ewmaFalseAlarms } from './false-alarm-averages.ts';
import { isRefused } from './reason.ts';

// Lucas and Saccucci (1990), table 3, as in Montgomery, 7th ed., table 9.11: all of them have an ARL of 500 in control.
it.each([
  [0.4, 3.054],
  [0.25, 2.998],
  [0.2, 2.962],
  [0.1, 2.814],
  [0.05, 2.615],
])('EWMA with lambda %d and limits at %d sigmas: 500', (lambda, width) => {
  expect(Math.abs((ewmaFalseAlarms(lambda, width) as number) / 500 - 1)).toBeLessThan(0.01);
});
it('EWMA with lambda 1 is a chart of single values: 370.4', () => {
  expect(ewmaFalseAlarms(1, 3)).toBeCloseTo(370.398, 2);
});
// Montgomery, 7th ed., tables 9.3 and 9.4 (D. M. Hawkins, 1993): 168 and 465, and 370 at these pairs.
it.each([
  [0.5, 4, 168],
  [0.5, 5, 465],
  [0.25, 8.01, 370],
  [0.75, 3.34, 370],
  [1, 2.52, 370],
])('CUSUM with k %d and h %d: %d', (k, h, arl) => {
  expect(Math.abs((cusumFalseAlarms(k, h) as number) / arl - 1)).toBeLessThan(0.01);
});
it('parameters that cannot be are refused', () => {
  expect(isRefused(ewmaFalseAlarms(0, 3))).toBe(true);
  expect(isRefused(ewmaFalseAlarms(0.2, Number.NaN))).toBe(true);
  expect(isRefused(cusumFalseAlarms(0, 5))).toBe(true);
  expect(isRefused(cusumFalseAlarms(0.5, 400))).toBe(true);
});
