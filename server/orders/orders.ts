/** The order service: judged by domain/work-orders, written with its dispatch lists, numbers and documents in one transaction. */
import type { JobOrderRow, PlantOrder } from '#contract/plant/orders.ts';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { decideWorkOrder, plantFault, type WorkOrderCommand, type WorkOrderFacts } from '#domain/work-orders/decide.ts';
import { insertJob, moveJob, type Dispatched } from '#domain/work-orders/dispatch.ts';
import { operationsMissing, type WorkOrder } from '#domain/work-orders/work-order.ts';
import type { Act } from '../act.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { publishAll, type NewDocument } from '../downlink/publish.ts';
import { seesLine, wholePlant, type Sight } from '../rpc/sight.ts';
import { giveBlocks, orderDocuments } from './documents.ts';
import type { OrderList, OrderService } from './port.ts';
import { noProgress, progressOf, type Progress } from './progress.ts';
import { jobsOf, lockOrder, orderOf, writeOrder, type JobRow, type OrderRow } from './store.ts';

type Versioned = PlantOutcome<{ readonly version: number }>;

export function createOrderService(configuration: ReleasedConfiguration): OrderService {
  const decide = async (act: Act, orderId: string, command: WorkOrderCommand): Promise<Versioned> => {
    const force = configuration();
    const { tx, at } = act;
    const before = await lockOrder(tx, orderId);
    const oldJobs = before === null ? [] : await jobsOf(tx, [orderId]);
    const progress = await progressOf(tx, oldJobs, force);
    const facts = factsOf(force, oldJobs, progress);
    for (const { lineId } of before?.jobs ?? []) act.need('order.manage', lineId);
    // Of no line: taken from a station that is in none.
    if (before?.jobs.length === 0) act.need('order.manage', null);
    const decision = decideWorkOrder(before, command, facts);
    if (!decision.ok) return decision;
    const { order } = decision;
    for (const { lineId } of order.jobs) act.need('order.manage', lineId);
    const written = await writeOrder(tx, order, at);
    if (!written) return refused(plantFault('order.exists', { order: orderId }, 'orderId'));
    await publishAll(tx, await settle(tx, before, order, force, at));
    await act.audit({ what: `order.${pastOf[command.type]}`, subject: `order:${orderId}`, before, after: order });
    await tx.query(`SELECT pg_notify('plant', 'orders')`);
    return { ok: true, value: { version: order.version } };
  };

  return {
    create: (act, input, source) => decide(act, input.orderId, { type: 'create', input, source }),
    change: (act, orderId, version, change) => decide(act, orderId, { type: 'change', orderId, version, change }),
    release: (act, orderId, version) => decide(act, orderId, { type: 'release', orderId, version }),
    hold: (act, orderId, version, reason) => decide(act, orderId, { type: 'hold', orderId, version, reason }),
    close: (act, orderId, version) => decide(act, orderId, { type: 'close', orderId, version }),

    async move(act, jobOrderId, place): Promise<PlantOutcome> {
      const { tx } = act;
      const [job] = await tx.query<JobRow>('SELECT * FROM job_order WHERE job_order_id = $1', [jobOrderId]);
      if (job === undefined) return refused(plantFault('job.unknown', { job: jobOrderId }, 'jobOrderId'));
      act.need('order.manage', job.line_id);
      const list = await lockDispatch(tx, job.line_id);
      const from = list.findIndex((each) => each.jobOrderId === jobOrderId) + 1;
      if (from === 0) return refused(plantFault('job.closed', { job: jobOrderId }, 'jobOrderId'));
      if (place < 1 || place > list.length)
        return refused(plantFault('job.place', { place, last: list.length }, 'place'));
      const changed = await writeDispatch(tx, list, moveJob(list, jobOrderId, place));
      await publishAll(tx, await documentsOf(tx, changed));
      await act.audit({
        what: 'order.moved',
        subject: `job:${jobOrderId}`,
        before: { place: from },
        after: { place },
      });
      await tx.query(`SELECT pg_notify('plant', 'orders')`);
      return { ok: true, value: undefined };
    },

    async get(db, orderId, sight = wholePlant) {
      const rows = await db.query<OrderRow>(`SELECT * FROM work_order o WHERE order_id = $1 AND ${orderSeen('o', 2)}`, [
        orderId,
        sight.lines,
      ]);
      return (await shown(db, rows, configuration(), sight))[0] ?? null;
    },
    list: (db, wanted, sight = wholePlant) => list(db, wanted, configuration(), sight),
  };
}

