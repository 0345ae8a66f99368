import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passportSchema, type Passport } from '#contract/passport.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import { asHappened, type Happened } from '#domain/happened.ts';
import { emptyPart, evolvePassport, isUnheard, joinPassports, samePassport, type PassportPart } from './passport.ts';

// Few values, so that keys meet and tellings under one key differ.
const at = fc.constantFrom(1, 5, 9, 10, 100, 1_000.5);
const station = fc.constantFrom('ST10', 'ST20');
const operation = fc.constantFrom('10', '20');
const execution = fc.constantFrom('X1', 'X2');
const by = fc.constantFrom(
  { kind: 'system' as const },
  { kind: 'person' as const, id: 'mara' },
  { kind: 'person' as const, id: 'lead' },
);
const knowing = { reworks: fc.constantFrom<string[] | undefined>(undefined, ['R1'], ['R2'], ['R1', 'R2']) };
const mark = fc.option(fc.record({ at, stationId: station }));
const passport: fc.Arbitrary<Passport> = fc.record({
  serial: fc.constant('P-1'),
  origins: fc.array(
    fc.record({
      orderId: fc.constantFrom('WO-1', 'WO-2'),
      materialId: fc.constantFrom('A', 'B'),
      definitionId: fc.constant('PUMP'),
      revision: fc.constantFrom('A', 'B'),
      stationId: station,
      at,
      imported: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  passed: fc.array(
    fc.record({
      operationId: operation,
      executionId: fc.option(execution),
      stationId: fc.option(station),
      at: fc.option(at),
      ...knowing,
    }),
    { maxLength: 3 },
  ),
  runs: fc.array(
    fc.record({
      executionId: execution,
      operationId: operation,
      stationId: station,
      startedAt: at,
      ended: fc.option(fc.record({ at, how: fc.constantFrom('passed' as const, 'stopped' as const) })),
    }),
    { maxLength: 3 },
  ),
  holds: fc.array(
    fc.record({
      holdId: fc.constantFrom('H1', 'H2'),
      reason: fc.constantFrom('', 'scratch', 'zzz', '\uffff'),
      reasons: fc.constant([]),
      operationId: fc.option(operation),
      stepId: fc.option(fc.constant('bore')),
      stationId: station,
      at,
      by,
      lifted: fc.option(fc.record({ at, by, stationId: station })),
    }),
    { maxLength: 3 },
  ),
  scrapped: mark,
  completed: fc.option(fc.record({ at, stationId: station, ...knowing })),
  reworks: fc.oneof(
    fc.constant(undefined),
    fc.array(
      fc.record({
        reworkId: fc.constantFrom('R1', 'R2'),
        nonconformanceId: fc.constantFrom('N1', 'N2'),
        kind: fc.constantFrom('rework' as const, 'repair' as const),
        operations: fc.constant<string[]>(['10']),
        ends: fc.constantFrom<string[]>(['10'], ['10', '20']),
        stationId: station,
        at,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  ),
  concessions: fc.oneof(
    fc.constant(undefined),
    fc.array(
      fc.record({
        dispositionId: fc.constantFrom('D1', 'D2'),
        nonconformanceId: fc.constant('N1'),
        defectText: fc.constant({ en: 'Scratch', de: 'Kratzer' }),
        number: fc.constantFrom('K-1', 'K-2'),
        expiresAt: fc.option(at),
        stationId: station,
        at,
        by,
      }),
      { minLength: 1, maxLength: 2 },
    ),
  ),
});

/** The same with the keys of every object in another order. */
function shuffledKeys<T>(value: T): T {
  if (Array.isArray(value)) return value.map(shuffledKeys) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, shuffledKeys(inner as unknown)]),
  ) as T;
}

describe('uniting passports', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(passport, passport, (a, b) => samePassport(joinPassports(a, b), joinPassports(b, a))),
      {
        numRuns: 500,
      },
    );
  });
  it('is associative', () => {
    fc.assert(
      fc.property(passport, passport, passport, (a, b, c) =>
        samePassport(joinPassports(joinPassports(a, b), c), joinPassports(a, joinPassports(b, c))),
      ),
      { numRuns: 1_000 },
    );
  });
  it('is idempotent, and the result holds both', () => {
    fc.assert(
      fc.property(passport, passport, (a, b) => {
        const both = joinPassports(a, b);
        return samePassport(joinPassports(both, a), both) && samePassport(joinPassports(both, b), both);
      }),
      { numRuns: 500 },
    );
  });
  it('does not depend on the order of keys, as a database gives them back', () => {
    fc.assert(
      fc.property(passport, passport, (a, b) =>
        samePassport(joinPassports(shuffledKeys(a), b), joinPassports(a, shuffledKeys(b))),
      ),
      { numRuns: 300 },
    );
  });
  it('gives what the contract says', () => {
    fc.assert(
      fc.property(passport, passport, (a, b) => passportSchema.safeParse(joinPassports(a, b)).success),
      { numRuns: 200 },
    );
  });
  it('refuses two different units', () => {
    const [a] = fc.sample(passport, { numRuns: 1, seed: 1 });
    expect(() => joinPassports(a!, { ...a!, serial: 'P-2' })).toThrow('P-1 and P-2');
  });
});

