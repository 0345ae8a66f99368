/** What the orders do when facts of stations are folded: take in orders that stations have, and count numbers that are used. */
import { runningNumber } from '#domain/orders/order.ts';
import { firstSeries, seenSerial } from '#domain/work-orders/serials.ts';
import { ableLines, jobOrderId, operationsMissing, type WorkOrder } from '#domain/work-orders/work-order.ts';
import { plantStationId } from '#contract/sync/protocol.ts';
import type { InForce, ReleasedConfiguration } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { React } from '../projections/projector.ts';
import { giveBlocks } from './documents.ts';
import { settle } from './orders.ts';
import { progressOf } from './progress.ts';
import { jobsOf, lockOrder, writeOrder } from './store.ts';

export function createOrderReactions(configuration: ReleasedConfiguration): React {
  return async (tx, changes) => {
    const force = configuration();
    const documents: NewDocument[] = [];
    for (const seen of changes.ordersSeen) {
      if (seen.stationId === plantStationId) continue;
      const { dueAt, status, ...rest } = seen.body;
      const line = force.lineOf(seen.stationId)?.id ?? null;
      const order = orderFrom({ ...rest, dueAt, status }, `station:${seen.stationId}`, line, force);
      documents.push(...(await takeIn(tx, order, seen.at, force)));
    }
    documents.push(...(await countNumbers(tx, changes.created, force)));
    return documents;
  };
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

/** Once: what the plant has of this number already stays as it is. */
export async function takeIn(tx: Queries, order: WorkOrder, at: number, force: InForce): Promise<NewDocument[]> {
  if ((await lockOrder(tx, order.orderId)) !== null || !(await writeOrder(tx, order, at))) return [];
  return settle(tx, null, order, force, at);
}

/** Numbers that came from elsewhere: no block may begin below them. */
export async function takeNumbers(tx: Queries, prefix: string, serials: readonly string[]): Promise<void> {
  const series = serials.reduce(seenSerial, firstSeries(prefix));
  await tx.execute(
    `INSERT INTO serial_series AS s (prefix, next_number, width) VALUES ($1, $2, $3)
     ON CONFLICT (prefix) DO UPDATE SET next_number = GREATEST(s.next_number, excluded.next_number),
       width = GREATEST(s.width, excluded.width)
     WHERE s.next_number < excluded.next_number OR s.width < excluded.width`,
    [prefix, series.next, series.width],
  );
}

/** Numbers that came into use: of a block, or from elsewhere; then no block may begin below them. */
export async function countNumbers(
  tx: Queries,
  created: PageChanges['created'],
  force: InForce,
): Promise<NewDocument[]> {
  if (created.length === 0) return [];
  const orderIds = [...new Set(created.map(({ orderId }) => orderId))].sort();
  const documents: NewDocument[] = [];
  for (const orderId of orderIds) {
    const order = await lockOrder(tx, orderId);
    if (order === null) continue;
    const prefix = order.serialPrefix;
    const own = created.filter((unit) => unit.orderId === orderId);
    await takeNumbers(
      tx,
      prefix,
      own.map(({ serial }) => serial),
    );
    const numbers = own.flatMap(({ serial, stationId }) => {
      const number = runningNumber(serial, prefix)?.value;
      return number === undefined ? [] : [{ stationId, number }];
    });
    const used = await tx.execute(
      `UPDATE serial_block b SET used_to = GREATEST(b.used_to, n.number) FROM (
         SELECT b.block_id, max(n.number) AS number FROM unnest($2::text[], $3::bigint[]) AS n (station_id, number)
         JOIN serial_block b ON b.order_id = $1 AND b.station_id = n.station_id AND n.number BETWEEN b.from_number AND b.to_number
         GROUP BY b.block_id) n WHERE b.block_id = n.block_id`,
      [orderId, numbers.map(({ stationId }) => stationId), numbers.map(({ number }) => number)],
    );
    if (used === 0) continue;
    const progress = await progressOf(tx, await jobsOf(tx, [orderId]), force);
    const made = new Map([...progress].map(([job, { created: count }]) => [job, count]));
    documents.push(...(await giveBlocks(tx, order, made, force, Date.now())));
  }
  return documents;
}