const pastOf: Readonly<Record<WorkOrderCommand['type'], string>> = {
  create: 'created',
  change: 'changed',
  release: 'released',
  hold: 'held',
  close: 'closed',
};
const refused = (fault: PlantFault): { readonly ok: false; readonly faults: readonly PlantFault[] } => ({
  ok: false,
  faults: [fault],
});

const factsOf = (
  { catalogue, configuration }: InForce,
  jobs: readonly JobRow[],
  progress: ReadonlyMap<string, Progress>,
): WorkOrderFacts => ({
  definition: catalogue.definition,
  lines: configuration.lines,
  begun(lineId) {
    const job = jobs.find(({ line_id }) => line_id === lineId);
    return job === undefined ? 0 : (progress.get(job.job_order_id)?.created ?? 0);
  },
});

interface DispatchedJob extends Dispatched {
  readonly orderId: string;
  readonly sequence: number;
}

/** The line's list, held to the end of the transaction. */
async function lockDispatch(tx: Queries, lineId: string): Promise<DispatchedJob[]> {
  await tx.execute(
    'INSERT INTO dispatch_list (line_id) VALUES ($1) ON CONFLICT (line_id) DO UPDATE SET line_id = excluded.line_id',
    [lineId],
  );
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
    sequence: row.sequence,
    priority: row.priority,
    dueAt: row.due_at,
  }));
}

/** @returns orders whose place changed. */
async function writeDispatch(
  tx: Queries,
  before: readonly DispatchedJob[],
  after: readonly DispatchedJob[],
): Promise<string[]> {
  const old = new Map(before.map(({ jobOrderId, sequence }) => [jobOrderId, sequence]));
  const moved = after
    .map((job, at) => ({ ...job, sequence: at + 1 }))
    .filter(({ jobOrderId, sequence }) => old.get(jobOrderId) !== sequence);
  if (moved.length > 0)
    await tx.execute(
      `UPDATE job_order j SET sequence = n.sequence FROM unnest($1::text[], $2::int[]) AS n (job_order_id, sequence)
       WHERE j.job_order_id = n.job_order_id`,
      [moved.map(({ jobOrderId }) => jobOrderId), moved.map(({ sequence }) => sequence)],
    );
  return moved.map(({ orderId }) => orderId);
}

async function documentsOf(tx: Queries, orderIds: readonly string[]): Promise<NewDocument[]> {
  const ids = [...new Set(orderIds)];
  const rows = await tx.query<OrderRow>('SELECT * FROM work_order WHERE order_id = ANY($1)', [ids]);
  const jobs = await jobsOf(tx, ids);
  return rows.flatMap((row) => {
    const own = jobs.filter(({ order_id }) => order_id === row.order_id);
    return orderDocuments(orderOf(row, own), own);
  });
}

/** Dispatch lists, numbers and documents after an order was written. @param before null: it is new. */
export async function settle(
  tx: Queries,
  before: WorkOrder | null,
  order: WorkOrder,
  force: InForce,
  at: number,
): Promise<NewDocument[]> {
  const { orderId } = order;
  const changed = new Set([orderId]);
  const gone = (before?.jobs ?? []).filter(({ lineId }) => order.jobs.every((job) => job.lineId !== lineId));
  const lines = [...new Set([...gone, ...order.jobs].map(({ lineId }) => lineId))].sort();
  const again = before !== null && (before.priority !== order.priority || before.dueAt !== order.dueAt);
  for (const lineId of lines) {
    const list = await lockDispatch(tx, lineId);
    const job = order.jobs.find((each) => each.lineId === lineId);
    const here = list.some((each) => each.orderId === orderId);
    const others = list.filter((each) => each.orderId !== orderId);
    let next = list;
    if (job === undefined || order.status === 'closed') next = others;
    else if (!here || again)
      next = insertJob(others, {
        jobOrderId: job.jobOrderId,
        orderId,
        sequence: 0,
        priority: order.priority,
        dueAt: order.dueAt,
      });
    for (const each of await writeDispatch(tx, list, next)) changed.add(each);
  }
  if (order.status === 'closed')
    await tx.execute('UPDATE job_order SET sequence = NULL WHERE order_id = $1', [orderId]);
  const jobs = await jobsOf(tx, [orderId]);
  const progress = await progressOf(tx, jobs, force);
  const made = new Map([...progress].map(([jobOrderId, { created }]) => [jobOrderId, created]));
  return [
    ...gone.map(({ lineId }): NewDocument => ({ scope: `line:${lineId}`, kind: 'order', id: orderId, body: null })),
    ...(await documentsOf(tx, [...changed])),
    ...(await giveBlocks(tx, order, made, force, at)),
  ];
}

