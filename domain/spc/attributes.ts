/**
 * p, np, c and u charts: ASTM E2587-16 sections 10 to 13; NIST/SEMATECH e-Handbook 6.3.3; Montgomery, Introduction to
 * Statistical Quality Control, 7th ed., chapter 7. Limits for each sample's own size.
 */
import { sum } from './moments.ts';
import { around, plot, validSigmas, type Excluded, type Plot } from './plot.ts';
import { finite, isValue, refused, spcReason, type Refused, type SpcReason, type Value } from './reason.ts';

export interface AttributeOptions {
  /** Distance of the limits, 3 unless told. */
  readonly sigmas?: number;
  /** Known proportion (p, np), known count (c) or known rate (u) instead of the average of the data. */
  readonly given?: number;
  readonly excluded?: Excluded;
}

export interface AttributeChart {
  /** Average proportion (p, np), count (c) or rate per unit (u); the given one where given. No unit but "per unit". */
  readonly average: number | null;
  readonly plot: Plot;
  readonly reason: SpcReason | null;
}

/** Proportion of defective items; `counts` of `sizes` items. Limits pbar -+ k sqrt(pbar(1-pbar)/n), cut to 0..1. */
export const pChart = (
  counts: readonly Value[],
  sizes: readonly Value[],
  options: AttributeOptions = {},
): AttributeChart | Refused =>
  chart(
    counts,
    sizes,
    options,
    'proportion',
    (count, size) => count / size,
    (p, n) => [p, Math.sqrt((p * (1 - p)) / n), 1],
  );

/** Number of defective items. Limits n pbar -+ k sqrt(n pbar(1-pbar)), cut to 0..n. */
export const npChart = (
  counts: readonly Value[],
  sizes: readonly Value[],
  options: AttributeOptions = {},
): AttributeChart | Refused =>
  chart(
    counts,
    sizes,
    options,
    'proportion',
    (count) => count,
    (p, n) => [n * p, Math.sqrt(n * p * (1 - p)), n],
  );

/** Number of defects on equal samples. Limits cbar -+ k sqrt(cbar), floored at 0. */
export const cChart = (counts: readonly Value[], options: AttributeOptions = {}): AttributeChart | Refused =>
  chart(
    counts,
    counts.map(() => 1),
    options,
    'rate',
    (count) => count,
    (c) => [c, Math.sqrt(c), Infinity],
  );

/** Defects per unit on samples of `sizes` units (any number above 0). Limits ubar -+ k sqrt(ubar/n), floored at 0. */
export const uChart = (
  counts: readonly Value[],
  sizes: readonly Value[],
  options: AttributeOptions = {},
): AttributeChart | Refused =>
  chart(
    counts,
    sizes,
    options,
    'rate',
    (count, size) => count / size,
    (u, n) => [u, Math.sqrt(u / n), Infinity],
  );

/** A sample whose count or size is missing, or whose size is 0, is an empty point. */
function chart(
  counts: readonly Value[],
  sizes: readonly Value[],
  { sigmas = 3, given, excluded }: AttributeOptions,
  kind: 'proportion' | 'rate',
  statistic: (count: number, size: number) => number,
  limits: (average: number, size: number) => readonly [center: number, sigma: number, ceiling: number],
): AttributeChart | Refused {
  if (!validSigmas(sigmas)) return refused('spc.parameter', { name: 'sigmas', value: sigmas, allowed: '0 < k <= 10' });
  if (given !== undefined && !(given >= 0 && (kind === 'rate' ? Number.isFinite(given) : given <= 1))) {
    const allowed = kind === 'rate' ? '>= 0' : '0..1';
    return refused('spc.parameter', { name: 'given', value: finite(given), allowed });
  }
  if (counts.length !== sizes.length) {
    return refused('spc.lengths-differ', {
      first: 'counts',
      second: 'sizes',
      firstLength: counts.length,
      secondLength: sizes.length,
    });
  }
  for (const [i, count] of counts.entries()) {
    const size = sizes[i];
    if (isValue(size) && size < 0) return refused('spc.value-impossible', { at: i, value: size, allowed: 'size >= 0' });
    if (!isValue(count)) continue;
    if (count < 0) return refused('spc.value-impossible', { at: i, value: count, allowed: '>= 0' });
    if (kind === 'proportion' && isValue(size) && count > size) {
      return refused('spc.value-impossible', { at: i, value: count, allowed: `<= ${size}` });
    }
  }
  const points = counts.map((count, i) => {
    const size = sizes[i];
    return isValue(count) && isValue(size) && size > 0 ? finite(statistic(count, size)) : null;
  });
  const counted = points.flatMap((point, i) => (point === null || excluded?.has(i) ? [] : [i]));
  const whole = sum(counted.map((i) => sizes[i] as number));
  const average = given ?? (counted.length === 0 ? null : finite(sum(counted.map((i) => counts[i] as number)) / whole));
  const each = sizes.map((size) => {
    if (average === null || !isValue(size) || size <= 0) return null;
    const [center, sigma, ceiling] = limits(average, size);
    return around(center, sigma, sigmas, 0, ceiling);
  });
  const reason =
    counted.length === 0 ? spcReason('spc.no-values', {}) : average === null ? spcReason('spc.out-of-range', {}) : null;
  return { average, plot: plot(points, each), reason };
}
