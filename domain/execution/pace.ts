/** Pace of a person's work: what is left of the takt for the unit in hand, and what this hour's planned time asks for. */
import type { WorkPace } from '#contract/rpc/execution.ts';

export interface PaceNow {
  /** Takt left for the unit in hand, ms; below 0: over it by that. null: no unit is worked on. */
  readonly leftMs: number | null;
  /** Whole pieces that the hour's planned time has room for; null: none of it is planned. */
  readonly target: number | null;
  /** Of them those that should have passed by now. */
  readonly due: number | null;
  /** Fewer passed than were due. */
  readonly behind: boolean;
}

/** Breaks and planned stops are nobody's delay; time outside of all shifts is worked like any other. */
const isPause = ({ kind }: WorkPace['calendar'][number]): boolean => kind !== 'working' && kind !== 'unplanned';

const within = (
  { calendar }: WorkPace,
  which: (span: WorkPace['calendar'][number]) => boolean,
  from: number,
  to: number,
): number =>
  calendar.reduce(
    (ms, span) => (which(span) ? ms + Math.max(0, Math.min(span.to, to) - Math.max(span.from, from)) : ms),
    0,
  );

const isWorking = ({ kind }: WorkPace['calendar'][number]): boolean => kind === 'working';

/** Pieces of the hour's planned time, and of what of it is over, in parts of a piece; null: none of it is planned. */
export function plannedPieces(pace: WorkPace, now: number): { readonly target: number; readonly due: number } | null {
  const { taktMs, hour } = pace;
  const planned = within(pace, isWorking, hour.from, hour.to);
  if (planned === 0) return null;
  return {
    target: planned / taktMs,
    due: within(pace, isWorking, hour.from, Math.min(now, hour.to)) / taktMs,
  };
}

/**
 * @param startedAt of the unit in hand, UTC ms; null: none
 * @param passed units that passed since the hour began
 */
export function paceNow(pace: WorkPace, startedAt: number | null, passed: number, now: number): PaceNow {
  const planned = plannedPieces(pace, now);
  const due = planned && Math.floor(planned.due);
  return {
    leftMs: startedAt === null ? null : pace.taktMs - (now - startedAt - within(pace, isPause, startedAt, now)),
    target: planned && Math.floor(planned.target),
    due,
    behind: due !== null && passed < due,
  };
}
