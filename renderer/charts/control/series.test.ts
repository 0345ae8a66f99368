import { describe, expect, it } from 'vitest';
import { controlCsv } from './export.ts';
import {
  lineOf,
  limitsAt,
  moved,
  newest,
  nextSignal,
  pointSteps,
  showing,
  withAir,
  zoomed,
  type ControlSeries,
  type Signal,
  type Track,
} from './series.ts';

const track = (values: ArrayLike<number>, more: Partial<Track> = {}): Track => ({
  name: 'x',
  unit: 'mm',
  decimals: 2,
  values,
  phases: [],
  ...more,
});

describe('window', () => {
  it('keeps room for few points and shows the newest of many', () => {
    expect(newest(3, 60)).toEqual({ from: 0, to: 8 });
    expect(newest(1_000, 60)).toEqual({ from: 940, to: 1_000 });
  });
  it('never leaves the data, whatever is asked for', () => {
    for (const by of [-5_000, -7, 0, 7, 5_000]) {
      const { from, to } = moved({ from: 100, to: 160 }, by, 200);
      expect([from >= 0, to <= 200, to - from]).toEqual([true, true, 60]);
    }
    expect(zoomed({ from: 0, to: 200 }, 2, 10, 200)).toEqual({ from: 0, to: 200 });
    expect(zoomed({ from: 100, to: 108 }, 0.5, 104, 200)).toEqual({ from: 100, to: 108 });
    const closer = zoomed({ from: 0, to: 100 }, 0.5, 90, 100);
    expect([closer.to - closer.from, closer.from <= 90 && closer.to > 90]).toEqual([50, true]);
  });
  it('moves to a point that is not on it', () => {
    expect(showing({ from: 0, to: 60 }, 30, 500)).toEqual({ from: 0, to: 60 });
    expect(showing({ from: 0, to: 60 }, 499, 500)).toEqual({ from: 440, to: 500 });
  });
});

it('finds signals before and after a point', () => {
  const signals = [3, 9, 9, 20].map((at): Signal => ({ track: 'location', rule: '1', at, members: [at] }));
  expect([nextSignal(signals, 3, 1)?.at, nextSignal(signals, 9, -1)?.at, nextSignal(signals, 20, 1)]).toEqual([
    9,
    3,
    null,
  ]);
});

it('the line leaves out what is missing, excluded or measured again, and copies only then', () => {
  const whole = Float64Array.of(1, 2, 3);
  expect(lineOf(track(whole), new Map())).toEqual([1, 2, 3]);
  expect(lineOf(track(Float64Array.of(1, Number.NaN, 3)), new Map())).toEqual([1, null, 3]);
  expect(lineOf(track([1, Number.NaN, 3]), new Map())).toEqual([1, null, 3]);
  const marks = new Map([
    [0, { excluded: 'chip' }],
    [2, { replaced: true }],
    [7, { replaced: true }],
  ]);
  expect(lineOf(track(whole), marks)).toEqual([null, 2, null]);
  expect([...whole]).toEqual([1, 2, 3]);
});

it('a point is judged by its own phase, or by limits of its own', () => {
  const phase = { name: '', sigma: 1, center: 0 };
  const two = track([0, 0, 0], {
    phases: [
      { ...phase, from: 0, to: 2, lower: -3, upper: 3 },
      { ...phase, from: 2, to: 9, lower: null, upper: 2 },
    ],
  });
  expect([limitsAt(two, 1)?.upper, limitsAt(two, 2)?.upper, limitsAt(two, 9)]).toEqual([3, 2, null]);
  const varying = { center: [1, Number.NaN], lower: [Number.NaN, 0], upper: [4, 5] };
  expect([limitsAt(track([1, 2], { varying }), 0), limitsAt(track([1, 2], { varying }), 1)]).toEqual([
    { center: 1, lower: null, upper: 4 },
    null,
  ]);
});

it('axes: round numbers of points, and no air below zero where nothing is negative', () => {
  expect(pointSteps({ from: 12, to: 72 }, 6)).toEqual([19, 29, 39, 49, 59, 69]);
  expect(pointSteps({ from: 0, to: 8 }, 40)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(withAir(0, 1).low).toBeCloseTo(-0.02);
  expect(withAir(-1, 1).low).toBeCloseTo(-1.16);
  expect(withAir(5, 5).high).toBeGreaterThan(5);
  expect(withAir(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual({ low: 0, high: 1 });
});

it('a table program cannot take a note for a formula, and words keep their commas, quotes and lines', () => {
  const series: ControlSeries = {
    title: 'x',
    at: [0],
    location: track([1.5]),
    spread: null,
    marks: new Map([[0, { excluded: '=HYPERLINK("a")', note: 'one, "two"\nthree' }]]),
    signals: [],
  };
  expect(controlCsv(series).split('\r\n')[1]).toBe(
    '1,1970-01-01T00:00:00.000Z,1.5,,,,,"\'=HYPERLINK(""a"")",,,"one, ""two""\nthree"',
  );
});
