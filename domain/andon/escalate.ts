/**
 * Who is called next when nobody comes: by time since the call and by shift. Pure, so it comes to the same after a restart
 * and without a server; the station that raised the call runs it.
 */
import type { CallKind } from '#contract/config/andon.ts';
import { shiftAt, type ShiftPlan } from '#domain/shifts/shifts.ts';
import { isUnanswered, type Call } from './call.ts';

export interface Escalation {
  /** 1 is the first line of `escalation`. */
  readonly level: number;
  readonly role: string;
}

/**
 * Escalations that are due and were not told yet, lowest level first. One whose shifts do not include the one that is on
 * waits for the next that does; levels above it do not wait for it.
 * @param now UTC ms. @param kind null: andon.yaml does not have it any more, so nobody is called further.
 */
export function dueEscalations(call: Call, now: number, kind: CallKind | null, plan: ShiftPlan): readonly Escalation[] {
  if (kind === null || !isUnanswered(call)) return [];
  const shift = shiftAt(now, plan)?.shift?.id ?? null;
  return kind.escalation.flatMap(({ afterMs, role, shifts }, index) => {
    const level = index + 1;
    const told = call.escalated.some((each) => each.level === level);
    const on = shifts === undefined || (shift !== null && shifts.includes(shift));
    return told || !on || now < call.raised.at + afterMs ? [] : [{ level, role }];
  });
}

/** UTC ms after `now` at which to look again at the earliest; null: nothing is left that could become due. */
export function nextEscalationAt(call: Call, now: number, kind: CallKind | null, plan: ShiftPlan): number | null {
  if (kind === null || !isUnanswered(call)) return null;
  const shiftEnd = shiftAt(now, plan)?.endAt ?? null;
  const times = kind.escalation.flatMap(({ afterMs, shifts }, index) => {
    if (call.escalated.some(({ level }) => level === index + 1)) return [];
    const at = call.raised.at + afterMs;
    if (at > now) return [at];
    // Its time has come, its shift has not.
    return shifts === undefined || shiftEnd === null ? [] : [shiftEnd];
  });
  return times.length === 0 ? null : Math.min(...times);
}
