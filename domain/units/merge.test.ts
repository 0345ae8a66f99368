import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { asHappened } from '#domain/happened.ts';
import { mergeUnit, unitFromPassport } from './merge.ts';
import type { Unit } from './unit-state.ts';
import { evolveUnit, openHold } from './unit.ts';

const passport = (more: Partial<Passport> = {}): Passport => ({
  serial: 'P-1',
  origins: [
    {
      orderId: 'WO-1',
      materialId: 'PUMP',
      definitionId: 'PUMP',
      revision: 'A',
      stationId: 'ST10',
      at: 100,
      imported: false,
    },
  ],
  passed: [],
  runs: [],
  holds: [],
  scrapped: null,
  completed: null,
  ...more,
});
const run = (executionId: string, stationId: string, ended: number | null): Passport['runs'][number] => ({
  executionId,
  operationId: '10',
  stationId,
  startedAt: 200,
  ended: ended === null ? null : { at: ended, how: 'passed' },
});
const hold = (holdId: string, liftedAt: number | null): Passport['holds'][number] => ({
  holdId,
  reason: 'scratch',
  reasons: [],
  operationId: null,
  stepId: null,
  stationId: 'ST20',
  at: 300,
  by: { kind: 'person', id: 'lead' },
  lifted: liftedAt === null ? null : { at: liftedAt, by: { kind: 'person', id: 'lead' }, stationId: '@plant' },
});
const log = (...events: readonly (readonly [number, DomainEvent])[]): Unit => {
  const unit = events.reduce<Unit | null>(
    (state, [at, each]) => evolveUnit(state, asHappened(each, { at, actor: { kind: 'system' }, stationId: 'ST10' })),
    null,
  );
  if (unit === null) throw new Error('no unit');
  return unit;
};
const created = event('unit.created', {
  serial: 'P-1',
  orderId: 'WO-1',
  materialId: 'PUMP',
  definitionId: 'PUMP',
  revision: 'A',
  passed: [],
});
const started = event('execution.started', {
  executionId: 'X1',
  serial: 'P-1',
  orderId: 'WO-1',
  definition: { id: 'PUMP', revision: 'A', hash: 'h' },
  operationId: '10',
});
const passed = event('execution.passed', { executionId: 'X1', serial: 'P-1', operationId: '10' });
const arrived = (of: Passport): DomainEvent =>
  event('unit.arrived', { serial: 'P-1', passport: of, via: 'server', version: 1, keyId: null, issuedAt: null });

describe('a unit known only by its passport', () => {
  it('is what its first origin says, and stands where the sets put it', () => {
    const unit = unitFromPassport(
      passport({
        passed: [{ operationId: '10', executionId: 'X9', stationId: 'ST20', at: 250 }],
        runs: [run('X9', 'ST20', 250), { ...run('X8', 'ST20', null), operationId: '20', startedAt: 260 }],
      }),
    );
    expect(unit).toMatchObject({
      orderId: 'WO-1',
      status: 'in-work',
      passed: [{ operationId: '10', stationId: 'ST20', at: 250 }],
      open: { executionId: 'X8', stationId: 'ST20' },
      attempts: { '10': 1, '20': 1 },
      changedAt: 260,
    });
  });
  it.each([
    [{}, 'waiting'],
    [{ completed: { at: 1, stationId: 'ST20' } }, 'done'],
    [{ holds: [hold('H1', null)] }, 'held'],
    [{ holds: [hold('H1', 400)] }, 'waiting'],
    [{ holds: [hold('H1', null)], completed: { at: 1, stationId: 'ST20' } }, 'held'],
    [{ holds: [hold('H1', null)], scrapped: { at: 1, stationId: 'ST20' } }, 'scrapped'],
  ] as const)('%j is %s', (more, status) => {
    expect(unitFromPassport(passport(more as unknown as Partial<Passport>)).status).toBe(status);
  });
});

