/** Which passes count after rework, whatever the order in which stations and the server tell of things. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { passportSchema, type Passport } from '#contract/passport.ts';
import { judgeCases } from '#domain/cases/judge.ts';
import { asHappened, type Happened } from '#domain/happened.ts';
import { mergeUnit, unitFromPassport } from './merge.ts';
import { emptyPart, evolvePassport, samePassport, type PassportPart } from './passport.ts';
import { completionOf, endedBy, passCounts } from './rework.ts';
import { unitStanding } from './standing.ts';
import type { Unit } from './unit-state.ts';
import { evolveUnit } from './unit.ts';

const serial = 'P-1';
const at = (stationId: string, time: number, body: DomainEvent): Happened =>
  asHappened(body, { at: time, stationId, actor: { kind: 'person', id: 'mara' } });
const created = at(
  'ST10',
  1,
  event('unit.created', {
    serial,
    orderId: 'WO-1',
    materialId: 'PUMP',
    definitionId: 'PUMP',
    revision: 'A',
    passed: [],
  }),
);
const knowing = (reworks: readonly string[]) => (reworks.length === 0 ? {} : { reworks: [...reworks].sort() });
const run = (stationId: string, time: number, id: string, operationId: string, reworks: readonly string[] = []) => [
  at(
    stationId,
    time,
    event('execution.started', {
      executionId: id,
      serial,
      orderId: 'WO-1',
      definition: { id: 'PUMP', revision: 'A', hash: 'h' },
      operationId,
      ...knowing(reworks),
    }),
  ),
  at(stationId, time + 1, event('execution.passed', { executionId: id, serial, operationId, ...knowing(reworks) })),
];
const order = (stationId: string, time: number, reworkId: string, operations: string[], ends: string[]): Happened =>
  at(
    stationId,
    time,
    event('unit.rework-ordered', { serial, reworkId, nonconformanceId: 'NC', kind: 'rework', operations, ends }),
  );
const completed = (stationId: string, time: number, reworks: readonly string[]): Happened =>
  at(stationId, time, event('unit.completed', { serial, orderId: 'WO-1', ...knowing(reworks) }));

const folded = (events: readonly Happened[]): PassportPart =>
  events.reduce<PassportPart>((part, each) => evolvePassport(part, each), emptyPart(serial));
const passes = (unit: Unit): readonly string[] => unit.passed.map(({ operationId }) => operationId).sort();

/** Built at ST10 and ST20, reworked from 20 on by an order of ST30, done again at ST20, completed twice. */
const history: readonly Happened[] = [
  created,
  ...run('ST10', 10, 'X1', '10'),
  ...run('ST20', 20, 'X2', '20'),
  completed('ST20', 21, []),
  order('ST30', 30, 'R1', ['20'], ['20', '30']),
  ...run('ST20', 40, 'X3', '20', ['R1']),
  ...run('ST20', 50, 'X4', '30', ['R1']),
  completed('ST20', 51, ['R1']),
];

describe('a rework order', () => {
  it('beats what was made without it, and nothing that knew of it; clocks do not matter', () => {
    const orders = [{ reworkId: 'R1', operations: ['20'], ends: ['20', '30'] }];
    expect(passCounts({ operationId: '10' }, orders)).toBe(true);
    expect(passCounts({ operationId: '20' }, orders)).toBe(false);
    expect(passCounts({ operationId: '30', reworks: ['R0'] }, orders)).toBe(false);
    expect(passCounts({ operationId: '20', reworks: ['R1'] }, orders)).toBe(true);
  });
  it('of two at once, one run that knew of both meets both; one that knew of one does not', () => {
    const orders = [
      { reworkId: 'R1', operations: ['20'], ends: ['20'] },
      { reworkId: 'R2', operations: ['10'], ends: ['10', '20'] },
    ];
    expect(passCounts({ operationId: '20', reworks: ['R1'] }, orders)).toBe(false);
    expect(passCounts({ operationId: '20', reworks: ['R1', 'R2'] }, orders)).toBe(true);
  });
  it('ends its operations and all that come after them', () => {
    const of = (id: string, ...after: string[]) => ({ id, after }) as never;
    const definition = { operations: [of('10'), of('20', '10'), of('25'), of('30', '20', '25'), of('40', '30')] };
    expect(endedBy(['20'], definition)).toEqual(['20', '30', '40']);
    expect(endedBy(['25'], definition)).toEqual(['25', '30', '40']);
    expect(endedBy(['10', '25'], definition)).toEqual(['10', '20', '25', '30', '40']);
  });
});

