/** Tells other systems of every change of an order's status, in the transaction of the change. */
import { randomBytes } from 'node:crypto';
import type { Configuration } from '#contract/config/index.ts';
import { messageKinds, type ErpMessage } from '#contract/integration/messages.ts';
import type { Queries } from '../db/db.ts';
import { pastOf } from '../orders/apply.ts';
import type { OrderBecame } from '../orders/follow.ts';
import { singleActs, type OrderService } from '../orders/port.ts';
import { enqueue, receiversOf, type Receiver } from './outbox/enqueue.ts';

/** Everybody who is told, by the configuration in force. */
export const receiversIn = ({ integration }: Configuration): Receiver[] =>
  receiversOf(integration?.targets ?? [], messageKinds);

/** @param at UTC ms. */
export async function tellOrders(
  tx: Queries,
  became: readonly OrderBecame[],
  receivers: readonly Receiver[],
  at: number,
): Promise<void> {
  await enqueue(
    tx,
    became.map(({ order: { orderId, materialId, version, quantity }, status, done, scrapped }): ErpMessage => ({
      kind: 'order-changed',
      // The version alone would name another change after the database was put back to an older backup, and a receiver
      // that knows the key would pass over it. Told in the change's own transaction, so it is told once all the same.
      key: `order:${orderId}:${version}:${randomBytes(6).toString('hex')}`,
      orderId,
      at: new Date(at).toISOString(),
      material: materialId,
      status,
      quantity,
      done,
      scrapped,
    })),
    receivers,
    at,
  );
}

/** An order service that tells of what it did. */
export function tellingOrders(orders: OrderService, receivers: () => readonly Receiver[]): OrderService {
  const apply: OrderService['apply'] = async (act, wishes, mode) => {
    const applied = await orders.apply(act, wishes, mode);
    const became = applied.outcomes.flatMap((outcome) => {
      if (!outcome.ok || !applied.written) return [];
      const { done, scrapped } = outcome;
      return outcome.steps.flatMap(({ type, after }) =>
        type === 'change' ? [] : [{ order: after, status: pastOf[type], done, scrapped }],
      );
    });
    await tellOrders(act.tx, became, receivers(), act.at);
    return applied;
  };
  return { ...orders, ...singleActs(apply), apply };
}
