/** What the rules of stops may know, read from the read model and the configuration. */
import type { Catalogue } from '#domain/catalogue.ts';
import { calendarSpans, type CalendarSpan } from '#domain/oee/calendar.ts';
import type { StopFacts } from '#domain/stops/facts.ts';
import type { StateSlice } from '#domain/stops/standing.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readSlices } from '#station/store/projections/machines.ts';
import { readOpenPreparation, readStop, readStopsSince } from '#station/store/projections/stops.ts';

type Plant = Pick<Catalogue, 'calendar' | 'machine' | 'lineOf'>;

export const stopFacts = (read: ReadModelReader, stationId: string, catalogue: Plant): StopFacts => ({
  find: (stopId) => readStop(read, stopId),
  machine(machineId) {
    const machine = catalogue.machine(machineId);
    return machine === null || machine.station !== stationId
      ? null
      : { machineId, microUnderMs: machine.stops.microUnderMs };
  },
  since: (machineId, at) => readStopsSince(read, machineId, at),
  slices: (machineId, at) => slicesSince(read, machineId, at),
  calendar: (machineId, from, to) => calendarOf(machineId, from, to, catalogue),
  preparation(machineId) {
    const open = readOpenPreparation(read, machineId);
    return open && { preparationId: open.preparationId, since: open.from, by: open.by };
  },
});

export function calendarOf(machineId: string, from: number, to: number, catalogue: Plant): readonly CalendarSpan[] {
  const station = catalogue.machine(machineId)?.station;
  const lineId = station === undefined ? null : (catalogue.lineOf(station)?.id ?? null);
  return calendarSpans(from, to, catalogue.calendar, { machineId, lineId });
}

/** From the slice that was working last before `at` to the one under way, oldest first. */
export function slicesSince(read: ReadModelReader, machineId: string, at: number): readonly StateSlice[] {
  const from = read.get<{ readonly at: number | null }>(
    `SELECT max(began_at) AS at FROM machine_slice WHERE machine_id = ? AND began_at < ? AND state IN ('producing', 'setup')`,
    machineId,
    Math.trunc(at),
  );
  return readSlices(read, machineId, from?.at ?? Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}
