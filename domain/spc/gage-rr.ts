/**
 * Gage R&R of a crossed study: AIAG Measurement Systems Analysis, 4th edition (2010), chapter III section B (average and
 * range method, ANOVA method, appendix A); R. K. Burdick, C. M. Borror and D. C. Montgomery, Journal of Quality Technology 35
 * (2003) 342-354 for the variance components.
 */
import fCdf from '@stdlib/stats-base-dists-f-cdf';
import { chartConstants, relativeRange } from './constants.ts';
import { mean, range, sum } from './moments.ts';
import { finite, isValue, refused, type Refused, type Value } from './reason.ts';

/** `study[part][appraiser][trial]`, unit of the characteristic; every cell full and with the same number of trials. */
export type Study = readonly (readonly (readonly Value[])[])[];

interface Design {
  readonly parts: number;
  readonly appraisers: number;
  readonly trials: number;
}

/** @returns Refused for less than two parts, a cell that is missing or has another number of trials, a missing value. */
function design(study: Study): Design | Refused {
  const appraisers = study[0]?.length ?? 0;
  const trials = study[0]?.[0]?.length ?? 0;
  if (study.length < 2) return refused('spc.too-few-values', { have: study.length, need: 2 });
  for (const [part, row] of study.entries()) {
    for (let appraiser = 0; appraiser < Math.max(appraisers, row.length); appraiser += 1) {
      const have = (row[appraiser] ?? []).filter(isValue).length;
      const there = row[appraiser]?.length ?? 0;
      if (have !== trials || there !== trials || have < 1 || appraiser >= appraisers) {
        return refused('spc.study-not-balanced', { part, appraiser, have, need: Math.max(1, trials) });
      }
    }
  }
  if (appraisers < 1) return refused('spc.study-not-balanced', { part: 0, appraiser: 0, have: 0, need: 1 });
  return { parts: study.length, appraisers, trials };
}

/** `f` and `p` are null where there is nothing to test against. Sum of squares and mean square in the unit squared. */
export interface AnovaLine {
  readonly df: number;
  readonly ss: number;
  readonly ms: number | null;
  readonly f: number | null;
  readonly p: number | null;
}

export interface AnovaTable {
  readonly part: AnovaLine;
  readonly operator: AnovaLine;
  readonly interaction: AnovaLine | null;
  readonly repeatability: AnovaLine;
  readonly total: AnovaLine;
}

/** By source of variation. */
export interface BySource<T> {
  readonly repeatability: T;
  readonly operator: T;
  readonly interaction: T;
  /** Operator and interaction. */
  readonly reproducibility: T;
  /** Repeatability and reproducibility. */
  readonly grr: T;
  readonly part: T;
  readonly total: T;
}

export interface AnovaStudy {
  readonly full: AnovaTable;
  /** Without the interaction; null where that was kept. */
  readonly reduced: AnovaTable | null;
  readonly interactionPooled: boolean;
  /** Unit squared; negative estimates are 0. */
  readonly variance: BySource<number>;
  /** Unit of the characteristic. */
  readonly deviation: BySource<number>;
  /** 100 variance / total variance; null where there is no variation. */
  readonly contribution: BySource<number> | null;
  /** 100 deviation / total deviation. */
  readonly studyVariation: BySource<number> | null;
  /** 100 multiplier deviation / tolerance; null without a tolerance. */
  readonly ofTolerance: BySource<number> | null;
  /** 1.41 part / GRR; null where GRR is 0. */
  readonly distinctRaw: number | null;
  /** The same rounded down, at least 1. */
  readonly distinct: number | null;
}

export interface StudyOptions {
  /** Width of the specification, unit of the characteristic. */
  readonly tolerance?: number;
  /** Sigmas that a tolerance is compared with, 6 unless told (5.15 in the third edition). */
  readonly multiplier?: number;
  /** The interaction is pooled when its p is above this, 0.25 unless told. */
  readonly poolAbove?: number;
}

