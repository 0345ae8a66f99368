/** Dispatch lists of the lines in the database. Whoever changes one holds its row to the end of the transaction. */
import { insertJobs, ranked, type Dispatched } from '#domain/work-orders/dispatch.ts';
import type { Queries } from '../db/db.ts';
import type { OrderWrite } from './store.ts';

interface ListedJob extends Dispatched {
  readonly orderId: string;
  /** null: it comes in, or its place is another. */
  readonly rank: number | null;
}

/** Before any of their job orders is written: two transactions do not wait for each other in a circle. */
export async function lockLists(tx: Queries, lineIds: readonly string[]): Promise<void> {
  if (lineIds.length === 0) return;
  await tx.execute(
    `INSERT INTO dispatch_list (line_id) SELECT DISTINCT line_id FROM unnest($1::text[]) AS l (line_id) ORDER BY line_id
     ON CONFLICT (line_id) DO UPDATE SET line_id = excluded.line_id`,
    [lineIds],
  );
}

/** The open job orders of a line whose list is locked, in their order. */
export async function listOf(tx: Queries, lineId: string): Promise<ListedJob[]> {
  const rows = await tx.query<{
    job_order_id: string;
    order_id: string;
    sequence: number;
    priority: number;
    due_at: number | null;
  }>(
    `SELECT j.job_order_id, j.order_id, j.sequence, o.priority, o.due_at FROM job_order j JOIN work_order o USING (order_id)
     WHERE j.line_id = $1 AND j.sequence IS NOT NULL ORDER BY j.sequence, j.job_order_id`,
    [lineId],
  );
  return rows.map((row) => ({
    jobOrderId: row.job_order_id,
    orderId: row.order_id,
    rank: row.sequence,
    priority: row.priority,
    dueAt: row.due_at,
  }));
}

/** @param list in its new order. @returns orders that got another rank. */
export async function writeList(tx: Queries, list: readonly ListedJob[]): Promise<string[]> {
  const ranks = ranked(list.map(({ rank }) => rank));
  const moved = list.flatMap((job, at) => (job.rank === ranks[at] ? [] : [{ ...job, rank: ranks[at] ?? 0 }]));
  if (moved.length > 0)
    await tx.execute(
      `UPDATE job_order j SET sequence = n.sequence FROM unnest($1::text[], $2::bigint[]) AS n (job_order_id, sequence)
       WHERE j.job_order_id = n.job_order_id`,
      [moved.map(({ jobOrderId }) => jobOrderId), moved.map(({ rank }) => rank)],
    );
  return moved.map(({ orderId }) => orderId);
}

/** Whether its job orders have to be put into their lists anew. */
const placedAnew = ({ before, order }: OrderWrite): boolean =>
  before !== null && (before.priority !== order.priority || before.dueAt !== order.dueAt);
const isOpen = ({ order }: OrderWrite): boolean => order.status !== 'closed';

/** Lines whose lists change by these orders; to be locked first. */
export function linesOf(writes: readonly OrderWrite[]): string[] {
  const lines = new Set<string>();
  for (const write of writes) {
    const { before, order } = write;
    const had = (before?.jobs ?? []).map(({ lineId }) => lineId);
    const has = isOpen(write) ? order.jobs.map(({ lineId }) => lineId) : [];
    const all = placedAnew(write) || (before !== null && before.status !== order.status && !isOpen(write));
    for (const lineId of had) if (all || !has.includes(lineId)) lines.add(lineId);
    for (const lineId of has) if (all || !had.includes(lineId)) lines.add(lineId);
  }
  return [...lines].sort();
}

/**
 * Puts orders that were written into the lists of their lines, and takes closed ones out.
 * @param lineIds `linesOf` them, locked. @returns other orders that had to make room.
 */
export async function arrange(
  tx: Queries,
  writes: readonly OrderWrite[],
  lineIds: readonly string[],
): Promise<string[]> {
  const closed = writes.filter((write) => !isOpen(write)).map(({ order }) => order.orderId);
  if (closed.length > 0)
    await tx.execute('UPDATE job_order SET sequence = NULL WHERE order_id = ANY($1) AND sequence IS NOT NULL', [
      closed,
    ]);
  const open = writes.filter(isOpen);
  const own = new Map(open.map((write) => [write.order.orderId, write]));
  const moved = new Set<string>();
  for (const lineId of lineIds) {
    const list = await listOf(tx, lineId);
    const stays = list.filter(({ orderId }) => {
      const write = own.get(orderId);
      return write === undefined || !placedAnew(write);
    });
    const known = new Set(stays.map(({ orderId }) => orderId));
    const fresh = open.flatMap(({ order }): ListedJob[] => {
      const job = order.jobs.find((each) => each.lineId === lineId);
      if (job === undefined || known.has(order.orderId)) return [];
      const { orderId, priority, dueAt } = order;
      return [{ jobOrderId: job.jobOrderId, orderId, rank: null, priority, dueAt }];
    });
    if (fresh.length > 0) for (const each of await writeList(tx, insertJobs(stays, fresh))) moved.add(each);
  }
  return [...moved].filter((orderId) => !own.has(orderId));
}
