/** Gauges over the real store: a led check, the gate and its screen, other stations, recalls, restart and rebuild. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call } from '@orpc/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import type { GaugeBody } from '#contract/sync/down.ts';
import { controlConfiguration, serialOf } from '#domain/control/test-plan.ts';
import { newGauge } from '#domain/gauges/gauge.ts';
import { gaugedConfiguration } from '#domain/gauges/test-plan.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { createLog } from '#station/log.ts';
import { startAt } from '#domain/test-kit.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { checkDraftFile } from './check-draft.ts';
import { createGaugesRouter } from './rpc.ts';

const hour = 3_600_000;
let station: TestStation;
const drafts = () => checkDraftFile(station.folder.path, createLog('silent'));
let router: ReturnType<typeof createGaugesRouter>;

/** A plant that only measures, with gauges, shifts and a plan that asks for them. */
function configuration(): Configuration {
  const gauged = gaugedConfiguration();
  return {
    ...controlConfiguration(),
    gauges: gauged.gauges ?? [],
    plant: gauged.plant,
    people: gauged.people,
    controlPlans: gauged.controlPlans,
  };
}
beforeEach(() => {
  station = new TestStation('ST10', configuration());
  router = createGaugesRouter(station.core, drafts());
  station.signIn('tech', 'right');
});
afterEach(() => station.close());

const id = () => station.id();
const push = (value: number, unit = 'mm') => station.shop.push('gauge.value', value, { unit });
const state = async () => {
  for await (const value of await call(router.watch, undefined)) return value;
  throw new Error('no state');
};
const gauge = (gaugeId = 'G-1') => call(router.gauge, { gaugeId });
const step = () => station.view().step?.state as { gate: { own: { reasons: { code: string }[] } } } | undefined;
const gateCodes = () => step()?.gate.own.reasons.map(({ code }) => code);
const status = (serial: string) => readUnit(station.core.read, serial)?.status;

async function check(...values: readonly number[]): Promise<void> {
  expect(await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' })).toMatchObject({
    ok: true,
  });
  for (const value of values) push(value);
  expect(await call(router.finishCheck, { commandId: id() })).toMatchObject({ ok: true });
}
function build(n: number, ...values: readonly number[]): string {
  const serial = serialOf(n);
  station.clock.advance(60_000);
  expect(station.start(serial).ok).toBe(true);
  for (const value of values) push(value);
  station.act({ type: 'instruction', do: 'confirm' });
  return serial;
}

it('leads a master check through the real gauge: no typing, a wrong unit is said, and the step in work gets no value of it', async () => {
  station.start(serialOf(1));
  expect(gateCodes()).toEqual(['gauge.not-checked']);
  await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' });
  push(10.001);
  push(0.3938, '[in_i]');
  expect((await state()).check).toMatchObject({
    how: 'pushed',
    needed: 3,
    readings: [{ value: 10.001, deviation: -0.002, ok: true }],
    refused: [{ code: 'value.wrong-unit', params: { unit: '[in_i]', expected: 'mm' } }],
  });
  expect(await call(router.takeReading, { commandId: id(), value: 10 })).toMatchObject({
    ok: false,
    refusal: { reasons: [{ code: 'gauge.has-device' }] },
  });
  expect(await call(router.finishCheck, { commandId: id() })).toMatchObject({
    refusal: { reasons: [{ code: 'gauge.readings-missing', params: { have: 1, need: 3 } }] },
  });
  push(10.5);
  await call(router.dropReading, { commandId: id() });
  push(10.004);
  push(10.003);
  // One too many is nobody's.
  push(10.003);
  expect((await state()).check?.readings.map(({ value }) => value)).toEqual([10.001, 10.004, 10.003]);
  await call(router.finishCheck, { commandId: id() });
  expect((await state()).check).toBeNull();
  expect(station.events().filter(({ type }) => type === 'measurement.recorded')).toEqual([]);
  expect(station.events().findLast(({ type }) => type === 'gauge.checked')?.body).toMatchObject({
    result: 'passed',
    deviation: -0.002,
    shift: '2026-11-20/early',
  });
  // What was shut is open, without anything being done to the step.
  expect(gateCodes()).toEqual([]);
  push(10);
  expect(station.events().at(-1)).toMatchObject({
    type: 'measurement.recorded',
    body: { gaugeId: 'G-1', acceptance: { rule: 'guarded' } },
  });
});