/** Condition on a row `o` of `work_order`; parameter `n`: lines that are seen, null: all. */
const orderSeen = (o: string, n: number): string =>
  `($${n}::text[] IS NULL OR EXISTS (SELECT FROM job_order j WHERE j.order_id = ${o}.order_id AND j.line_id = ANY($${n})))`;

async function list(db: Queries, wanted: OrderList, force: InForce, sight: Sight): ReturnType<OrderService['list']> {
  // A line that the person does not see has no list for them.
  if (wanted.lineId !== null && !seesLine(sight, wanted.lineId)) return { items: [], next: null, total: 0 };
  const after = wanted.cursor === null ? 0 : Number(wanted.cursor);
  const offset = Number.isSafeInteger(after) && after > 0 ? after : 0;
  const where = `($1 = 'all' OR status <> 'closed') AND ($2::text IS NULL OR EXISTS (
    SELECT FROM job_order j WHERE j.order_id = o.order_id AND j.line_id = $2)) AND ${orderSeen('o', 3)}`;
  // Of one line in the order of its dispatch list.
  const order =
    wanted.status === 'all'
      ? 'created_at DESC, order_id'
      : `(SELECT sequence FROM job_order j WHERE j.order_id = o.order_id AND j.line_id = $2) NULLS LAST, due_at NULLS LAST, priority, order_id`;
  const rows = await db.query<OrderRow>(
    `SELECT o.* FROM work_order o WHERE ${where} ORDER BY ${order} LIMIT $4 OFFSET $5`,
    [wanted.status, wanted.lineId, sight.lines, wanted.limit + 1, offset],
  );
  const [total] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM work_order o WHERE ${where}`, [
    wanted.status,
    wanted.lineId,
    sight.lines,
  ]);
  return {
    items: await shown(db, rows.slice(0, wanted.limit), force, sight),
    next: rows.length > wanted.limit ? String(offset + wanted.limit) : null,
    total: total?.n ?? 0,
  };
}

async function shown(db: Queries, rows: readonly OrderRow[], force: InForce, sight: Sight): Promise<PlantOrder[]> {
  const jobs = await jobsOf(
    db,
    rows.map(({ order_id }) => order_id),
  );
  const progress = await progressOf(db, jobs, force);
  return rows.map((row) => {
    const own = jobs.filter(({ order_id }) => order_id === row.order_id);
    const order = orderOf(row, own);
    const seen = own.filter(({ line_id }) => seesLine(sight, line_id));
    const others = own.filter((job) => !seen.includes(job));
    const sum = (of: (job: JobRow) => number): number => others.reduce((all, job) => all + of(job), 0);
    return {
      orderId: order.orderId,
      material: { id: order.materialId, title: force.catalogue.material(order.materialId)?.title ?? null },
      definition: { id: order.definitionId, revision: order.revision },
      status: order.status,
      holdReason: order.holdReason,
      quantity: order.quantity,
      priority: order.priority,
      dueAt: order.dueAt,
      serialPrefix: order.serialPrefix,
      source: order.source,
      version: order.version,
      jobs: seen.map(({ job_order_id, line_id, quantity, sequence }): JobOrderRow => {
        const counted = progress.get(job_order_id) ?? noProgress;
        return {
          jobOrderId: job_order_id,
          lineId: line_id,
          quantity,
          sequence,
          ...counted,
          blocked: blockedBy(order, line_id, quantity, counted, force),
        };
      }),
      elsewhere:
        others.length === 0
          ? null
          : {
              quantity: sum(({ quantity }) => quantity),
              done: sum(({ job_order_id }) => progress.get(job_order_id)?.done ?? 0),
            },
    };
  });
}

/** What stands against the job order now. */
function blockedBy(
  order: WorkOrder,
  lineId: string,
  quantity: number,
  { created }: Progress,
  { catalogue, configuration }: InForce,
): readonly PlantFault[] {
  const { orderId, definitionId, revision, status } = order;
  const faults: PlantFault[] = [];
  if (status === 'held') faults.push(plantFault('blocked.held', { order: orderId, reason: order.holdReason ?? '' }));
  else if (status !== 'released') faults.push(plantFault('blocked.order-status', { order: orderId, status }));
  const definition = catalogue.definition(definitionId, revision);
  if (definition?.status !== 'released')
    faults.push(plantFault('blocked.definition-not-released', { definition: definitionId, revision }));
  const line = configuration.lines.find(({ id }) => id === lineId);
  if (definition !== null && line !== undefined)
    for (const operation of operationsMissing(definition, line))
      faults.push(plantFault('blocked.line-cannot', { line: lineId, operation }));
  if (created >= quantity) faults.push(plantFault('blocked.all-made', { quantity }));
  return faults;
}
