/**
 * Xbar-R and Xbar-S charts, equal and unequal subgroups: ASTM E2587-16 sections 7 and 8; Montgomery, Introduction to
 * Statistical Quality Control, 7th ed., sections 6.2 and 6.3; SAS/QC User's Guide, SHEWHART, "Methods for Estimating the
 * Standard Deviation" (unweighted average, MVLUE, RMSDF).
 */
import { chartConstants, largestSubgroup, meanOfDeviation, relativeRange } from './constants.ts';
import { mean, present, range, standardDeviation, sum, weightedMean } from './moments.ts';
import { around, plot, validSigmas, type Excluded, type Limits, type Plot } from './plot.ts';
import { finite, refused, spcReason, type Refused, type SpcReason, type Value } from './reason.ts';

/** One sample as it is charted. Unit of the characteristic; null where undefined. */
export interface SubgroupSummary {
  /** Values that are there. */
  readonly size: number;
  readonly mean: number | null;
  /** null below two values. */
  readonly range: number | null;
  /** Sample standard deviation (n - 1), null below two values. */
  readonly deviation: number | null;
}

/** Missing values make a subgroup smaller; one without any value is an empty point. */
export function summarise(subgroup: readonly Value[]): SubgroupSummary {
  const values = present(subgroup);
  return {
    size: values.length,
    mean: mean(values),
    range: values.length < 2 ? null : range(values),
    deviation: standardDeviation(values),
  };
}

/**
 * How sigma is estimated from the spreads:
 * - `average`: mean of R/d2(n) or S/c4(n); the usual Rbar/d2 and Sbar/c4 for equal sizes
 * - `mvlue`: the same weighted by d2^2/d3^2 or c4^2/(1-c4^2): least variance for unequal sizes
 * - `pooled`: sqrt(sum (n-1)s^2 / sum (n-1)); `pooled-unbiased`: the same / c4(sum (n-1) + 1) (SAS: RMSDF)
 * - `pooled-per-size`: pooled s / c4(n) for each subgroup's own n (Montgomery 7th ed., eq. 6.31: A3(n), B3(n), B4(n) on
 *   the pooled s)
 */
export type SubgroupMethod = 'average' | 'mvlue' | 'pooled' | 'pooled-unbiased' | 'pooled-per-size';

export interface SubgroupOptions {
  readonly spread: 'range' | 'deviation';
  readonly method?: SubgroupMethod;
  /** Distance of the limits, 3 unless told. */
  readonly sigmas?: number;
  /** Known process mean and/or process sigma. */
  readonly given?: { readonly center?: number; readonly sigma?: number };
  readonly excluded?: Excluded;
}

export interface SubgroupChart {
  /** Subgroups that count. */
  readonly subgroups: number;
  /** The size they all have; null where sizes differ. */
  readonly size: number | null;
  /** Mean of all values (means weighted by size). */
  readonly grandMean: number | null;
  /** Plain mean of the ranges or deviations (of the pooled s where sigma is pooled per size). */
  readonly meanSpread: number | null;
  /** Process sigma, of single values. */
  readonly sigma: number | null;
  readonly xbar: Plot;
  /** The R or S chart. */
  readonly spread: Plot;
  readonly reason: SpcReason | null;
}

/**
 * The pair of charts. Unit of all numbers: that of the values. Limits of a subgroup of n: grand mean -+ k sigma/sqrt n;
 * ranges d2 sigma -+ k d3 sigma; deviations c4 sigma -+ k sqrt(1-c4^2) sigma, floored at 0.
 * @returns Refused for a method, sigma or distance that cannot be, or a subgroup above 1000 values.
 */
