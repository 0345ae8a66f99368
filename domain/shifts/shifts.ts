/**
 * Which shift an instant is in, by the plant's clocks: also at night over midnight, at weekends, on holidays, and in the nights in
 * which the clocks change. Pure: the zone's rules are data of the runtime.
 */
import type { Plant, Shift, Weekday } from '#contract/config/plant.ts';
import { zoneOffsetMs } from '#domain/people/local-day.ts';

export type ShiftPlan = Pick<Plant, 'shifts' | 'holidays' | 'timeZone'>;

/** One run of a shift, or the time after one until the next begins. */
export interface ShiftInstance {
  /** `<day on which it begins>/<shift>`, with `/after` where no shift is: the same for everybody who computes it. */
  readonly key: string;
  /** null: between two shifts. */
  readonly shift: Shift | null;
  /** UTC ms; the beginning belongs to it, the end to the next. */
  readonly startAt: number;
  readonly endAt: number;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
/** Longer than any works holiday; further back nobody's check counts. */
const mostDays = 400;
const weekdayOf: readonly Weekday[] = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A day of the calendar, as its midnight in UTC. */
type Day = number;
const isoOf = (day: Day): string => new Date(day).toISOString().slice(0, 10);

/** @param time `HH:MM`. @returns minutes after midnight. */
export function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

/**
 * UTC ms at which the clocks show that many minutes after midnight of the day. Shown twice (clocks set back): the first time.
 * Never shown (clocks set forward): the instant at which they are set forward.
 */
export function localInstant(day: Day, minutes: number, timeZone: string): number {
  const wall = day + minutes * minuteMs;
  // Offsets in force a day before and after; clocks change at most once in between.
  const before = zoneOffsetMs(wall - dayMs, timeZone);
  const after = zoneOffsetMs(wall + dayMs, timeZone);
  const early = wall - before;
  if (zoneOffsetMs(early, timeZone) === before) return early;
  const late = wall - after;
  if (zoneOffsetMs(late, timeZone) === after) return late;
  // In the gap: the change lies between the two.
  let [low, high] = [Math.min(early, late), Math.max(early, late)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (zoneOffsetMs(middle, timeZone) === before) low = middle;
    else high = middle;
  }
  return high;
}

/** Length of a shift by the clocks, in minutes; from and to alike: a whole day. */
export function lengthMinutes({ from, to }: Pick<Shift, 'from' | 'to'>): number {
  const length = minutesOf(to) - minutesOf(from);
  return length <= 0 ? length + 1440 : length;
}

function instanceOn(day: Day, shift: Shift, { timeZone }: ShiftPlan): ShiftInstance {
  const from = minutesOf(shift.from);
  return {
    key: `${isoOf(day)}/${shift.id}`,
    shift,
    startAt: localInstant(day, from, timeZone),
    endAt: localInstant(day, from + lengthMinutes(shift), timeZone),
  };
}

/** Shifts that begin on the day, in order of their beginning. */
function startingOn(day: Day, plan: ShiftPlan): readonly ShiftInstance[] {
  if (plan.holidays.includes(isoOf(day))) return [];
  const weekday = weekdayOf[new Date(day).getUTCDay()];
  return plan.shifts
    .filter(({ days }) => days.some((each) => each === weekday))
    .map((shift) => instanceOn(day, shift, plan))
    .sort((a, b) => a.startAt - b.startAt);
}

/**
 * @param at UTC ms.
 * @returns null where the plant has no shifts, or none for more than a year before or after.
 */
export function shiftAt(at: number, plan: ShiftPlan): ShiftInstance | null {
  if (plan.shifts.length === 0) return null;
  const local = at + zoneOffsetMs(at, plan.timeZone);
  const today = Math.floor(local / dayMs) * dayMs;
  let last: ShiftInstance | null = null;
  for (let back = 0; back <= mostDays && last === null; back += 1)
    last = startingOn(today - back * dayMs, plan).findLast(({ startAt }) => startAt <= at) ?? null;
  if (last === null || at < last.endAt) return last;
  for (let ahead = 0; ahead <= mostDays; ahead += 1) {
    const next = startingOn(today + ahead * dayMs, plan).find(({ startAt }) => startAt > at);
    if (next !== undefined) return { key: `${last.key}/after`, shift: null, startAt: last.endAt, endAt: next.startAt };
  }
  return null;
}

/** Two shifts that are on at the same time in a week; null: none. Holidays only take away. */
export function overlapOf(shifts: readonly Shift[]): readonly [Shift, Shift] | null {
  const week = 7 * 1440;
  const runs = shifts
    .flatMap((shift) =>
      shift.days.map((day) => {
        const start = ((weekdayOf.indexOf(day) + 6) % 7) * 1440 + minutesOf(shift.from);
        return { shift, start, end: start + lengthMinutes(shift) };
      }),
    )
    .sort((a, b) => a.start - b.start);
  for (const [at, run] of runs.entries()) {
    const next = runs[at + 1];
    const start = next?.start ?? (runs[0]?.start ?? 0) + week;
    const other = next ?? runs[0];
    if (other !== undefined && start < run.end) return [run.shift, other.shift];
  }
  return null;
}
