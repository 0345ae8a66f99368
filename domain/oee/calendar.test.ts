import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plannedStopSchema } from '#contract/config/calendar.ts';
import { shiftSchema } from '#contract/config/plant.ts';
import type { CalendarKind } from '#contract/rpc/oee.ts';
import { zoneOffsetMs } from '#domain/people/local-day.ts';
import { calendarAt, calendarSpans, clockHours, type CalendarPlan, type CalendarSpan } from './calendar.ts';

const title = { en: 'x', de: 'x' };
const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const shift = (id: string, from: string, to: string, breaks: readonly (readonly [string, string])[] = []): unknown => ({
  id,
  title,
  from,
  to,
  days: everyDay,
  breaks: breaks.map(([start, end]) => ({ from: start, to: end })),
});
const plan = (shifts: readonly unknown[], more: Partial<CalendarPlan> = {}): CalendarPlan => ({
  timeZone: 'Europe/Berlin',
  shifts: shifts.map((each) => shiftSchema.parse(each)),
  holidays: [],
  planned: [],
  ...more,
});
const planned = (id: string, from: string, to: string, more: object = {}): CalendarPlan['planned'][number] =>
  plannedStopSchema.parse({ id, title, from, to, ...more });
const p1 = { machineId: 'press-p1', lineId: 'L1' };
const utc = (text: string): number => Date.parse(text);
const spans = (from: string, to: string, of: CalendarPlan): readonly CalendarSpan[] =>
  calendarSpans(utc(from), utc(to), of, p1);
const minutes = (all: readonly CalendarSpan[], ...kinds: readonly CalendarKind[]): number =>
  all.filter(({ kind }) => kinds.includes(kind)).reduce((sum, { from, to }) => sum + to - from, 0) / 60_000;

const three = [
  shift('early', '06:00', '14:00', [
    ['09:00', '09:15'],
    ['12:00', '12:30'],
  ]),
  shift('late', '14:00', '22:00', [['18:00', '18:30']]),
  shift('night', '22:00', '06:00', [
    ['02:15', '02:45'],
    ['23:50', '00:10'],
  ]),
];

