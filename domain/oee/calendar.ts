/**
 * Planned time of a machine: shifts, breaks and holidays of plant.yaml, planned stops of calendar.yaml. Exact on days on which the
 * clocks change: a shift is as long as the clocks make it, a break as long as it is written. Pure: no clock is read.
 */
import type { PlannedStop } from '#contract/config/calendar.ts';
import type { Shift } from '#contract/config/plant.ts';
import type { CalendarKind } from '#contract/rpc/oee.ts';
import { startOfLocalHour, zoneOffsetMs } from '#domain/people/local-day.ts';
import {
  lengthMinutes,
  localInstant,
  minutesOf,
  shiftAt,
  type ShiftInstance,
  type ShiftPlan,
} from '#domain/shifts/shifts.ts';

export interface CalendarPlan extends ShiftPlan {
  /** calendar.yaml; none: []. */
  readonly planned: readonly PlannedStop[];
}

/** Whose calendar: planned stops are of a machine, of its line, or of the plant. */
export interface MachinePlace {
  readonly machineId: string;
  /** null: its station is on no line. */
  readonly lineId: string | null;
}

export interface CalendarSpan {
  /** UTC ms; `to` is outside. */
  readonly from: number;
  readonly to: number;
  readonly kind: CalendarKind;
  /** Of `ShiftInstance`; null: the plant has no shifts (then all time is planned), or none within a year. */
  readonly shiftKey: string | null;
  readonly shiftId: string | null;
  /** What says so: the n-th break of the shift, from 0, or the id of the planned stop; null for the rest. */
  readonly breakAt: number | null;
  readonly plannedId: string | null;
}

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** Beginning of a break after that of its shift, and its length, minutes by the clocks. */
export function breakMinutes(
  shift: Pick<Shift, 'from'>,
  pause: Shift['breaks'][number],
): { readonly after: number; readonly length: number } {
  const after = minutesOf(pause.from) - minutesOf(shift.from);
  return { after: after < 0 ? after + 1440 : after, length: lengthMinutes(pause) };
}

interface Break {
  readonly from: number;
  readonly to: number;
  /** Place in the file. */
  readonly at: number;
}

/**
 * Breaks of one run of a shift, in order. Each begins by the clocks and lasts as long as it is written, also where the clocks are
 * set in between: nobody's half hour becomes an hour and a half. One whose beginning the clocks never show begins when they are
 * set forward, and after the break before it.
 */
function breaksOf({ key, shift, startAt, endAt }: ShiftInstance, timeZone: string): readonly Break[] {
  if (shift === null) return [];
  const day = Date.parse(key.slice(0, 10));
  let end = startAt;
  return shift.breaks
    .map((pause, at) => ({ at, ...breakMinutes(shift, pause) }))
    .sort((a, b) => a.after - b.after)
    .flatMap(({ at, after, length }) => {
      const from = Math.max(localInstant(day, minutesOf(shift.from) + after, timeZone), end);
      const to = Math.min(from + length * minuteMs, endAt);
      if (to <= from) return [];
      end = to;
      return [{ from, to, at }];
    });
}

/**
 * Runs of shifts, and the times between them, that touch the time asked for, in order, without gap.
 * @returns a run without shift where the calendar knows none: `key` is then null.
 */
function runsOf(
  from: number,
  to: number,
  plan: ShiftPlan,
): readonly { readonly from: number; readonly to: number; readonly run: ShiftInstance | null }[] {
  const runs: { from: number; to: number; run: ShiftInstance | null }[] = [];
  for (let at = from; at < to;) {
    const run = plan.shifts.length === 0 ? null : shiftAt(at, plan);
    // Without any shift for more than a year: looked at again day by day, so that the first one after it is found.
    const end = Math.min(to, run?.endAt ?? (plan.shifts.length === 0 ? to : at + 24 * hourMs));
    runs.push({ from: at, to: end, run });
    at = end;
  }
  return runs;
}

interface Planned {
  readonly from: number;
  readonly to: number;
  readonly id: string;
  readonly kind: PlannedStop['kind'];
}

