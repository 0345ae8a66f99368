/** Individuals chart (NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2). */

/** Expected range of two normal values in sigmas, n = 2 (NIST/SEMATECH 6.3.2.2 prints 1.128; this is 2/√π). */
const d2 = 2 / Math.sqrt(Math.PI);

/** Fewer values than this make limits that mean nothing. */
export const individualsMinimum = 8;

export interface IndividualsLimits {
  /** x̄ */
  readonly center: number;
  /** x̄ − 3 MR̄/d₂ */
  readonly lower: number;
  /** x̄ + 3 MR̄/d₂, i.e. x̄ + 2.66 MR̄ */
  readonly upper: number;
}

/**
 * @param values in the order they were measured, unit of the characteristic; all finite.
 * @returns null below 8 values. Constant data give limits equal to the centre: no spread was seen.
 */
export function individualsLimits(values: readonly number[]): IndividualsLimits | null {
  if (values.length < individualsMinimum) return null;
  const center = values.reduce((sum, x) => sum + x, 0) / values.length;
  let ranges = 0;
  for (let i = 1; i < values.length; i += 1) ranges += Math.abs((values[i] ?? 0) - (values[i - 1] ?? 0));
  const reach = (3 * ranges) / (values.length - 1) / d2;
  return { center, lower: center - reach, upper: center + reach };
}
