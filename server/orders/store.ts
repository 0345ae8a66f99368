/** Work orders in the database. */
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

/** Holds the order's row to the end of the transaction. */
export async function lockOrder(tx: Queries, orderId: string): Promise<WorkOrder | null> {
  const [row] = await tx.query<OrderRow>('SELECT * FROM work_order WHERE order_id = $1 FOR UPDATE', [orderId]);
  return row === undefined ? null : orderOf(row, await jobsOf(tx, [orderId]));
}

export const jobsOf = (db: Queries, orderIds: readonly string[]): Promise<JobRow[]> =>
  db.query<JobRow>('SELECT * FROM job_order WHERE order_id = ANY($1) ORDER BY order_id, line_id', [orderIds]);

/** @param at UTC ms. @returns false: somebody else made an order of this number at the same moment. */
export async function writeOrder(tx: Queries, order: WorkOrder, at: number): Promise<boolean> {
  const values = [
    order.orderId,
    order.materialId,
    order.definitionId,
    order.revision,
    order.status,
    order.holdReason,
    order.quantity,
    order.priority,
    order.dueAt,
    order.serialPrefix,
    order.source,
    order.version,
    at,
  ];
  const written = await tx.execute(
    `INSERT INTO work_order AS o (order_id, material_id, definition_id, revision, status, hold_reason, quantity, priority,
       due_at, serial_prefix, source, version, created_at, closed_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, CASE WHEN $5 = 'closed' THEN $13::bigint END)
     ON CONFLICT (order_id) DO UPDATE SET material_id = $2, definition_id = $3, revision = $4, status = $5,
       hold_reason = $6, quantity = $7, priority = $8, due_at = $9, version = $12, closed_at = excluded.closed_at
     WHERE o.version = $12 - 1`,
    values,
  );
  if (written === 0) return false;
  await tx.execute('DELETE FROM job_order WHERE order_id = $1 AND NOT line_id = ANY($2)', [
    order.orderId,
    order.jobs.map(({ lineId }) => lineId),
  ]);
  for (const { jobOrderId, lineId, quantity } of order.jobs)
    await tx.execute(
      `INSERT INTO job_order (job_order_id, order_id, line_id, quantity) VALUES ($1, $2, $3, $4)
       ON CONFLICT (order_id, line_id) DO UPDATE SET quantity = excluded.quantity`,
      [jobOrderId, order.orderId, lineId, quantity],
    );
  return true;
}
