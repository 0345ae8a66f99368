import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attribute, byKey, type Slice } from './attribute.ts';
import { inUnit, spansOf, total, type Counter, type CounterReading } from './counter.ts';
import { peak, quarters } from './figures.ts';

const counter: Counter = { step: 0.001, rollOver: 100_000, mostPerHour: 50, gapMs: 60_000 };
const minute = 60_000;
const at = (minutes: number, value: number | null): CounterReading => ({ at: minutes * minute, value });
const kinds = (readings: readonly CounterReading[], more: Partial<Counter> = {}): unknown[] =>
  spansOf(readings, { ...counter, ...more }).spans.map(({ kind, steps }) => [kind, steps]);

describe('two readings of a counter', () => {
  test.each([
    ['counts', [at(0, 10), at(1, 10.25)], {}, [['counted', 250]]],
    ['stands still', [at(0, 10), at(1, 10)], {}, [['counted', 0]]],
    ['rolls over', [at(0, 99_999.9), at(1, 0.05)], {}, [['rolled-over', 150]]],
    ['rolls over, its power not known', [at(0, 99_999.9), at(1, 0.05)], { mostPerHour: null }, [['rolled-over', 150]]],
    ['is reset: more than can flow', [at(0, 5_000), at(1, 0.05)], {}, [['reset', 0]]],
    ['is reset: nowhere near its end', [at(0, 5_000), at(1, 0.05)], { mostPerHour: null }, [['reset', 0]]],
    ['is reset: it never rolls over', [at(0, 99_999.9), at(1, 0.05)], { rollOver: null }, [['reset', 0]]],
    ['was exchanged for another meter', [at(0, 10), at(1, 812)], {}, [['impossible', 0]]],
    ['was away: known how much, not when', [at(0, 10), at(30, 15)], {}, [['gap', 5_000]]],
    ['was away and rolled over', [at(0, 99_999), at(30, 4)], {}, [['gap', 5_000]]],
    ['stands above its own end', [at(0, 100_001), at(1, 0)], {}, [['reset', 0]]],
    ['bad readings between two good ones', [at(0, 10), at(0.5, null), at(1, 10.25)], {}, [['counted', 250]]],
  ])('%s', (_what, readings, more, expected) => expect(kinds(readings, more)).toEqual(expected));

  test('what is bad, negative or goes back in time is counted and not used', () => {
    const { spans, unused } = spansOf(
      [at(0, null), at(1, 5), at(1, 6), at(0.5, 7), at(2, -1), at(3, Number.NaN)],
      counter,
    );
    expect([spans, unused]).toEqual([[], 5]);
  });

  test('a description that makes no sense is refused', () => {
    expect(() => spansOf([], { ...counter, step: 0 })).toThrow(/step/);
    expect(() => spansOf([], { ...counter, gapMs: 0 })).toThrow(/gapMs/);
    expect(() => spansOf([], { ...counter, rollOver: 0 })).toThrow(/rollOver/);
  });
});

/** What a true meter shows: energy used in steps, seen with roll-overs, resets, pauses and bad readings. */
const meters = fc
  .record({
    start: fc.integer({ min: 0, max: 999 }),
    used: fc.array(
      fc.record({
        ms: fc.integer({ min: 1, max: 90_000 }),
        steps: fc.integer({ min: 0, max: 400 }),
        bad: fc.boolean(),
        reset: fc.integer({ min: 0, max: 30 }).map((n) => n === 0),
      }),
      { maxLength: 40 },
    ),
  })
  .map(({ start, used }) => {
    let [time, count] = [0, start];
    const readings: CounterReading[] = [{ at: 0, value: count }];
    for (const { ms, steps, bad, reset } of used) {
      time += ms;
      count = reset ? 0 : (count + steps) % 1_000;
      readings.push({ at: time, value: bad ? null : count });
    }
    return readings;
  });
const small: Counter = { step: 1, rollOver: 1_000, mostPerHour: null, gapMs: 60_000 };

/** Any cutting of time: gaps between slices, slices beyond the readings, empty ones. */
const cuttings = fc
  .array(fc.tuple(fc.nat({ max: 40_000 }), fc.nat({ max: 90_000 })), { maxLength: 60 })
  .map((pairs) => {
    let end = -50_000;
    return pairs.map(([pause, length]): Slice => {
      const from = end + pause;
      end = from + length;
      return { from, to: end };
    });
  });

