import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { machineStates, type MachineState } from '#contract/machine-state.ts';
import { changeoversOf, isStop, lookAgainAt, microStops, standingsOf, stands, type PlannedSpan } from './standing.ts';
import { series } from './test-series.ts';

const minute = 60_000;
const always: readonly PlannedSpan[] = [{ from: -1e15, to: 1e15, kind: 'working' }];
const shown = (of: ReturnType<typeof standingsOf>) =>
  of.map(({ from, to, countedMs }) => [from / minute, to === null ? null : to / minute, countedMs / minute]);
const standing = (text: string, now: number, calendar = always) =>
  shown(standingsOf(series(text), calendar, now * minute));

describe('when a machine stood', () => {
  it('a run of standing slices is one stop, whatever the states in it; setup ends it', () => {
    expect(standing('producing 10 waiting 2 fault 3 held 1 producing 5 blocked 4 setup 6 starved', 33)).toEqual([
      [10, 16, 6],
      [21, 25, 4],
      [31, null, 2],
    ]);
  });
  it('not knowing begins no stop and ends none; between two standing slices it is within the stop but not counted', () => {
    expect(standing('producing 10 no-data 5 fault 3 no-data 4 fault 2 no-data 9 producing', 40)).toEqual([[15, 24, 5]]);
    expect(standing('producing 10 no-data 30 producing', 50)).toEqual([]);
    expect(standing('producing 10 fault 3 no-data', 50)).toEqual([[10, null, 3]]);
  });
  it('breaks and time outside of shifts are not counted, and a stop begins when the machine should have worked', () => {
    const calendar: readonly PlannedSpan[] = [
      { from: 0, to: 20 * minute, kind: 'working' },
      { from: 20 * minute, to: 50 * minute, kind: 'break' },
      { from: 50 * minute, to: 80 * minute, kind: 'working' },
      { from: 80 * minute, to: 200 * minute, kind: 'unplanned' },
    ];
    expect(standing('producing 21 waiting 20 producing 5 waiting 4 producing', 60, calendar)).toEqual([]);
    expect(standing('producing 21 waiting 32 producing', 60, calendar)).toEqual([[50, 53, 3]]);
    expect(standing('producing 18 fault 40 producing', 60, calendar)).toEqual([[18, 58, 10]]);
    expect(standing('producing 78 fault', 150, calendar)).toEqual([[78, null, 2]]);
    expect(standing('producing 30 waiting', 30, calendar)).toEqual([]);
  });
  it('a standing that begins this very moment is one', () => {
    expect(standing('producing 10 fault', 10)).toEqual([[10, null, 0]]);
  });
  it('is looked at again when enough is counted, at the latest when the calendar changes', () => {
    const [open] = standingsOf(series('producing 10 fault'), always, 11 * minute);
    const again = (span: PlannedSpan, micro = 2 * minute) => open && lookAgainAt(open, span, micro, 11 * minute);
    expect(again({ from: 0, to: 1e15, kind: 'working' })).toBe(12 * minute);
    expect(again({ from: 0, to: 11.5 * minute, kind: 'working' })).toBe(11.5 * minute);
    expect(again({ from: 0, to: 20 * minute, kind: 'break' })).toBe(20 * minute);
    expect(again({ from: 0, to: 1e15, kind: 'working' }, minute)).toBeNull();
  });

  it('any series under any calendar: standings follow each other, and what they count is the standing time planned to work', () => {
    const state = fc.constantFrom<MachineState>(...machineStates);
    const length = fc.integer({ min: 1, max: 50 });
    const kinds = fc.constantFrom<PlannedSpan['kind']>('working', 'break', 'planned', 'unplanned');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(state, length), { minLength: 1, maxLength: 30 }),
        fc.array(fc.tuple(kinds, length), { minLength: 1, maxLength: 20 }),
        (slices, spans) => {
          let at = 0;
          const made = slices.map(([each, ms], n) => {
            const beganAt = at;
            at += ms;
            const endAt = n === slices.length - 1 ? null : at;
            return { beganAt, endAt, state: each, told: null, alarm: null, context: none };
          });
          const now = at;
          let from = 0;
          const calendar: PlannedSpan[] = spans.map(([kind, ms]) => ({ from, to: (from += ms), kind }));
          calendar.push({ from, to: Math.max(from, now) + 1, kind: 'working' });
          const found = standingsOf(made, calendar, now);
          found.forEach((each, n) => {
            expect(each.to ?? now).toBeGreaterThanOrEqual(each.from);
            expect(stands(each.first.state)).toBe(true);
            const next = found[n + 1];
            if (next !== undefined) expect(each.to ?? Infinity).toBeLessThanOrEqual(next.from);
            expect(each.countedMs).toBeLessThanOrEqual((each.to ?? now) - each.from);
          });
          let should = 0;
          for (let ms = 0; ms < now; ms += 1) {
            const slice = made.find(({ beganAt, endAt }) => beganAt <= ms && ms < (endAt ?? now));
            const span = calendar.find((each) => each.from <= ms && ms < each.to);
            if (slice !== undefined && stands(slice.state) && span?.kind === 'working') should += 1;
          }
          expect(found.reduce((sum, { countedMs }) => sum + countedMs, 0)).toBe(should);
        },
      ),
      { numRuns: 150 },
    );
  });
});
const none = { orderId: null, definitionId: null, operationId: null };

it('micro-stops are counted and summed by the hour, with what the machine said; what still stands is none yet', () => {
  const slices = series(
    'producing 58 fault:E1 1 producing 3 fault:E2 1 producing 1 fault:E1 1 producing 5 fault:E2 1 producing 1 fault 2 producing 2 waiting',
  );
  const standings = standingsOf(slices, always, 90 * minute);
  expect(standings.filter((each) => isStop(each, 2 * minute))).toHaveLength(2);
  const hours = microStops(standings, 2 * minute, (at) => Math.floor(at / (60 * minute)) * 60 * minute);
  expect(hours).toEqual([
    { hourAt: 0, count: 1, ms: minute, alarms: [{ text: 'E1', count: 1 }] },
    {
      hourAt: 60 * minute,
      count: 3,
      ms: 3 * minute,
      alarms: [
        { text: 'E2', count: 2 },
        { text: 'E1', count: 1 },
      ],
    },
  ]);
});

describe('changeovers', () => {
  it('are timed; external is what was prepared while it produced, told by people', () => {
    const slices = series('producing@A 30 setup 10 producing@B 20 waiting 5 setup 4 setup 3 producing@C 9 setup');
    const preparations = [
      { from: 10 * minute, to: 25 * minute },
      { from: 50 * minute, to: null },
    ];
    const made = changeoversOf(slices, preparations, 85 * minute).map((each) => [
      each.from / minute,
      each.to === null ? null : each.to / minute,
      each.internalMs / minute,
      each.externalMs / minute,
      each.fromDefinitionId,
      each.toDefinitionId,
    ]);
    expect(made).toEqual([
      [30, 40, 10, 15, 'A', 'B'],
      // Prepared from 50 on, of which it stood from 60 to 65: that is not external.
      [65, 72, 7, 10, null, 'C'],
      [81, null, 4, 0, 'C', null],
    ]);
  });
});
