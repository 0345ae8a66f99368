/** Which five reasons are the big buttons: ranked from this machine's own history, counted, no model. */
import { reasonCategories, type MachineState } from '#contract/machine-state.ts';
import type { TreeReason } from './reasons.ts';

/** A part of a stop that has a reason, or the part that is asked about. */
export interface StopCircumstances {
  readonly state: MachineState;
  readonly alarm: string | null;
  readonly definitionId: string | null;
  /** Hour of the plant's clock when the part began, 0 to 23. */
  readonly hour: number;
}
export interface ExplainedStop extends StopCircumstances {
  readonly reasonId: string;
}

export interface Ranked {
  readonly reason: TreeReason;
  /** How often it was given in the history. */
  readonly count: number;
  /** How often of these with the same alarm; where the stop has none, in the same state. */
  readonly same: number;
}

export const offeredReasons = 5;

/**
 * The score of a reason is the sum over the stops of the history that were given it of
 *
 *   1 + 4 (same alarm text) + 2 (same state) + 1 (same product) + 1 (hour of the day at most one away)
 *
 * where no alarm and no product never count as the same. Of equal scores the more frequent is first, then unplanned categories
 * before planned ones (a guess only where there is no history), then the order of the tree: the same history always gives the
 * same buttons.
 * @param leaves that may be offered, in the order of the tree. @param history of this machine. @returns at most five.
 */
export function rankReasons(
  leaves: readonly TreeReason[],
  history: readonly ExplainedStop[],
  now: StopCircumstances,
): readonly Ranked[] {
  const scores = new Map<string, { score: number; count: number; same: number }>();
  for (const past of history) {
    const sameAlarm = now.alarm !== null && past.alarm === now.alarm;
    const sameState = past.state === now.state;
    const sameProduct = now.definitionId !== null && past.definitionId === now.definitionId;
    const apart = Math.abs(past.hour - now.hour);
    const sameHour = Math.min(apart, 24 - apart) <= 1;
    const of = scores.get(past.reasonId) ?? { score: 0, count: 0, same: 0 };
    scores.set(past.reasonId, {
      score: of.score + 1 + 4 * Number(sameAlarm) + 2 * Number(sameState) + Number(sameProduct) + Number(sameHour),
      count: of.count + 1,
      same: of.same + Number(now.alarm === null ? sameState : sameAlarm),
    });
  }
  return leaves
    .map((reason, order) => ({ reason, order, ...(scores.get(reason.id) ?? { score: 0, count: 0, same: 0 }) }))
    .sort(
      (a, b) =>
        b.score - a.score ||
        b.count - a.count ||
        reasonCategories.indexOf(a.reason.category) - reasonCategories.indexOf(b.reason.category) ||
        a.order - b.order,
    )
    .slice(0, offeredReasons)
    .map(({ reason, count, same }) => ({ reason, count, same }));
}