/** Crossed two-way random effects. @returns Refused for a study that is not balanced, or options that cannot be. */
export function anovaStudy(study: Study, options: StudyOptions = {}): AnovaStudy | Refused {
  const { tolerance, multiplier = 6, poolAbove = 0.25 } = options;
  const shape = design(study);
  if ('refused' in shape) return shape;
  const wrong = optionFault(options);
  if (wrong) return wrong;
  const { parts, appraisers, trials } = shape;
  if (trials < 2 && appraisers < 2) return refused('spc.too-few-values', { have: trials, need: 2 });

  const squares = squaresOf(study as readonly (readonly (readonly number[])[])[], shape);
  if (squares === null) return refused('spc.out-of-range', {});
  const df = {
    part: parts - 1,
    operator: appraisers - 1,
    interaction: (parts - 1) * (appraisers - 1),
    repeatability: parts * appraisers * (trials - 1),
  };
  const total = line(squares.total, parts * appraisers * trials - 1, null);
  // With one trial the interaction cannot be told from the error: it is the error.
  const separable = df.interaction > 0 && df.repeatability > 0;
  const error = line(squares.repeatability, df.repeatability, null);
  const interaction = line(squares.interaction, df.interaction, separable ? error : null);
  const against = separable ? interaction : df.repeatability > 0 ? error : interaction;
  const full: AnovaTable = {
    part: line(squares.part, df.part, against),
    operator: line(squares.operator, df.operator, against),
    interaction,
    repeatability: error,
    total,
  };
  const pooled = !separable || (interaction.p !== null && interaction.p > poolAbove);
  const pooledError = line(squares.repeatability + squares.interaction, df.repeatability + df.interaction, null);
  const reduced: AnovaTable | null = pooled
    ? {
        part: line(squares.part, df.part, pooledError),
        operator: line(squares.operator, df.operator, pooledError),
        interaction: null,
        repeatability: pooledError,
        total,
      }
    : null;

  const component = (above: AnovaLine, below: AnovaLine, per: number): number =>
    above.ms === null || below.ms === null ? 0 : Math.max(0, (above.ms - below.ms) / per);
  const base = reduced ? pooledError : interaction;
  const repeatability = (reduced ? pooledError : error).ms ?? 0;
  const operator = component(full.operator, base, parts * trials);
  const between = reduced ? 0 : component(interaction, error, trials);
  const part = component(full.part, base, appraisers * trials);
  const reproducibility = operator + between;
  const grr = repeatability + reproducibility;
  const variance = { repeatability, operator, interaction: between, reproducibility, grr, part, total: grr + part };
  const deviation = map(variance, Math.sqrt);
  const scale = tolerance === undefined ? 1 : (100 * multiplier) / tolerance;
  if (!Number.isFinite(variance.total * 100 + deviation.total * scale + pooledError.ss))
    return refused('spc.out-of-range', {});
  const some = variance.total > 0;
  const raw = deviation.grr > 0 ? finite((1.41 * deviation.part) / deviation.grr) : null;
  return {
    full,
    reduced,
    interactionPooled: pooled,
    variance,
    deviation,
    contribution: some ? map(variance, (v) => (100 * v) / variance.total) : null,
    studyVariation: some ? map(deviation, (d) => (100 * d) / deviation.total) : null,
    ofTolerance: tolerance === undefined ? null : map(deviation, (d) => scale * d),
    distinctRaw: raw,
    distinct: raw === null ? null : Math.max(1, Math.floor(raw)),
  };
}

function optionFault({ tolerance, multiplier = 6, poolAbove = 0.25 }: StudyOptions): Refused | null {
  for (const [name, value, fine, allowed] of [
    ['tolerance', tolerance ?? 1, tolerance === undefined || (tolerance > 0 && Number.isFinite(tolerance)), '> 0'],
    ['multiplier', multiplier, multiplier > 0 && Number.isFinite(multiplier), '> 0'],
    ['poolAbove', poolAbove, poolAbove >= 0 && poolAbove <= 1, '0..1'],
  ] as const) {
    if (!fine) return refused('spc.parameter', { name, value: finite(value), allowed });
  }
  return null;
}

