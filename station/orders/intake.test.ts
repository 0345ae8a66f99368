import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '#contract/refusal.ts';
import type { OrderBody } from '#contract/sync/down.ts';
import { startAt } from '#domain/test-kit.ts';
import { TestStation } from '#station/core/test-kit.ts';
import { takeInOrders } from './intake.ts';
import { orderList, orderOf } from './view.ts';

let station: TestStation;
let stop: () => void;
const order = (orderId: string, more: Partial<OrderBody> = {}): readonly ['order', string, OrderBody] => [
  'order',
  orderId,
  {
    orderId,
    materialId: 'PUMP',
    definitionId: 'PUMP',
    revision: 'A',
    quantity: 50,
    priority: 3,
    sequence: 1,
    dueAt: null,
    serialPrefix: 'S-',
    status: 'released',
    holdReason: null,
    ...more,
  },
];
const block = (blockId: string, from: number, to: number, stationId = 'ST10') =>
  ['serial-block', blockId, { blockId, orderId: 'WO-S', stationId, prefix: 'S-', from, to, width: 5 }] as const;
const codes = (outcome: Outcome<unknown>): readonly string[] =>
  outcome.ok ? [] : outcome.refusal.reasons.map(({ code }) => code);
const create = (): Outcome<unknown> => station.core.dispatch({ type: 'unit.create', orderId: 'WO-S' }, station.id());
const serials = (): readonly string[] =>
  station.events().flatMap((e) => (e.type === 'unit.created' && e.body.orderId === 'WO-S' ? [e.body.serial] : []));

beforeEach(() => {
  station = new TestStation();
  station.server.linked();
  const { core, store, server } = station;
  const { documents } = server;
  stop = takeInOrders({ documents, dispatch: core.dispatch, read: store.read, stationId: 'ST10', log: core.log });
  station.signIn('lead', 'right');
});
afterEach(() => {
  stop();
  return station.close();
});

describe('orders of the server', () => {
  it('become facts once, and change as the server says', () => {
    station.server.send(order('WO-S'));
    station.server.send(order('WO-S'));
    expect(station.types().filter((t) => t === 'work-order.received')).toHaveLength(1);
    expect(station.events().at(-1)?.actor).toEqual({ kind: 'system' });
    station.server.send(order('WO-S', { status: 'held', holdReason: 'no housings', sequence: 4 }));
    expect(orderOf(station.store.read, station.core.facts(), 'WO-S')).toMatchObject({
      status: 'held',
      holdReason: 'no housings',
      source: 'server',
      numbersLeft: 0,
    });
    station.server.send(['order', 'WO-S', null]);
    expect(orderOf(station.store.read, station.core.facts(), 'WO-S')?.status).toBe('closed');
    station.server.send(order('WO-S'));
    expect(orderOf(station.store.read, station.core.facts(), 'WO-S')?.status).toBe('released');
  });

  it('are worked in the order of the dispatch list, whatever their priority', () => {
    station.server.send(
      order('WO-B', { sequence: 2, priority: 1 }),
      order('WO-A', { sequence: 3, priority: 1 }),
      order('WO-C', { sequence: 1, priority: 9 }),
    );
    const list = orderList(station.store.read, station.core.facts(), { cursor: null, limit: 2, status: 'open' });
    expect(list.items.map((o) => o.orderId)).toEqual(['WO-C', 'WO-B']);
    const rest = orderList(station.store.read, station.core.facts(), { cursor: list.next, limit: 9, status: 'open' });
    expect(rest.items.map((o) => o.orderId)).toEqual(['WO-A', 'WO-1']);
  });

  it('are not made, released, held or closed here', () => {
    station.server.send(order('WO-S', { status: 'created' }));
    for (const command of [
      { type: 'order.release', orderId: 'WO-S' },
      { type: 'order.hold', orderId: 'WO-S', reason: 'x' },
      { type: 'order.close', orderId: 'WO-S' },
      {
        type: 'order.create',
        orderId: 'WO-N',
        definitionId: 'PUMP',
        revision: 'A',
        quantity: 1,
        dueAt: null,
        serialPrefix: 'N-',
      },
    ] as const)
      expect(codes(station.core.dispatch(command, station.id())), command.type).toEqual(['order.of-server']);
  });

  it('give numbers only from the blocks of this station, and say when they are used up', () => {
    station.server.send(block('B-1', 7, 8), block('B-0', 1, 3, 'ST20'));
    expect(codes(create())).toEqual(['order.unknown']);
    // The block came before its order and waits for it.
    station.server.send(order('WO-S'));
    expect([create().ok, create().ok]).toEqual([true, true]);
    expect(serials()).toEqual(['S-00007', 'S-00008']);
    station.server.cut();
    const refused = create();
    expect(refused).toMatchObject({
      refusal: {
        reasons: [
          { code: 'serials.used-up', params: { order: 'WO-S', given: 2, last: 'S-00008' } },
          { code: 'server.not-asked', params: { sinceAt: startAt } },
        ],
      },
    });
    station.server.linked().send(block('B-2', 20, 21));
    expect(create()).toMatchObject({ ok: true, value: { serial: 'S-00020' } });
    expect(orderOf(station.store.read, station.core.facts(), 'WO-S')?.numbersLeft).toBe(1);
  });

  it('a number that a unit has already, wherever it was made, is passed over', () => {
    station.server.send(order('WO-S'), block('B-1', 1, 3));
    const origin = { orderId: 'WO-S', materialId: 'PUMP', definitionId: 'PUMP', revision: 'A', stationId: 'ST20' };
    station.server.send([
      'passport',
      'S-00001',
      {
        serial: 'S-00001',
        origins: [{ ...origin, at: 1, imported: false }],
        passed: [],
        runs: [],
        holds: [],
        scrapped: null,
        completed: null,
      },
    ]);
    expect(create()).toMatchObject({ value: { serial: 'S-00002' } });
    expect(orderOf(station.store.read, station.core.facts(), 'WO-S')).toMatchObject({ unitsCreated: 2 });
  });

  it('are taken up by the next start as they are then, also those that went meanwhile', async () => {
    station.server.send(order('WO-S'), order('WO-T', { sequence: 2 }), block('B-1', 1, 2));
    stop();
    station.server.send(['order', 'WO-T', null], order('WO-S', { quantity: 70 }));
    await station.restart();
    const { core, store, server } = station;
    const { documents } = server;
    stop = takeInOrders({ documents, dispatch: core.dispatch, read: store.read, stationId: 'ST10', log: core.log });
    expect(orderOf(store.read, core.facts(), 'WO-S')?.quantity).toBe(70);
    expect(orderOf(store.read, core.facts(), 'WO-T')?.status).toBe('closed');
    expect(store.rebuild({ replace: false }).equal).toBe(true);
  });

  it('with a server, orders of the files are not taken in', async () => {
    const other = new TestStation();
    other.server.linked();
    const before = other.events().length;
    expect(other.core.importOrders()).toEqual([]);
    expect(other.events()).toHaveLength(before);
    await other.close();
  });
});