it('a gauge without a device is checked by typed readings, one that is not connected not at all', async () => {
  await call(router.startCheck, { commandId: id(), gaugeId: 'G-3', masterId: 'M-3' });
  expect(await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' })).toMatchObject({
    refusal: { reasons: [{ code: 'gauge.check-open', params: { gauge: 'G-3' } }] },
  });
  for (const value of [10.003, 10.004, 10.002]) await call(router.takeReading, { commandId: id(), value });
  await call(router.finishCheck, { commandId: id() });
  expect(await gauge('G-3')).toMatchObject({
    standing: 'ready',
    check: { result: 'passed', inShift: true, by: 'TECH' },
  });
  station.shop.link('gauge', 'disconnected');
  expect(await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' })).toMatchObject({
    refusal: { reasons: [{ code: 'device.not-connected' }] },
  });
});

it('lists each gauge with its state, and the next shift asks again', async () => {
  const rows = await call(router.list, undefined);
  expect(rows.map(({ gaugeId, standing, dueDays }) => [gaugeId, standing, dueDays])).toEqual([
    ['G-1', 'check-missing', 192],
    ['G-3', 'check-missing', 192],
    ['G-4', 'overdue', -173],
    ['G-2', 'ready', 192],
  ]);
  await check(10.003, 10.003, 10.003);
  expect((await gauge())?.standing).toBe('ready');
  station.clock.advance(8 * hour);
  expect((await gauge())?.standing).toBe('check-missing');
});

it('a gauge that was condemned at another station is refused here as soon as it is heard, and without the server by what is known', async () => {
  station.server.linked();
  await check(10.003, 10.003, 10.003);
  station.start(serialOf(1));
  expect(gateCodes()).toEqual([]);
  const told: GaugeBody = {
    ...newGauge('G-1'),
    use: { condemned: true, reason: 'bent', at: startAt + 1, stationId: 'QB10', by: { kind: 'person', id: 'tech' } },
    marks: [{ id: 'd-1', kind: 'condemned', good: false, from: startAt + 1, to: startAt + 1, stationId: 'QB10' }],
  };
  station.server.send(['gauge', 'G-1', told]);
  expect(gateCodes()).toEqual(['gauge.condemned']);
  station.server.cut();
  await station.restart();
  push(10);
  expect(station.view().step?.refusedPush?.reasons.map(({ code }) => code)).toEqual(['gauge.condemned']);
  // A document that cannot be read is as if it had not come: nothing here breaks, and nothing is condemned by it.
  station.server.send(['gauge', 'G-2', { gaugeId: 'G-2', nonsense: true }]);
  router = createGaugesRouter(station.core, drafts());
  expect((await gauge('G-2'))?.standing).toBe('ready');
});

