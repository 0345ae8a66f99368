import { call } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitRow } from '#contract/rpc/units.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { Signal } from '#station/streams/signal.ts';
import { createUnitsRouter } from './rpc.ts';

let station: TestStation;
let acked: number;
let router: ReturnType<typeof createUnitsRouter>;
beforeEach(() => {
  station = new TestStation();
  acked = 0;
  router = createUnitsRouter(station.core, { has: (_epoch, seq) => seq <= acked, changed: new Signal<void>() });
});
afterEach(() => station.close());

describe('units', () => {
  it('say of each fact whether the server has it, and of the unit whether it has all of them', async () => {
    station.toMachine();
    const history = async () => (await call(router.history, { serial: 'P-0001' })).items;
    const unit = async () => (await call(router.get, { serial: 'P-0001' }))?.where;
    const seqs = (await history()).map(({ seq }) => seq);
    expect(seqs.length).toBeGreaterThan(5);
    expect([await unit(), new Set((await history()).map(({ where }) => where))]).toEqual([
      'station',
      new Set(['station']),
    ]);
    acked = (seqs[0] ?? 0) - 1;
    expect((await history()).map(({ where }) => where)).toEqual(['station', ...seqs.slice(1).map(() => 'server')]);
    expect(await unit()).toBe('station');
    acked += 1;
    expect(await unit()).toBe('server');
  });

  it('are found by serial, order, lot and serial of a component, taken literally', async () => {
    station.toMachine();
    const find = async (query: string): Promise<string[]> =>
      (await call(router.list, { query })).items.map((u) => u.serial);
    expect(await find('0002')).toEqual(['P-0002']);
    expect(await find('I1')).toEqual(['P-0001']);
    expect(await find('L1')).toEqual(['P-0001']);
    expect(await find('WO-1')).toHaveLength(5);
    expect(await find('%')).toEqual([]);
    expect(await find('P_0001')).toEqual([]);
    expect(await find("'; DROP TABLE unit; --")).toEqual([]);
    // A component that went out again no longer finds the unit.
    station.core.dispatch({ type: 'unit.hold', serial: 'P-0001', reason: 'x' }, station.id());
    station.signIn('lead', 'right');
    station.core.dispatch({ type: 'unit.lift-hold', serial: 'P-0001', reason: 'x' }, station.id());
    station.start('P-0001');
    station.act({ type: 'instruction', do: 'confirm' });
    station.scan('HSG/L2');
    expect(await find('L1')).toEqual([]);
    expect(await find('L2')).toEqual(['P-0001']);
  });

  it('come newest change first, in pages without gaps or doubles', async () => {
    await station.pass(100);
    station.toMachine();
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { items, next, total }: Page<UnitRow> = await call(router.list, { limit: 2, cursor });
      expect(total).toBe(5);
      seen.push(...items.map((u) => u.serial));
      cursor = next;
    } while (cursor !== null);
    expect(seen).toEqual(['P-0001', 'P-0005', 'P-0004', 'P-0003', 'P-0002']);
  });

  it('show their routing, holds with names, and components', async () => {
    station.toMachine();
    station.core.dispatch({ type: 'unit.hold', serial: 'P-0001', reason: 'dropped' }, station.id());
    const unit = await call(router.get, { serial: 'P-0001' });
    expect(unit).toMatchObject({
      status: 'held',
      materialTitle: { en: 'Pump' },
      definition: { id: 'PUMP', revision: 'A' },
      operations: [
        { id: '10', status: 'open', attempts: 1 },
        { id: '20', status: 'open', attempts: 0 },
        { id: '30', status: 'open', attempts: 0 },
      ],
      holds: [{ reason: 'dropped', by: 'MARA', liftedAt: null }],
      components: [
        { material: 'HSG', lot: 'L1', serial: null },
        { material: 'IMP', lot: null, serial: 'I1' },
        { material: 'IMP', lot: null, serial: 'I2' },
      ],
    });
    station.start('P-0004');
    for (const item of ['clean', 'dry']) station.act({ type: 'checklist', do: 'answer', item, ok: false });
    const failed = await call(router.get, { serial: 'P-0004' });
    expect(failed?.holds).toMatchObject([{ reason: { en: 'look', de: 'look (de)' }, by: 'MARA', liftedAt: null }]);
    const { items } = await call(router.history, { serial: 'P-0004', limit: 200 });
    expect(items.find(({ type }) => type === 'unit.held')).toMatchObject({
      stepTitle: { de: 'look (de)' },
      detail: { kind: 'reasons', reasons: [{ code: 'check.not-ok' }, { code: 'check.not-ok' }] },
    });
    const imported = await call(router.get, { serial: 'P-0003' });
    expect(imported?.holds[0]).toMatchObject({ reason: 'scratch', by: 'orders/WO-1' });
    expect(await call(router.get, { serial: 'NOPE' })).toBeNull();
  });

  it('have a history of every fact, newest first, with who and what', async () => {
    station.toMachine();
    station.act({ type: 'machine-cycle', do: 'start' });
    await station.pass(600);
    station.shop.complete(12.2);
    await station.pass(600);
    station.shop.push('gauge.value', 10.1);
    const history = await call(router.history, { serial: 'P-0001', limit: 200 });
    // Only P-0001 was worked on: everything of a run, and what names the unit.
    const expected = station.events().filter((e) => {
      const body: Readonly<Record<string, unknown>> = e.body;
      return body['serial'] === 'P-0001' || (body['serial'] === undefined && body['executionId'] !== undefined);
    });
    expect(history.items.map((h) => h.seq)).toEqual(expected.map((e) => e.seq).reverse());
    expect(history.total).toBe(history.items.length);
    const of = (type: string) => history.items.find((h) => h.type === type);
    expect(of('measurement.recorded')).toMatchObject({
      by: { kind: 'person', name: 'MARA' },
      operationId: '10',
      stepId: 'bore',
      stepTitle: { en: 'bore' },
      detail: { kind: 'measurement', reading: { value: 10.1, deviceId: 'gauge' }, verdict: 'ok', decimals: 2 },
    });
    expect(of('machine-cycle.finished')).toMatchObject({
      by: { kind: 'system', name: 'ST10' },
      detail: { kind: 'localized', text: { en: 'Force 12.2 kN', de: 'Force (de) 12,2 kN' } },
    });
    expect(of('component.fitted')).toMatchObject({
      detail: { kind: 'component', material: 'IMP', serial: 'I2', entry: 'scanned' },
    });
    expect(of('unit.created')).toMatchObject({ by: { kind: 'import', name: 'orders/WO-1' } });
    const paged = await call(router.history, { serial: 'P-0001', limit: 3 });
    const rest = await call(router.history, { serial: 'P-0001', limit: 3, cursor: paged.next });
    expect([...paged.items, ...rest.items].map((h) => h.seq)).toEqual(history.items.slice(0, 6).map((h) => h.seq));
  });

  it('are held, lifted and scrapped by who may', async () => {
    station.signIn('mara');
    const about = { serial: 'P-0001', reason: 'because' };
    expect(await call(router.hold, { commandId: station.id(), ...about })).toEqual({ ok: true, value: undefined });
    expect(await call(router.liftHold, { commandId: station.id(), ...about })).toMatchObject({
      ok: false,
      refusal: { reasons: [{ code: 'operator.lacks-permission' }] },
    });
    station.signIn('lead', 'right');
    expect((await call(router.liftHold, { commandId: station.id(), ...about })).ok).toBe(true);
    expect((await call(router.scrap, { commandId: station.id(), ...about })).ok).toBe(true);
    expect((await call(router.get, { serial: 'P-0001' }))?.status).toBe('scrapped');
  });
});
