import { describe, expect, it } from 'vitest';
import type { OrderStatus } from '#contract/rpc/orders.ts';
import { codes, testConfiguration, World } from '#domain/test-kit.ts';
import { orderStatusAfter, type OrderStep } from './order.ts';

const lead = (): World => {
  const world = new World();
  world.signIn('lead', 'right');
  return world;
};
const create = {
  type: 'order.create',
  orderId: 'WO-9',
  definitionId: 'PUMP',
  revision: 'A',
  quantity: 2,
  dueAt: null,
  serialPrefix: 'P-',
} as const;

describe('orders', () => {
  it('are created for a released definition and then released, held, closed', () => {
    const world = lead();
    expect(world.do(create).ok).toBe(true);
    expect(world.orders.get('WO-9')).toMatchObject({ status: 'created', materialId: 'PUMP' });
    for (const [type, status] of [
      ['order.release', 'released'],
      ['order.close', 'closed'],
    ] as const) {
      expect(world.do({ type, orderId: 'WO-9' }).ok).toBe(true);
      expect(world.orders.get('WO-9')?.status).toBe(status);
    }
    const again = world.do({ type: 'order.release', orderId: 'WO-9' });
    expect(again.ok || again.reasons).toEqual([
      { code: 'order.not-allowed-in-status', params: { order: 'WO-9', status: 'closed', wanted: 'released' } },
    ]);
  });
  it('order.already-exists, revision.not-released, revision.unknown, order.unknown', () => {
    const world = lead();
    expect(codes(world.do({ ...create, orderId: 'WO-1' }))).toEqual(['order.already-exists']);
    expect(codes(world.do({ ...create, revision: 'B' }))).toEqual(['revision.not-released']);
    expect(codes(world.do({ ...create, revision: 'Q' }))).toEqual(['revision.unknown']);
    expect(codes(world.do({ type: 'order.release', orderId: 'WO-X' }))).toEqual(['order.unknown']);
    expect(codes(world.do({ type: 'unit.create', orderId: 'WO-X' }))).toEqual(['order.unknown']);
  });
  it('operator.lacks-permission, pin.required, pin.not-set', () => {
    const world = new World();
    world.signIn('mara');
    expect(codes(world.do(create))).toEqual(['operator.lacks-permission']);
    world.signIn('lead');
    expect(codes(world.do(create))).toEqual(['pin.required']);
    world.signIn('nopin');
    expect(codes(world.do(create))).toEqual(['pin.not-set']);
  });
  it('number their units on from the highest serial, skip taken ones, and stop at the quantity', () => {
    const world = lead();
    world.do(create);
    expect(codes(world.do({ type: 'unit.create', orderId: 'WO-9' }))).toEqual(['order.not-released']);
    world.do({ type: 'order.release', orderId: 'WO-9' });
    // P-0001 to P-0005 are units of WO-1.
    const first = world.do({ type: 'unit.create', orderId: 'WO-9' });
    expect(first.ok && first.value).toEqual({ serial: 'P-0006' });
    const second = world.do({ type: 'unit.create', orderId: 'WO-9' });
    expect(second.ok && second.value).toEqual({ serial: 'P-0007' });
    const third = world.do({ type: 'unit.create', orderId: 'WO-9' });
    expect(third.ok || third.reasons).toEqual([
      { code: 'order.quantity-reached', params: { order: 'WO-9', quantity: 2 } },
    ]);
  });
  it('from the files are taken in once: what happened here wins, only new units are added', () => {
    const world = lead();
    world.do({ type: 'order.hold', orderId: 'WO-1', reason: 'x' });
    const before = world.log.length;
    const source = testConfiguration().orders[0]!;
    world.do({ type: 'order.import', orderId: 'WO-1', order: source });
    expect(world.log).toHaveLength(before);
    const changed = {
      ...source,
      quantity: 99,
      status: 'released' as const,
      units: [...source.units, { serial: 'P-0100', passed: [] }],
    };
    world.do({ type: 'order.import', orderId: 'WO-1', order: changed });
    expect(world.log.slice(before).map((e) => e.type)).toEqual(['unit.created']);
    expect(world.orders.get('WO-1')).toMatchObject({ quantity: 10, status: 'held', unitsCreated: 6 });
  });
  it('have a total table of moves', () => {
    const all: OrderStatus[] = ['created', 'released', 'held', 'closed'];
    const moves: OrderStep[] = ['release', 'hold', 'close'];
    expect(all.map((from) => moves.map((to) => orderStatusAfter(from, to)))).toEqual([
      ['released', 'held', 'closed'],
      [null, 'held', 'closed'],
      ['released', null, 'closed'],
      [null, null, null],
    ]);
  });
});
