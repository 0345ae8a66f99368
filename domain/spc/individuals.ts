/**
 * Individuals and moving range chart: NIST/SEMATECH e-Handbook 6.3.2.2; ASTM E2587-16 section 9; AIAG SPC manual, 2nd
 * edition, chapter II section C.
 */
import { chartConstants } from './constants.ts';
import { mean, median } from './moments.ts';
import { around, plot, series, validSigmas, type Excluded, type Limits, type Plot } from './plot.ts';
import { finite, isValue, refused, spcReason, type Refused, type SpcReason, type Value } from './reason.ts';

/** Expected range of two normal values in sigmas: d2(2) = 2/sqrt(pi). */
const d2 = 2 / Math.sqrt(Math.PI);

/** Fewer values than this make limits that mean nothing: the station draws none. */
export const individualsMinimum = 8;

/**
 * Limits of the individuals in one pass, for a live chart: mean -+ 3 MRbar/d2(2).
 * @param values in the order they were measured, unit of the characteristic; NaN is missing, and no moving range is formed
 *   across it.
 * @returns null below 8 values or where a double overflows. Constant data give limits equal to the centre.
 */
export function individualsLimits(values: ArrayLike<number>): Limits | null {
  const { count, center, ranges, pairs } = onePass(values);
  if (count < individualsMinimum || pairs === 0) return null;
  return around(center, ranges / pairs / d2, 3);
}

/** Values are summed in blocks from the first value on, which keeps the rounding of a million values near one ulp. */
const block = 512;

interface Sums {
  /** Of the values less the base. */
  total: number;
  count: number;
  ranges: number;
  pairs: number;
}

function onePass(values: ArrayLike<number>): Sums & { readonly center: number } {
  const { length } = values;
  let first = 0;
  while (first < length && Number.isNaN(values[first])) first += 1;
  const base = first < length ? (values[first] as number) : 0;
  const sums: Sums = { total: 0, count: 0, ranges: 0, pairs: 0 };
  for (let from = first; from < length; from += block) {
    const to = Math.min(length, from + block);
    if (!addWhole(values, from, to, base, sums)) addWithGaps(values, from, to, base, sums);
  }
  return { ...sums, center: base + (sums.count === 0 ? 0 : sums.total / sums.count) };
}

/** Adds a block in which no value is missing; false, and nothing added, where one is. */
function addWhole(values: ArrayLike<number>, from: number, to: number, base: number, sums: Sums): boolean {
  const start = from === 0 ? 1 : from;
  let last = values[start - 1] as number;
  let total = from === 0 ? last - base : 0;
  let ranges = 0;
  // Two sums side by side: an addition waits for the one before it.
  let other = 0;
  let otherRanges = 0;
  let i = start;
  for (; i + 3 < to; i += 4) {
    const a = values[i] as number;
    const b = values[i + 1] as number;
    const c = values[i + 2] as number;
    const d = values[i + 3] as number;
    total += a - base;
    other += b - base;
    ranges += Math.abs(a - last);
    otherRanges += Math.abs(b - a);
    total += c - base;
    other += d - base;
    ranges += Math.abs(c - b);
    otherRanges += Math.abs(d - c);
    last = d;
  }
  for (; i < to; i += 1) {
    const value = values[i] as number;
    total += value - base;
    ranges += Math.abs(value - last);
    last = value;
  }
  total += other;
  ranges += otherRanges;
  // A missing value, also the one before the block, makes the ranges NaN.
  if (Number.isNaN(ranges) || Number.isNaN(total)) return false;
  sums.total += total;
  sums.count += to - from;
  sums.ranges += ranges;
  sums.pairs += to - start;
  return true;
}

function addWithGaps(values: ArrayLike<number>, from: number, to: number, base: number, sums: Sums): void {
  for (let i = from; i < to; i += 1) {
    const value = values[i] as number;
    if (Number.isNaN(value)) continue;
    sums.total += value - base;
    sums.count += 1;
    const range = i === 0 ? Number.NaN : Math.abs(value - (values[i - 1] as number));
    if (Number.isNaN(range)) continue;
    sums.ranges += range;
    sums.pairs += 1;
  }
}

export type IndividualsMethod = 'mean-range' | 'median-range';

