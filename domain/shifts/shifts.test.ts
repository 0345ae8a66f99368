import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shiftSchema, type Shift } from '#contract/config/plant.ts';
import { localInstant, overlapOf, shiftAt, type ShiftPlan } from './shifts.ts';

const shift = (id: string, from: string, to: string, days?: readonly string[]): Shift =>
  shiftSchema.parse({ id, title: { en: id, de: id }, from, to, days });
const everyDay = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const three = (days?: readonly string[]): readonly Shift[] => [
  shift('early', '06:00', '14:00', days),
  shift('late', '14:00', '22:00', days),
  shift('night', '22:00', '06:00', days),
];
const plan = (shifts: readonly Shift[], more: Partial<ShiftPlan> = {}): ShiftPlan => ({
  timeZone: 'Europe/Berlin',
  shifts: [...shifts],
  holidays: [],
  ...more,
});
const utc = (text: string): number => Date.parse(text);
const keyAt = (text: string, of: ShiftPlan): string | undefined => shiftAt(utc(text), of)?.key;

describe('shiftAt', () => {
  it('is the shift that the clocks say; an overnight shift is of the day on which it begins', () => {
    const of = plan(three());
    // Wednesday; Berlin is UTC+1 in November.
    expect(keyAt('2026-11-25T05:00:00.000Z', of)).toBe('2026-11-25/early');
    expect(keyAt('2026-11-25T04:59:59.999Z', of)).toBe('2026-11-24/night');
    expect(keyAt('2026-11-25T13:00:00.000Z', of)).toBe('2026-11-25/late');
    expect(keyAt('2026-11-25T23:30:00.000Z', of)).toBe('2026-11-25/night');
    expect(shiftAt(utc('2026-11-25T23:30:00.000Z'), of)).toMatchObject({
      startAt: utc('2026-11-25T21:00:00.000Z'),
      endAt: utc('2026-11-26T05:00:00.000Z'),
    });
  });

  it('after the last shift of the week and on holidays is a time of its own, until the next shift', () => {
    const of = plan(three(), { holidays: ['2026-11-30'] });
    // The night of Friday ends on Saturday at six; Monday is a holiday.
    expect(keyAt('2026-11-28T04:59:00.000Z', of)).toBe('2026-11-27/night');
    for (const at of ['2026-11-28T05:00:00.000Z', '2026-11-29T12:00:00.000Z', '2026-12-01T04:59:00.000Z'])
      expect(keyAt(at, of)).toBe('2026-11-27/night/after');
    expect(keyAt('2026-12-01T05:00:00.000Z', of)).toBe('2026-12-01/early');
    expect(shiftAt(utc('2026-11-29T12:00:00.000Z'), of)).toMatchObject({
      shift: null,
      startAt: utc('2026-11-28T05:00:00.000Z'),
      endAt: utc('2026-12-01T05:00:00.000Z'),
    });
  });

  it('knows none where the plant has none, and none before the first', () => {
    expect(shiftAt(0, plan([]))).toBeNull();
  });

  it('is exact in the nights in which the clocks change', () => {
    const of = plan(three(everyDay));
    // 2026-10-25, 03:00 becomes 02:00: the night has nine hours. 2026-03-29, 02:00 becomes 03:00: it has seven.
    for (const [night, hours] of [
      ['2026-10-24', 9],
      ['2026-03-28', 7],
      ['2026-06-10', 8],
    ] as const) {
      const found = shiftAt(utc(`${night}T23:30:00.000Z`), of);
      expect(found?.key).toBe(`${night}/night`);
      expect(((found?.endAt ?? 0) - (found?.startAt ?? 0)) / 3_600_000).toBe(hours);
    }
    // Both half past two of that night are in it.
    expect(keyAt('2026-10-25T00:30:00.000Z', of)).toBe('2026-10-24/night');
    expect(keyAt('2026-10-25T01:30:00.000Z', of)).toBe('2026-10-24/night');
  });

  it('a shift that begins at a time that the clocks never show begins when they are set forward; one shown twice, the first time', () => {
    const of = plan([shift('a', '02:30', '10:00', everyDay), shift('b', '10:00', '02:30', everyDay)]);
    expect(shiftAt(utc('2026-03-29T02:00:00.000Z'), of)).toMatchObject({
      key: '2026-03-29/a',
      startAt: utc('2026-03-29T01:00:00.000Z'),
    });
    expect(shiftAt(utc('2026-10-25T02:00:00.000Z'), of)).toMatchObject({
      key: '2026-10-25/a',
      startAt: utc('2026-10-25T00:30:00.000Z'),
    });
  });

  it('property: every instant is in exactly one shift, which ends where the next begins, in any zone', () => {
    const zones = [
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/St_Johns',
      'UTC',
      'Asia/Kolkata',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: utc('2024-01-01T00:00:00Z'), max: utc('2030-01-01T00:00:00Z') }),
        fc.constantFrom(...zones),
        fc.constantFrom(undefined, everyDay, ['mon', 'wed']),
        (at, timeZone, days) => {
          const of = plan(three(days), { timeZone, holidays: ['2026-05-01', '2027-12-25'] });
          const found = shiftAt(at, of);
          if (found === null) throw new Error('none');
          expect(found.startAt).toBeLessThanOrEqual(at);
          expect(found.endAt).toBeGreaterThan(at);
          expect(shiftAt(found.startAt, of)?.key).toBe(found.key);
          expect(shiftAt(found.endAt - 1, of)?.key).toBe(found.key);
          const next = shiftAt(found.endAt, of);
          expect(next?.startAt).toBe(found.endAt);
          expect(next?.key).not.toBe(found.key);
        },
      ),
      { numRuns: 300 },
    );
  });
});

it('property: an instant found by its clock time shows that time, unless the clocks never show it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3650 }), fc.integer({ min: 0, max: 1439 }), (days, minutes) => {
      const day = Date.UTC(2024, 0, 1) + days * 86_400_000;
      const at = localInstant(day, minutes, 'Europe/Berlin');
      const [hour = 0, minute = 0] = new Intl.DateTimeFormat('en-GB', {
        timeZone: 'Europe/Berlin',
        hour: '2-digit',
        minute: '2-digit',
      })
        .format(at)
        .split(':')
        .map(Number);
      const shown = hour * 60 + minute;
      // Never shown are 02:00 to 03:00 of one night in March.
      expect(
        shown === minutes || (shown === 180 && minutes > 120 && minutes < 180) || (shown === 180 && minutes === 120),
      ).toBe(true);
    }),
    { numRuns: 300 },
  );
});

describe('overlapOf', () => {
  it('finds shifts that are on at once, also over the end of the week', () => {
    expect(overlapOf(three(everyDay))).toBeNull();
    expect(overlapOf([])).toBeNull();
    expect(overlapOf([shift('whole', '06:00', '06:00', everyDay)])).toBeNull();
    expect(overlapOf([shift('a', '06:00', '14:00'), shift('b', '13:59', '22:00')])?.map(({ id }) => id)).toEqual([
      'a',
      'b',
    ]);
    expect(
      overlapOf([shift('n', '22:00', '06:00', ['sun']), shift('e', '05:00', '13:00', ['mon'])])?.map(({ id }) => id),
    ).toEqual(['n', 'e']);
  });
});
