/** Days as the plant counts them. Pure: the zone's rules are data of the runtime, no clock is read. */

/** Making one costs more than using it a hundred times. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(timeZone, format);
  }
  return format;
}

/** As the runtime's rules say it: some 5 µs, too much for who asks a thousand times for a shift plan. */
function offsetByRules(at: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(at);
  const field = (type: string): number => Number(parts.find((p) => p.type === type)?.value ?? 0);
  const local = Date.UTC(
    field('year'),
    field('month') - 1,
    field('day'),
    field('hour'),
    field('minute'),
    field('second'),
  );
  return local - Math.floor(at / 1000) * 1000;
}

const dayMs = 86_400_000;
/** Offsets at midnights UTC by zone and day. About thirty years of one zone; then it begins again. */
const atMidnight = new Map<string, Map<number, number>>();
const mostMidnights = 10_000;

function midnightOffset(day: number, timeZone: string): number {
  let ofZone = atMidnight.get(timeZone);
  if (ofZone === undefined || ofZone.size >= mostMidnights) atMidnight.set(timeZone, (ofZone = new Map()));
  let offset = ofZone.get(day);
  if (offset === undefined) ofZone.set(day, (offset = offsetByRules(day * dayMs, timeZone)));
  return offset;
}

/**
 * How far local time is ahead of UTC at that instant, in ms. Between two midnights with the same offset no clock was set: no
 * zone sets its clocks forward and back within a day.
 */
export function zoneOffsetMs(at: number, timeZone: string): number {
  const day = Math.floor(at / dayMs);
  const before = midnightOffset(day, timeZone);
  return before === midnightOffset(day + 1, timeZone) ? before : offsetByRules(at, timeZone);
}

/**
 * UTC ms of the last millisecond of a local day, also where the clocks change that night.
 * @param isoDate `YYYY-MM-DD`.
 */
export function endOfLocalDay(isoDate: string, timeZone: string): number {
  const [year = 1970, month = 1, day = 1] = isoDate.split('-').map(Number);
  const midnight = Date.UTC(year, month - 1, day + 1);
  // The offset in force at the instant looked for; two rounds settle it around a clock change.
  let at = midnight - zoneOffsetMs(midnight, timeZone);
  at = midnight - zoneOffsetMs(at, timeZone);
  return at - 1;
}

/** UTC ms of the first millisecond of a local day. @param isoDate `YYYY-MM-DD`. */
export function startOfLocalDay(isoDate: string, timeZone: string): number {
  const before = new Date(Date.parse(isoDate) - 86_400_000).toISOString().slice(0, 10);
  return endOfLocalDay(before, timeZone) + 1;
}

/** `YYYY-MM-DD` of the local day that `at` is in. */
export const localDay = (at: number, timeZone: string): string =>
  new Date(at + zoneOffsetMs(at, timeZone)).toISOString().slice(0, 10);

/** UTC ms of the start of the local clock hour that `at` is in; zones with half hours differ from UTC. */
export function startOfLocalHour(at: number, timeZone: string): number {
  const hour = 3_600_000;
  const offset = zoneOffsetMs(at, timeZone);
  return Math.floor((at + offset) / hour) * hour - offset;
}
