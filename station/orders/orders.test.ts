import { call } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestStation } from '#station/core/test-kit.ts';
import { createOrdersRouter } from './rpc.ts';

let station: TestStation;
beforeEach(() => (station = new TestStation()));
afterEach(() => station.close());

describe('orders of this station', () => {
  it('tell what can be done here, who waits, and what stands against it', async () => {
    const router = createOrdersRouter(station.core);
    const row = await call(router.get, { orderId: 'WO-1' });
    expect(row).toMatchObject({
      status: 'released',
      quantity: 10,
      unitsCreated: 5,
      unitsHeld: 1,
      operationsHere: [{ id: '10' }, { id: '20' }],
      blocked: [{ code: 'operator.nobody' }],
      waiting: ['P-0001', 'P-0002', 'P-0004'],
    });
    station.signIn('mara');
    expect((await call(router.get, { orderId: 'WO-1' }))?.blocked).toEqual([]);
    station.start('P-0001');
    expect((await call(router.get, { orderId: 'WO-1' }))?.waiting).toEqual(['P-0002', 'P-0004']);
    expect(await call(router.get, { orderId: 'WO-X' })).toBeNull();
  });

  it('come in working order, in pages', async () => {
    const router = createOrdersRouter(station.core);
    station.signIn('lead', 'right');
    const create = (orderId: string, dueAt: number | null): Promise<unknown> =>
      call(router.create, {
        commandId: station.id(),
        orderId,
        definitionId: 'PUMP',
        revision: 'A',
        quantity: 3,
        dueAt,
        serialPrefix: 'Q-',
      });
    await create('WO-C', null);
    await create('WO-B', 2_000);
    await create('WO-A', 1_000);
    await call(router.release, { commandId: station.id(), orderId: 'WO-C' });
    await call(router.hold, { commandId: station.id(), orderId: 'WO-B', reason: 'material' });
    await call(router.close, { commandId: station.id(), orderId: 'WO-A' });
    const first = await call(router.list, { limit: 2 });
    expect([first.items.map((o) => o.orderId), first.total]).toEqual([['WO-1', 'WO-C'], 3]);
    const second = await call(router.list, { limit: 2, cursor: first.next });
    expect([second.items.map((o) => o.orderId), second.next]).toEqual([['WO-B'], null]);
    const all = await call(router.list, { status: 'all' });
    expect(all.items.map((o) => o.orderId)).toEqual(['WO-1', 'WO-C', 'WO-B', 'WO-A']);
    const made = await call(router.createUnit, { commandId: station.id(), orderId: 'WO-C' });
    expect(made).toEqual({ ok: true, value: { serial: 'Q-0001' } });
    expect((await call(router.definitions, undefined)).map((d) => d.revision)).toEqual(['A']);
  });

  it('watch tells of every change', async () => {
    const router = createOrdersRouter(station.core);
    const watch = (await call(router.watch, undefined))[Symbol.asyncIterator]();
    const first = (await watch.next()).value as { revision: number };
    station.signIn('mara');
    const second = (await watch.next()).value as { revision: number };
    expect(second.revision).toBeGreaterThan(first.revision);
    await watch.return?.(undefined);
  });
});
