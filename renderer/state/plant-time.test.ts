import { describe, expect, it } from 'vitest';
import { addDays, dayAt, instantOf, minutesAt, moveMinutes } from './plant-time.ts';

const berlin = 'Europe/Berlin';

describe('a due date picked by the plant’s clock', () => {
  it('is the instant of that wall time in winter and in summer', () => {
    expect(instantOf({ year: 2026, month: 11, day: 22 }, 14 * 60, berlin)).toBe(Date.UTC(2026, 10, 22, 13, 0));
    expect(instantOf({ year: 2026, month: 7, day: 1 }, 6 * 60 + 30, berlin)).toBe(Date.UTC(2026, 6, 1, 4, 30));
  });
  it('takes the first of a time that comes twice', () => {
    expect(instantOf({ year: 2026, month: 10, day: 25 }, 2 * 60 + 30, berlin)).toBe(Date.UTC(2026, 9, 25, 0, 30));
  });
  it('moves a time that does not exist forward by the missing hour', () => {
    const at = instantOf({ year: 2026, month: 3, day: 29 }, 2 * 60 + 30, berlin);
    expect(at).toBe(Date.UTC(2026, 2, 29, 1, 30));
    expect(minutesAt(at, berlin)).toBe(3 * 60 + 30);
  });
  it('is right far from Greenwich and on the day of the change', () => {
    expect(instantOf({ year: 2026, month: 1, day: 1 }, 0, 'Pacific/Auckland')).toBe(Date.UTC(2025, 11, 31, 11, 0));
    expect(instantOf({ year: 2026, month: 3, day: 29 }, 23 * 60, berlin)).toBe(Date.UTC(2026, 2, 29, 21, 0));
    expect(instantOf({ year: 2026, month: 3, day: 29 }, 60, berlin)).toBe(Date.UTC(2026, 2, 29, 0, 0));
  });
  it('reads back as the day and time it was made from', () => {
    for (const minutes of [0, 1, 719, 1439]) {
      const at = instantOf({ year: 2027, month: 2, day: 28 }, minutes, berlin);
      expect(dayAt(at, berlin)).toEqual({ year: 2027, month: 2, day: 28 });
      expect(minutesAt(at, berlin)).toBe(minutes);
    }
  });
});

describe('moving', () => {
  it('goes over month and year ends', () => {
    expect(addDays({ year: 2026, month: 12, day: 31 }, 1)).toEqual({ year: 2027, month: 1, day: 1 });
    expect(addDays({ year: 2028, month: 3, day: 1 }, -1)).toEqual({ year: 2028, month: 2, day: 29 });
  });
  it.each([
    [600, 30, 630],
    [607, 30, 630],
    [607, -30, 600],
    [0, -30, 1410],
    [1410, 30, 0],
  ])('%d by %d is %d', (minutes, step, moved) => expect(moveMinutes(minutes, step)).toBe(moved));
});
