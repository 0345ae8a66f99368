/** Dates and instants as programs and people write them. */
import { endOfLocalDay, zoneOffsetMs } from '#domain/people/local-day.ts';

const isoDay = /^(\d{4})-(\d{2})-(\d{2})$/;
const germanDay = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/;
const isoInstant = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?$/;

export const instantForms = '2026-12-01, 01.12.2026, 01.12.2026 14:00 or 2026-12-01T14:00:00+01:00';

/** Nothing earlier or later is a due date; a year like 0202 or 20026 is a slip. */
const years = { from: 2000, to: 2199 } as const;

/**
 * @param text `2026-12-01`, `01.12.2026` (both: the end of that day), `01.12.2026 14:00`, `2026-12-01T14:00[:00[.000]]`
 *   (both: in `timeZone`, when no zone is written), `2026-12-01T14:00:00+01:00`, `...Z`.
 * @param timeZone IANA name of the plant's zone.
 * @returns UTC ms; null: not a date in one of these forms, or no such day.
 */
export function parseInstant(text: string, timeZone: string): number | null {
  const trimmed = text.trim();
  const day = isoDay.exec(trimmed);
  if (day) {
    const date = validDate(day[1], day[2], day[3]);
    return date === null ? null : endOfLocalDay(date, timeZone);
  }
  const german = germanDay.exec(trimmed);
  if (german) {
    const date = validDate(german[3], german[2], german[1]);
    if (date === null) return null;
    if (german[4] === undefined) return endOfLocalDay(date, timeZone);
    return localInstant(date, german[4], german[5], german[6], timeZone);
  }
  const instant = isoInstant.exec(trimmed);
  if (!instant) return null;
  const date = validDate(instant[1], instant[2], instant[3]);
  if (date === null) return null;
  const zone = instant[7];
  if (zone === undefined) return localInstant(date, instant[4], instant[5], instant[6], timeZone);
  const wall = wallClock(date, instant[4], instant[5], instant[6]);
  return wall === null ? null : wall - zoneMs(zone);
}

function validDate(year = '', month = '', day = ''): string | null {
  const y = Number(year);
  if (y < years.from || y > years.to) return null;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = Date.UTC(y, Number(month) - 1, Number(day));
  return new Date(at).toISOString().slice(0, 10) === date ? date : null;
}

/** The instant as if the wall clock showed UTC. */
function wallClock(date: string, hour = '', minute = '', second = '0'): number | null {
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59) return null;
  return Date.parse(`${date}T00:00:00Z`) + ((h * 60 + m) * 60 + s) * 1_000;
}

/** Two rounds settle the offset around a change of the clocks; an hour that does not exist becomes the one after. */
function localInstant(
  date: string,
  hour: string | undefined,
  minute: string | undefined,
  second: string | undefined,
  timeZone: string,
): number | null {
  const wall = wallClock(date, hour, minute, second);
  if (wall === null) return null;
  const first = wall - zoneOffsetMs(wall, timeZone);
  return wall - zoneOffsetMs(first, timeZone);
}

function zoneMs(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}
