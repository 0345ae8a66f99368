/** What every control chart hands to a screen: plotted points, their limits, and the points beyond them. */
import { isValue, type Value } from './reason.ts';

/** Unit of the plotted statistic. `sigma` is its standard deviation, i.e. the height of one zone. */
export interface Limits {
  readonly center: number;
  readonly upper: number;
  readonly lower: number;
  readonly sigma: number;
}

export interface Plot {
  /** One per sample; null where the statistic is undefined. */
  readonly points: readonly (number | null)[];
  /** One for all points; or one per point where sizes differ; null where no limit can be told. */
  readonly limits: Limits | readonly (Limits | null)[] | null;
  /** Indices of points strictly above the upper or strictly below the lower limit. */
  readonly violations: readonly number[];
}

/** Samples that are drawn but do not count: neither for limits nor for rules. Indices from 0. */
export type Excluded = ReadonlySet<number>;

export function limitsAt(plot: Pick<Plot, 'limits'>, index: number): Limits | null {
  return Array.isArray(plot.limits) ? (plot.limits[index] ?? null) : (plot.limits as Limits | null);
}

/** Limits at `sigmas` times sigma around the centre, cut off at a floor and a ceiling that the statistic cannot pass. */
export function around(
  center: number,
  sigma: number,
  sigmas: number,
  floor = -Infinity,
  ceiling = Infinity,
): Limits | null {
  const upper = Math.min(ceiling, center + sigmas * sigma);
  const lower = Math.max(floor, center - sigmas * sigma);
  if (![center, sigma, upper, lower].every(Number.isFinite)) return null;
  return { center, upper, lower, sigma };
}

/** Puts limits to points and tells the violations. Limits that are all the same become one. */
export function plot(points: readonly (number | null)[], limits: Plot['limits']): Plot {
  const one = Array.isArray(limits) ? common(limits as readonly (Limits | null)[]) : limits;
  const violations: number[] = [];
  for (const [i, point] of points.entries()) {
    const at = limitsAt({ limits: one }, i);
    if (point !== null && at !== null && (point > at.upper || point < at.lower)) violations.push(i);
  }
  return { points, limits: one, violations };
}

function common(limits: readonly (Limits | null)[]): Plot['limits'] {
  const first = limits.find((each) => each !== null);
  if (first === undefined || first === null) return null;
  const same = limits.every(
    (each) =>
      each === null || (each.center === first.center && each.upper === first.upper && each.lower === first.lower),
  );
  return same ? first : limits;
}

/** Typed copy in which a missing or excluded value is NaN: what the passes over a million points read. */
export function series(values: readonly Value[], excluded?: Excluded): Float64Array {
  return Float64Array.from(values, (value, i) => (isValue(value) && !excluded?.has(i) ? value : Number.NaN));
}

/**
 * The plot on one scale for the rules: (point - centre) / sigma, missing and excluded points NaN. Where sigma is 0, a point on
 * the centre is 0 and one off it infinite, so it still counts as beyond every line.
 */
export function standardised(plot: Plot, excluded?: Excluded): Float64Array {
  return Float64Array.from(plot.points, (point, i) => {
    const limits = limitsAt(plot, i);
    if (point === null || limits === null || excluded?.has(i)) return Number.NaN;
    const off = point - limits.center;
    return off === 0 ? 0 : off / limits.sigma;
  });
}

/** `sigmas` of a chart: how far its limits stand from the centre. */
export const validSigmas = (sigmas: number): boolean => Number.isFinite(sigmas) && sigmas > 0 && sigmas <= 10;
