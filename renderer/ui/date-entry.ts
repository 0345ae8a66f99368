/** Days and times of day as somebody writes them, in the language of the screen and a few other ways. Pure. */
import type { PlainDay } from '../state/plant-time.ts';

/** What stands in a field: null: nothing; `wrong`: something that is none, so it must not be taken for nothing. */
export type Entry<T> = T | null | 'wrong';

export type ReadDay =
  | { readonly kind: 'none' | 'unreadable' }
  | { readonly kind: 'day'; readonly day: PlainDay }
  /** A year that nobody means: before 2000 or after 2099. */
  | { readonly kind: 'year'; readonly year: number }
  /** e.g. 31 November. @see daysOf */
  | { readonly kind: 'no-such-day'; readonly month: PlainDay; readonly days: number };

/** Days of the month, 1 to 12. */
export const daysOf = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const monthNames: readonly (readonly string[])[] = ['en-GB', 'de-DE'].map((locale) => {
  const long = new Intl.DateTimeFormat(locale, { month: 'long', timeZone: 'UTC' });
  return Array.from({ length: 12 }, (_, month) => long.format(Date.UTC(2026, month, 1)).toLowerCase());
});
/** By its name in either language or at least three letters of it; 0: none. */
function monthOf(word: string): number {
  const start = word.toLowerCase().replace('.', '');
  if (start.length < 3) return 0;
  for (const names of monthNames) {
    const at = names.findIndex((name) => name.startsWith(start));
    if (at >= 0) return at + 1;
  }
  return 0;
}

/** 25.11.2026, 25/11/26, 25 Nov 2026, 25112026 and 2026-11-25: the day before the month, but in the last. */
export function readDay(text: string): ReadDay {
  const written = text.trim();
  if (written === '') return { kind: 'none' };
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(written) ?? [];
  const [, first, second, third] =
    /^(\d{1,2})\s*[./-]\s*(\d{1,2})\s*[./-]\s*(\d{2}|\d{4})$/.exec(written) ??
    /^(\d{2})(\d{2})(\d{4})$/.exec(written) ??
    /^(\d{1,2})\.?\s*(\p{L}{3,}\.?)\s*(\d{2}|\d{4})$/u.exec(written) ??
    [];
  const day = Number(isoDay ?? first ?? 0);
  const named = second !== undefined && /^\p{L}/u.test(second);
  const month = named ? monthOf(second) : Number(isoMonth ?? second ?? 0);
  const years = isoYear ?? third ?? '';
  const year = years.length === 2 ? 2_000 + Number(years) : Number(years);
  if (years === '' || month < 1 || month > 12 || day < 1) return { kind: 'unreadable' };
  if (year < 2_000 || year > 2_099) return { kind: 'year', year };
  const days = daysOf(year, month);
  return day > days
    ? { kind: 'no-such-day', month: { year, month, day: 1 }, days }
    : { kind: 'day', day: { year, month, day } };
}

/** 6, 6:30, 06.30, 0630: minutes since midnight; null: nothing is written. */
export function readTime(text: string): Entry<number> {
  const written = text.trim();
  if (written === '') return null;
  const [, hours, minutes] =
    /^(\d{1,2})(?:\s*[:.]\s*(\d{2}))?$/.exec(written) ?? /^(\d{1,2})(\d{2})$/.exec(written) ?? [];
  if (hours === undefined) return 'wrong';
  const [h, m] = [Number(hours), Number(minutes ?? 0)];
  return h > 23 || m > 59 ? 'wrong' : h * 60 + m;
}

/** 06:30, in both languages. @param minutes since midnight. */
export const writeTime = (minutes: number): string =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;

/** The same day of another month, or its last where it has fewer. */
export function addMonths({ year, month, day }: PlainDay, count: number): PlainDay {
  const at = year * 12 + (month - 1) + count;
  const [toYear, toMonth] = [Math.floor(at / 12), (at % 12) + 1];
  return { year: toYear, month: toMonth, day: Math.min(day, daysOf(toYear, toMonth)) };
}

export const isSameDay = (a: PlainDay, b: PlainDay): boolean =>
  a.year === b.year && a.month === b.month && a.day === b.day;

/** Six weeks from the Monday on or before the first of the month. */
export function weeksOf({ year, month }: PlainDay): readonly (readonly PlainDay[])[] {
  const lead = (new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 6) % 7;
  return Array.from({ length: 6 }, (_w, week) =>
    Array.from({ length: 7 }, (_d, weekday) => {
      const at = new Date(Date.UTC(year, month - 1, 1 - lead + week * 7 + weekday));
      return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
    }),
  );
}