describe('calendarSpans', () => {
  it('lays shifts and their breaks over the time, also breaks after and over midnight', () => {
    // Berlin is UTC+1 in November; 22:00 to 06:00 is 21:00 to 05:00 UTC.
    const night = spans('2026-11-25T21:00:00Z', '2026-11-26T05:00:00Z', plan(three));
    expect(night.map(({ from, kind, breakAt }) => [new Date(from).toISOString().slice(11, 16), kind, breakAt])).toEqual(
      [
        ['21:00', 'working', null],
        ['22:50', 'break', 1],
        ['23:10', 'working', null],
        ['01:15', 'break', 0],
        ['01:45', 'working', null],
      ],
    );
    expect(new Set(night.map(({ shiftKey }) => shiftKey))).toEqual(new Set(['2026-11-25/night']));
  });

  it('a planned stop wins over a break, maintenance over both; only those of this machine, its line and the plant', () => {
    const of = plan(three, {
      planned: [
        planned('all', '2026-11-25T11:15:00+01:00', '2026-11-25T12:15:00+01:00'),
        planned('pm', '2026-11-25T12:10:00+01:00', '2026-11-25T13:00:00+01:00', {
          machine: 'press-p1',
          kind: 'maintenance',
        }),
        planned('other-line', '2026-11-25T07:00:00+01:00', '2026-11-25T08:00:00+01:00', { line: 'L2' }),
        planned('other-machine', '2026-11-25T07:00:00+01:00', '2026-11-25T08:00:00+01:00', { machine: 'p2' }),
        planned('night-off', '2026-11-28T07:00:00+01:00', '2026-11-28T08:00:00+01:00', { line: 'L1' }),
      ],
    });
    const early = spans('2026-11-25T05:00:00Z', '2026-11-25T13:00:00Z', of);
    expect(
      early.map(({ from, kind, plannedId }) => [new Date(from).toISOString().slice(11, 16), kind, plannedId]),
    ).toEqual([
      ['05:00', 'working', null],
      ['08:00', 'break', null],
      ['08:15', 'working', null],
      ['10:15', 'planned', 'all'],
      ['11:10', 'maintenance', 'pm'],
      ['12:00', 'working', null],
    ]);
  });

  it('between shifts and on holidays nothing is planned, whatever planned stops say; without shifts all time is', () => {
    const of = plan([shift('day', '08:00', '16:00')], {
      holidays: ['2026-12-25'],
      planned: [planned('x', '2026-12-25T09:00:00+01:00', '2026-12-25T10:00:00+01:00')],
    });
    const all = spans('2026-12-24T23:00:00Z', '2026-12-26T23:00:00Z', of);
    expect([minutes(all, 'working'), minutes(all, 'unplanned'), minutes(all, 'planned')]).toEqual([480, 2400, 0]);
    const always = spans('2026-12-24T23:00:00Z', '2026-12-26T23:00:00Z', plan([]));
    expect(always).toMatchObject([{ kind: 'working', shiftKey: null }]);
  });

  it('is exact in the nights in which the clocks change: shifts by the clocks, breaks by their length', () => {
    // 2026-10-25, 03:00 becomes 02:00: 02:15 is shown twice. 2026-03-29, 02:00 becomes 03:00: 02:15 is never shown.
    for (const [from, to, hours] of [
      ['2026-10-24T20:00:00Z', '2026-10-25T05:00:00Z', 9],
      ['2026-03-28T21:00:00Z', '2026-03-29T04:00:00Z', 7],
      ['2026-06-10T20:00:00Z', '2026-06-11T04:00:00Z', 8],
    ] as const) {
      const night = spans(from, to, plan(three));
      expect(new Set(night.map(({ shiftId }) => shiftId))).toEqual(new Set(['night']));
      expect([minutes(night, 'working', 'break') / 60, minutes(night, 'break')]).toEqual([hours, 50]);
    }
    // Of two breaks around the missing hour neither is lost: the second begins after the first.
    const two = plan([
      shift('night', '22:00', '06:00', [
        ['01:45', '02:15'],
        ['02:15', '02:45'],
      ]),
    ]);
    expect(
      spans('2026-03-28T21:00:00Z', '2026-03-29T04:00:00Z', two).filter(({ kind }) => kind === 'break'),
    ).toMatchObject([
      { from: utc('2026-03-29T00:45:00Z'), to: utc('2026-03-29T01:15:00Z'), breakAt: 0 },
      { from: utc('2026-03-29T01:15:00Z'), to: utc('2026-03-29T01:45:00Z'), breakAt: 1 },
    ]);
  });

  it('adds up for any calendar, zone and date', { timeout: 60_000 }, () => {
    const zones = [
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'Asia/Kathmandu',
      'America/Santiago',
      'Africa/Casablanca',
      'UTC',
    ];
    // Changes of clocks of 2026 somewhere, and any time.
    const around = fc.constantFrom(
      utc('2026-03-29T00:00:00Z'),
      utc('2026-10-25T00:00:00Z'),
      utc('2026-04-04T15:00:00Z'),
      utc('2026-10-03T15:30:00Z'),
      utc('2026-11-01T04:30:00Z'),
      utc('2026-09-06T04:00:00Z'),
    );
    const clock = (minute: number): string => {
      const of = ((minute % 1440) + 1440) % 1440;
      return `${String(Math.floor(of / 60)).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`;
    };
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        around,
        fc.integer({ min: -3 * 86_400_000, max: 3 * 86_400_000 }),
        fc.integer({ min: 1, max: 4 * 86_400_000 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.array(fc.integer({ min: 30, max: 479 }), { minLength: 0, maxLength: 3 }),
        fc.array(
          fc.record({
            at: fc.integer({ min: -4 * 86_400_000, max: 4 * 86_400_000 }),
            ms: fc.integer({ min: 1, max: 86_400_000 }),
          }),
          { maxLength: 4 },
        ),
        (timeZone, middle, offset, length, first, pauses, stops) => {
          const starts = [0, 480, 960];
          const of = plan(
            starts.map((start, n) =>
              shift(
                `s${n}`,
                clock(first + start),
                clock(first + start + 480),
                [...new Set(pauses.map((each) => Math.floor(each / 30) * 30))]
                  .filter((each) => each + 20 <= 480)
                  .map((each) => [clock(first + start + each), clock(first + start + each + 20)] as const),
              ),
            ),
            {
              timeZone,
              holidays: [new Date(middle).toISOString().slice(0, 10)],
              planned: stops.map(({ at, ms }, n) =>
                planned(`p${n}`, new Date(middle + at).toISOString(), new Date(middle + at + ms).toISOString()),
              ),
            },
          );
          const [from, to] = [middle + offset, middle + offset + length];
          const all = calendarSpans(from, to, of, p1);
          // Tiles exactly.
          expect([all[0]?.from, all.at(-1)?.to]).toEqual([from, to]);
          for (const [n, each] of all.entries()) {
            expect(each.to).toBeGreaterThan(each.from);
            if (n > 0) expect(each.from).toBe(all[n - 1]?.to);
          }
          // Cut anywhere it says the same of every instant.
          const cut = from + Math.floor(length / 3);
          const parts = [...calendarSpans(from, cut, of, p1), ...calendarSpans(cut, to, of, p1)];
          for (const kind of ['working', 'break', 'planned', 'maintenance', 'unplanned'] as const)
            expect(minutes(parts, kind)).toBeCloseTo(minutes(all, kind), 9);
          expect(calendarAt(cut, of, p1).kind).toBe(all.find((each) => each.from <= cut && cut < each.to)?.kind);
          // A whole shift has its whole breaks (of 20 minutes), whatever the clocks do, where nothing lies over it.
          const bare = plan(of.shifts, { timeZone });
          const runs = calendarSpans(from - 86_400_000, to + 86_400_000, bare, p1);
          const keys = [...new Set(runs.map(({ shiftKey }) => shiftKey))].slice(1, -1);
          const expected = (bare.shifts[0]?.breaks.length ?? 0) * 20;
          for (const key of keys) {
            const run = runs.filter(({ shiftKey }) => shiftKey === key);
            const total = minutes(run, 'working', 'break');
            // By an hour at most; one that would begin or end in the missing hour by less.
            expect(Math.abs(total - 480)).toBeLessThanOrEqual(60);
            if (total >= 480) expect(minutes(run, 'break')).toBe(expected);
            else expect(minutes(run, 'break')).toBeGreaterThanOrEqual(expected - 60);
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('clockHours', () => {
  it('hours of the clocks tile a day that has 23, 24 or 25 of them, and half an hour more or less', () => {
    for (const [zone, from, to, count] of [
      ['Europe/Berlin', '2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 25],
      ['Europe/Berlin', '2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 23],
      ['Asia/Kathmandu', '2026-03-28T18:15:00Z', '2026-03-29T18:15:00Z', 24],
      // 2026-04-05 02:00 becomes 01:30: 24.5 hours, one of them of half an hour.
      ['Australia/Lord_Howe', '2026-04-04T13:00:00Z', '2026-04-05T13:30:00Z', 25],
    ] as const) {
      const hours = clockHours(utc(from), utc(to), zone);
      expect([zone, hours.length, hours[0]]).toEqual([zone, count, utc(from)]);
      for (const [n, each] of hours.entries()) {
        const next = hours[n + 1] ?? utc(to);
        expect([1_800_000, 3_600_000]).toContain(next - each);
        expect(clockHours(each + 1, next, zone)).toEqual([each]);
        expect((next + zoneOffsetMs(next - 1, zone)) % 3_600_000).toBe(0);
      }
    }
  });
});
