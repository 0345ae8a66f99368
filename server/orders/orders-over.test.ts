/** Orders that stations began by themselves, and what becomes of numbers and documents when an order is closed. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { OrderBody, SerialBlockBody } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { prune, retireOrders } from '../downlink/prune.ts';
import { made, StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { readUnit } from '../units/read.ts';
import { documents, fold, orderInput, orderPlant } from './test-kit.ts';

const own = (orderId: string, more: Partial<BodyOf<'work-order.created'>> = {}): BodyOf<'work-order.created'> => ({
  orderId,
  materialId: 'PMP-100',
  definitionId: 'PMP-100',
  revision: 'C',
  quantity: 30,
  priority: 5,
  dueAt: null,
  serialPrefix: 'OWN-',
  status: 'created',
  ...more,
});

describeOnDatabases('orders of stations', (database) => {
  beforeEach(() => database.clear());

  it('are followed while nobody of the plant has changed them, each step once', async () => {
    const { db, projector, orders, told } = await orderPlant(database.db);
    const st10 = new StationStream('ST10')
      .add('work-order.created', own('OWN-1'))
      .add('work-order.released', { orderId: 'OWN-1' })
      .add('unit.created', made('OWN-0001', 'OWN-1'))
      .add('work-order.held', { orderId: 'OWN-1', reason: 'no housings' });
    await st10.send(db, 2);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'released', source: 'station:ST10', version: 2 });
    await st10.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'held', holdReason: 'no housings', version: 3 });
    const [order] = await documents(db, 'line:L1', 'order');
    expect(order?.body as OrderBody).toMatchObject({ status: 'held', holdReason: 'no housings' });
    // Numbers that the station may have given meanwhile are nobody else's.
    const [block] = (await documents(db, 'station:ST10', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(block?.from).toBe(31);

    st10.add('work-order.released', { orderId: 'OWN-1' }).add('work-order.closed', { orderId: 'OWN-1' });
    await st10.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'closed', holdReason: null, version: 5 });
    const heard = ['OWN-1 created 1', 'OWN-1 released 2', 'OWN-1 held 3', 'OWN-1 released 4', 'OWN-1 closed 5'];
    expect(told).toEqual(heard);
    const audit = await db.query<{ what: string; by_account: string }>(
      'SELECT what, by_account FROM audit ORDER BY id',
    );
    expect(audit).toEqual(
      ['created', 'released', 'held', 'released', 'closed'].map((what) => ({
        what: `order.${what}`,
        by_account: 'station:ST10',
      })),
    );
    // Folded again nothing is done again.
    await projector.rebuild();
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'closed', version: 5 });
    expect(told).toEqual(heard);
  }, 240_000);

  it('follow only their own station, in the order of its epochs', async () => {
    const { db, projector, orders } = await orderPlant(database.db);
    const st10 = new StationStream('ST10').add('work-order.created', own('OWN-1', { status: 'released' }));
    const st11 = new StationStream('ST11')
      .add('work-order.created', own('OWN-1'))
      .add('work-order.closed', { orderId: 'OWN-1' });
    await st10.send(db);
    await fold(projector);
    await st11.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'released', source: 'station:ST10' });
    const second = new StationStream('ST10', undefined, 'e2').add('work-order.held', { orderId: 'OWN-1', reason: 'x' });
    await second.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'held' });
    // What is left of the old epoch is older.
    st10.add('work-order.closed', { orderId: 'OWN-1' });
    await st10.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({ status: 'held' });
  }, 240_000);

  it('are led by the plant once somebody there has changed them', async () => {
    const { db, projector, orders, act } = await orderPlant(database.db);
    const st10 = new StationStream('ST10').add('work-order.created', own('OWN-1', { status: 'released' }));
    await st10.send(db);
    await fold(projector);
    expect(await act((a) => orders.hold(a, 'OWN-1', null, 'wait for the customer'))).toMatchObject({ ok: true });
    // The station was cut off and had not heard of it.
    st10
      .add('work-order.held', { orderId: 'OWN-1', reason: 'lunch' })
      .add('work-order.released', { orderId: 'OWN-1' })
      .add('unit.created', made('OWN-0001', 'OWN-1'));
    await st10.send(db);
    await fold(projector);
    expect(await orders.get(db, 'OWN-1')).toMatchObject({
      status: 'held',
      holdReason: 'wait for the customer',
      version: 2,
      jobs: [{ created: 1 }],
    });
  }, 240_000);
});

describeOnDatabases('closed orders', (database) => {
  beforeEach(() => database.clear());

  it('take unused numbers back, take facts of a station that had not heard of it, and leave the stations at last', async () => {
    const { db, projector, orders, act } = await orderPlant(database.db);
    await act((a) => orders.create(a, orderInput, 'erp'));
    await act((a) => orders.release(a, 'WO-1', null));
    const st10 = new StationStream('ST10');
    for (let n = 1; n <= 3; n += 1) st10.add('unit.created', made(`N-000${n}`));
    await st10.send(db);
    await fold(projector);
    expect(await documents(db, 'station:ST10', 'serial-block')).toHaveLength(1);
    await act((a) => orders.close(a, 'WO-1', null));
    expect(await documents(db, 'station:ST10', 'serial-block')).toEqual([]);
    expect(await documents(db, 'station:ST11', 'serial-block')).toEqual([]);
    const [document] = await documents(db, 'line:L1', 'order');
    expect(document?.body as OrderBody).toMatchObject({ status: 'closed' });
    const blocked = async (line: number) => (await orders.get(db, 'WO-1'))?.jobs[line]?.blocked.map(({ code }) => code);
    expect(await blocked(0)).toEqual(['blocked.order-status']);

    // ST10 was cut off, and went on.
    st10.add('unit.created', made('N-0004')).add('unit.created', made('N-0005'));
    await st10.send(db);
    await fold(projector);
    expect(await readUnit(db, 'N-0005', wholePlant)).toMatchObject({ orderId: 'WO-1' });
    const after = await orders.get(db, 'WO-1');
    expect(after).toMatchObject({ status: 'closed', jobs: [{ created: 5 }, { created: 0 }] });
    expect(after?.jobs[0]?.blocked).toContainEqual({
      code: 'blocked.made-late',
      params: { order: 'WO-1', count: 2 },
      field: null,
    });
    expect(await blocked(1)).toEqual(['blocked.order-status']);
    expect(await documents(db, 'station:ST10', 'serial-block')).toEqual([]);

    // Another order with the prefix begins behind all that was given.
    await act((a) => orders.create(a, { ...orderInput, orderId: 'WO-2' }, 'erp'));
    await act((a) => orders.release(a, 'WO-2', null));
    const [next] = (await documents(db, 'station:ST10', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(next?.from).toBe(101);

    await prune(db);
    expect(await documents(db, 'line:L1', 'order')).toHaveLength(2);
    await db.execute(`UPDATE work_order SET closed_at = closed_at - $1 WHERE order_id = 'WO-1'`, [15 * 86_400_000]);
    await prune(db);
    expect((await documents(db, 'line:L1', 'order')).map(({ id }) => id)).toEqual(['WO-2']);
    expect((await documents(db, 'line:L2', 'order')).map(({ id }) => id)).toEqual(['WO-2']);
    expect(await db.transaction((tx) => retireOrders(tx))).toBe(0);
    expect(await orders.get(db, 'WO-1')).toMatchObject({ status: 'closed' });
  }, 240_000);

  it('a line that makes no share any more gives its numbers back, and gets others when it does again', async () => {
    const { db, orders, act } = await orderPlant(database.db);
    await act((a) => orders.create(a, orderInput, 'erp'));
    await act((a) => orders.release(a, 'WO-1', null));
    const split = (jobs: readonly { lineId: string; quantity: number }[]) =>
      act((a) => orders.change(a, 'WO-1', null, { jobs }));
    expect(await split([{ lineId: 'L1', quantity: 100 }])).toMatchObject({ ok: true });
    expect(await documents(db, 'station:ST11', 'serial-block')).toEqual([]);
    expect(await documents(db, 'line:L2', 'order')).toEqual([]);
    expect(await documents(db, 'station:ST10', 'serial-block')).toHaveLength(1);
    expect(await split(orderInput.jobs)).toMatchObject({ ok: true });
    const [block] = (await documents(db, 'station:ST11', 'serial-block')).map(({ body }) => body as SerialBlockBody);
    expect(block?.from).toBe(101);
  }, 240_000);
});
