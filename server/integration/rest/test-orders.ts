/** Orders kept as JSON in a table and judged by the real rules: stands in for the order service in the tests of this folder. */
import type { ReleasedDefinition } from '#contract/config/index.ts';
import type { Line } from '#contract/config/plant.ts';
import type { PlantOrder } from '#contract/plant/orders.ts';
import { decideWorkOrder, type WorkOrderCommand } from '#domain/work-orders/decide.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import type { Act } from '../../act.ts';
import type { Db, Queries } from '../../db/db.ts';
import type { OrderService } from '../../orders/port.ts';

export async function testOrders(
  db: Db,
  lines: readonly Line[],
  definition: (id: string, revision: string) => ReleasedDefinition | null,
): Promise<OrderService> {
  await db.execute('CREATE TABLE IF NOT EXISTS test_order (order_id text PRIMARY KEY, body text NOT NULL)');
  const load = async (tx: Queries, orderId: string): Promise<WorkOrder | null> => {
    const [row] = await tx.query<{ body: string }>('SELECT body FROM test_order WHERE order_id = $1', [orderId]);
    return row === undefined ? null : (JSON.parse(row.body) as WorkOrder);
  };
  const run = async (act: Act, orderId: string, command: WorkOrderCommand) => {
    const decided = decideWorkOrder(await load(act.tx, orderId), command, { definition, lines, begun: () => 0 });
    if (!decided.ok) return decided;
    const { order } = decided;
    for (const { lineId } of order.jobs) act.need('order.manage', lineId);
    await act.tx.execute(
      'INSERT INTO test_order VALUES ($1, $2) ON CONFLICT (order_id) DO UPDATE SET body = excluded.body',
      [orderId, JSON.stringify(order)],
    );
    await act.audit({ what: command.type, subject: orderId, before: null, after: order });
    return { ok: true, value: { version: order.version } } as const;
  };
  const viewOf = (order: WorkOrder): PlantOrder => ({
    ...order,
    material: { id: order.materialId, title: null },
    definition: { id: order.definitionId, revision: order.revision },
    elsewhere: null,
    jobs: order.jobs.map((job, at) => ({
      ...job,
      sequence: order.status === 'closed' ? null : at + 1,
      created: 0,
      done: 0,
      held: 0,
      scrapped: 0,
      inWork: 0,
      blocked: [],
    })),
  });
  return {
    create: (act, input, source) => run(act, input.orderId, { type: 'create', input, source }),
    change: (act, orderId, version, change) => run(act, orderId, { type: 'change', orderId, version, change }),
    release: (act, orderId, version) => run(act, orderId, { type: 'release', orderId, version }),
    hold: (act, orderId, version, reason) => run(act, orderId, { type: 'hold', orderId, version, reason }),
    close: (act, orderId, version) => run(act, orderId, { type: 'close', orderId, version }),
    move: () => Promise.reject(new Error('not in these tests')),
    async get(tx, orderId) {
      const order = await load(tx, orderId);
      return order === null ? null : viewOf(order);
    },
    async list(tx, { limit }) {
      const rows = await tx.query<{ body: string }>('SELECT body FROM test_order ORDER BY order_id LIMIT $1', [limit]);
      const items = rows.map(({ body }) => viewOf(JSON.parse(body) as WorkOrder));
      return { items, next: null, total: items.length };
    },
  };
}
