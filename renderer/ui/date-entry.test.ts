import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Format } from '../state/format.ts';
import { instantOf } from '../state/plant-time.ts';
import { addMonths, daysOf, readDay, readTime, weeksOf, writeTime } from './date-entry.ts';

const day = (year: number, month: number, of: number) => ({ kind: 'day', day: { year, month, day: of } });

it('reads a day as people write it, the day before the month', () => {
  for (const text of [
    '25.11.2026',
    ' 25. 11. 2026 ',
    '25/11/2026',
    '25-11-26',
    '25112026',
    '2026-11-25',
    '25 Nov 2026',
    '25. November 2026',
    '25 nov. 26',
  ])
    expect(readDay(text), text).toEqual(day(2026, 11, 25));
  expect(readDay('1.3.2026')).toEqual(day(2026, 3, 1));
  expect(readDay('1 Mär 2026')).toEqual(day(2026, 3, 1));
  expect(readDay('7 Oct 2026')).toEqual(readDay('7. Okt. 2026'));
});

it('says what is wrong with a day that is none, and takes nothing for it', () => {
  expect(readDay('  ')).toEqual({ kind: 'none' });
  const thirty = { kind: 'no-such-day', month: { year: 2026, month: 11, day: 1 }, days: 30 };
  expect(readDay('31.11.2026')).toEqual(thirty);
  expect(readDay('29.2.2027')).toMatchObject({ kind: 'no-such-day', days: 28 });
  expect(readDay('29.2.2028')).toEqual(day(2028, 2, 29));
  expect(readDay('25.11.0206')).toEqual({ kind: 'year', year: 206 });
  for (const text of ['25.11.', '25.13.2026', '0.1.2026', '25.11.20266', 'tomorrow', '11', '25 No 2026', '25 Foo 2026'])
    expect(readDay(text), text).toEqual({ kind: 'unreadable' });
});

it('reads back what the screen writes, in both languages and whatever the day', () => {
  for (const language of ['en', 'de'] as const) {
    const format = new Format(() => ({ language, timeZone: 'Europe/Berlin' }));
    fc.assert(
      fc.property(
        fc.integer({ min: 2000, max: 2099 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(30),
        (year, month, n) => {
          const of = { year, month, day: 1 + (n % daysOf(year, month)) };
          expect(readDay(format.date(instantOf(of, 720, 'Europe/Berlin')))).toEqual({ kind: 'day', day: of });
        },
      ),
    );
  }
  fc.assert(
    fc.property(fc.nat(1_439), (minutes) => {
      expect(readTime(writeTime(minutes))).toBe(minutes);
    }),
  );
});

it('reads a time of day with and without minutes, and none beyond it', () => {
  expect(['6', '6:30', '06.30', '0630', '630', '23:59', ''].map(readTime)).toEqual([
    360,
    390,
    390,
    390,
    390,
    1_439,
    null,
  ]);
  for (const text of ['24:00', '6:60', 'noon', '6:3', '12345', '-1']) expect(readTime(text), text).toBe('wrong');
});

it('a month later is never a day that is not there; a month is six weeks from a Monday', () => {
  expect(addMonths({ year: 2026, month: 1, day: 31 }, 1)).toEqual({ year: 2026, month: 2, day: 28 });
  expect(addMonths({ year: 2026, month: 1, day: 31 }, -1)).toEqual({ year: 2025, month: 12, day: 31 });
  const weeks = weeksOf({ year: 2026, month: 11, day: 9 });
  expect(weeks.map((week) => week.length)).toEqual([7, 7, 7, 7, 7, 7]);
  expect(weeks[0]?.[0]).toEqual({ year: 2026, month: 10, day: 26 });
  expect(weeks[0]?.[6]).toEqual({ year: 2026, month: 11, day: 1 });
});
