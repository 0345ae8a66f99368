import fc from 'fast-check';
import { expect, it } from 'vitest';
import { samplingSchema, type Sampling } from '#contract/config/control-plan.ts';
import { testPlan } from './test-plan.ts';
import {
  countedPlaces,
  dueSamples,
  gapMs,
  idleMs,
  openPlaces,
  upcoming,
  type Decided,
  type MadeUnit,
  type Sampled,
} from './due.ts';

const minute = 60_000;
const start = Date.UTC(2026, 10, 20, 8, 0, 0);
const unit = (n: number, more: Partial<MadeUnit> = {}): MadeUnit => ({
  serial: `P-${n}`,
  executionId: `X-${n}`,
  orderId: 'WO-1',
  revision: 'A',
  at: start + n * minute,
  first: false,
  setUps: [],
  ...more,
});
const inTime = (units: readonly MadeUnit[]): MadeUnit[] =>
  [...units].sort((a, b) => a.at - b.at || (a.executionId < b.executionId ? -1 : 1));

const { plan, planned } = testPlan();
function sampled(
  units: readonly MadeUnit[],
  sampling: Partial<Sampling>,
  decided: readonly Decided[] = [],
  more: Partial<Sampled> = {},
): Sampled {
  return {
    stream: { planId: 'PUMP', definitionId: 'PUMP', operationId: '10', stationId: 'ST10' },
    plan,
    planned,
    sampling: samplingSchema.parse({ at: ['QB10'], ...sampling }),
    made: { anew: [], units: inTime(units) },
    decided,
    orderDone: () => false,
    shiftOf: () => null,
    ...more,
  };
}
const answer = (key: string | null, reason: Decided['reason'] = 'units'): Decided => ({
  characteristicId: planned.characteristic,
  reason,
  key,
});

it('asks for every n-th unit exactly once, in whatever order the units are heard of and whenever samples are measured', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 60 }).chain((count) =>
        fc.tuple(
          fc.shuffledSubarray(
            Array.from({ length: count }, (_, i) => i + 1),
            { minLength: count },
          ),
          fc.array(fc.boolean(), { minLength: count, maxLength: count }),
        ),
      ),
      (n, [order, measured]) => {
        const heard: MadeUnit[] = [];
        const decided: Decided[] = [];
        for (const [i, number] of order.entries()) {
          heard.push(unit(number));
          if (measured[i] !== true) continue;
          const [due] = dueSamples([sampled(heard, { every: { units: n } }, decided)]);
          if (due !== undefined) decided.push(answer(due.due.key));
        }
        for (;;) {
          const due = dueSamples([sampled(heard, { every: { units: n } }, decided)]);
          // Before anything else is heard of, what is due is what is still owed.
          expect(due).toHaveLength(Math.floor(heard.length / n) - decided.length);
          const [first] = due;
          if (first === undefined) break;
          decided.push(answer(first.due.key));
        }
        expect(decided).toHaveLength(Math.floor(order.length / n));
        expect(new Set(decided.map(({ key }) => key)).size).toBe(decided.length);
      },
    ),
    { numRuns: 200 },
  );
});

it('names the very n-th units by their time when nothing was measured meanwhile, whatever the order of arrival', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.shuffledSubarray(
        Array.from({ length: 30 }, (_, i) => i + 1),
        { minLength: 30 },
      ),
      (n, order) => {
        const due = dueSamples([
          sampled(
            order.map((number) => unit(number)),
            { every: { units: n } },
          ),
        ]);
        const wanted = Array.from({ length: Math.floor(30 / n) }, (_, i) => `X-${(i + 1) * n}`);
        expect(due.map((each) => each.due.key).sort()).toEqual(wanted.sort());
      },
    ),
    { numRuns: 50 },
  );
});

it('has one sample for each time that the minutes of production are full, late units or not', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 5, max: 60 }),
      fc.array(fc.integer({ min: 0, max: 40 * minute }), { minLength: 1, maxLength: 40 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 40 }),
      (minutes, gaps, turns) => {
        let at = start;
        const units = gaps.map((gap, i) => unit(i, { at: (at += gap) }));
        const order = turns.reduce(
          (list, turn) => {
            const [moved] = list.splice(turn % list.length, 1);
            return moved === undefined ? list : [...list, moved];
          },
          [...units],
        );
        const decided: Decided[] = [];
        for (let heard = 1; heard <= order.length; heard += 1) {
          const [due] = dueSamples([sampled(order.slice(0, heard), { every: { minutes } }, decided)]);
          if (due !== undefined) decided.push(answer(due.due.key, 'minutes'));
        }
        const produced = gaps.slice(1).reduce((sum, gap) => sum + Math.min(gap, gapMs(minutes)), 0);
        const left = dueSamples([sampled(order, { every: { minutes } }, decided)]);
        expect(decided.length + left.length).toBe(Math.floor(produced / (minutes * minute)));
      },
    ),
    { numRuns: 200 },
  );
});

it('begins to count anew where a week begins', () => {
  const units = [unit(1), unit(2), unit(3), unit(4), unit(5), unit(6), unit(7), unit(8)];
  const anew = [start, start + 3.5 * minute];
  expect(countedPlaces({ anew, units }, { units: 2 })).toEqual([1, 4, 6]);
  expect(countedPlaces({ anew, units }, { minutes: 2 })).toEqual([2, 5, 7]);
  const week = sampled(units.slice(0, 3), { every: { units: 5 } }, [], { made: { anew, units: units.slice(0, 3) } });
  expect(upcoming(week, start + 4 * minute)).toMatchObject({ units: 5 });
});

