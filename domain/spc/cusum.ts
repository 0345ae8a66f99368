/**
 * Tabular (decision interval) CUSUM: E. S. Page, Biometrika 41 (1954) 100-115; NIST/SEMATECH e-Handbook 6.3.2.3;
 * Montgomery 7th ed. section 9.1; fast initial response: J. M. Lucas and R. B. Crosier, Technometrics 24 (1982) 199-205.
 */
import { finite, isRefused, isValue, refused, type Refused, type Value } from './reason.ts';

export interface CusumOptions {
  readonly target: number;
  /** Allowance (reference value), unit of the values. */
  readonly k: number;
  /** Decision interval, unit of the values. */
  readonly h: number;
  /** Both sums start here (h/2 is the usual fast initial response), 0 unless told. */
  readonly headStart?: number;
  /** Start anew (at 0, or the head start) after a signal; without it the sums run on. */
  readonly reset?: boolean;
}

export interface CusumChart {
  /** max(0, C+ + x - (target + k)) and max(0, C- + (target - k) - x), one per value; null where the value is missing. */
  readonly plus: readonly (number | null)[];
  readonly minus: readonly (number | null)[];
  /** Consecutive values with a sum above 0: when the change began. */
  readonly plusCount: readonly (number | null)[];
  readonly minusCount: readonly (number | null)[];
  /** Indices where the sum is strictly above h. */
  readonly upperSignals: readonly number[];
  readonly lowerSignals: readonly number[];
  /** The first of both; null for none. */
  readonly firstSignal: number | null;
}

/** What rounding leaves of a sum that is 0 in decimals: 16 units in the last place of the numbers that went in. */
const noise = 16 * Number.EPSILON;

export interface CusumPoint {
  readonly plus: number | null;
  readonly minus: number | null;
  readonly plusCount: number | null;
  readonly minusCount: number | null;
  readonly upperSignal: boolean;
  readonly lowerSignal: boolean;
}

/**
 * Both sums of a running process, one value at a time. A missing value leaves them as they are.
 * @returns Refused for a target, k, h or head start that cannot be.
 */
export function createCusum(options: CusumOptions): { add(value: Value): CusumPoint } | Refused {
  const { target, k, h, headStart = 0, reset = false } = options;
  for (const [name, value, fine, allowed] of [
    ['target', target, Number.isFinite(target), 'a number'],
    ['k', k, k >= 0 && Number.isFinite(k), '>= 0'],
    ['h', h, h > 0 && Number.isFinite(h), '> 0'],
    ['headStart', headStart, headStart >= 0 && headStart <= h, '0..h'],
  ] as const) {
    if (!fine) return refused('spc.parameter', { name, value: finite(value), allowed });
  }
  const upper = side(1);
  const lower = side(-1);
  return {
    add(value) {
      if (!isValue(value)) {
        const none = { plus: null, minus: null, plusCount: null, minusCount: null };
        return { ...none, upperSignal: false, lowerSignal: false };
      }
      const [up, down] = [upper(value), lower(value)];
      return {
        plus: up.sum,
        minus: down.sum,
        plusCount: up.count,
        minusCount: down.count,
        upperSignal: up.sum > h,
        lowerSignal: down.sum > h,
      };
    },
  };

  function side(sign: 1 | -1): (value: number) => { readonly sum: number; readonly count: number } {
    let [sum, count] = [headStart, 0];
    return (value) => {
      const next = sum + (sign * (value - target) - k);
      sum = next > noise * Math.max(Math.abs(value), Math.abs(target), sum) ? next : 0;
      count = sum > 0 ? count + 1 : 0;
      const told = { sum, count };
      if (reset && sum > h) [sum, count] = [headStart, 0];
      return told;
    };
  }
}

/** @returns Refused for a target, k, h or head start that cannot be, or where a double overflows. */
export function cusumChart(values: readonly Value[], options: CusumOptions): CusumChart | Refused {
  const running = createCusum(options);
  if (isRefused(running)) return running;
  const points = values.map((value) => running.add(value));
  if (points.some(({ plus, minus }) => plus !== null && !Number.isFinite(plus + (minus as number)))) {
    return refused('spc.out-of-range', {});
  }
  const where = (signal: (point: CusumPoint) => boolean): number[] => points.flatMap((p, i) => (signal(p) ? [i] : []));
  const upperSignals = where((point) => point.upperSignal);
  const lowerSignals = where((point) => point.lowerSignal);
  const first = Math.min(upperSignals[0] ?? Infinity, lowerSignals[0] ?? Infinity);
  return {
    plus: points.map((point) => point.plus),
    minus: points.map((point) => point.minus),
    plusCount: points.map((point) => point.plusCount),
    minusCount: points.map((point) => point.minusCount),
    upperSignals,
    lowerSignals,
    firstSignal: Number.isFinite(first) ? first : null,
  };
}
