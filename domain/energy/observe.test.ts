/** What is told of a meter: nothing lost, nothing made up, nothing over the beginning of a slice, whatever is read and when. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MachineState } from '#contract/machine-state.ts';
import { tile, type Slice } from '#domain/machines/series.ts';
import { spansOf, total, type Counter } from './counter.ts';
import { quarterMs, resumed, spansOfTold, tell, withReading, type Pending, type Told } from './observe.ts';
import { energyOf, summarise } from './summary.ts';

const counter: Counter = { step: 1, rollOver: 1_000, mostPerHour: null, gapMs: 60_000 };
const minute = 60_000;

type Happening =
  | { readonly kind: 'read'; readonly ms: number; readonly steps: number; readonly bad: boolean }
  | { readonly kind: 'slice'; readonly ago: number }
  | { readonly kind: 'restart' };
const happenings = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        kind: fc.constant('read' as const),
        // Gaps of up to three quarters of an hour, among readings of every second.
        ms: fc.oneof(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 50_000, max: 2_700_000 })),
        steps: fc.nat({ max: 300 }),
        bad: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('slice' as const), ago: fc.nat({ max: 30_000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { maxLength: 80 },
);

/** As the station does it. */
function watch(all: readonly Happening[]) {
  let [at, value] = [quarterMs * 1_000 + 1_234, 700];
  let pending: Pending = withReading(resumed(null), { at, value }, counter);
  const edges: number[] = [];
  const told: Told[] = [];
  const readings = [{ at, value }];
  let due = 0;
  const settle = (until: number): void => {
    const done = tell(pending, until, edges, counter);
    pending = done.pending;
    told.push(...done.told);
  };
  for (const one of all) {
    if (one.kind === 'slice') {
      const edge = Math.max(at - one.ago, edges.at(-1) ?? 0);
      // Late: what was told already is told.
      if (edge < pending.toldTo) continue;
      edges.push(edge);
      due = edge;
    } else if (one.kind === 'read') {
      at += one.ms;
      if (!one.bad) value = (value + one.steps) % 1_000;
      const reading = { at, value: one.bad ? null : value };
      pending = withReading(pending, reading, counter);
      if (!one.bad) readings.push({ at, value });
    } else {
      settle(pending.last?.at ?? 0);
      pending = told.length === 0 ? pending : resumed(told.at(-1)!);
      continue;
    }
    const last = pending.last?.at ?? 0;
    settle(Math.max(Math.floor((last - 5_000) / quarterMs) * quarterMs, due <= last ? due : 0));
  }
  settle(pending.last?.at ?? 0);
  return { told, edges, readings };
}
const sum = (told: readonly Told[]): number => told.reduce((all, { steps, openSteps }) => all + steps + openSteps, 0);