const person = { kind: 'person' as const, id: 'mara' };
const happened = (stationId: string, time: number, body: DomainEvent): Happened =>
  asHappened(body, { at: time, actor: person, stationId });
/** Of one unit over three stations: made, run, stopped, held, lifted, run again, passed, completed. */
const history: readonly Happened[] = [
  happened(
    'ST10',
    900,
    event('unit.created', {
      serial: 'P-1',
      orderId: 'WO-1',
      materialId: 'PUMP',
      definitionId: 'PUMP',
      revision: 'A',
      passed: [{ operationId: '05', stationId: 'ST05', at: null }],
    }),
  ),
  happened(
    'ST10',
    990,
    event('execution.started', {
      executionId: 'X1',
      serial: 'P-1',
      orderId: 'WO-1',
      definition: { id: 'PUMP', revision: 'A', hash: 'h' },
      operationId: '10',
    }),
  ),
  happened(
    'ST10',
    1_000,
    event('unit.held', {
      serial: 'P-1',
      holdId: 'H1',
      reason: 'scratch',
      executionId: 'X1',
      stepId: 'bore',
      reasons: [],
    }),
  ),
  happened(
    'ST10',
    1_000,
    event('execution.stopped', { executionId: 'X1', serial: 'P-1', operationId: '10', cause: 'held' }),
  ),
  happened('@plant', 1_100, event('unit.hold-lifted', { serial: 'P-1', holdId: 'H1', reason: 'ok' })),
  happened(
    'ST20',
    1_200,
    event('execution.started', {
      executionId: 'X2',
      serial: 'P-1',
      orderId: 'WO-1',
      definition: { id: 'PUMP', revision: 'A', hash: 'h' },
      operationId: '10',
    }),
  ),
  happened('ST20', 1_300, event('execution.passed', { executionId: 'X2', serial: 'P-1', operationId: '10' })),
  happened('ST20', 1_300, event('unit.completed', { serial: 'P-1', orderId: 'WO-1' })),
];
const folded = (events: readonly Happened[]): PassportPart =>
  events.reduce<PassportPart>((part, each) => evolvePassport(part, each), emptyPart('P-1'));

describe('folding events', () => {
  it('gives the whole story', () => {
    expect(folded(history)).toMatchObject({
      origins: [{ orderId: 'WO-1', stationId: 'ST10', at: 900, imported: false }],
      passed: [
        { operationId: '05', executionId: null, stationId: 'ST05', at: null },
        { operationId: '10', executionId: 'X2', stationId: 'ST20', at: 1_300 },
      ],
      runs: [
        { executionId: 'X1', stationId: 'ST10', startedAt: 990, ended: { at: 1_000, how: 'stopped' } },
        { executionId: 'X2', stationId: 'ST20', startedAt: 1_200, ended: { at: 1_300, how: 'passed' } },
      ],
      holds: [{ holdId: 'H1', reason: 'scratch', at: 1_000, lifted: { at: 1_100, stationId: '@plant' } }],
      scrapped: null,
      completed: { at: 1_300, stationId: 'ST20' },
    });
  });

  it('comes to the same in any order, with any of them twice', () => {
    const all = folded(history);
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...history], { minLength: history.length }),
        fc.subarray([...history]),
        (order, again) => samePassport(folded([...order, ...again]), all),
      ),
      { numRuns: 500 },
    );
  });

  it('comes to the same folded apart by station and united', () => {
    const of = (id: string): PassportPart => folded(history.filter((e) => e.stationId === id));
    const parts = [of('ST20'), of('@plant'), of('ST10')] as unknown as Passport[];
    expect(samePassport(parts.reduce(joinPassports), folded(history))).toBe(true);
  });

  it('an end that comes before its beginning is kept until the beginning replaces it', () => {
    const early = folded(history.slice(6, 7));
    expect(early.runs).toEqual([
      {
        executionId: 'X2',
        operationId: '10',
        stationId: 'ST20',
        startedAt: 1_300,
        ended: { at: 1_300, how: 'passed' },
      },
    ]);
    expect(evolvePassport(early, history[5]!).runs[0]).toMatchObject({ startedAt: 1_200, ended: { at: 1_300 } });
    // Also where the number is shorter as text: 990 begins before 1000 ends.
    expect(evolvePassport(folded(history.slice(3, 4)), history[1]!).runs[0]).toMatchObject({ startedAt: 990 });
  });

  it('a lifting that comes before its hold is no open hold, and the hold gives it its reason', () => {
    const early = folded(history.slice(4, 5));
    expect(early.holds.map((h) => [isUnheard(h), h.lifted?.at])).toEqual([[true, 1_100]]);
    const whole = evolvePassport(early, history[2]!);
    expect(whole.holds).toMatchObject([{ reason: 'scratch', at: 1_000, by: person, lifted: { at: 1_100 } }]);
  });

  it('a hold without words sorts no later than one of which only the lifting was heard', () => {
    const silent = { ...history[2]!, body: { ...history[2]!.body, reason: '' } } as Happened;
    expect(isUnheard(folded([history[4]!, silent]).holds[0]!)).toBe(false);
  });
});
