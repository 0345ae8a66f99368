/**
 * Process capability and performance: ISO 22514-2:2017; AIAG SPC manual, 2nd edition, chapter IV; NIST/SEMATECH e-Handbook
 * 6.1.6; Montgomery, 7th ed., chapter 8. Cp and Cpk rest on the spread within subgroups, Pp and Ppk on the overall one.
 */
import chisquareQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { normalQuantile, upperTail } from './normal.ts';
import { finite, isValue, refused, spcReason, type Refused, type SpcReason, type Value } from './reason.ts';

/** Limits of the characteristic, in its unit; null or left out where there is none. */
export interface Specification {
  readonly lower?: number | null;
  readonly upper?: number | null;
  /** The middle of both limits unless told; none where only one limit is there. */
  readonly target?: number | null;
}

export interface ExpectedPpm {
  /** null where there is no such limit. */
  readonly below: number | null;
  readonly above: number | null;
  readonly total: number | null;
}

/** Confidence limits, lower and upper. */
export type Interval = readonly [lower: number, upper: number];

/** The indices on one sigma; no unit. null where undefined (a limit is missing, or sigma is 0 or unknown). */
export interface Indices {
  /** (USL - LSL) / 6 sigma */
  readonly index: number | null;
  /** (USL - mean) / 3 sigma */
  readonly upper: number | null;
  /** (mean - LSL) / 3 sigma */
  readonly lower: number | null;
  /** The smaller of both, or the one that there is. */
  readonly smallest: number | null;
  /** index sqrt(chi2(a/2, n-1)/(n-1)) .. sqrt(chi2(1-a/2, n-1)/(n-1)) */
  readonly indexInterval: Interval | null;
  /** A. F. Bissell, Applied Statistics 39 (1990) 331-340: smallest -+ z sqrt(1/(9n) + smallest^2/(2(n-1))) */
  readonly smallestInterval: Interval | null;
  /** Expected nonconforming parts per million of a normal process. */
  readonly ppm: ExpectedPpm;
  /** (USL - LSL) / 6 sqrt(sigma^2 + (mean - target)^2): L. K. Chan et al., Journal of Quality Technology 20 (1988) 162-175. */
  readonly toTarget: number | null;
  /** R. A. Boyles, Journal of Quality Technology 23 (1991) 17-26. */
  readonly toTargetInterval: Interval | null;
}

export interface Capability {
  /** On the sigma within subgroups: Cp, Cpu, Cpl, Cpk. */
  readonly within: Indices;
  /** On the overall sigma: Pp, Ppu, Ppl, Ppk. */
  readonly overall: Indices;
  /** |middle - mean| / half the tolerance: how far the process is off centre. */
  readonly offCentre: number | null;
  readonly observed: { readonly below: number | null; readonly above: number | null; readonly ppm: number | null };
  readonly reason: SpcReason | null;
}

export interface CapabilityInput {
  readonly mean: number | null;
  readonly sigmaWithin: number | null;
  readonly sigmaOverall: number | null;
  /** Single values behind the numbers; without it there are no intervals. */
  readonly n?: number | null;
  /** For what was really beyond a limit. */
  readonly values?: readonly Value[];
}

/**
 * @param confidence of the two-sided intervals, 0.95 unless told.
 * @returns Refused without any limit, with the lower not below the upper, or a confidence outside 0..1.
 */
export function capability(told: CapabilityInput, spec: Specification, confidence = 0.95): Capability | Refused {
  const lower = spec.lower ?? null;
  const upper = spec.upper ?? null;
  if (lower === null && upper === null) return refused('spc.no-specification', {});
  for (const [name, value] of [
    ['lower', lower],
    ['upper', upper],
    ['target', spec.target ?? null],
  ] as const) {
    if (value !== null && !Number.isFinite(value))
      return refused('spc.parameter', { name, value: null, allowed: 'a number' });
  }
  if (lower !== null && upper !== null && !(lower < upper)) {
    return refused('spc.parameter', { name: 'lower', value: lower, allowed: `< ${upper}` });
  }
  if (!(confidence > 0 && confidence < 1)) {
    return refused('spc.parameter', { name: 'confidence', value: finite(confidence), allowed: '0 < c < 1' });
  }
  const known = (value: number | null): number | null => (isValue(value) ? value : null);
  const input = {
    ...told,
    mean: known(told.mean),
    sigmaWithin: known(told.sigmaWithin),
    sigmaOverall: known(told.sigmaOverall),
  };
  const middle = lower === null || upper === null ? null : lower / 2 + upper / 2;
  const limits = { lower, upper, target: spec.target ?? middle };
  const n = isValue(input.n) && input.n >= 2 ? input.n : null;
  const half = lower === null || upper === null ? null : upper / 2 - lower / 2;
  const sigma = input.sigmaOverall ?? input.sigmaWithin;
  return {
    within: indices(input.mean, input.sigmaWithin, limits, n, confidence),
    overall: indices(input.mean, input.sigmaOverall, limits, n, confidence),
    offCentre:
      middle === null || half === null || input.mean === null ? null : finite(Math.abs(middle - input.mean) / half),
    observed: observed((input.values ?? []).filter(isValue), lower, upper),
    reason:
      input.mean === null
        ? spcReason('spc.no-values', {})
        : sigma === null
          ? spcReason('spc.too-few-values', { have: input.n ?? null, need: 2 })
          : sigma === 0
            ? spcReason('spc.no-variation', { value: input.mean })
            : null,
  };
}

