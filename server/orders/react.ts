/** What the orders do when facts of stations are folded: take in orders that stations have, and count numbers that are used. */
import { runningNumber } from '#domain/orders/order.ts';
import { ableLines, jobOrderId, operationsMissing, type WorkOrder } from '#domain/work-orders/work-order.ts';
import { plantStationId } from '#contract/sync/protocol.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { React } from '../projections/projector.ts';
import { follow, takeInFrom, type OrderBecame } from './follow.ts';
import { progressOf } from './progress.ts';
import { giveBlocks, seeBlocks, takeNumbers } from './serials.ts';
import { lockOrders, type StoredOrder } from './store.ts';

/** @param tell other systems hear of what became of an order by what a station said. */
export function createOrderReactions(
  configuration: ReleasedConfiguration,
  tell: (tx: Queries, became: readonly OrderBecame[], at: number) => Promise<void>,
): React {
  return async (tx, changes) => {
    const { created, ordersSeen, orderSteps, blocks } = changes;
    if (created.length + ordersSeen.length + orderSteps.length + blocks.length === 0) return [];
    const force = configuration();
    const at = Date.now();
    const seen = ordersSeen
      .filter(({ stationId }) => stationId !== plantStationId)
      .map((told) => {
        const { dueAt, status, ...rest } = told.body;
        const line = force.lineOf(told.stationId)?.id ?? null;
        return {
          order: orderFrom({ ...rest, dueAt, status }, '', line, force),
          told: { ...told, orderId: rest.orderId },
        };
      });
    const taken = await takeInFrom(tx, await passOver(tx, seen, created), force, at);
    const followed = await follow(tx, orderSteps, force, at);
    await seeBlocks(tx, blocks);
    const counted = await countNumbers(tx, created, force, at);
    const became = [...taken.became, ...followed.became];
    if (became.length > 0) await tell(tx, became, at);
    return [...taken.documents, ...followed.documents, ...counted];
  };
}

/**
 * Before any block of their prefix is given: numbers of units that come with the orders, and as many as the station may
 * have given besides, of which the server will hear only later.
 * @returns `orders` that the plant does not have yet.
 */
async function passOver<T extends { readonly order: WorkOrder }>(
  tx: Queries,
  orders: readonly T[],
  created: PageChanges['created'],
): Promise<readonly T[]> {
  if (orders.length === 0) return orders;
  const known = await lockOrders(
    tx,
    orders.map(({ order }) => order.orderId),
  );
  const fresh = orders.filter(({ order }) => !known.has(order.orderId));
  for (const { order } of fresh) {
    const { orderId, serialPrefix, quantity } = order;
    const serials = created.filter((unit) => unit.orderId === orderId).map(({ serial }) => serial);
    await takeNumbers(tx, serialPrefix, serials, Math.max(0, quantity - serials.length));
  }
  return fresh;
}

type Told = Omit<WorkOrder, 'jobs' | 'version' | 'source' | 'holdReason'>;

/** An order that exists elsewhere, taken as it is: its line is the one that has it, else the first that can make it. */
export function orderFrom(told: Told, source: string, lineId: string | null, force: InForce): WorkOrder {
  const definition = force.catalogue.definition(told.definitionId, told.revision);
  const { lines } = force.configuration;
  const line =
    lineId ??
    (definition === null
      ? null
      : (ableLines(definition, lines)[0]?.id ??
        lines.find((each) => operationsMissing(definition, each).length < definition.operations.length)?.id ??
        null));
  const jobs =
    line === null ? [] : [{ jobOrderId: jobOrderId(told.orderId, line), lineId: line, quantity: told.quantity }];
  return { ...told, source, holdReason: null, jobs, version: 1 };
}

/** Numbers that came into use: of a block, or from elsewhere; then no block may begin below them. */
export async function countNumbers(
  tx: Queries,
  created: PageChanges['created'],
  force: InForce,
  at: number,
): Promise<NewDocument[]> {
  if (created.length === 0) return [];
  const units = Map.groupBy(created, ({ orderId }) => orderId);
  const orders = await lockOrders(tx, [...units.keys()]);
  const documents: NewDocument[] = [];
  const used: StoredOrder[] = [];
  for (const stored of orders.values()) {
    const { orderId, serialPrefix: prefix } = stored.order;
    const own = units.get(orderId) ?? [];
    await takeNumbers(
      tx,
      prefix,
      own.map(({ serial }) => serial),
    );
    const numbers = own.flatMap(({ serial, stationId }) => {
      const number = runningNumber(serial, prefix)?.value;
      return number === undefined ? [] : [{ stationId, number }];
    });
    const blocks = await tx.execute(
      `UPDATE serial_block b SET used_to = GREATEST(b.used_to, n.number) FROM (
         SELECT b.block_id, max(n.number) AS number FROM unnest($2::text[], $3::bigint[]) AS n (station_id, number)
         JOIN serial_block b ON b.order_id = $1 AND b.station_id = n.station_id AND n.number BETWEEN b.from_number AND b.to_number
         GROUP BY b.block_id) n WHERE b.block_id = n.block_id`,
      [orderId, numbers.map(({ stationId }) => stationId), numbers.map(({ number }) => number)],
    );
    if (blocks > 0) used.push(stored);
  }
  if (used.length > 0) {
    const progress = await progressOf(tx, new Map(used.map(({ order, jobs }) => [order.orderId, jobs])), force);
    const all = used.map(({ order }) => order);
    documents.push(...(await giveBlocks(tx, all, progress, force, at)));
  }
  return documents;
}
