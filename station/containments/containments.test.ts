/** Containments over the real store: the lot that is refused, what is known here, the word of the server, rebuild. */
import { call } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Criterion } from '#contract/containment.ts';
import { defectConfiguration } from '#domain/nonconformances/test-defects.ts';
import { startAt } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { createContainmentsRouter } from './rpc.ts';

let station: TestStation;
beforeEach(() => {
  station = new TestStation('ST10', defectConfiguration());
  station.signIn('lead', 'right');
});
afterEach(() => station.close());

const router = () => createContainmentsRouter(station.core);
const unit = (serial: string) => readUnit(station.core.read, serial);
const build = (serial: string): void => {
  expect(station.start(serial)).toMatchObject({ ok: true });
  expect(station.act({ type: 'instruction', do: 'confirm' })).toMatchObject({ ok: true });
};
const begin = async (criterion: Criterion): Promise<string> => {
  const made = await call(router().begin, { commandId: station.id(), criterion, reason: 'pores' });
  if (!made.ok) throw new Error(JSON.stringify(made.refusal.reasons));
  return made.value.containmentId;
};
const list = async () => (await call(router().list, {})).items;

it('holds what passed since, from then on too, and lifts all of it; a rebuild comes to the same', async () => {
  build('P-1');
  station.clock.advance(1_000);
  const definitionId = unit('P-1')?.definitionId ?? '';
  const id = await begin({
    kind: 'operation',
    definitionId,
    operationId: '10',
    stationId: null,
    from: startAt,
    until: null,
  });
  expect(unit('P-1')).toMatchObject({ status: 'held', holds: [{ holdId: `${id}/P-1` }] });
  build('P-2');
  expect(unit('P-2')?.status).toBe('held');
  expect(await list()).toMatchObject([{ containmentId: id, held: 2, road: 'alone', lifted: null }]);
  expect((await call(router().units, { containmentId: id })).units).toEqual([
    { serial: 'P-1', status: 'held', stationId: 'ST10', held: true },
    { serial: 'P-2', status: 'held', stationId: 'ST10', held: true },
  ]);
  expect(await call(router().lift, { commandId: station.id(), containmentId: id, reason: 'sorted' })).toMatchObject({
    ok: true,
  });
  expect([unit('P-1')?.status, unit('P-2')?.status]).toEqual(['waiting', 'waiting']);
  expect(await list()).toMatchObject([{ lifted: { reason: 'sorted' } }]);
  expect(station.store.rebuild({ replace: false }).tables.filter(({ equal }) => !equal)).toEqual([]);
});

it('holds the units of an order', async () => {
  const orderId = unit('P-1')?.orderId ?? '';
  await begin({ kind: 'order', orderId });
  expect(unit('P-3')?.status).toBe('held');
  expect(station.start('P-3')).toMatchObject({ ok: false, refusal: { reasons: [{ code: 'unit.held' }] } });
});

it('offers what was worked with here, the newest first, and tells what would go on hold before it is', async () => {
  build('P-1');
  station.clock.advance(60_000);
  build('P-2');
  const { definitionId = '', orderId = '' } = unit('P-1') ?? {};
  const offer = (kind: 'lot' | 'operation' | 'order', since = startAt) => call(router().offer, { kind, since });
  const operation = { kind: 'operation', definitionId, operationId: '10', stationId: 'ST10', until: null } as const;
  expect((await offer('operation')).offers).toMatchObject([
    { criterion: { ...operation, from: startAt }, at: startAt + 60_000 },
  ]);
  expect((await offer('operation', startAt + 60_001)).offers).toEqual([]);
  expect((await offer('order')).offers).toMatchObject([{ criterion: { kind: 'order', orderId }, title: null }]);
  const preview = (from: number) => call(router().preview, { criterion: { ...operation, from } });
  expect(await preview(startAt)).toMatchObject({ units: 2, onHold: 0, first: [{ serial: 'P-1' }, { serial: 'P-2' }] });
  expect(await preview(startAt + 30_000)).toMatchObject({ units: 1, first: [{ serial: 'P-2', stationId: 'ST10' }] });
  await begin({ ...operation, from: startAt });
  expect(await preview(startAt)).toMatchObject({ units: 2, onHold: 2 });
  expect((await list())[0]).toMatchObject({ nonconformanceId: null, title: expect.anything() as unknown });
});

it('holds what a machine ran on, by what this station wrote down itself: before, and from then on an aborted cycle too', async () => {
  await station.close();
  station = new TestStation();
  station.toMachine();
  const cycle = async (): Promise<void> => {
    expect(station.act({ type: 'machine-cycle', do: 'start' })).toMatchObject({ ok: true });
    await station.pass(600);
  };
  await cycle();
  station.shop.complete();
  await station.pass(600);
  station.signIn('lead', 'right');
  const window = { from: startAt, until: null };
  const of = async (deviceId: string, stationId: string | null) =>
    begin({ kind: 'device', deviceId, stationId, ...window });
  const offered = async (since: number) => (await call(router().offer, { kind: 'device', since })).offers;
  expect(await offered(startAt)).toMatchObject([
    { criterion: { kind: 'device', deviceId: 'press', stationId: 'ST10', from: startAt }, title: { en: 'Press' } },
  ]);
  expect(await offered(startAt + 60_000)).toEqual([]);
  await of('press', 'ST20');
  await of('gauge', null);
  expect(unit('P-0001')?.status).toBe('in-work');
  const id = await of('press', 'ST10');
  expect(unit('P-0001')).toMatchObject({ status: 'held', holds: [{ holdId: `${id}/P-0001` }] });
  expect((await list()).find(({ containmentId }) => containmentId === id)).toMatchObject({
    held: 1,
    title: { en: 'Press' },
    criterion: { kind: 'device' },
  });
  expect(station.start('P-0002')).toMatchObject({ ok: true });
  station.act({ type: 'instruction', do: 'confirm' });
  for (const code of ['HSG/L1', 'IMP//I3', 'IMP//I4']) station.scan(code);
  station.shop.startAnswer = 'refused';
  station.shop.values.set('press.state', 'Idle');
  await cycle();
  station.retry();
  await cycle();
  // Held for its failed step, and by the containment.
  expect(unit('P-0002')?.holds.map(({ holdId }) => holdId)).toContain(`${id}/P-0002`);
  expect(station.store.rebuild({ replace: false }).tables.filter(({ equal }) => !equal)).toEqual([]);
});