/** Planned stops of the machine that touch the time; maintenance first: where two overlap it is told as maintenance. */
function plannedOf(plan: CalendarPlan, place: MachinePlace, from: number, to: number): readonly Planned[] {
  return plan.planned
    .filter(({ line, machine }) =>
      machine !== undefined ? machine === place.machineId : line === undefined || line === place.lineId,
    )
    .map(({ id, kind, ...stop }) => ({ id, kind, from: Date.parse(stop.from), to: Date.parse(stop.to) }))
    .filter((stop) => stop.from < to && stop.to > from)
    .sort((a, b) => Number(b.kind === 'maintenance') - Number(a.kind === 'maintenance') || a.from - b.from);
}

const within = <S extends { readonly from: number; readonly to: number }>(
  all: readonly S[],
  at: number,
): S | undefined => all.find(({ from, to }) => from <= at && at < to);

/**
 * @param from UTC ms. @param to UTC ms, outside.
 * @returns spans that tile the time exactly, in order. A planned stop wins over a break, maintenance over both. A plant without
 * shifts works always; where it has some, the time between them is `unplanned`.
 */
export function calendarSpans(
  from: number,
  to: number,
  plan: CalendarPlan,
  place: MachinePlace,
): readonly CalendarSpan[] {
  const planned = plannedOf(plan, place, from, to);
  return runsOf(from, to, plan).flatMap(({ run, ...part }): readonly CalendarSpan[] => {
    const shiftKey = run?.key ?? null;
    const none = { shiftKey, shiftId: run?.shift?.id ?? null, breakAt: null, plannedId: null };
    if (run === null ? plan.shifts.length > 0 : run.shift === null) return [{ ...part, ...none, kind: 'unplanned' }];
    const breaks = run === null ? [] : breaksOf(run, plan.timeZone);
    const edges = [...breaks, ...planned].flatMap((each) => [each.from, each.to]);
    const cuts = [part.from, ...edges.filter((at) => at > part.from && at < part.to), part.to].sort((a, b) => a - b);
    const spans: CalendarSpan[] = [];
    for (const [at, start] of cuts.entries()) {
      const end = cuts[at + 1];
      if (end === undefined || end === start) continue;
      const stop = within(planned, start);
      const pause = stop === undefined ? within(breaks, start) : undefined;
      const said = {
        kind: stop?.kind ?? (pause === undefined ? ('working' as const) : ('break' as const)),
        plannedId: stop?.id ?? null,
        breakAt: pause?.at ?? null,
      };
      const last = spans.at(-1);
      const same = last?.kind === said.kind && last.plannedId === said.plannedId && last.breakAt === said.breakAt;
      if (same) spans[spans.length - 1] = { ...last, to: end };
      else spans.push({ from: start, to: end, ...none, ...said });
    }
    return spans;
  });
}

/** What the calendar says of an instant. @param at UTC ms. */
export function calendarAt(at: number, plan: CalendarPlan, place: MachinePlace): CalendarSpan {
  const [span] = calendarSpans(at, at + 1, plan, place);
  if (span === undefined) throw new RangeError(`no calendar at ${at}`);
  return span;
}

const nextHour = (at: number, timeZone: string): number => startOfLocalHour(at, timeZone) + hourMs;

/**
 * UTC ms at which the clock hour of an instant begins. Where the clocks are set by half an hour (Lord Howe), the hour after that
 * is cut short and begins when they are set, so that hours never overlap.
 */
export function clockHourOf(at: number, timeZone: string): number {
  const start = startOfLocalHour(at, timeZone);
  if (zoneOffsetMs(start, timeZone) === zoneOffsetMs(at, timeZone)) return start;
  let hour = startOfLocalHour(start, timeZone);
  for (let next = nextHour(hour, timeZone); next <= at; next = nextHour(next, timeZone)) hour = next;
  return hour;
}

/** Beginnings of the clock hours that touch the time, in order; the first is at or before `from`. */
export function clockHours(from: number, to: number, timeZone: string): readonly number[] {
  const hours: number[] = [];
  for (let at = clockHourOf(from, timeZone); at < to; at = nextHour(at, timeZone)) hours.push(at);
  return hours;
}