describe('whatever is read, however slices begin, wherever the station starts again', () => {
  test('all that the meter counted is told once, in stretches that follow each other and stay within slices and quarters', () => {
    fc.assert(
      fc.property(happenings, (all) => {
        const { told, edges, readings } = watch(all);
        const { spans } = spansOf(readings, counter);
        // A reset in between is not known, wherever it is cut.
        fc.pre(spans.every(({ kind }) => kind !== 'reset'));
        expect(sum(told)).toBe(total(spans));
        for (const [n, { from, to, openSteps, steps, knownMs }] of told.entries()) {
          expect(to).toBeGreaterThan(from);
          if (n > 0) expect(from).toBeGreaterThanOrEqual(told[n - 1]!.to);
          if (openSteps > 0) {
            expect([steps, knownMs]).toEqual([0, 0]);
            continue;
          }
          if (knownMs === 0) continue;
          expect(knownMs).toBe(to - from);
          expect(Math.floor(from / quarterMs)).toBe(Math.ceil(to / quarterMs) - 1);
          expect(edges.filter((edge) => edge > from && edge < to)).toEqual([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('states, orders and what is open add up to all, and the two sides of any cut to the whole', () => {
    const states: readonly MachineState[] = ['producing', 'waiting', 'fault', 'no-data'];
    fc.assert(
      fc.property(happenings, fc.integer({ min: 1, max: 999 }), (all, share) => {
        const { told, edges, readings } = watch(all);
        const [from, to] = [readings[0]!.at, readings.at(-1)!.at + 1];
        const begun: Slice[] = edges.map((beganAt, n) => ({
          machineId: 'm',
          beganAt,
          endAt: edges[n + 1] ?? null,
          state: states[n % 4]!,
          told: null,
          alarm: null,
          context: { orderId: n % 3 === 0 ? null : `WO-${n % 3}`, definitionId: null, operationId: null },
          restated: null,
        }));
        const spans = spansOfTold(told);
        const summary = (a: number, b: number): ReturnType<typeof summarise> =>
          summarise({ unit: 'kW.h', step: 1 }, { from: a, to: b }, spans, tile('m', begun, a, b), []);
        const whole = summary(from, to);
        expect(whole.energy).toBe(sum(told));
        const ofStates = whole.byState.reduce((all2, { energy }) => all2 + energy, 0);
        expect(ofStates + whole.open).toBe(whole.energy);
        expect(whole.byOrder.reduce((all2, { energy }) => all2 + energy, 0)).toBe(ofStates);
        expect(whole.byState.reduce((all2, { ms }) => all2 + ms, 0)).toBe(to - from);
        const cut = Math.min(from + Math.max(1, Math.floor(((to - from) * share) / 1_000)), to);
        if (cut >= to) return;
        const [left, right] = [
          energyOf({ unit: '', step: 1 }, { from, to: cut }, spans),
          energyOf({ unit: '', step: 1 }, { from: cut, to }, spans),
        ];
        const across = spans.filter((span) => span.kind === 'gap' && span.from < cut && span.to > cut);
        expect(left.energy + right.energy + total(across)).toBe(whole.energy);
        expect([left.open, right.open]).toEqual([total(across), total(across)]);
      }),
      { numRuns: 200 },
    );
  });
});

const first = quarterMs * 1_000;
function read(
  values: readonly (readonly [minutes: number, value: number])[],
  edges: readonly number[],
  until?: number,
) {
  const fine: Counter = { step: 0.001, rollOver: 100_000, mostPerHour: 60, gapMs: 2 * minute };
  const pending = values.reduce(
    (state, [minutes, value]) => withReading(state, { at: first + minutes * minute, value }, fine),
    resumed(null),
  );
  const to = until ?? pending.last!.at;
  return tell(
    pending,
    to,
    edges.map((minutes) => first + minutes * minute),
    fine,
  );
}
const short = (told: readonly Told[]): unknown[] =>
  told.map(({ from, to, steps, openSteps, counter: ends }) => [
    (from - first) / minute,
    (to - first) / minute,
    steps,
    openSteps,
    ends.first,
    ends.last,
  ]);

test('a slice begins between two readings: the energy between them goes evenly to both, the meter goes on where it was', () => {
  const { told, pending } = read(
    [
      [0, 10],
      [1, 10.1],
      [2, 10.25],
    ],
    [1.5],
    first + 1.5 * minute,
  );
  expect(short(told)).toEqual([[0, 1.5, 175, 0, 10, 10.175]]);
  expect(pending).toMatchObject({ toldTo: first + 1.5 * minute, spans: [{ steps: 75, first: 10.175, last: 10.25 }] });
});

test('over the end of the meter, a reset, an outage over a slice, an outage within one', () => {
  expect(
    short(
      read(
        [
          [0, 99_999.9],
          [1, 0.05],
        ],
        [0.5],
      ).told,
    ),
  ).toEqual([
    [0, 0.5, 75, 0, 99_999.9, 99_999.975],
    [0.5, 1, 75, 0, 99_999.975, 0.05],
  ]);
  // What a reset hid is not told; before and after it is.
  expect(
    short(
      read(
        [
          [0, 500],
          [1, 500.2],
          [2, 0.1],
          [3, 0.3],
        ],
        [],
      ).told,
    ),
  ).toEqual([
    [0, 1, 200, 0, 500, 500.2],
    [2, 3, 200, 0, 0.1, 0.3],
  ]);
  expect(
    short(
      read(
        [
          [0, 10],
          [1, 10.1],
          [8, 13.1],
          [9, 13.2],
        ],
        [5],
      ).told,
    ),
  ).toEqual([
    [0, 1, 100, 0, 10, 10.1],
    [1, 8, 0, 3_000, 10.1, 13.1],
    [8, 9, 100, 0, 13.1, 13.2],
  ]);
  expect(
    short(
      read(
        [
          [0, 10],
          [1, 10.1],
          [8, 13.1],
          [9, 13.2],
        ],
        [],
      ).told,
    ),
  ).toEqual([[0, 9, 3_200, 0, 10, 13.2]]);
});
