/** Windows of time that figures are asked for: shifts and days of the plant's calendar. */
import type { OeeWindow, ShiftRow } from '#contract/rpc/oee.ts';
import type { Localized } from '#contract/config/text.ts';
import { endOfLocalDay, localDay, startOfLocalDay } from '#domain/people/local-day.ts';
import { shiftAt, type ShiftPlan } from '#domain/shifts/shifts.ts';

export interface TimeWindow {
  /** UTC ms. */
  readonly from: number;
  readonly to: number;
  /** null: no shift. */
  readonly shift: { readonly key: string; readonly title: Localized } | null;
}

/** @returns null: there is no such shift, or it has not begun yet */
export function windowOf(asked: OeeWindow, now: number, plan: ShiftPlan): TimeWindow | null {
  if (asked.kind === 'day') {
    const from = startOfLocalDay(asked.day, plan.timeZone);
    const to = endOfLocalDay(asked.day, plan.timeZone) + 1;
    return from >= now ? null : { from, to, shift: null };
  }
  const run = asked.key === null ? shiftAt(now, plan) : shiftByKey(asked.key, plan);
  // Without shifts the day under way stands for it.
  if (run === null && asked.key === null && plan.shifts.length === 0) {
    const day = localDay(now, plan.timeZone);
    return windowOf({ kind: 'day', day }, now, plan);
  }
  if (run === null || run.startAt > now) return null;
  const shift = run.shift === null ? null : { key: run.key, title: run.shift.title };
  return { from: run.startAt, to: run.endAt, shift };
}

function shiftByKey(key: string, plan: ShiftPlan): ReturnType<typeof shiftAt> {
  const day = key.slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) return null;
  // From the day before, so that whatever begins on the day is found.
  for (let at = startOfLocalDay(day, plan.timeZone) - 1, n = 0; n < 2 * plan.shifts.length + 4; n += 1) {
    const run = shiftAt(at, plan);
    if (run === null || run.key === key) return run;
    at = run.endAt;
  }
  return null;
}

/** Shifts of the last days that have begun, newest first. */
export function shiftRows(now: number, plan: ShiftPlan, count = 30): readonly ShiftRow[] {
  const rows: ShiftRow[] = [];
  for (let at = now, n = 0; n < 2 * count && rows.length < count; n += 1) {
    const run = shiftAt(at, plan);
    if (run === null) break;
    if (run.shift !== null) rows.push({ key: run.key, title: run.shift.title, from: run.startAt, to: run.endAt });
    at = run.startAt - 1;
  }
  return rows;
}