export function subgroupChart(samples: readonly SubgroupSummary[], options: SubgroupOptions): SubgroupChart | Refused {
  const { spread, method = 'average', sigmas = 3, given = {}, excluded } = options;
  if (!validSigmas(sigmas)) return refused('spc.parameter', { name: 'sigmas', value: sigmas, allowed: '0 < k <= 10' });
  if (given.sigma !== undefined && !(given.sigma >= 0 && Number.isFinite(given.sigma))) {
    return refused('spc.parameter', { name: 'sigma', value: given.sigma, allowed: '>= 0' });
  }
  for (const { size } of samples) {
    if (!Number.isInteger(size) || size < 0 || size > largestSubgroup) {
      return refused('spc.parameter', { name: 'subgroupSize', value: size, allowed: `0..${largestSubgroup}` });
    }
  }
  const counted = samples.filter((sample, i) => sample.mean !== null && !excluded?.has(i));
  const spreadOf = (sample: SubgroupSummary): number | null => (spread === 'range' ? sample.range : sample.deviation);
  const spreads = counted.flatMap((sample) => {
    const value = spreadOf(sample);
    return value === null || sample.size < 2 ? [] : [{ value, size: sample.size, deviation: sample.deviation }];
  });
  const sizes = new Set(counted.map(({ size }) => size));
  const [onlySize = null] = sizes.size === 1 ? sizes : [];
  const grandMean = weightedMean(
    counted.map((sample) => sample.mean as number),
    counted.map(({ size }) => size),
  );
  const estimate = given.sigma ?? estimated(spreads, spread, method);
  const sigma = estimate === null ? null : finite(estimate);
  const center = given.center ?? grandMean;
  /** With `pooled-per-size` sigma itself is the pooled s. */
  const perSize = method === 'pooled-per-size' && given.sigma === undefined;
  const sigmaOf = (n: number): number => (perSize && n > 1 ? (sigma ?? 0) / meanOfDeviation(n) : (sigma ?? 0));

  const meanLimits = samples.map(({ size }) =>
    center === null || sigma === null || size < 1 ? null : around(center, sigmaOf(size) / Math.sqrt(size), sigmas),
  );
  const spreadLimits = samples.map(({ size }) =>
    sigma === null || size < 2 ? null : spreadLimitsOf(spread, size, sigmaOf(size), sigmas),
  );
  const reason =
    counted.length === 0
      ? spcReason('spc.no-values', {})
      : sigma === null && spreads.length === 0
        ? spcReason('spc.too-few-subgroups', { have: 0, need: 1 })
        : sigma === null || grandMean === null
          ? spcReason('spc.out-of-range', {})
          : null;
  return {
    subgroups: counted.length,
    size: onlySize,
    grandMean,
    meanSpread: perSize ? sigma : mean(spreads.map(({ value }) => value)),
    sigma,
    xbar: plot(
      samples.map((sample) => sample.mean),
      meanLimits,
    ),
    spread: plot(samples.map(spreadOf), spreadLimits),
    reason,
  };
}

function spreadLimitsOf(spread: 'range' | 'deviation', n: number, sigma: number, sigmas: number): Limits | null {
  const { d2, d3 } = spread === 'range' ? relativeRange(n) : { d2: 0, d3: 0 };
  if (spread === 'range') return around(d2 * sigma, d3 * sigma, sigmas, 0);
  const c4 = meanOfDeviation(n);
  return around(c4 * sigma, Math.sqrt(1 - c4 * c4) * sigma, sigmas, 0);
}

interface Spread {
  readonly value: number;
  readonly size: number;
  readonly deviation: number | null;
}

function estimated(spreads: readonly Spread[], spread: 'range' | 'deviation', method: SubgroupMethod): number | null {
  if (spreads.length === 0) return null;
  if (method === 'average' || method === 'mvlue') {
    const single = spreads.map(({ value, size }) => value / expected(spread, size));
    if (method === 'average') return mean(single);
    return weightedMean(
      single,
      spreads.map(({ size }) => precision(spread, size)),
    );
  }
  const usable = spreads.filter((each) => each.deviation !== null);
  const freedom = sum(usable.map(({ size }) => size - 1));
  if (freedom === 0) return null;
  // The largest is taken out of the squares so that they cannot overflow.
  const largest = Math.max(...usable.map((each) => each.deviation as number));
  if (largest === 0) return 0;
  const squares = sum(usable.map((each) => (each.size - 1) * ((each.deviation as number) / largest) ** 2));
  const pooled = largest * Math.sqrt(squares / freedom);
  return method === 'pooled-unbiased' ? pooled / meanOfDeviation(freedom + 1) : pooled;
}

const expected = (spread: 'range' | 'deviation', n: number): number =>
  spread === 'range' ? relativeRange(n).d2 : meanOfDeviation(n);

function precision(spread: 'range' | 'deviation', n: number): number {
  const constants = chartConstants(n);
  if ('refused' in constants) return 0;
  const { d2, d3, c4 } = constants;
  return spread === 'range' ? (d2 / d3) ** 2 : (c4 * c4) / (1 - c4 * c4);
}
