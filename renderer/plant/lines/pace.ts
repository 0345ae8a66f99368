/** Passes of this hour against what its planned time asks for, and against what of that is due by now. Pure. */
import type { WorkPace } from '#contract/rpc/execution.ts';
import { plannedPieces } from '#domain/execution/pace.ts';

export interface Pace {
  /** Whole pieces. */
  readonly target: number;
  /** Of the whole hour's target, 0 to 1. */
  readonly share: number;
  /** Of it what is due by now, 0 to 1. */
  readonly due: number;
  readonly behind: boolean;
}

/**
 * @param now UTC ms.
 * @returns null where nothing of the hour is planned, or less than a piece. Behind: at least one whole piece, and more than a tenth
 * of what is due by now; what was passed just now may still be on its way here.
 */
export function paceOf(passes: number, pace: WorkPace | null, now: number): Pace | null {
  const planned = pace && plannedPieces(pace, now);
  if (planned === null || planned.target < 1) return null;
  const { target, due } = planned;
  return {
    target: Math.floor(target),
    share: Math.min(1, passes / target),
    due: due / target,
    behind: due - passes >= 1 && passes < due * 0.9,
  };
}
