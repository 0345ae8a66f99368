/** Days, weeks and months of the plant's calendar. Pure: no clock is read. */
import type { TrendStep } from '#contract/plant/oee.ts';
import { localDay, startOfLocalDay } from '#domain/people/local-day.ts';

const dayMs = 86_400_000;
const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** The first day of the period that a day is in, and of the one `by` periods later. Days are UTC midnights of their dates. */
function turn(step: TrendStep, day: number, by: number): number {
  if (step === 'day') return day + by * dayMs;
  // Monday is the first day of a week (ISO 8601); 1 January 1970 was a Thursday.
  if (step === 'week') return day - ((((day / dayMs + 3) % 7) + 7) % 7) * dayMs + by * 7 * dayMs;
  const date = new Date(day);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + by, 1);
}

/**
 * The last `count` periods, the one under way among them, oldest first. A day on which the clocks change has 23 or 25 hours.
 * @param now UTC ms. @returns UTC ms; `to` is outside
 */
export function periodsOf(
  step: TrendStep,
  count: number,
  now: number,
  timeZone: string,
): readonly { readonly from: number; readonly to: number }[] {
  const today = Date.parse(localDay(now, timeZone));
  const edges = Array.from({ length: count + 1 }, (_, n) =>
    startOfLocalDay(isoDay(turn(step, today, n + 1 - count)), timeZone),
  );
  return edges.slice(0, -1).map((from, n) => ({ from, to: edges[n + 1] ?? from }));
}
