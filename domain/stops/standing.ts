/**
 * When a machine stood, from its state slices and the calendar: what is asked about (a stop), what is only counted (a micro-stop),
 * and changeovers. Pure: `now` comes in as a value.
 */
import type { SliceContext } from '#contract/events/shared.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { isWorking } from '#domain/machines/series.ts';
import type { CalendarSpan } from '#domain/oee/calendar.ts';

/** A state slice as far as stops need it (domain/machines/series.ts); `endAt` null: it is under way. */
export interface StateSlice {
  readonly beganAt: number;
  readonly endAt: number | null;
  readonly state: MachineState;
  readonly told: string | null;
  readonly alarm: string | null;
  readonly context: SliceContext;
}

export type PlannedSpan = Pick<CalendarSpan, 'from' | 'to' | 'kind'>;

/** Nobody knowing is neither: it begins and ends no stop, and one goes on behind it. */
export const stands = (state: MachineState): boolean => !isWorking(state) && state !== 'no-data';

/** A run of slices in which the machine did not work. */
export interface Standing {
  /** UTC ms: the first instant at which it stood although it should have worked. */
  readonly from: number;
  /** null: it still stands. */
  readonly to: number | null;
  /** Known standing within planned busy time until `to` or now, ms: breaks, planned stops and not knowing left out. */
  readonly countedMs: number;
  /** The slice that `from` is in. */
  readonly first: StateSlice;
}

interface Run {
  readonly slices: readonly StateSlice[];
  readonly to: number | null;
}

/** Runs of standing slices; not knowing at their edges is trimmed, between standing slices it is within the run. */
function runsOf(slices: readonly StateSlice[]): readonly Run[] {
  const runs: Run[] = [];
  let run: StateSlice[] = [];
  const close = (): void => {
    const last = run.findLastIndex(({ state }) => stands(state));
    if (last >= 0) runs.push({ slices: run.slice(0, last + 1), to: run[last]?.endAt ?? null });
    run = [];
  };
  for (const slice of slices) {
    if (isWorking(slice.state)) close();
    else if (run.length > 0 || stands(slice.state)) run.push(slice);
  }
  // A machine of which nothing is known since stands for all we know: its stop goes on until something says otherwise.
  const open = run.at(-1)?.endAt === null;
  const unknown = open && !stands(run.at(-1)?.state ?? 'no-data');
  close();
  const last = runs.at(-1);
  if (unknown && last !== undefined) runs[runs.length - 1] = { ...last, to: null };
  return runs;
}

/**
 * @param slices of one machine, oldest first, without gap; the first should begin a run or be working.
 * @param calendar tiles the time of the slices up to `now`, in order.
 * @returns oldest first. A run wholly within planned downtime or outside of shifts is none.
 */
export function standingsOf(
  slices: readonly StateSlice[],
  calendar: readonly PlannedSpan[],
  now: number,
): readonly Standing[] {
  let reached = 0;
  return runsOf(slices).flatMap((run): readonly Standing[] => {
    let countedMs = 0;
    let from: number | null = null;
    let first: StateSlice | null = null;
    for (const slice of run.slices) {
      if (!stands(slice.state)) continue;
      const end = Math.min(slice.endAt ?? now, now);
      while ((calendar[reached]?.to ?? Infinity) < slice.beganAt) reached += 1;
      for (let n = reached; n < calendar.length; n += 1) {
        const span = calendar[n];
        if (span === undefined || span.from > end) break;
        if (span.kind !== 'working') continue;
        const begin = Math.max(slice.beganAt, span.from);
        const until = Math.min(end, span.to);
        // A slice that began this very moment has no length yet, and is one nevertheless.
        if (until < begin || (until === begin && (slice.endAt !== null || begin !== now))) continue;
        countedMs += until - begin;
        if (from === null) [from, first] = [begin, slice];
      }
    }
    return from === null || first === null ? [] : [{ from, to: run.to, countedMs, first }];
  });
}

/** Long enough to be asked about; shorter ones are micro-stops. */
export const isStop = ({ countedMs }: Standing, microUnderMs: number): boolean => countedMs >= microUnderMs;

/**
 * UTC ms at which a standing that goes on is to be looked at again because it may become a stop: when enough is counted, at the
 * latest when the calendar changes; null: it has ended, or is a stop already.
 */