const map = <T, U>(from: BySource<T>, to: (value: T) => U): BySource<U> => ({
  repeatability: to(from.repeatability),
  operator: to(from.operator),
  interaction: to(from.interaction),
  reproducibility: to(from.reproducibility),
  grr: to(from.grr),
  part: to(from.part),
  total: to(from.total),
});

/** The upper tail as the lower tail of the reciprocal: 1 - P would be 0 for what stands out. */
function line(ss: number, df: number, against: AnovaLine | null): AnovaLine {
  const ms = df > 0 ? ss / df : null;
  const f = ms === null || !against || against.ms === null || !(against.ms > 0) ? null : finite(ms / against.ms);
  const p = f === null || !against ? null : f > 0 ? finite(fCdf(1 / f, against.df, df)) : 1;
  return { df, ss, ms, f, p };
}

/** Sums of squares from deviations of means, all values taken relative to the first so that no digits are lost. */
function squaresOf(study: readonly (readonly (readonly number[])[])[], { parts, appraisers, trials }: Design) {
  const origin = study[0]?.[0]?.[0] ?? 0;
  const cells = study.map((row) => row.map((cell) => cell.map((x) => x - origin)));
  const average = (values: readonly number[]): number => sum(values) / values.length;
  const grand = average(cells.flat(2));
  const partMeans = cells.map((row) => average(row.flat()));
  const operatorMeans = Array.from({ length: appraisers }, (_, j) => average(cells.flatMap((row) => row[j] ?? [])));
  const cellMeans = cells.map((row) => row.map(average));
  const squares = (values: readonly number[]): number => sum(values.map((x) => x * x));
  const found = {
    part: appraisers * trials * squares(partMeans.map((m) => m - grand)),
    operator: parts * trials * squares(operatorMeans.map((m) => m - grand)),
    interaction:
      trials *
      squares(
        cellMeans.flatMap((row, i) =>
          row.map((m, j) => m - (partMeans[i] as number) - (operatorMeans[j] as number) + grand),
        ),
      ),
    repeatability: squares(
      cells.flatMap((row, i) => row.flatMap((cell, j) => cell.map((x) => x - (cellMeans[i]?.[j] as number)))),
    ),
    total: squares(cells.flat(2).map((x) => x - grand)),
  };
  return Object.values(found).every(Number.isFinite) ? found : null;
}

export interface RangeStudy {
  readonly operatorAverages: readonly number[];
  /** Mean range of each appraiser. */
  readonly operatorRanges: readonly number[];
  readonly meanRange: number;
  /** Largest less smallest average of the appraisers. */
  readonly operatorDifference: number;
  readonly partAverages: readonly number[];
  /** Range of the part averages. */
  readonly partRange: number;
  /** D4 mean range: ranges above it are listed in `outOfControl`. */
  readonly upperRange: number;
  readonly outOfControl: readonly { readonly operator: number; readonly part: number }[];
  /** Standard deviations, unit of the characteristic: equipment, appraiser, R&R, part, total variation. */
  readonly ev: number;
  readonly av: number;
  /** The appraiser variation came out negative and was set to 0. */
  readonly avClamped: boolean;
  readonly grr: number;
  readonly pv: number;
  readonly tv: number;
  /** 100 deviation / total variation; null where that is 0. */
  readonly ofStudy: { readonly ev: number; readonly av: number; readonly grr: number; readonly pv: number } | null;
  /** 100 multiplier deviation / tolerance; null without a tolerance. */
  readonly ofTolerance: { readonly ev: number; readonly av: number; readonly grr: number; readonly pv: number } | null;
  readonly distinctRaw: number | null;
  /** 1.41 PV/GRR rounded down, at least 1. */
  readonly distinct: number | null;
}

export interface RangeConstants {
  readonly K1?: number;
  readonly K2?: number;
  readonly K3?: number;
}

/**
 * The K constants of the 4th edition as printed (four decimals): K1 = 1/d2(trials); K2 and K3 = 1/d2* for the one range of
 * the appraisers' or parts' averages, d2* = sqrt(d2^2 + d3^2) (appendix C, row 1).
 */
