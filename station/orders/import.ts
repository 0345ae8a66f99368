/** Takes orders and units of the configuration in as facts, once: what is known here already is left as it is. */
import type { Orders } from '#contract/config/plant.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Dispatch } from '#station/core/dispatch.ts';
import type { Log } from '#station/log.ts';

/** @returns the reasons of what could not be taken in (the store accepts nothing); empty when all is here. */
export function importOrders(orders: Orders['orders'], dispatch: Dispatch, log: Log): readonly Reason[] {
  const refused: Reason[] = [];
  for (const order of orders) {
    const source = `orders/${order.id}`;
    const outcome = dispatch({ type: 'order.import', orderId: order.id, order }, null, { kind: 'import', source });
    if (!outcome.ok) refused.push(...outcome.refusal.reasons);
  }
  if (refused.length > 0) log.error({ reasons: refused }, 'orders of the configuration could not be taken in');
  return refused;
}