interface Limits {
  readonly lower: number | null;
  readonly upper: number | null;
  readonly target: number | null;
}

const nothing: Indices = {
  index: null,
  upper: null,
  lower: null,
  smallest: null,
  indexInterval: null,
  smallestInterval: null,
  ppm: { below: null, above: null, total: null },
  toTarget: null,
  toTargetInterval: null,
};

function indices(
  mean: number | null,
  sigma: number | null,
  limits: Limits,
  n: number | null,
  confidence: number,
): Indices {
  if (mean === null || sigma === null || !(sigma > 0)) return nothing;
  const { lower, upper, target } = limits;
  const width = lower === null || upper === null ? null : upper - lower;
  const toUpper = upper === null ? null : finite((upper - mean) / (3 * sigma));
  const toLower = lower === null ? null : finite((mean - lower) / (3 * sigma));
  const smallest = toUpper === null ? toLower : toLower === null ? toUpper : Math.min(toUpper, toLower);
  const index = width === null ? null : finite(width / (6 * sigma));
  const toTarget = width === null || target === null ? null : finite(width / (6 * Math.hypot(sigma, mean - target)));
  const below = toLower === null ? null : 1e6 * upperTail(3 * toLower);
  const above = toUpper === null ? null : 1e6 * upperTail(3 * toUpper);
  return {
    index,
    upper: toUpper,
    lower: toLower,
    smallest,
    indexInterval: index === null || n === null ? null : chiSquareInterval(index, n - 1, confidence),
    smallestInterval: smallest === null || n === null ? null : bissell(smallest, n, confidence),
    ppm: { below, above, total: below === null && above === null ? null : (below ?? 0) + (above ?? 0) },
    toTarget,
    toTargetInterval:
      toTarget === null || n === null || target === null
        ? null
        : boyles(toTarget, (mean - target) / sigma, n, confidence),
  };
}

function chiSquareInterval(index: number, freedom: number, confidence: number): Interval | null {
  const tail = (1 - confidence) / 2;
  const at = (p: number): number => index * Math.sqrt(chisquareQuantile(p, freedom) / freedom);
  return interval(at(tail), at(1 - tail));
}

function bissell(smallest: number, n: number, confidence: number): Interval | null {
  const reach = normalQuantile(1 - (1 - confidence) / 2) * Math.sqrt(1 / (9 * n) + smallest ** 2 / (2 * (n - 1)));
  return interval(smallest - reach, smallest + reach);
}

function boyles(toTarget: number, off: number, n: number, confidence: number): Interval | null {
  return chiSquareInterval(toTarget, (n * (1 + off ** 2) ** 2) / (1 + 2 * off ** 2), confidence);
}

const interval = (lower: number, upper: number): Interval | null =>
  Number.isFinite(lower) && Number.isFinite(upper) ? [lower, upper] : null;

function observed(values: readonly number[], lower: number | null, upper: number | null): Capability['observed'] {
  if (values.length === 0) return { below: null, above: null, ppm: null };
  const below = lower === null ? null : values.filter((x) => x < lower).length;
  const above = upper === null ? null : values.filter((x) => x > upper).length;
  return { below, above, ppm: (((below ?? 0) + (above ?? 0)) / values.length) * 1e6 };
}

/**
 * Expected parts per million of a normal process from its indices alone (Montgomery, 7th ed., table 8.2).
 * @param cpk distance of the nearer limit in units of 3 sigma; cp: half the tolerance in the same units, cpk unless told.
 * @returns `oneSided` beyond the nearer limit only, `twoSided` beyond both.
 */
export function ppmOfIndex(cpk: number, cp = cpk): { readonly oneSided: number; readonly twoSided: number } | Refused {
  if (!Number.isFinite(cpk)) return refused('spc.parameter', { name: 'cpk', value: null, allowed: 'a number' });
  if (!(cp >= cpk && Number.isFinite(cp))) {
    return refused('spc.parameter', { name: 'cp', value: finite(cp), allowed: `>= cpk (${cpk})` });
  }
  const near = 1e6 * upperTail(3 * cpk);
  return { oneSided: near, twoSided: near + 1e6 * upperTail(3 * (2 * cp - cpk)) };
}
