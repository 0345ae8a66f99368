/** Orders that were judged, written with their dispatch lists and numbers; the documents are for the caller to publish. */
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import { arrange, linesOf, lockLists } from './dispatch-lists.ts';
import { orderDocuments, ordersGone, withdrawBlocks } from './documents.ts';
import { progressOf, type Progress } from './progress.ts';
import { giveBlocks } from './serials.ts';
import { lockOrders, writeJobs, writeOrders, type OrderWrite } from './store.ts';

export interface Written {
  /** Numbers of new orders that somebody else made at the same moment; nothing was written of them. */
  readonly lost: ReadonlySet<string>;
  readonly documents: readonly NewDocument[];
  /** By job order. */
  readonly progress: ReadonlyMap<string, Progress>;
}

/**
 * A few statements, however many orders. Rows are held in one order by everybody: orders, lists, series of numbers; then,
 * when the caller publishes, scopes.
 * @param writes each order once; those that are there already are locked. @param at UTC ms.
 */
export async function writeAll(
  tx: Queries,
  writes: readonly OrderWrite[],
  force: InForce,
  at: number,
): Promise<Written> {
  const lost = await writeOrders(tx, writes, at);
  const written = writes.filter(({ order }) => !lost.has(order.orderId));
  if (written.length === 0) return { lost, documents: [], progress: new Map() };
  const lines = linesOf(written);
  await lockLists(tx, lines);
  await writeJobs(tx, written);
  const others = await arrange(tx, written, lines);
  // What made room is read under its lock: its document must not be older than what somebody else just wrote.
  const stored = await lockOrders(tx, [...written.map(({ order }) => order.orderId), ...others]);
  const progress = await progressOf(tx, new Map([...stored].map(([id, { jobs }]) => [id, jobs])), force);
  return {
    lost,
    progress,
    documents: [
      ...ordersGone(written),
      ...[...stored.values()].flatMap(orderDocuments),
      ...(await withdrawBlocks(tx, written, force, at)),
      ...(await giveBlocks(
        tx,
        written.map(({ order }) => order),
        progress,
        force,
        at,
      )),
    ],
  };
}
