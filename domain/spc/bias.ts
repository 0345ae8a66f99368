/**
 * Bias and linearity of a gauge: AIAG Measurement Systems Analysis, 4th edition (2010), chapter III section B (independent
 * sample method; linearity by regression of the bias on the reference).
 */
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { Interval } from './capability.ts';
import { mean, present, squaredDeviations, standardDeviation, sum } from './moments.ts';
import { finite, isValue, refused, type Refused, type Value } from './reason.ts';

/** An estimate, its standard error, and Student's t against 0. Unit of the estimate; t and p have none. */
export interface TestedEstimate {
  readonly value: number;
  readonly error: number;
  readonly interval: Interval;
  /** null where the error is 0: nothing varied. */
  readonly t: number | null;
  /** Two-sided. */
  readonly p: number | null;
}

export interface BiasStudy {
  readonly n: number;
  readonly mean: number;
  /** Repeatability: sample standard deviation of the readings. */
  readonly repeatability: number;
  /** Mean less reference. */
  readonly bias: TestedEstimate;
  /** 100 |bias| / tolerance; null without a tolerance. */
  readonly ofTolerance: number | null;
}

function tested(value: number, error: number, freedom: number, confidence: number): TestedEstimate | null {
  const reach = tQuantile(1 - (1 - confidence) / 2, freedom) * error;
  if (![value, error, reach, value - reach, value + reach].every(Number.isFinite)) return null;
  const t = error > 0 ? finite(value / error) : null;
  // The lower tail of -|t|: 1 - P would lose the digits of what stands out.
  const p = t === null ? null : finite(2 * tCdf(-Math.abs(t), freedom));
  return { value, error, interval: [value - reach, value + reach], t, p };
}

function confidenceFault(confidence: number): Refused | null {
  if (confidence > 0 && confidence < 1) return null;
  return refused('spc.parameter', { name: 'confidence', value: finite(confidence), allowed: '0 < c < 1' });
}

/**
 * Repeated readings of one part of known value, all in one unit; missing ones are left out.
 * @returns Refused below two readings, or for a reference, tolerance or confidence that cannot be.
 */
export function biasStudy(
  readings: readonly Value[],
  reference: number,
  { tolerance, confidence = 0.95 }: { readonly tolerance?: number; readonly confidence?: number } = {},
): BiasStudy | Refused {
  const data = present(readings);
  if (data.length < 2) return refused('spc.too-few-values', { have: data.length, need: 2 });
  if (!Number.isFinite(reference))
    return refused('spc.parameter', { name: 'reference', value: null, allowed: 'a number' });
  if (tolerance !== undefined && !(tolerance > 0 && Number.isFinite(tolerance))) {
    return refused('spc.parameter', { name: 'tolerance', value: finite(tolerance), allowed: '> 0' });
  }
  const wrong = confidenceFault(confidence);
  if (wrong) return wrong;
  const [average, repeatability] = [mean(data), standardDeviation(data)];
  if (average === null || repeatability === null) return refused('spc.out-of-range', {});
  const bias = tested(average - reference, repeatability / Math.sqrt(data.length), data.length - 1, confidence);
  const share = tolerance === undefined || bias === null ? null : finite((100 * Math.abs(bias.value)) / tolerance);
  if (bias === null || (tolerance !== undefined && share === null)) return refused('spc.out-of-range', {});
  return { n: data.length, mean: average, repeatability, bias, ofTolerance: share };
}

export interface LinearityStudy {
  readonly n: number;
  /** bias = intercept + slope x reference */
  readonly slope: TestedEstimate;
  readonly intercept: TestedEstimate;
  /** Residual standard deviation, unit of the readings. */
  readonly residual: number;
  /** 0..1; null where the bias does not vary. */
  readonly rSquared: number | null;
}

/**
 * Readings of parts over the gauge's range: `readings[part]` against `references[part]`, all in one unit.
 * @returns Refused below three readings, for references that are all the same, or lists that do not fit.
 */
export function linearityStudy(
  readings: readonly (readonly Value[])[],
  references: readonly number[],
  confidence = 0.95,
): LinearityStudy | Refused {
  if (readings.length !== references.length) {
    return refused('spc.lengths-differ', {
      first: 'readings',
      second: 'references',
      firstLength: readings.length,
      secondLength: references.length,
    });
  }
  const wrong = confidenceFault(confidence);
  if (wrong) return wrong;
  const points = readings.flatMap((row, part) => {
    const reference = references[part];
    return isValue(reference) ? row.filter(isValue).map((value) => ({ x: reference, y: value - reference })) : [];
  });
  const n = points.length;
  if (n < 3) return refused('spc.too-few-values', { have: n, need: 3 });
  const xs = points.map(({ x }) => x);
  const [meanX, meanY] = [mean(xs), mean(points.map(({ y }) => y))];
  const spreadX = squaredDeviations(xs);
  if (meanX === null || meanY === null || !Number.isFinite(spreadX)) return refused('spc.out-of-range', {});
  if (spreadX === 0) return refused('spc.no-variation', { value: meanX });
  const slope = sum(points.map(({ x, y }) => (x - meanX) * (y - meanY))) / spreadX;
  const intercept = meanY - slope * meanX;
  const left = sum(points.map(({ x, y }) => (y - meanY - slope * (x - meanX)) ** 2));
  const residual = Math.sqrt(left / (n - 2));
  const slopeTest = tested(slope, residual / Math.sqrt(spreadX), n - 2, confidence);
  const interceptTest = tested(intercept, residual * Math.sqrt(1 / n + (meanX * meanX) / spreadX), n - 2, confidence);
  if (slopeTest === null || interceptTest === null) return refused('spc.out-of-range', {});
  const whole = squaredDeviations(points.map(({ y }) => y));
  const share = whole > 0 ? finite(1 - left / whole) : null;
  return {
    n,
    slope: slopeTest,
    intercept: interceptTest,
    residual,
    rSquared: share === null ? null : Math.max(0, share),
  };
}
