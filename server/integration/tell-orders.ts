/** An order service that tells other systems of every change of status, in the transaction of the change. */
import type { ErpMessage } from '#contract/integration/messages.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { Act } from '../act.ts';
import type { OrderService } from '../orders/port.ts';
import { enqueue, type Receiver } from './outbox/enqueue.ts';

type Versioned = PlantOutcome<{ readonly version: number }>;
type Told = Extract<ErpMessage, { kind: 'order-changed' }>['status'];

export function tellingOrders(orders: OrderService, receivers: () => readonly Receiver[]): OrderService {
  const told = async (act: Act, orderId: string, status: Told, outcome: Versioned): Promise<Versioned> => {
    if (!outcome.ok) return outcome;
    const order = await orders.get(act.tx, orderId);
    const sum = (field: 'done' | 'scrapped'): number => order?.jobs.reduce((total, job) => total + job[field], 0) ?? 0;
    const message: ErpMessage = {
      kind: 'order-changed',
      key: `order:${orderId}:${outcome.value.version}`,
      orderId,
      at: new Date(act.at).toISOString(),
      status,
      quantity: order?.quantity ?? 0,
      done: sum('done'),
      scrapped: sum('scrapped'),
    };
    await enqueue(act.tx, [message], receivers(), act.at);
    return outcome;
  };
  return {
    ...orders,
    create: async (act, input, source) => told(act, input.orderId, 'created', await orders.create(act, input, source)),
    release: async (act, orderId, version) =>
      told(act, orderId, 'released', await orders.release(act, orderId, version)),
    hold: async (act, orderId, version, reason) =>
      told(act, orderId, 'held', await orders.hold(act, orderId, version, reason)),
    close: async (act, orderId, version) => told(act, orderId, 'closed', await orders.close(act, orderId, version)),
  };
}