describe('in the passport', () => {
  it('comes to the same in any order, with any of them twice, and is one that travels', () => {
    const all = folded(history);
    expect(passportSchema.safeParse(all).error).toBeUndefined();
    expect(unitStanding(all).status).toBe('done');
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...history], { minLength: history.length }),
        fc.subarray([...history]),
        (mixed, again) => samePassport(folded([...mixed, ...again]), all),
      ),
      { numRuns: 300 },
    );
  });
  it('says nothing of rework where there was none: an older program reads it', () => {
    expect(Object.keys(folded(history.slice(0, 6)))).not.toContain('reworks');
    expect(folded(history.slice(0, 6)).passed[0]).not.toHaveProperty('reworks');
  });
  it('a completion counts when it knew of every order, whichever is heard first', () => {
    const heard = (events: readonly Happened[]) => completionOf(folded(events))?.at ?? null;
    expect(heard(history.slice(0, 6))).toBe(21);
    expect(heard(history.slice(0, 7))).toBeNull();
    expect(heard(history)).toBe(51);
    expect(heard([...history, order('ST10', 5, 'R2', ['10'], ['10'])])).toBeNull();
  });
  it('an operation done again is no contradiction; done twice without an order it is', () => {
    const judged = (events: readonly Happened[]) =>
      judgeCases({ passport: folded(events), operations: null, shownPassed: [] }).map(({ kind }) => kind);
    expect(judged(history)).toEqual([]);
    expect(judged([...history, ...run('ST40', 60, 'X9', '20', ['R1'])])).toContain('built-twice');
    // Knew of an order that does not ask for this operation: no leave to do it twice.
    const other = order('ST30', 30, 'R3', ['30'], ['30']);
    expect(judged([...history.slice(0, 6), other, ...run('ST40', 60, 'X9', '20', ['R3'])])).toContain('built-twice');
  });
});

describe('in the unit that the rules see', () => {
  it('a pass made elsewhere without knowing of it does not count, however late it is', () => {
    const offline = run('ST20', 90, 'X8', '20');
    const unit = unitFromPassport(
      folded([...history.slice(0, 3), order('ST30', 30, 'R1', ['20'], ['20']), ...offline]) as Passport,
    );
    expect(passes(unit)).toEqual(['10']);
    expect(unit.status).toBe('waiting');
  });
  it('is the same from the own log as from the passport, and from any mixture of the two', () => {
    const local = (events: readonly Happened[]): Unit | null =>
      events.reduce<Unit | null>((unit, each) => evolveUnit(unit, each), null);
    const whole = unitFromPassport(folded(history) as Passport);
    expect(passes(whole)).toEqual(['10', '20', '30']);
    expect(whole).toMatchObject({ status: 'done', completedAt: 51, completedKnowing: ['R1'], completedOnce: true });
    const seen = local(history);
    expect(seen).toMatchObject({ status: 'done', completedAt: 51, completedKnowing: ['R1'] });
    for (let n = 1; n <= history.length; n += 1) {
      // Of its own open run a station knows best.
      if (history[n - 1]?.type === 'execution.started') continue;
      // Of each event the own log has the first n; the server tells of all.
      const merged = mergeUnit(local(history.slice(0, n)), folded(history) as Passport);
      expect(passes(merged)).toEqual(['10', '20', '30']);
      expect(merged.status).toBe('done');
      // And an older passport takes nothing back.
      const older = mergeUnit(seen, folded(history.slice(0, n)) as Passport);
      expect(older.status).toBe('done');
      expect(passes(older)).toEqual(['10', '20', '30']);
    }
  });
  it('a done unit waits again, and one on hold stays on hold', () => {
    const done = unitFromPassport(folded(history.slice(0, 6)) as Passport);
    expect(done.status).toBe('done');
    const again = evolveUnit(done, order('ST10', 60, 'R1', ['20'], ['20', '30']));
    expect(again).toMatchObject({ status: 'waiting', completedAt: null, completedOnce: true });
    const held = { ...done, status: 'held' as const };
    expect(evolveUnit(held, order('ST10', 60, 'R1', ['20'], ['20', '30']))?.status).toBe('held');
  });
});