describe('what the log says and what was told', () => {
  it('are one where the passport tells nothing new: the very same unit comes back', () => {
    const unit = log([100, created], [200, started], [250, passed]);
    const old = passport({ runs: [run('X1', 'ST10', null)] });
    expect(mergeUnit(unit, old)).toBe(unit);
    const same = passport({
      passed: [{ operationId: '10', executionId: 'X1', stationId: 'ST10', at: 250 }],
      runs: [run('X1', 'ST10', 250)],
    });
    expect(mergeUnit(unit, same)).toBe(unit);
  });

  it('of its own runs a station knows best: an older passport never opens one again', () => {
    const unit = log([100, created], [200, started], [250, passed]);
    const merged = mergeUnit(unit, passport({ runs: [run('X1', 'ST10', null), run('X2', 'ST20', null)] }));
    expect(merged.open).toMatchObject({ executionId: 'X2', stationId: 'ST20' });
    const working = log([100, created], [200, started]);
    expect(mergeUnit(working, passport({ runs: [run('X2', 'ST20', null)] })).open?.executionId).toBe('X1');
  });

  it('a pass, a hold, a lifting, a scrapping elsewhere count here', () => {
    const unit = log([100, created]);
    const merged = mergeUnit(
      unit,
      passport({
        passed: [{ operationId: '10', executionId: 'X9', stationId: 'ST20', at: 250 }],
        holds: [hold('H1', null)],
      }),
    );
    expect(merged).toMatchObject({ status: 'held', passed: [{ operationId: '10' }] });
    expect(mergeUnit(merged, passport({ holds: [hold('H1', 500)] })).status).toBe('waiting');
    expect(mergeUnit(merged, passport({ scrapped: { at: 1, stationId: 'ST20' } })).status).toBe('scrapped');
  });

  it('what arrived once is not forgotten when the server was put back to an older backup', () => {
    const arrivedOnce = log([100, created], [300, arrived(passport({ holds: [hold('H1', 400)] }))]);
    expect(arrivedOnce.status).toBe('waiting');
    // The older document has the hold and not yet its lifting.
    expect(mergeUnit(arrivedOnce, passport({ holds: [hold('H1', null)] }))).toBe(arrivedOnce);
  });

  it('two open holds are lifted one by one', () => {
    const unit = log([100, created], [300, arrived(passport({ holds: [hold('H1', null), hold('H2', null)] }))]);
    const lift = (holdId: string): DomainEvent => event('unit.hold-lifted', { serial: 'P-1', holdId, reason: 'ok' });
    const fold = (state: Unit, each: DomainEvent): Unit =>
      evolveUnit(state, asHappened(each, { at: 400, actor: { kind: 'system' }, stationId: 'ST10' })) ?? state;
    const once = fold(unit, lift('H1'));
    expect([once.status, openHold(once)?.holdId]).toEqual(['held', 'H2']);
    expect(fold(once, lift('H2')).status).toBe('waiting');
  });

  it('held elsewhere while in work: the end of the run and its pass still count, and it stays held', () => {
    const unit = log(
      [100, created],
      [200, started],
      [300, arrived(passport({ holds: [hold('H1', null)] }))],
      [400, passed],
    );
    expect(unit).toMatchObject({ status: 'held', open: null, passed: [{ operationId: '10' }] });
  });

  it('a unit whose log was lost starts anew at its own station, whatever run the passport still has open there', () => {
    const unit = log([300, arrived(passport({ runs: [run('X1', 'ST10', null)] }))], [400, started]);
    expect(unit).toMatchObject({ status: 'in-work', open: { executionId: 'X1', startedAt: 400 }, logOf: 'ST10' });
  });

  it('merging twice, or in two parts, comes to the same for the rules', () => {
    const part = fc.record({
      passed: fc.subarray([
        { operationId: '10', executionId: 'X9', stationId: 'ST20', at: 250 },
        { operationId: '20', executionId: 'X8', stationId: 'ST30', at: 260 },
      ]),
      runs: fc.subarray([run('X9', 'ST20', 250), run('X7', 'ST30', null)]),
      holds: fc.subarray([hold('H1', null), hold('H2', 400)]),
      scrapped: fc.constantFrom(null, { at: 9, stationId: 'ST20' }),
      completed: fc.constantFrom(null, { at: 8, stationId: 'ST30' }),
    });
    const ruled = ({ status, passed, open, holds }: Unit): unknown => [
      status,
      passed.map((p) => p.operationId).sort(),
      open?.executionId,
      holds.map((h) => [h.holdId, h.liftedAt]).sort(),
    ];
    const local = log([100, created]);
    fc.assert(
      fc.property(part, part, (a, b) => {
        const [first, second] = [passport(a), passport(b)];
        expect(ruled(mergeUnit(mergeUnit(local, first), second))).toEqual(
          ruled(mergeUnit(mergeUnit(local, second), first)),
        );
        const once = mergeUnit(local, first);
        expect(mergeUnit(once, first)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });
});
