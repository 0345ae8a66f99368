/**
 * Why a statistic has no number. Codes and live values only (design law 3): no sentence is built here, and nothing is ever
 * answered by NaN or Infinity. A statistic that is undefined for these data is `null` and the reason stands beside it; a
 * question that makes no sense is answered by `Refused`.
 */

export const spcReasonCodes = {
  /** No value is left: none given, or all missing. */
  'spc.no-values': [],
  /** `have` values where the method needs `need`. */
  'spc.too-few-values': ['have', 'need'],
  /** `have` subgroups with at least two values, `need` are needed. */
  'spc.too-few-subgroups': ['have', 'need'],
  /** More than the method's approximation was made for. */
  'spc.too-many-values': ['have', 'most'],
  /** All values are equal (or so near that a double cannot tell): a spread of zero measures nothing. */
  'spc.no-variation': ['value'],
  /** A parameter outside what the method allows. */
  'spc.parameter': ['name', 'value', 'allowed'],
  /** A parameter that this method needs is not there. */
  'spc.parameter-missing': ['name'],
  /** Two lists that belong together have different lengths. */
  'spc.lengths-differ': ['first', 'second', 'firstLength', 'secondLength'],
  /** A value is not possible here (a count below 0 or above its sample, a size of 0). */
  'spc.value-impossible': ['at', 'value', 'allowed'],
  /** The method needs values above 0. */
  'spc.not-positive': ['smallest'],
  /** Neither a lower nor an upper specification limit. */
  'spc.no-specification': [],
  /** A study in which a cell is empty or cells differ in their number of trials. */
  'spc.study-not-balanced': ['part', 'appraiser', 'have', 'need'],
  /** A denominator is 0. */
  'spc.denominator-zero': ['name'],
  /** The result is beyond the largest number a double holds. */
  'spc.out-of-range': [],
  /** A quantity or time of a key figure that cannot be (negative, or larger than what it is a part of). */
  'kpi.impossible': ['name', 'value', 'allowed'],
  /** The list of phases is not in order or leaves the data. */
  'spc.phase-order': ['phase', 'from', 'points'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type SpcReasonCode = keyof typeof spcReasonCodes;

export interface SpcReason {
  readonly code: SpcReasonCode;
  readonly params: Readonly<Record<string, number | string | null>>;
}

/** The whole question has no answer. */
export interface Refused {
  readonly refused: SpcReason;
}

type ParamsOf<C extends SpcReasonCode> = Readonly<Record<(typeof spcReasonCodes)[C][number], number | string | null>>;

/** The parameters are exactly those of the code; anything else does not compile. */
export function spcReason<C extends SpcReasonCode>(code: C, params: ParamsOf<C>): SpcReason {
  return { code, params };
}

export function refused<C extends SpcReasonCode>(code: C, params: ParamsOf<C>): Refused {
  return { refused: spcReason(code, params) };
}

export const isRefused = (answer: unknown): answer is Refused =>
  typeof answer === 'object' && answer !== null && 'refused' in answer;

/** A missing value: `null` or `undefined`; NaN and the infinities count as missing too, for they are no measurement. */
export type Value = number | null | undefined;

export const isValue = (value: Value): value is number => typeof value === 'number' && Number.isFinite(value);

/** null for what is no finite number: the last guard before a result leaves. -0 becomes 0. */
export const finite = (value: number): number | null => (Number.isFinite(value) ? value + 0 : null);
