/** Work orders in the database, many at a time: a statement costs a round trip, a row in it next to nothing. */
import type { OrderStatus } from '#contract/rpc/orders.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import type { Queries } from '../db/db.ts';

export interface OrderRow {
  readonly order_id: string;
  readonly material_id: string;
  readonly definition_id: string;
  readonly revision: string;
  readonly status: OrderStatus;
  readonly hold_reason: string | null;
  readonly quantity: number;
  readonly priority: number;
  readonly due_at: number | null;
  readonly serial_prefix: string;
  readonly source: string;
  readonly version: number;
  readonly created_at: number;
}
export interface JobRow {
  readonly job_order_id: string;
  readonly order_id: string;
  readonly line_id: string;
  readonly quantity: number;
  /** Rank in the line's dispatch list (domain/work-orders/dispatch.ts); null: closed. */
  readonly sequence: number | null;
}

export const orderOf = (row: OrderRow, jobs: readonly JobRow[]): WorkOrder => ({
  orderId: row.order_id,
  materialId: row.material_id,
  definitionId: row.definition_id,
  revision: row.revision,
  status: row.status,
  holdReason: row.hold_reason,
  quantity: row.quantity,
  priority: row.priority,
  dueAt: row.due_at,
  serialPrefix: row.serial_prefix,
  source: row.source,
  version: row.version,
  jobs: jobs.map((job) => ({ jobOrderId: job.job_order_id, lineId: job.line_id, quantity: job.quantity })),
});

/** An order as it stands, with the rows of its job orders. */
export interface StoredOrder {
  readonly order: WorkOrder;
  readonly jobs: readonly JobRow[];
}

/** Holds the orders' rows to the end of the transaction, in one order for everybody. By order number. */
export async function lockOrders(tx: Queries, orderIds: readonly string[]): Promise<ReadonlyMap<string, StoredOrder>> {
  const rows = await tx.query<OrderRow>(
    'SELECT * FROM work_order WHERE order_id = ANY($1) ORDER BY order_id FOR UPDATE',
    [orderIds],
  );
  const jobs = await jobsByOrder(
    tx,
    rows.map(({ order_id }) => order_id),
  );
  return new Map(
    rows.map((row) => {
      const own = jobs.get(row.order_id) ?? [];
      return [row.order_id, { order: orderOf(row, own), jobs: own }] as const;
    }),
  );
}

export async function jobsByOrder(
  db: Queries,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, readonly JobRow[]>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<JobRow>('SELECT * FROM job_order WHERE order_id = ANY($1) ORDER BY order_id, line_id', [
    orderIds,
  ]);
  return Map.groupBy(rows, ({ order_id }) => order_id);
}

/** Lines that an order is about, before and after. */
export const linesOfOrder = (before: WorkOrder | null, after: WorkOrder): string[] =>
  [...new Set([...(before?.jobs ?? []), ...after.jobs].map(({ lineId }) => lineId))].sort();

/** An order that becomes another; `before` null: it is new. */
export interface OrderWrite {
  readonly before: WorkOrder | null;
  readonly order: WorkOrder;
}

const columns = `order_id, material_id, definition_id, revision, status, hold_reason, quantity, priority, due_at,
  serial_prefix, source, version`;
const typed = `order_id text, material_id text, definition_id text, revision text, status text, hold_reason text,
  quantity bigint, priority integer, due_at bigint, serial_prefix text, source text, version bigint`;

const rowOf = (order: WorkOrder): Omit<OrderRow, 'created_at'> => ({
  order_id: order.orderId,
  material_id: order.materialId,
  definition_id: order.definitionId,
  revision: order.revision,
  status: order.status,
  hold_reason: order.holdReason,
  quantity: order.quantity,
  priority: order.priority,
  due_at: order.dueAt,
  serial_prefix: order.serialPrefix,
  source: order.source,
  version: order.version,
});

/**
 * Orders without their job orders. Those that are there already are locked by the caller.
 * @param at UTC ms.
 * @returns numbers of new ones that somebody else made at the same moment: they were not written.
 */
export async function writeOrders(
  tx: Queries,
  writes: readonly OrderWrite[],
  at: number,
): Promise<ReadonlySet<string>> {
  const fresh = writes.filter(({ before }) => before === null).map(({ order }) => rowOf(order));
  const known = writes.filter(({ before }) => before !== null).map(({ order }) => rowOf(order));
  const closedAt = `CASE WHEN status = 'closed' THEN $2::bigint END`;
  const lost = new Set(fresh.map(({ order_id }) => order_id));
  if (fresh.length > 0) {
    const made = await tx.query<{ order_id: string }>(
      `INSERT INTO work_order (${columns}, created_at, closed_at)
       SELECT ${columns}, $2, ${closedAt} FROM json_to_recordset($1::text::json) AS n (${typed}) ORDER BY order_id
       ON CONFLICT (order_id) DO NOTHING RETURNING order_id`,
      [JSON.stringify(fresh), at],
    );
    for (const { order_id } of made) lost.delete(order_id);
  }
  if (known.length > 0) {
    await tx.execute(
      `UPDATE work_order o SET material_id = n.material_id, definition_id = n.definition_id, revision = n.revision,
         status = n.status, hold_reason = n.hold_reason, quantity = n.quantity, priority = n.priority, due_at = n.due_at,
         version = n.version, followed_stream = NULL, followed_seq = NULL,
         closed_at = CASE WHEN n.status = 'closed' THEN coalesce(o.closed_at, $2::bigint) END
       FROM json_to_recordset($1::text::json) AS n (${typed}) WHERE o.order_id = n.order_id`,
      [JSON.stringify(known), at],
    );
  }
  return lost;
}

/** Job orders of the orders as they are now; what is not told of another line is gone. */
export async function writeJobs(tx: Queries, writes: readonly OrderWrite[]): Promise<void> {
  const gone = writes.flatMap(({ before, order }) =>
    (before?.jobs ?? []).filter(({ lineId }) => order.jobs.every((job) => job.lineId !== lineId)),
  );
  if (gone.length > 0)
    await tx.execute('DELETE FROM job_order WHERE job_order_id = ANY($1)', [gone.map(({ jobOrderId }) => jobOrderId)]);
  const changed = writes.flatMap(({ before, order }) =>
    order.jobs
      .filter((job) => before?.jobs.find(({ lineId }) => lineId === job.lineId)?.quantity !== job.quantity)
      .map((job) => ({ ...job, orderId: order.orderId })),
  );
  if (changed.length === 0) return;
  await tx.execute(
    `INSERT INTO job_order (job_order_id, order_id, line_id, quantity)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
     ON CONFLICT (order_id, line_id) DO UPDATE SET quantity = excluded.quantity`,
    [
      changed.map(({ jobOrderId }) => jobOrderId),
      changed.map(({ orderId }) => orderId),
      changed.map(({ lineId }) => lineId),
      changed.map(({ quantity }) => quantity),
    ],
  );
}
