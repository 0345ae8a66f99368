/** Orders as the plant view and programs see them: with places, progress, and what stands against each job order now. */
import type { JobOrderRow, PlantOrder } from '#contract/plant/orders.ts';
import type { PlantFault } from '#contract/plant/base.ts';
import { plantFault } from '#domain/work-orders/decide.ts';
import { operationsMissing, type WorkOrder } from '#domain/work-orders/work-order.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { seesLine, type Sight } from '../rpc/sight.ts';
import type { OrderList, OrderService } from './port.ts';
import { noProgress, progressOf, type Progress } from './progress.ts';
import { jobsByOrder, orderOf, type JobRow, type OrderRow } from './store.ts';

/** Condition on a row `o` of `work_order`; parameter `n`: lines that are seen, null: all. */
const orderSeen = (o: string, n: number): string =>
  `($${n}::text[] IS NULL OR EXISTS (SELECT FROM job_order j WHERE j.order_id = ${o}.order_id AND j.line_id = ANY($${n})))`;

export async function getOrder(db: Queries, orderId: string, force: InForce, sight: Sight): Promise<PlantOrder | null> {
  const rows = await db.query<OrderRow>(`SELECT * FROM work_order o WHERE order_id = $1 AND ${orderSeen('o', 2)}`, [
    orderId,
    sight.lines,
  ]);
  return (await shown(db, rows, force, sight))[0] ?? null;
}

export async function listOrders(
  db: Queries,
  wanted: OrderList,
  force: InForce,
  sight: Sight,
): ReturnType<OrderService['list']> {
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

/** What an order is for, of those that the plant has. */
export async function orderFacts(
  db: Queries,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly materialId: string; readonly quantity: number }>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db.query<{ order_id: string; material_id: string; quantity: number }>(
    'SELECT order_id, material_id, quantity FROM work_order WHERE order_id = ANY($1)',
    [orderIds],
  );
  return new Map(
    rows.map(({ order_id, material_id, quantity }) => [order_id, { materialId: material_id, quantity }] as const),
  );
}

async function shown(db: Queries, rows: readonly OrderRow[], force: InForce, sight: Sight): Promise<PlantOrder[]> {
  const jobs = await jobsByOrder(
    db,
    rows.map(({ order_id }) => order_id),
  );
  const progress = await progressOf(db, jobs, force);
  const places = await placesOf(db, [...jobs.values()].flat());
  const late = await madeLate(db, rows, force);
  return rows.map((row) => {
    const own = jobs.get(row.order_id) ?? [];
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
      jobs: seen.map(({ job_order_id, line_id, quantity }): JobOrderRow => {
        const counted = progress.get(job_order_id) ?? noProgress;
        return {
          jobOrderId: job_order_id,
          lineId: line_id,
          quantity,
          sequence: places.get(job_order_id) ?? null,
          ...counted,
          blocked: [
            ...blockedBy(order, line_id, quantity, counted, force),
            ...lateFaults(order, late.get(`${order.orderId}\n${line_id}`) ?? 0),
          ],
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

/** Places from 1 in the dispatch lists, by job order. */
async function placesOf(db: Queries, jobs: readonly JobRow[]): Promise<ReadonlyMap<string, number>> {
  const open = jobs.filter(({ sequence }) => sequence !== null);
  if (open.length === 0) return new Map();
  const rows = await db.query<{ job_order_id: string; place: number }>(
    `SELECT job_order_id, place FROM (
       SELECT job_order_id, row_number() OVER (PARTITION BY line_id ORDER BY sequence, job_order_id)::int AS place
       FROM job_order WHERE sequence IS NOT NULL AND line_id = ANY($1)) listed
     WHERE job_order_id = ANY($2)`,
    [[...new Set(open.map(({ line_id }) => line_id))], open.map(({ job_order_id }) => job_order_id)],
  );
  return new Map(rows.map(({ job_order_id, place }) => [job_order_id, place]));
}

/**
 * Numbers of withdrawn blocks that came into use since, by order and line: units of stations that had not heard of it, or
 * whose facts came later.
 */
async function madeLate(db: Queries, rows: readonly OrderRow[], force: InForce): Promise<ReadonlyMap<string, number>> {
  const closed = rows.filter(({ status }) => status === 'closed').map(({ order_id }) => order_id);
  const counts = new Map<string, number>();
  if (closed.length === 0) return counts;
  const used = await db.query<{ order_id: string; station_id: string; n: number }>(
    `SELECT order_id, station_id, sum(used_to - used_then)::int AS n FROM serial_block
     WHERE order_id = ANY($1) AND used_to > used_then GROUP BY order_id, station_id`,
    [closed],
  );
  for (const { order_id, station_id, n } of used) {
    const key = `${order_id}\n${force.lineOf(station_id)?.id ?? ''}`;
    counts.set(key, (counts.get(key) ?? 0) + n);
  }
  return counts;
}

const lateFaults = ({ orderId }: WorkOrder, count: number): readonly PlantFault[] =>
  count === 0 ? [] : [plantFault('blocked.made-late', { order: orderId, count })];

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
