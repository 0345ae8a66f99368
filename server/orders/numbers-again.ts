/** After a release: stations where units begin now get numbers of the orders that are released already. */
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Db } from '../db/db.ts';
import { publishAll } from '../downlink/publish.ts';
import { progressOf } from './progress.ts';
import { giveBlocks } from './serials.ts';
import { lockOrders } from './store.ts';

/** One order per transaction; who has enough numbers gets none. @returns documents that were new. */
export async function numbersAgain(
  db: Db,
  configuration: ReleasedConfiguration,
  now: () => number,
  signal: AbortSignal,
): Promise<number> {
  const orders = await db.query<{ order_id: string }>(
    `SELECT order_id FROM work_order WHERE status = 'released' ORDER BY order_id`,
  );
  let told = 0;
  for (const { order_id: orderId } of orders) {
    if (signal.aborted) return told;
    told += await db.transaction(async (tx) => {
      const stored = await lockOrders(tx, [orderId]);
      const force = configuration();
      const progress = await progressOf(tx, new Map([...stored].map(([id, { jobs }]) => [id, jobs])), force);
      const orders = [...stored.values()].map(({ order }) => order);
      return publishAll(tx, await giveBlocks(tx, orders, progress, force, now()));
    });
  }
  return told;
}