export function lookAgainAt(
  standing: Standing,
  calendarNow: PlannedSpan,
  microUnderMs: number,
  now: number,
): number | null {
  if (standing.to !== null || isStop(standing, microUnderMs)) return null;
  if (calendarNow.kind !== 'working') return calendarNow.to;
  return Math.min(now + microUnderMs - standing.countedMs, calendarNow.to);
}

/** Micro-stops that began in one hour of the plant's clock. */
export interface MicroHour {
  /** UTC ms at which the hour begins. */
  readonly hourAt: number;
  readonly count: number;
  readonly ms: number;
  /** What the machine said at their beginning, most frequent first; the text decides between equal ones. */
  readonly alarms: readonly { readonly text: string; readonly count: number }[];
}

/**
 * Ended micro-stops, counted and summed by the hour in which they began. @param hourOf beginning of an instant's hour.
 * @returns oldest first.
 */
export function microStops(
  standings: readonly Standing[],
  microUnderMs: number,
  hourOf: (at: number) => number,
): readonly MicroHour[] {
  const hours = new Map<number, { count: number; ms: number; alarms: Map<string, number> }>();
  for (const standing of standings) {
    if (standing.to === null || isStop(standing, microUnderMs)) continue;
    const hourAt = hourOf(standing.from);
    const of = hours.get(hourAt) ?? { count: 0, ms: 0, alarms: new Map<string, number>() };
    hours.set(hourAt, of);
    of.count += 1;
    of.ms += standing.countedMs;
    const { alarm } = standing.first;
    if (alarm !== null) of.alarms.set(alarm, (of.alarms.get(alarm) ?? 0) + 1);
  }
  return [...hours]
    .sort(([a], [b]) => a - b)
    .map(([hourAt, { count, ms, alarms }]) => ({
      hourAt,
      count,
      ms,
      alarms: [...alarms]
        .map(([text, n]) => ({ text, count: n }))
        .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)),
    }));
}

/** Somebody prepared a changeover. `to` null: still does. */
export interface Preparation {
  readonly from: number;
  readonly to: number | null;
}

export interface Changeover {
  readonly from: number;
  /** null: it is set up now. */
  readonly to: number | null;
  /** The machine was set up and stood meanwhile (SMED: internal), ms. */
  readonly internalMs: number;
  /** Prepared for it while the machine produced (SMED: external), ms: only what people told, by beginning and ending a preparation. */
  readonly externalMs: number;
  /** Product before and after; null: not known. */
  readonly fromDefinitionId: string | null;
  readonly toDefinitionId: string | null;
}

/**
 * Runs of setup slices. A preparation counts for the changeover that comes next after it began, and only for the time in which
 * the machine produced: what is prepared while it stands is internal.
 * @param slices of one machine, oldest first. @returns oldest first.
 */
export function changeoversOf(
  slices: readonly StateSlice[],
  preparations: readonly Preparation[],
  now: number,
): readonly Changeover[] {
  const runs: {
    from: number;
    to: number | null;
    before: StateSlice | null;
    first: StateSlice;
    after: StateSlice | null;
  }[] = [];
  slices.forEach((slice, at) => {
    const before = slices[at - 1] ?? null;
    const last = runs.at(-1);
    if (slice.state !== 'setup') {
      if (last !== undefined && last.after === null) last.after = slice;
      return;
    }
    if (before?.state === 'setup' && last !== undefined) last.to = slice.endAt;
    else runs.push({ from: slice.beganAt, to: slice.endAt, before, first: slice, after: null });
  });
  return runs.map(({ from, to, before, first, after }, at) => {
    const since = runs[at - 1]?.to ?? Number.NEGATIVE_INFINITY;
    const externalMs = preparations
      .filter((each) => each.from >= since && each.from < from)
      .reduce((sum, each) => sum + producedMs(slices, each.from, Math.min(each.to ?? now, from), now), 0);
    return {
      from,
      to,
      internalMs: Math.max(0, (to ?? now) - from),
      externalMs,
      fromDefinitionId: before?.context.definitionId ?? null,
      toDefinitionId: after?.context.definitionId ?? first.context.definitionId,
    };
  });
}

/** Time in which the machine produced between two instants, ms. */
const producedMs = (slices: readonly StateSlice[], from: number, to: number, now: number): number =>
  slices
    .filter(({ state }) => state === 'producing')
    .reduce((sum, { beganAt, endAt }) => sum + Math.max(0, Math.min(endAt ?? now, to) - Math.max(beganAt, from)), 0);
