/** Dates on labels, by arithmetic only. */

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysIn = (year: number, month: number): number =>
  month === 2 ? (leap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;

export interface LabelDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export function labelDate(year: number, month: number, day: number): LabelDate | null {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return null;
  return { year, month, day };
}

/**
 * YYMMDD of GS1 data. Century by GS1 General Specifications 7.12: a year more than 50 ahead is of the last century, one 50
 * or more behind of the next. Day 00 is the last day of the month (3.4.2 to 3.4.7).
 */
export function gs1Date(text: string, thisYear: number): LabelDate | null {
  if (!/^\d{6}$/.test(text)) return null;
  const short = Number(text.slice(0, 2));
  const month = Number(text.slice(2, 4));
  const day = Number(text.slice(4, 6));
  const century = Math.floor(thisYear / 100);
  const ahead = short - (thisYear % 100);
  const year = (ahead >= 51 ? century - 1 : ahead <= -50 ? century + 1 : century) * 100 + short;
  if (month < 1 || month > 12) return null;
  return labelDate(year, month, day === 0 ? daysIn(year, month) : day);
}

/** YYYYMMDD or YYYY-MM-DD */
export function longDate(text: string): LabelDate | null {
  const parts = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text);
  return parts ? labelDate(Number(parts[1]), Number(parts[2]), Number(parts[3])) : null;
}

export const dateText = ({ year, month, day }: LabelDate): string =>
  `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;

/** UTC ms of the last moment of that day in UTC (a label carries no time zone). */
export const endOfDay = ({ year, month, day }: LabelDate): number => Date.UTC(year, month - 1, day + 1) - 1;