it('recalls what was measured since the last good check: listed, held at one tap, scannable, the same after a rebuild', async () => {
  await check(10.003, 10.003, 10.003);
  const before = build(1, 10, 10);
  station.clock.advance(hour);
  await check(10.003, 10.003, 10.003);
  const suspect = build(2, 10, 10);
  station.clock.advance(hour);
  await check(10.003, 10.003, 10.033);
  const recall = (await gauge())?.recalls[0];
  expect(recall).toMatchObject({
    kind: 'check',
    inForce: null,
    until: null,
    units: [{ serial: suspect, status: 'waiting', hold: 'none' }],
  });
  expect((await call(router.list, undefined))[0]).toMatchObject({
    gaugeId: 'G-1',
    standing: 'check-failed',
    openRecalls: 1,
  });
  const recallId = recall?.recallId ?? '';
  expect(await call(router.recall, { commandId: id(), gaugeId: 'G-1', recallId })).toMatchObject({ ok: true });
  expect([status(before), status(suspect)]).toEqual(['waiting', 'held']);
  expect((await gauge())?.recalls[0]).toMatchObject({ inForce: { by: 'TECH' }, units: [{ hold: 'held' }] });
  const [code] = await call(router.recallCodes, { gaugeId: 'G-1', recallId });
  expect(code?.serial).toBe(suspect);
  expect(code?.dataMatrix).toContain('<svg');
  // The plant server adds what was measured elsewhere.
  station.server.send(['gauge', 'G-1', { ...newGauge('G-1'), measured: [{ recallId, units: ['P-9999'] }] }]);
  expect((await gauge())?.recalls[0]?.units).toMatchObject([
    { serial: suspect, hold: 'held' },
    { serial: 'P-9999', status: null, hold: 'none' },
  ]);
  const shown = await gauge();
  expect(station.store.rebuild({ replace: false }).tables.filter(({ equal }) => !equal)).toEqual([]);
  await station.restart();
  router = createGaugesRouter(station.core, drafts());
  expect(await gauge()).toEqual(shown);
});

it('records a calibration and a condemnation, and tells who, where and until when', async () => {
  const calibrate = {
    gaugeId: 'G-4',
    on: '2026-11-19',
    due: '2027-11-18',
    certificate: 'C-9',
    note: '',
    asFound: -0.01,
  };
  expect(await call(router.calibrate, { commandId: id(), result: 'passed', ...calibrate })).toMatchObject({ ok: true });
  expect(await gauge('G-4')).toMatchObject({
    standing: 'ready',
    dueDays: 363,
    calibration: { certificate: 'C-9', asFound: -0.01, recorded: { by: 'TECH', stationId: 'ST10' } },
    today: '2026-11-20',
    proposedDue: '2027-11-20',
  });
  await call(router.condemn, { commandId: id(), gaugeId: 'G-4', reason: 'dropped' });
  expect(await gauge('G-4')).toMatchObject({ standing: 'condemned', use: { reason: 'dropped', by: 'TECH' } });
  station.clock.advance(1_000);
  await call(router.return, { commandId: id(), gaugeId: 'G-4', reason: 'checked' });
  expect(await gauge('G-4')).toMatchObject({ standing: 'ready', use: { condemned: false } });
  expect(await call(router.gauge, { gaugeId: 'G-77' })).toBeNull();
});

it('goes on with a master check after a restart, unless it is too long ago or the master part is another one', async () => {
  const restart = async (): Promise<void> => {
    await station.restart();
    router = createGaugesRouter(station.core, drafts());
  };
  await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' });
  push(10.001);
  push(10.002);
  station.clock.advance(20 * 60_000);
  await restart();
  expect((await state()).check).toMatchObject({ gaugeId: 'G-1', readings: [{ value: 10.001 }, { value: 10.002 }] });
  push(10.003);
  expect(await call(router.finishCheck, { commandId: id() })).toMatchObject({ ok: true });
  expect(station.events().findLast(({ type }) => type === 'gauge.checked')?.body).toMatchObject({
    readings: [{ value: 10.001 }, { value: 10.002 }, { value: 10.003 }],
  });
  // Finished: nothing of it comes back.
  await restart();
  expect((await state()).check).toBeNull();

  await call(router.startCheck, { commandId: id(), gaugeId: 'G-1', masterId: 'M-1' });
  push(10.001);
  const draft = drafts().read();
  drafts().write({ ...draft!, master: { ...draft!.master, value: 9 } });
  await restart();
  expect((await state()).check).toBeNull();
  drafts().write(draft);
  station.clock.advance(31 * 60_000);
  await restart();
  expect((await state()).check).toBeNull();
  writeFileSync(join(station.folder.path, 'master-check.json'), '{');
  await restart();
  expect((await state()).check).toBeNull();
});
