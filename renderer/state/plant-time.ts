/** Days and times of day by the plant’s clock, for what a person picks and for the ticks of a time axis. Pure; the zone and now come in. */
export interface PlainDay {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
}

export const dayMs = 86_400_000;
const dayMinutes = 1_440;

function wallOf(at: number, zone: string): { readonly day: PlainDay; readonly minutes: number } {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
  return {
    day: { year: part('year'), month: part('month'), day: part('day') },
    minutes: part('hour') * 60 + part('minute'),
  };
}

/** The calendar day it is in `zone` at `at` (UTC ms). */
export function dayAt(at: number, zone: string): PlainDay {
  return wallOf(at, zone).day;
}
/** Minutes since midnight in `zone` at `at` (UTC ms), 0 to 1439. */
export function minutesAt(at: number, zone: string): number {
  return wallOf(at, zone).minutes;
}

export function addDays({ year, month, day }: PlainDay, count: number): PlainDay {
  const moved = new Date(Date.UTC(year, month - 1, day + count));
  return { year: moved.getUTCFullYear(), month: moved.getUTCMonth() + 1, day: moved.getUTCDate() };
}

/**
 * UTC ms of a wall-clock time in `zone`. A time that comes twice (autumn) is its first, one that does not exist
 * (spring) moves forward by the missing hour.
 */
export function instantOf({ year, month, day }: PlainDay, minutes: number, zone: string): number {
  const asUtc = Date.UTC(year, month - 1, day, 0, minutes);
  const offsetAt = (at: number): number => {
    const wall = wallOf(at, zone);
    return Date.UTC(wall.day.year, wall.day.month - 1, wall.day.day, 0, wall.minutes) - at;
  };
  const before = asUtc - offsetAt(asUtc - dayMs);
  const after = asUtc - offsetAt(asUtc + dayMs);
  const hits = [before, after].filter((at) => at + offsetAt(at) === asUtc);
  return hits.length > 0 ? Math.min(...hits) : Math.max(before, after);
}

/** Moves a time of day by `step` minutes onto the grid of that step, over midnight and back: never below 0 or over 23:59. */
export function moveMinutes(minutes: number, step: number): number {
  const size = Math.abs(step);
  const onGrid = step > 0 ? Math.floor(minutes / size) * size + size : Math.ceil(minutes / size) * size - size;
  return ((onGrid % dayMinutes) + dayMinutes) % dayMinutes;
}