export interface IndividualsOptions {
  /** Values in a moving range, 2 unless told. */
  readonly span?: number;
  /** From the mean of the moving ranges (usual) or their median (robust: AIAG SPC 2nd ed. II C; Minitab's "median"). */
  readonly method?: IndividualsMethod;
  /** Distance of the limits, 3 unless told. */
  readonly sigmas?: number;
  /** Known centre and/or sigma instead of the estimates from the data. */
  readonly given?: { readonly center?: number; readonly sigma?: number };
  readonly excluded?: Excluded;
}

export interface IndividualsChart {
  /** Values that count. */
  readonly n: number;
  readonly mean: number | null;
  readonly movingRanges: readonly (number | null)[];
  /** Mean of the moving ranges. */
  readonly meanRange: number | null;
  /** Estimate (or given value) of the process sigma. */
  readonly sigma: number | null;
  readonly x: Plot;
  readonly ranges: Plot;
  /** Why limits are missing. */
  readonly reason: SpcReason | null;
}

/** Median of the range of two normal values, in sigmas: sqrt 2 times the 75 % quantile (0.9539). For span 2 only. */
const medianOfRangeOfTwo = Math.SQRT2 * 0.6744897501960817;

/**
 * The pair of charts. Unit of all numbers: that of the values. Moving ranges are never formed across a missing or excluded
 * value. A single value has a mean and no limits.
 * @returns Refused for a span, sigma or distance that cannot be.
 */
export function individualsChart(
  values: readonly Value[],
  options: IndividualsOptions = {},
): IndividualsChart | Refused {
  const { span = 2, sigmas = 3, method = 'mean-range', given = {}, excluded } = options;
  const constants = chartConstants(span);
  if ('refused' in constants) return refused('spc.parameter', { name: 'span', value: span, allowed: '2..1000' });
  if (!validSigmas(sigmas)) return refused('spc.parameter', { name: 'sigmas', value: sigmas, allowed: '0 < k <= 10' });
  if (method === 'median-range' && span !== 2) {
    return refused('spc.parameter', { name: 'span', value: span, allowed: '2 with the median of the ranges' });
  }
  if (given.sigma !== undefined && !(given.sigma >= 0 && Number.isFinite(given.sigma))) {
    return refused('spc.parameter', { name: 'sigma', value: given.sigma, allowed: '>= 0' });
  }
  const data = series(values, excluded);
  const counted = [...data].filter((value) => !Number.isNaN(value));
  const movingRanges = rangesOf(data, span);
  const formed = movingRanges.filter((each) => each !== null);
  const meanRange = mean(formed);
  const middle = method === 'median-range' ? median(formed) : meanRange;
  const scale = method === 'median-range' ? medianOfRangeOfTwo : constants.d2;
  const sigma = given.sigma ?? (middle === null ? null : finite(middle / scale));
  const average = mean(counted);
  const center = given.center ?? average;
  const points = values.map((value) => (isValue(value) ? value : null));
  const x = plot(points, center === null || sigma === null ? null : around(center, sigma, sigmas));
  const rangeLimits = sigma === null ? null : around(constants.d2 * sigma, constants.d3 * sigma, sigmas, 0);
  const reason =
    counted.length === 0
      ? spcReason('spc.no-values', {})
      : sigma === null
        ? formed.length === 0
          ? spcReason('spc.too-few-values', { have: counted.length, need: span })
          : spcReason('spc.out-of-range', {})
        : average === null || x.limits === null
          ? spcReason('spc.out-of-range', {})
          : null;
  return {
    n: counted.length,
    mean: average,
    movingRanges,
    meanRange,
    sigma,
    x,
    ranges: plot(movingRanges, rangeLimits),
    reason,
  };
}

function rangesOf(data: Float64Array, span: number): (number | null)[] {
  return Array.from(data, (_, i) => {
    if (i < span - 1) return null;
    let [least, most] = [Infinity, -Infinity];
    for (let j = i - span + 1; j <= i; j += 1) {
      const value = data[j] as number;
      if (Number.isNaN(value)) return null;
      if (value < least) least = value;
      if (value > most) most = value;
    }
    return finite(most - least);
  });
}
