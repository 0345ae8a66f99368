import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineStates } from '#contract/machine-state.ts';
import {
  editOf,
  evolveSeries,
  inForceAt,
  noContext,
  slicesOf,
  tile,
  type Beginning,
  type SliceFact,
} from './series.ts';

const shown = { told: null, alarm: null, context: noContext };
const begun = (beganAt: number, state: Beginning['state']): SliceFact => ({
  type: 'slice.begun',
  body: { machineId: 'M', beganAt, state, ...shown, clock: 'station' },
});
const restated = (
  from: number,
  to: number,
  ...slices: readonly (readonly [number, Beginning['state']])[]
): SliceFact => ({
  type: 'slices.restated',
  body: {
    machineId: 'M',
    from,
    to,
    slices: slices.map(([beganAt, state]) => ({ beganAt, state, ...shown })),
    reason: 'by-hand',
    note: '',
  },
});
const fold = (...facts: readonly SliceFact[]): readonly Beginning[] =>
  facts.reduce(evolveSeries, [] as readonly Beginning[]);
const brief = (series: readonly Beginning[]): readonly string[] => series.map((b) => `${b.beganAt} ${b.state}`);

const state = fc.constantFrom(...machineStates);
const instant = fc.integer({ min: 0, max: 60 });
const anyBegun = fc.tuple(instant, state).map(([at, of]) => begun(at, of));
const anyRestated = fc
  .tuple(instant, fc.integer({ min: 0, max: 20 }), fc.array(fc.tuple(instant, state), { minLength: 1, maxLength: 4 }))
  .map(([from, long, slices]) => restated(from, from + long, ...slices));
const anyFacts = fc.array(fc.oneof(anyBegun, anyRestated), { maxLength: 25 });

describe('the series', () => {
  it('a slice ends where the next begins, and the last is under way', () => {
    const series = fold(begun(10, 'producing'), begun(20, 'fault'), begun(30, 'producing'));
    expect(slicesOf('M', series)).toMatchObject([
      { machineId: 'M', beganAt: 10, endAt: 20, state: 'producing' },
      { beganAt: 20, endAt: 30, state: 'fault' },
      { beganAt: 30, endAt: null, state: 'producing' },
    ]);
  });
  it('of two that begin at once the later told holds, and none is of no length', () => {
    expect(brief(fold(begun(10, 'fault'), begun(10, 'producing')))).toEqual(['10 producing']);
  });
  it('the past told anew takes the place of what was, and what went on at its end goes on', () => {
    const series = fold(
      begun(10, 'no-data'),
      begun(40, 'producing'),
      restated(20, 30, [20, 'producing'], [25, 'fault']),
    );
    expect(brief(series)).toEqual(['10 no-data', '20 producing', '25 fault', '30 no-data', '40 producing']);
    expect(series.map((b) => b.restated)).toEqual([null, 'by-hand', 'by-hand', null, null]);
    expect(brief(evolveSeries(series, restated(10, 40, [10, 'waiting'])))).toEqual(['10 waiting', '40 producing']);
  });
  it('before it was watched there is nothing; told of later, what lies between is not known', () => {
    expect(brief(fold(begun(40, 'producing'), restated(10, 20, [10, 'setup'])))).toEqual([
      '10 setup',
      '20 no-data',
      '40 producing',
    ]);
  });
  it('a stretch of no length changes nothing', () => {
    const series = fold(begun(10, 'producing'));
    expect(evolveSeries(series, restated(12, 12, [12, 'fault']))).toEqual(series);
  });
  it('a duplicated fact changes nothing', () => {
    fc.assert(
      fc.property(anyFacts, fc.oneof(anyBegun, anyRestated), (facts, last) => {
        const once = fold(...facts, last);
        expect(evolveSeries(once, last)).toEqual(once);
      }),
    );
  });
  it('slices of any facts tile any window exactly, each with the state in force', () => {
    fc.assert(
      fc.property(anyFacts, instant, fc.integer({ min: 1, max: 80 }), (facts, from, long) => {
        const series = fold(...facts);
        const to = from + long;
        const tiles = tile('M', slicesOf('M', series), from, to);
        let at = from;
        for (const { beganAt, endAt } of tiles) {
          expect(beganAt).toBe(at);
          expect(endAt).toBeGreaterThan(beganAt);
          at = endAt;
        }
        expect(at).toBe(to);
        for (const { beganAt, state: told } of tiles) expect(told).toBe(inForceAt(series, beganAt)?.state ?? 'no-data');
      }),
    );
  });
  it('what is told anew is as it was told, and the rest is as it was', () => {
    fc.assert(
      fc.property(anyFacts, anyRestated, instant, (facts, last, at) => {
        if (last.type !== 'slices.restated') return;
        const before = fold(...facts);
        const after = evolveSeries(before, last);
        const { from, to } = last.body;
        const told = inForceAt(after, at);
        if (at >= from && at < to) expect(told?.restated).toBe('by-hand');
        else if (at < from || before.length > 0)
          expect(told?.state ?? 'no-data').toBe(inForceAt(before, at)?.state ?? 'no-data');
      }),
    );
  });
  it('beginnings that are put lie in the stretch or at its end', () => {
    const edit = editOf(restated(10, 20, [3, 'fault'], [15, 'off'], [20, 'held'], [99, 'held']), () => null);
    expect(brief(edit.put)).toEqual(['10 fault', '15 off', '20 no-data']);
  });
});