it('lets a sample answer the nearest place when a late unit has moved the places', () => {
  expect(openPlaces([4, 9, 14], [4])).toEqual([9, 14]);
  expect(openPlaces([4, 9, 14], [5])).toEqual([9, 14]);
  expect(openPlaces([4, 9, 14], [10, 9])).toEqual([4]);
  expect(openPlaces([4], [5, 6])).toEqual([]);
});

it('asks after a set-up or tool change once for the units made since, as soon as the first of them is there', () => {
  const setUp = { setUpId: 'S1', kind: 'set-up', at: start + minute } as const;
  const change = { setUpId: 'S2', kind: 'tool-change', at: start + 2 * minute } as const;
  const units = [unit(1), unit(2, { setUps: [setUp, change] }), unit(3), unit(4)];
  const sampling = { on: ['set-up' as const], size: 2 };
  const [due, ...more] = dueSamples([sampled(units, sampling)]);
  expect(more).toEqual([]);
  expect(due).toMatchObject({ due: { reason: 'set-up', key: 'S1', sinceAt: unit(2).at }, madeSince: 2 });
  expect(due?.units.map(({ serial }) => serial)).toEqual(['P-2', 'P-3']);
  expect(dueSamples([sampled(units, sampling, [answer('S1', 'set-up')])])).toEqual([]);
});

it('asks once for occasions that fall on the same units, and whichever was answered answers all', () => {
  const setUps = [
    { setUpId: 'S1', kind: 'set-up', at: start },
    { setUpId: 'S2', kind: 'tool-change', at: start },
  ] as const;
  const units = [unit(1, { first: true, setUps }), unit(2)];
  const on = ['shift-start', 'first-piece', 'tool-change', 'set-up'] as const;
  const shiftOf = (): { key: string; startAt: number } => ({ key: 'early', startAt: start - 6 * 60 * minute });
  const due = (answered: Parameters<typeof sampled>[2] = []) =>
    dueSamples([sampled(units, { on: [...on] }, answered, { shiftOf })]).map(({ due: { reason, sinceAt } }) => ({
      reason,
      sinceAt,
    }));
  expect(due()).toEqual([{ reason: 'set-up', sinceAt: unit(1).at }]);
  for (const [key, reason] of [
    ['S1', 'set-up'],
    ['S2', 'tool-change'],
    ['WO-1', 'first-piece'],
    ['early', 'shift-start'],
  ] as const)
    expect(due([answer(key, reason)])).toEqual([]);
});

it('asks for the first piece of an order, and for the last one when the order is done', () => {
  const units = [unit(1, { first: true }), unit(2), unit(3, { orderId: 'WO-2', first: true })];
  const on = ['first-piece' as const, 'last-piece' as const];
  const due = dueSamples([sampled(units, { on }, [], { orderDone: (orderId) => orderId === 'WO-1' })]);
  expect(due.map(({ due: { reason, key }, units: of }) => [reason, key, of.map(({ serial }) => serial)])).toEqual([
    ['first-piece', 'WO-1', ['P-1']],
    ['last-piece', 'WO-1', ['P-2']],
    ['first-piece', 'WO-2', ['P-3']],
  ]);
});

it('asks at the beginning of each shift in which something was made', () => {
  const shiftOf = (at: number): { key: string; startAt: number } => {
    const index = Math.floor((at - start) / (8 * 60 * minute));
    return { key: `shift-${index}`, startAt: start + index * 8 * 60 * minute };
  };
  const units = [unit(1), unit(2), unit(500), unit(501)];
  const due = dueSamples([sampled(units, { on: ['shift-start'] }, [], { shiftOf })]);
  expect(due.map((each) => [each.due.key, each.units[0]?.serial]).sort()).toEqual([
    ['shift-0', 'P-1'],
    ['shift-1', 'P-500'],
  ]);
});

it('puts what changed the process first, then what has the most units behind it; what is due together is one sample', () => {
  const setUp = { setUpId: 'S1', kind: 'set-up', at: start } as const;
  const units = Array.from({ length: 12 }, (_, i) => unit(i + 1, i === 11 ? { setUps: [setUp] } : {}));
  const one = sampled(units, { every: { units: 4 }, on: ['set-up'] });
  const other = { ...one, planned: { ...planned, characteristic: 'weight' } };
  const due = dueSamples([one, other]);
  expect(due.map((each) => [each.due.reason, each.due.key, each.madeSince, each.characteristics.length])).toEqual([
    ['set-up', 'S1', 0, 2],
    ['units', 'X-4', 8, 2],
    ['units', 'X-8', 4, 2],
    ['units', 'X-12', 0, 2],
  ]);
});

it('tells how far the next one is', () => {
  const units = [unit(1), unit(2), unit(3)];
  expect(upcoming(sampled(units, { every: { units: 5 } }), start + 4 * minute)).toEqual({
    units: 2,
    ms: null,
    running: true,
  });
  const minutes = sampled(units, { every: { minutes: 30 } });
  expect(upcoming(minutes, start + 5 * minute)).toEqual({ units: null, ms: 26 * minute, running: true });
  // A station that stands produces nothing: the time stands too.
  expect(upcoming(minutes, start + 3 * minute + 3 * idleMs)).toMatchObject({ ms: 13 * minute, running: false });
  expect(upcoming(sampled(units, { on: ['set-up'] }), start)).toBeNull();
});
