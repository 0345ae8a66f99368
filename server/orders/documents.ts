/** Orders and the withdrawal of their numbers as the stations get them. */
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument, Scope } from '../downlink/publish.ts';
import type { OrderWrite, StoredOrder } from './store.ts';

/** One per line that makes a share of it. */
export const orderDocuments = ({ order, jobs }: StoredOrder): NewDocument[] =>
  jobs.map(({ line_id, quantity, sequence }) => ({
    scope: `line:${line_id}`,
    kind: 'order',
    id: order.orderId,
    body: {
      orderId: order.orderId,
      materialId: order.materialId,
      definitionId: order.definitionId,
      revision: order.revision,
      quantity,
      priority: order.priority,
      sequence: sequence ?? 0,
      dueAt: order.dueAt,
      serialPrefix: order.serialPrefix,
      status: order.status,
      holdReason: order.holdReason,
    },
  }));

/** The documents of orders on lines that make no share of them any more. */
export const ordersGone = (writes: readonly OrderWrite[]): NewDocument[] =>
  linesGone(writes).map(({ orderId, lineId }) => ({ scope: `line:${lineId}`, kind: 'order', id: orderId, body: null }));

const linesGone = (writes: readonly OrderWrite[]): { readonly orderId: string; readonly lineId: string }[] =>
  writes.flatMap(({ before, order: { orderId, jobs } }) =>
    (before?.jobs ?? [])
      .filter(({ lineId }) => jobs.every((job) => job.lineId !== lineId))
      .map(({ lineId }) => ({ orderId, lineId })),
  );

/**
 * Numbers that stations have not used of orders that are closed, or that went from their line. They are never given again.
 * A station that has not heard of it may still use them: its units are facts like all others.
 * @param at UTC ms.
 */
export async function withdrawBlocks(
  tx: Queries,
  writes: readonly OrderWrite[],
  force: InForce,
  at: number,
): Promise<NewDocument[]> {
  const closed = writes.filter(({ order }) => order.status === 'closed').map(({ order }) => order.orderId);
  const gone = linesGone(writes).flatMap(({ orderId, lineId }) =>
    (force.configuration.lines.find(({ id }) => id === lineId)?.stations ?? []).map((stationId) => ({
      orderId,
      stationId,
    })),
  );
  if (closed.length === 0 && gone.length === 0) return [];
  const rows = await tx.query<{ block_id: string; station_id: string }>(
    `UPDATE serial_block b SET withdrawn_at = $4, used_then = used_to
     WHERE withdrawn_at IS NULL AND (order_id = ANY($1) OR EXISTS (
       SELECT FROM unnest($2::text[], $3::text[]) AS g (order_id, station_id)
       WHERE g.order_id = b.order_id AND g.station_id = b.station_id))
     RETURNING block_id, station_id`,
    [closed, gone.map(({ orderId }) => orderId), gone.map(({ stationId }) => stationId), at],
  );
  return rows.map(({ block_id, station_id }) => blockGone(block_id, station_id));
}

export const blockGone = (blockId: string, stationId: string): NewDocument => ({
  scope: `station:${stationId}` satisfies Scope,
  kind: 'serial-block',
  id: blockId,
  body: null,
});
