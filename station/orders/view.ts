/** Orders as this station sees them: in working order, with what can be done of them here and what stands against it. */
import type { Operation } from '#contract/config/definition.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { OrderRow } from '#contract/rpc/orders.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { definitionFaults } from '#domain/orders/decide.ts';
import { numbersLeft, type Order } from '#domain/orders/order.ts';
import { permissionFaults, qualificationCheck } from '#domain/people/access.ts';
import { neededDevices } from '#domain/execution/interlocks.ts';
import { deviceFaults } from '#domain/steps/values.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readOrder } from '#station/store/projections/aggregates.ts';

const mostWaiting = 20;

/** Released first, then held, created, closed; then place in the dispatch list, priority, due date (none last), id. As one row of keys. */
const sortKeys = `
  CASE status WHEN 'released' THEN 0 WHEN 'held' THEN 1 WHEN 'created' THEN 2 ELSE 3 END AS rank,
  coalesce(sequence, 9007199254740991) AS place, priority, coalesce(due_at, 9007199254740991) AS due, order_id AS orderId, state`;

interface OrderRecord {
  readonly rank: number;
  readonly place: number;
  readonly priority: number;
  readonly due: number;
  readonly orderId: string;
  readonly state: string;
}

export function orderList(
  read: ReadModelReader,
  facts: Facts,
  query: { readonly cursor: string | null; readonly limit: number; readonly status: 'open' | 'all' },
): Page<OrderRow> {
  const open = query.status === 'open' ? 1 : 0;
  const after = cursorParts(query.cursor, 5);
  const total =
    read.get<{ n: number }>("SELECT count(*) AS n FROM work_order WHERE ? = 0 OR status <> 'closed'", open)?.n ?? 0;
  const rows = read.all<OrderRecord>(
    `SELECT * FROM (SELECT ${sortKeys} FROM work_order WHERE ? = 0 OR status <> 'closed')
     WHERE ? = 0 OR (rank, place, priority, due, orderId) > (?, ?, ?, ?, ?)
     ORDER BY rank, place, priority, due, orderId LIMIT ?`,
    open,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, 0, 0, '']),
    query.limit + 1,
  );
  return pageOf(
    rows,
    query.limit,
    total,
    ({ rank, place, priority, due, orderId }) => [rank, place, priority, due, orderId],
    (row) => orderRow(read, facts, JSON.parse(row.state) as Order),
  );
}

export function orderOf(read: ReadModelReader, facts: Facts, orderId: string): OrderRow | null {
  const order = readOrder(read, orderId);
  return order === null ? null : orderRow(read, facts, order);
}

function orderRow(read: ReadModelReader, facts: Facts, order: Order): OrderRow {
  const { catalogue, station } = facts;
  const { orderId, materialId, definitionId, revision, status, quantity, priority, dueAt } = order;
  const definition = catalogue.definition(definitionId, revision);
  const here = (definition?.operations ?? []).filter((o) => o.stations.includes(station.id));
  const units = read.get<{ created: number; done: number | null; held: number | null }>(
    `SELECT count(*) AS created, sum(completed) AS done, sum(status = 'held') AS held FROM unit WHERE order_id = ?`,
    orderId,
  );
  return {
    orderId,
    material: { id: materialId, title: catalogue.material(materialId)?.title ?? untitled(materialId) },
    definition: { id: definitionId, revision, title: definition?.title ?? untitled(definitionId) },
    status,
    quantity,
    unitsCreated: units?.created ?? 0,
    unitsDone: units?.done ?? 0,
    unitsHeld: units?.held ?? 0,
    source: order.source,
    holdReason: order.holdReason,
    numbersLeft: order.source === 'server' ? numbersLeft(order) : null,
    priority,
    dueAt,
    operationsHere: here.map(({ id, title }) => ({ id, title })),
    blocked: blocked(order, here, facts),
    waiting: waiting(read, orderId, here),
  };
}

const untitled = (id: string): Localized => ({ en: id, de: id });

/** What stands against any unit of it starting here now; what depends on the unit is said when it is scanned. */
function blocked(order: Order, here: readonly Operation[], facts: Facts): readonly Reason[] {
  const { orderId, status, definitionId, revision } = order;
  const reasons: Reason[] = [];
  if (status !== 'released') reasons.push(reason('order.not-released', { order: orderId, status }));
  reasons.push(...definitionFaults(definitionId, revision, facts));
  const definition = facts.catalogue.definition(definitionId, revision);
  const first = definition?.operations[0];
  if (here.length === 0 && definition !== null && first !== undefined) {
    const expected = [...new Set(definition.operations.flatMap((o) => o.stations))].join(', ');
    const { id, title } = first;
    reasons.push(reason('station.wrong', { operation: id, operationText: title, station: facts.station.id, expected }));
  }
  reasons.push(...permissionFaults(facts, 'unit.build'));
  // Each operation has its own conditions: only when none can be done is the order blocked by them.
  const perOperation = here.map((operation) => [
    ...qualificationCheck(facts, operation.qualification, facts.now).faults,
    ...neededDevices(operation, facts).flatMap((id) => deviceFaults(id, facts)),
  ]);
  if (perOperation.length > 0 && perOperation.every((faults) => faults.length > 0))
    reasons.push(...(perOperation[0] ?? []));
  return reasons;
}

/** Units that could start one of these operations, oldest first. */
function waiting(read: ReadModelReader, orderId: string, here: readonly Operation[]): readonly string[] {
  const found = new Map<string, string>();
  for (const { id, after } of here) {
    const rows = read.all<{ place: string; serial: string }>(
      `SELECT printf('%020d', created_at) || serial AS place, serial FROM unit WHERE order_id = ? AND status = 'waiting'
         AND NOT EXISTS (SELECT 1 FROM unit_passed p WHERE p.serial = unit.serial AND p.operation_id = ?)
         AND (SELECT count(*) FROM json_each(?) needed
              WHERE NOT EXISTS (SELECT 1 FROM unit_passed p
                                WHERE p.serial = unit.serial AND p.operation_id = needed.value)) = 0
       ORDER BY created_at, serial LIMIT ?`,
      orderId,
      id,
      JSON.stringify(after),
      mostWaiting,
    );
    for (const row of rows) found.set(row.serial, row.place);
  }
  return [...found]
    .sort(([, a], [, b]) => (a < b ? -1 : 1))
    .slice(0, mostWaiting)
    .map(([serial]) => serial);
}