export function rangeConstants(trials: number, appraisers: number, parts: number): Required<RangeConstants> {
  const printed = (value: number): number => Math.round(value * 1e4) / 1e4;
  const single = (n: number): number => {
    if (n < 2) return 0;
    const { d2, d3 } = relativeRange(n);
    return printed(1 / Math.hypot(d2, d3));
  };
  return { K1: printed(1 / relativeRange(trials).d2), K2: single(appraisers), K3: single(parts) };
}

/**
 * The average and range method; two trials or more. The interaction is not seen by it.
 * @returns Refused for a study that is not balanced, a single trial or options that cannot be.
 */
export function rangeStudy(study: Study, options: StudyOptions & RangeConstants = {}): RangeStudy | Refused {
  const { tolerance, multiplier = 6 } = options;
  const shape = design(study);
  if ('refused' in shape) return shape;
  const wrong = optionFault(options);
  if (wrong) return wrong;
  const { parts, appraisers, trials } = shape;
  if (trials < 2) return refused('spc.too-few-values', { have: trials, need: 2 });
  const constants = chartConstants(trials);
  if ('refused' in constants) return constants;
  const { K1, K2, K3 } = { ...rangeConstants(trials, appraisers, parts), ...known(options) };

  const cells = study as readonly (readonly (readonly number[])[])[];
  const ranges = cells.map((row) => row.map((cell) => range(cell) ?? Infinity));
  const average = (values: readonly number[]): number => mean(values) ?? Infinity;
  const operators = Array.from({ length: appraisers }, (_, j) => j);
  const operatorAverages = operators.map((j) => average(cells.flatMap((row) => row[j] ?? [])));
  const operatorRanges = operators.map((j) => average(ranges.map((row) => row[j] as number)));
  const partAverages = cells.map((row) => average(row.flat()));
  const meanRange = average(operatorRanges);
  const operatorDifference = range(operatorAverages) ?? Infinity;
  const partRange = range(partAverages) ?? Infinity;
  if (![meanRange, operatorDifference, partRange].every(Number.isFinite)) return refused('spc.out-of-range', {});
  const upperRange = constants.D4 * meanRange;

  const ev = meanRange * K1;
  const square = (operatorDifference * K2) ** 2 - ev ** 2 / (parts * trials);
  const av = Math.sqrt(Math.max(0, square));
  const grr = Math.hypot(ev, av);
  const pv = partRange * K3;
  const tv = Math.hypot(grr, pv);
  const scale = tolerance === undefined ? 0 : (100 * multiplier) / tolerance;
  if (!Number.isFinite(tv * Math.max(100, scale))) return refused('spc.out-of-range', {});
  const raw = grr > 0 ? finite((1.41 * pv) / grr) : null;
  const scaled = (by: number) => ({ ev: by * ev, av: by * av, grr: by * grr, pv: by * pv });
  return {
    operatorAverages,
    operatorRanges,
    meanRange,
    operatorDifference,
    partAverages,
    partRange,
    upperRange,
    outOfControl: operators.flatMap((operator) =>
      ranges.flatMap((row, part) => ((row[operator] as number) > upperRange ? [{ operator, part }] : [])),
    ),
    ev,
    av,
    avClamped: square < 0,
    grr,
    pv,
    tv,
    ofStudy: tv > 0 ? { ev: (100 * ev) / tv, av: (100 * av) / tv, grr: (100 * grr) / tv, pv: (100 * pv) / tv } : null,
    ofTolerance: tolerance === undefined ? null : scaled(scale),
    distinctRaw: raw,
    distinct: raw === null ? null : Math.max(1, Math.floor(raw)),
  };
}

const known = ({ K1, K2, K3 }: RangeConstants): RangeConstants => ({
  ...(K1 === undefined ? {} : { K1 }),
  ...(K2 === undefined ? {} : { K2 }),
  ...(K3 === undefined ? {} : { K3 }),
});
