/** What a pace is judged by: the clock hour of the plant, and what of it is planned at a station. */
import type { WorkPace } from '#contract/rpc/execution.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { calendarSpans, clockHours } from '#domain/oee/calendar.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';

const hourMs = 3_600_000;

/**
 * By the calendar of the station's machine where it has one only, else by that of its line.
 * @param from UTC ms from which planned time is told, if that is before the hour; null: from the beginning of the hour
 */
export function paceAt(
  taktMs: number,
  stationId: string,
  { plant, calendar, machines, lineOf }: Pick<Catalogue, 'plant' | 'calendar' | 'machines' | 'lineOf'>,
  now: number,
  from: number | null,
): WorkPace {
  const begin = startOfLocalHour(now, plant.timeZone);
  const [, end = begin + hourMs] = clockHours(begin, begin + 2 * hourMs, plant.timeZone);
  const own = machines.filter((machine) => machine.station === stationId);
  const place = {
    machineId: own.length === 1 ? (own[0]?.id ?? '') : '',
    lineId: lineOf(stationId)?.id ?? null,
  };
  const spans = calendarSpans(Math.min(begin, from ?? begin), end, calendar, place);
  return {
    taktMs,
    hour: { from: begin, to: end },
    calendar: spans.map((span) => ({ from: span.from, to: span.to, kind: span.kind })),
  };
}
