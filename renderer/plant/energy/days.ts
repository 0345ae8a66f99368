/** Ranges of whole days of the plant's calendar, `YYYY-MM-DD`. Pure. */
import { mostEnergyDays } from '#contract/plant/energy.ts';

export const rangeSizes = [1, 7, 31, mostEnergyDays] as const;
export type RangeSize = (typeof rangeSizes)[number];

const dayMs = 86_400_000;
/** 31 February is none. */
function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

export const addDays = (day: string, count: number): string =>
  new Date(Date.parse(day) + count * dayMs).toISOString().slice(0, 10);
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs;

export interface DayRange {
  readonly size: RangeSize;
  readonly from: string;
  readonly to: string;
}

/** As the address tells it; what makes no sense there, or is still to come, is the seven days up to today. */
export function readRange(days: string | null, to: string | null, today: string): DayRange {
  const size = rangeSizes.find((one) => String(one) === days) ?? 7;
  const end = to !== null && isDay(to) && to < today ? to : today;
  return { size, from: addDays(end, 1 - size), to: end };
}
