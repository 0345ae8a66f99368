/**
 * Overall equipment effectiveness = availability x performance x quality (S. Nakajima, Introduction to TPM, 1988), from a
 * shift's sums or from an event log with counters. Performance is not capped at 1: above 1 the ideal cycle time is wrong, and
 * that should be seen.
 */
import { finite, refused, type Refused } from '#domain/spc/reason.ts';
import { over, times } from './iso22400.ts';

/** Times in any one unit; `idealCycleTime` in that unit per item. */
export interface ShiftSums {
  readonly shiftLength: number;
  readonly plannedBreaks: number;
  readonly downtime: number;
  readonly idealCycleTime: number;
  readonly totalCount: number;
  readonly goodCount: number;
}

/** null where a denominator is 0. */
export interface Effectiveness {
  readonly availability: number | null;
  readonly performance: number | null;
  readonly quality: number | null;
  readonly oee: number | null;
}

export interface ShiftFigures extends Effectiveness {
  readonly plannedProductionTime: number;
  readonly runTime: number;
  /** The three losses and the fully productive time add up to the planned production time. */
  readonly availabilityLoss: number;
  readonly performanceLoss: number;
  readonly qualityLoss: number;
  readonly fullyProductiveTime: number;
}

/** @returns Refused for negative sums, breaks beyond the shift, downtime beyond the planned time, more good than made. */
export function shiftEffectiveness(sums: ShiftSums): ShiftFigures | Refused {
  const { shiftLength, plannedBreaks, downtime, idealCycleTime, totalCount, goodCount } = sums;
  const planned = shiftLength - plannedBreaks;
  for (const [name, value, most] of [
    ['shiftLength', shiftLength, Number.MAX_VALUE],
    ['plannedBreaks', plannedBreaks, shiftLength],
    ['downtime', downtime, planned],
    ['idealCycleTime', idealCycleTime, Number.MAX_VALUE],
    ['totalCount', totalCount, Number.MAX_VALUE],
    ['goodCount', goodCount, totalCount],
  ] as const) {
    if (!(value >= 0 && value <= most)) {
      const allowed = most === Number.MAX_VALUE ? '>= 0' : `0..${most}`;
      return refused('kpi.impossible', { name, value: Number.isFinite(value) ? value : null, allowed });
    }
  }
  const runTime = planned - downtime;
  const ideal = idealCycleTime * totalCount;
  const productive = idealCycleTime * goodCount;
  if (!Number.isFinite(ideal)) return refused('spc.out-of-range', {});
  return {
    plannedProductionTime: planned,
    runTime,
    ...factors(runTime, planned, ideal, totalCount, goodCount),
    availabilityLoss: downtime,
    performanceLoss: runTime - ideal,
    qualityLoss: idealCycleTime * (totalCount - goodCount),
    fullyProductiveTime: productive,
  };
}

function factors(runTime: number, planned: number, ideal: number, total: number, good: number): Effectiveness {
  const availability = over(runTime, planned);
  const speed = over(ideal, runTime);
  const quality = over(good, total);
  return { availability, performance: speed, quality, oee: times(times(availability, speed), quality) };
}

/** A reading of a machine: its state from `at` (ms) on, and counters that only rise but for a reset. */
export interface MachineEvent {
  readonly at: number;
  readonly state: string;
  /** null: not read. */
  readonly partCount: number | null;
  readonly badCount: number | null;
}

export interface EventWindow {
  /** End of the last state, ms. */
  readonly stop: number;
  /** What lies before is not counted; the first event unless told. */
  readonly start?: number;
  /** s */
  readonly plannedTime: number;
  /** s per part */
  readonly idealCycleTime: number;
  readonly runningState: string;
}

export interface LogFigures extends Effectiveness {
  /** s */
  readonly runTime: number;
  readonly parts: number;
  readonly bad: number;
}

/**
 * The first reading of a counter is its baseline; one that went down was reset, and that step counts nothing.
 * @param events in order of time.
 * @returns Refused for events out of order, or times that cannot be.
 */
export function logEffectiveness(events: readonly MachineEvent[], span: EventWindow): LogFigures | Refused {
  const { stop, start = -Infinity, plannedTime, idealCycleTime, runningState } = span;
  for (const [name, value] of [
    ['plannedTime', plannedTime],
    ['idealCycleTime', idealCycleTime],
  ] as const) {
    if (!(value >= 0 && Number.isFinite(value))) {
      return refused('kpi.impossible', { name, value: finite(value), allowed: '>= 0' });
    }
  }
  for (const [i, { at }] of events.entries()) {
    const before = events[i - 1]?.at ?? -Infinity;
    if (!(at >= before && Number.isFinite(at))) {
      return refused('kpi.impossible', { name: `events[${i}].time`, value: finite(at), allowed: 'in order of time' });
    }
  }
  let runMs = 0;
  for (const [i, { at, state }] of events.entries()) {
    const from = Math.max(at, start);
    const to = Math.min(events[i + 1]?.at ?? stop, stop);
    if (state === runningState && to > from) runMs += to - from;
  }
  const parts = rise(events.map(({ partCount }) => partCount));
  const bad = rise(events.map(({ badCount }) => badCount));
  const runTime = runMs / 1_000;
  if (!Number.isFinite(parts + bad + runTime)) return refused('spc.out-of-range', {});
  const figures = factors(runTime, plannedTime, idealCycleTime * parts, parts, parts - bad);
  return { runTime, parts, bad, ...figures };
}

function rise(readings: readonly (number | null)[]): number {
  let total = 0;
  let last: number | null = null;
  for (const reading of readings) {
    if (reading === null) continue;
    if (last !== null && reading > last) total += reading - last;
    last = reading;
  }
  return total;
}
