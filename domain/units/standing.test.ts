import { expect, it } from 'vitest';
import type { PassportHold } from '#contract/passport.ts';
import { emptyPart, type PassportPart } from './passport.ts';
import { unitStanding } from './standing.ts';

const origin = {
  orderId: 'WO-1',
  materialId: 'PUMP',
  definitionId: 'PUMP',
  revision: 'A',
  stationId: '@plant',
  at: 10,
  imported: true,
};
const run = { executionId: 'a', operationId: '10', stationId: 'ST10', startedAt: 20, ended: null };
const hold: PassportHold = {
  holdId: 'h',
  reason: 'x',
  reasons: [],
  operationId: null,
  stepId: null,
  stationId: '@plant',
  at: 40,
  by: { kind: 'system' },
  lifted: null,
};

it('tells where a unit stands', () => {
  const unit: PassportPart = { ...emptyPart('P-1'), origins: [origin] };
  expect(unitStanding(emptyPart('P-1'))).toMatchObject({ origin: null, status: 'waiting', stationId: null });
  expect(unitStanding(unit)).toEqual({
    origin,
    status: 'waiting',
    stationId: null,
    homeStationId: null,
    changedAt: 10,
  });
  expect(unitStanding({ ...unit, runs: [run] })).toMatchObject({
    status: 'in-work',
    stationId: 'ST10',
    homeStationId: 'ST10',
    changedAt: 20,
  });
  const passed = { ...unit, runs: [{ ...run, ended: { at: 30, how: 'passed' as const } }] };
  expect(unitStanding(passed)).toMatchObject({ status: 'waiting', stationId: 'ST10', changedAt: 30 });
  const held = { ...passed, holds: [hold], completed: { at: 35, stationId: 'ST20' } };
  expect(unitStanding(held)).toMatchObject({ status: 'held', stationId: 'ST20', homeStationId: 'ST10', changedAt: 40 });
  const lifted = { at: 50, by: hold.by, stationId: 'ST30' };
  expect(unitStanding({ ...held, holds: [{ ...hold, lifted }] })).toMatchObject({ status: 'done', changedAt: 50 });
  expect(unitStanding({ ...held, scrapped: { at: 60, stationId: 'ST10' } })).toMatchObject({ status: 'scrapped' });
});
