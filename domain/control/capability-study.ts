/** What a chart's points say of the capability of the process: every number, or why it is missing. */
import type { ChartKind } from '#contract/config/control-plan.ts';
import { capability, type Interval } from '#domain/spc/capability.ts';
import { mean, standardDeviation } from '#domain/spc/moments.ts';
import { testedCapability, type TestedCapability } from '#domain/spc/non-normal.ts';
import { isRefused, type SpcReason } from '#domain/spc/reason.ts';
import { basisOf } from './statistics.ts';

export type IndexName = 'cp' | 'cpk' | 'pp' | 'ppk' | 'cpm';

/** `one-limit`: the index needs both limits. */
export type WhyMissing = SpcReason | 'no-limits' | 'one-limit' | 'no-within';

export interface IndexRow {
  readonly name: IndexName;
  readonly value: number | null;
  /** 95 %, two-sided. */
  readonly interval: Interval | null;
  /** null: the value is there. */
  readonly missing: WhyMissing | null;
}

export interface CapabilityStudy {
  readonly values: readonly number[];
  readonly mean: number | null;
  readonly sigmaWithin: number | null;
  readonly sigmaOverall: number | null;
  readonly rows: readonly IndexRow[];
  /** Parts per million beyond the limits of a normal process with the overall sigma. */
  readonly ppm: { readonly below: number | null; readonly above: number | null; readonly total: number | null };
  readonly observed: { readonly below: number | null; readonly above: number | null };
  /** Is it normal, and the way on where it is not; null without limits or values. */
  readonly tested: TestedCapability | null;
  /** Fewer values than make the indices trustworthy. */
  readonly few: boolean;
}

/** AIAG SPC manual, 2nd ed., and PPAP 4th ed. 2.2.11: at least 100 readings in 25 subgroups. */
export const enoughValues = 100;

/**
 * @param groups values of each point that counts, oldest first, of measured values.
 * @param spec limits and nominal in the unit of the values; null: none.
 */
export function capabilityStudy(
  kind: ChartKind,
  groups: readonly (readonly number[])[],
  spec: { readonly lower: number | null; readonly upper: number | null; readonly nominal: number | null },
): CapabilityStudy {
  const values = groups.flat().filter(Number.isFinite);
  const within = basisOf(kind === 'ewma' || kind === 'cusum' ? 'xbar-s' : kind, groups)?.sigma ?? null;
  const [average, overall] = [mean(values), standardDeviation(values)];
  const told = { mean: average, sigmaWithin: within, sigmaOverall: overall, n: values.length, values };
  const limits = { lower: spec.lower, upper: spec.upper, target: spec.nominal };
  const found = capability(told, limits);
  const tested = isRefused(found) || values.length === 0 ? null : testedCapability(values, limits);
  const general: WhyMissing | null = isRefused(found)
    ? spec.lower === null && spec.upper === null
      ? 'no-limits'
      : found.refused
    : found.reason;
  const both = spec.lower !== null && spec.upper !== null;
  const row = (name: IndexName, value: number | null, interval: Interval | null, ofWithin: boolean): IndexRow => ({
    name,
    value,
    interval,
    missing:
      value !== null
        ? null
        : (general ??
          (!both && (name === 'cp' || name === 'pp' || name === 'cpm')
            ? 'one-limit'
            : ofWithin && within === null
              ? 'no-within'
              : { code: 'spc.out-of-range', params: {} })),
  });
  const of = isRefused(found) ? null : found;
  return {
    values,
    mean: average,
    sigmaWithin: within,
    sigmaOverall: overall,
    rows: [
      row('cp', of?.within.index ?? null, of?.within.indexInterval ?? null, true),
      row('cpk', of?.within.smallest ?? null, of?.within.smallestInterval ?? null, true),
      row('pp', of?.overall.index ?? null, of?.overall.indexInterval ?? null, false),
      row('ppk', of?.overall.smallest ?? null, of?.overall.smallestInterval ?? null, false),
      row('cpm', of?.overall.toTarget ?? null, of?.overall.toTargetInterval ?? null, false),
    ],
    ppm: of?.overall.ppm ?? { below: null, above: null, total: null },
    observed: { below: of?.observed.below ?? null, above: of?.observed.above ?? null },
    tested: tested === null || isRefused(tested) ? null : tested,
    few: values.length < enoughValues,
  };
}
