import { describe, expect, it } from 'vitest';
import { timeTicks, trendOf } from './trend.ts';

describe('a trend', () => {
  it('holds each value until the next and the last until the end', () => {
    expect(trendOf({ fromAt: 0, toAt: 100, at: [0, 40], value: [1, 3] })).toEqual({
      runs: [{ at: [0, 40], value: [1, 3], untilAt: 100 }],
      gaps: [],
      extent: { min: 1, max: 3 },
    });
  });
  it('shows bad quality as a gap, never as a line across', () => {
    const { runs, gaps } = trendOf({ fromAt: 0, toAt: 100, at: [0, 20, 30, 60], value: [1, null, null, 2] });
    expect(runs).toEqual([
      { at: [0], value: [1], untilAt: 20 },
      { at: [60], value: [2], untilAt: 100 },
    ]);
    expect(gaps).toEqual([{ fromAt: 20, toAt: 60 }]);
  });
  it('does not know what was before the first sample, nor after a last bad one', () => {
    expect(trendOf({ fromAt: 0, toAt: 100, at: [30, 80], value: [5, null] }).gaps).toEqual([
      { fromAt: 0, toAt: 30 },
      { fromAt: 80, toAt: 100 },
    ]);
  });
  it('is one gap when nothing was recorded', () => {
    expect(trendOf({ fromAt: 0, toAt: 100, at: [], value: [] })).toEqual({
      runs: [],
      gaps: [{ fromAt: 0, toAt: 100 }],
      extent: null,
    });
  });
});

describe('the time axis', () => {
  const from = Date.UTC(2026, 10, 22, 13, 3, 20);
  const text = (at: number): string => new Date(at).toISOString().slice(11, 16);
  it('has round minutes', () => {
    expect(timeTicks(from, from + 600_000, 'Europe/Berlin', 6).map(text)).toEqual([
      '13:04',
      '13:06',
      '13:08',
      '13:10',
      '13:12',
    ]);
  });
  it('has round hours of the plant, not of Greenwich', () => {
    // 14:03 in Berlin; every four hours from the plant's midnight: 16:00 there is 15:00 UTC.
    expect(timeTicks(from, from + 86_400_000, 'Europe/Berlin', 6).map(text)).toEqual([
      '15:00',
      '19:00',
      '23:00',
      '03:00',
      '07:00',
      '11:00',
    ]);
  });
});
