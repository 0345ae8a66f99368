/** Sums, means and spreads that stay sound for a million values and for values far from zero. */
import { finite, isValue, type Value } from './reason.ts';

/**
 * Neumaier's compensated sum (A. Neumaier, ZAMM 54 (1974) 39-51).
 * @returns the sum in the unit of the values, not finite only where the true sum overflows a double.
 */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  const whole = total + lost;
  return Number.isNaN(whole) ? total : whole;
}

/** The values that are there, in order. */
export const present = (values: readonly Value[]): number[] => values.filter(isValue);

/**
 * Arithmetic mean, unit of the values. The first value is taken away before summing, so that digits far from zero
 * (1e15 + small differences) are not lost.
 * @returns null for no values or where the sum overflows.
 */
export function mean(values: readonly number[]): number | null {
  const [first] = values;
  if (first === undefined) return null;
  return finite(first + sum(values.map((value) => value - first)) / values.length);
}

/**
 * Sum of squared deviations from the mean, corrected two-pass (Chan, Golub and LeVeque, The American Statistician 37
 * (1983) 242-247, formula 1.7), unit of the values squared.
 */
export function squaredDeviations(values: readonly number[]): number {
  const [first] = values;
  if (first === undefined) return 0;
  const shifted = values.map((value) => value - first);
  const center = sum(shifted) / values.length;
  const deviations = shifted.map((value) => value - center);
  const residual = sum(deviations);
  return Math.max(0, sum(deviations.map((value) => value * value)) - (residual * residual) / values.length);
}

/**
 * Sample standard deviation (n - 1), unit of the values.
 * @returns null below two values or where the squares overflow; exactly 0 for constant data.
 */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  return finite(Math.sqrt(squaredDeviations(values) / (values.length - 1)));
}

/** Largest minus smallest, unit of the values; null for no values or where the difference overflows. */
export function range(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return finite(most - least);
}

/** Middle value (mean of the two middle ones for an even count), unit of the values; null for no values. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return sorted.length % 2 === 1 ? upper : finite((sorted[half - 1] as number) / 2 + upper / 2);
}

/** Mean of values with weights > 0 (sizes), null for no values. */
export function weightedMean(values: readonly number[], weights: readonly number[]): number | null {
  const [first] = values;
  if (first === undefined) return null;
  const whole = sum(weights);
  if (!(whole > 0)) return null;
  return finite(first + sum(values.map((value, i) => (value - first) * (weights[i] as number))) / whole);
}
