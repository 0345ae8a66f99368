/** Passes of this hour against the target, and against what the target asks for by now. Pure. */
export interface Pace {
  /** Of the whole hour's target, 0 to 1. */
  readonly share: number;
  /** Where the hour stands, 0 to 1. */
  readonly hour: number;
  readonly behind: boolean;
}

/**
 * @param minutes since the beginning of the plant's hour, 0 to 60.
 * @returns null without a target. Behind: at least one whole piece, and more than a tenth of what is due by now.
 */
export function paceOf(passes: number, targetPerHour: number | null, minutes: number): Pace | null {
  if (targetPerHour === null || targetPerHour <= 0) return null;
  const hour = Math.min(1, Math.max(0, minutes / 60));
  const due = targetPerHour * hour;
  return { share: Math.min(1, passes / targetPerHour), hour, behind: due - passes >= 1 && passes < due * 0.9 };
}