describe('whatever the meter and the slices', () => {
  test('nothing is negative, and all slices and what is open add up to what the meter tells', () => {
    fc.assert(
      fc.property(meters, cuttings, (readings, slices) => {
        const { spans } = spansOf(readings, small);
        expect(spans.every(({ steps }) => steps >= 0 && Number.isInteger(steps))).toBe(true);
        const { slices: used, open } = attribute(spans, slices);
        expect(
          used.every(({ steps, slice, knownMs }) => steps >= 0 && knownMs >= 0 && knownMs <= slice.to - slice.from),
        ).toBe(true);
        expect(open).toBeGreaterThanOrEqual(0);
        expect(used.reduce((sum, { steps }) => sum + steps, open)).toBe(total(spans));
      }),
    );
  });

  test('slices that tile the time leave only gaps open, and cutting one in two changes no sum', () => {
    fc.assert(
      fc.property(meters, fc.array(fc.integer({ min: 1, max: 3_000_000 }), { maxLength: 30 }), (readings, cuts) => {
        const spans = spansOf(readings, small).spans.filter(({ kind }) => kind !== 'gap');
        const edges = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), 4_000_000];
        const slices = edges.slice(1).map((to, n): Slice => ({ from: edges[n]!, to }));
        const { slices: used, open } = attribute(spans, slices);
        expect(open).toBe(0);
        const all = attribute(spans, [{ from: 0, to: 4_000_000 }]).slices[0]!;
        expect(used.reduce((sum, { steps }) => sum + steps, 0)).toBe(all.steps);
        expect(used.reduce((sum, { knownMs }) => sum + knownMs, 0)).toBe(all.knownMs);
      }),
    );
  });

  test('a counter that only counts is told to the last digit', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 800 }), { minLength: 1, maxLength: 200 }), (used) => {
        let value = 90_000;
        const readings = [
          at(0, value),
          ...used.map((steps, n) => at(n + 1, (value = Number((value + steps / 1_000).toFixed(3))))),
        ];
        expect(total(spansOf(readings, counter).spans)).toBe(used.reduce((sum, one) => sum + one, 0));
      }),
    );
  });
});

test('a gap is given whole to the slice that covers it, and to nobody when it is cut', () => {
  const { spans } = spansOf([at(0, 10), at(1, 10.1), at(31, 15.1), at(32, 15.2)], counter);
  expect(attribute(spans, [{ from: 0, to: 32 * minute }])).toMatchObject({ slices: [{ steps: 5_200 }], open: 0 });
  const cut = attribute(spans, [
    { from: 0, to: 10 * minute },
    { from: 10 * minute, to: 32 * minute },
  ]);
  expect(cut).toMatchObject({
    slices: [
      { steps: 100, knownMs: minute },
      { steps: 100, knownMs: minute },
    ],
    open: 5_000,
  });
});

test('overlapping slices and such that end before they begin are refused', () => {
  expect(() =>
    attribute(
      [],
      [
        { from: 0, to: 5 },
        { from: 4, to: 6 },
      ],
    ),
  ).toThrow(/overlap/);
  expect(() => attribute([], [{ from: 5, to: 4 }])).toThrow(/before it begins/);
});

test('a shift: by state, what idling costs, what a stop cost, per good piece, the peak', () => {
  // 12 kW in work, 3 kW idle: 30 min work, 84 min stop, 36 min work.
  const slices = [
    { from: 0, to: 30 * minute, state: 'executing', order: 'A' },
    { from: 30 * minute, to: 114 * minute, state: 'idle', order: 'A' },
    { from: 114 * minute, to: 150 * minute, state: 'executing', order: 'B' },
  ];
  let value = 500;
  const readings = [at(0, value)];
  for (let n = 1; n <= 150; n += 1) {
    value = Number((value + (n > 30 && n <= 114 ? 0.05 : 0.2)).toFixed(3));
    readings.push(at(n, value));
  }
  const { spans } = spansOf(readings, counter);
  const { slices: used, open } = attribute(spans, slices);
  expect(open).toBe(0);
  expect([...byKey(used, ({ state }) => state)]).toEqual([
    ['executing', { steps: 13_200, knownMs: 66 * minute, ms: 66 * minute }],
    ['idle', { steps: 4_200, knownMs: 84 * minute, ms: 84 * minute }],
  ]);
  expect([...byKey(used, ({ order }) => order)].map(([order, { steps }]) => [order, steps])).toEqual([
    ['A', 10_200],
    ['B', 7_200],
  ]);
  // "This stop cost 4.2 kWh."
  expect(inUnit(used[1]!.steps, counter.step)).toBe(4.2);
  const all = quarters(spans);
  expect(all.map(({ steps }) => steps)).toEqual([3_000, 3_000, 750, 750, 750, 750, 750, 1_650, 3_000, 3_000]);
  expect(peak(all)).toEqual({ from: 0, steps: 3_000, perHour: 12_000, whole: true });
  expect(peak(quarters(spansOf([at(1, 1), at(2, 2)], { ...counter, mostPerHour: null }).spans))).toBeNull();
  expect([quarters([]), peak([])]).toEqual([[], null]);
});
