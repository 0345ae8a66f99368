/** Running numbers in the database: blocks for stations, and what is known of numbers in use (domain/work-orders/serials). */
import { randomUUID } from 'node:crypto';
import { firstSeries, seenSerial, takeBlock, wantsBlock, type SerialBlock } from '#domain/work-orders/serials.ts';
import { creatingStations, type WorkOrder } from '#domain/work-orders/work-order.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { Progress } from './progress.ts';
import { lockOrders } from './store.ts';

interface BlockRow {
  readonly order_id: string;
  readonly station_id: string;
  readonly from_number: number;
  readonly to_number: number;
  readonly used_to: number;
}

interface Wish {
  readonly orderId: string;
  readonly prefix: string;
  readonly stationId: string;
  readonly quantity: number;
}

/**
 * Gives another block to each station of the orders' lines that can make units and has few numbers left. The rows of the
 * prefixes are held, so no number is given twice, whichever order or instance asks.
 * @param progress by job order. @param at UTC ms.
 */
export async function giveBlocks(
  tx: Queries,
  orders: readonly WorkOrder[],
  progress: ReadonlyMap<string, Progress>,
  force: InForce,
  at: number,
): Promise<NewDocument[]> {
  const released = orders.filter(({ status }) => status === 'released');
  if (released.length === 0) return [];
  const rows = await tx.query<BlockRow>(
    'SELECT * FROM serial_block WHERE order_id = ANY($1) AND withdrawn_at IS NULL',
    [released.map(({ orderId }) => orderId)],
  );
  const known = Map.groupBy(rows, ({ order_id, station_id }) => `${order_id}\n${station_id}`);
  const lines = new Map(force.configuration.lines.map((line) => [line.id, line]));
  const wishes: Wish[] = [];
  for (const { orderId, definitionId, revision, serialPrefix: prefix, jobs } of released) {
    const definition = force.catalogue.definition(definitionId, revision);
    if (definition === null) continue;
    for (const { jobOrderId, lineId, quantity } of jobs) {
      const line = lines.get(lineId);
      if (line === undefined) continue;
      const made = progress.get(jobOrderId)?.created ?? 0;
      for (const stationId of creatingStations(definition, line)) {
        const blocks = (known.get(`${orderId}\n${stationId}`) ?? []).map((row): SerialBlock => ({
          from: row.from_number,
          to: row.to_number,
          usedTo: row.used_to,
        }));
        if (wantsBlock(blocks, quantity, made)) wishes.push({ orderId, prefix, stationId, quantity });
      }
    }
  }
  return wishes.length === 0 ? [] : takeBlocks(tx, wishes, at);
}

async function takeBlocks(tx: Queries, wishes: readonly Wish[], at: number): Promise<NewDocument[]> {
  const prefixes = [...new Set(wishes.map(({ prefix }) => prefix))].sort();
  const first = prefixes.map(firstSeries);
  const held = await tx.query<{ prefix: string; next_number: number; width: number }>(
    `INSERT INTO serial_series AS s (prefix, next_number, width)
     SELECT prefix, next, width FROM unnest($1::text[], $2::bigint[], $3::int[]) AS n (prefix, next, width) ORDER BY prefix
     ON CONFLICT (prefix) DO UPDATE SET next_number = s.next_number RETURNING prefix, next_number, width`,
    [prefixes, first.map(({ next }) => next), first.map(({ width }) => width)],
  );
  const series = new Map(held.map(({ prefix, next_number: next, width }) => [prefix, { prefix, next, width }]));
  const given = wishes.map(({ prefix, quantity, ...wish }) => {
    const taken = takeBlock(series.get(prefix) ?? firstSeries(prefix), quantity);
    series.set(prefix, taken.series);
    return { ...wish, ...taken.block, blockId: randomUUID(), prefix, width: taken.series.width };
  });
  const after = [...series.values()];
  await tx.execute(
    `UPDATE serial_series s SET next_number = n.next, width = n.width
     FROM unnest($1::text[], $2::bigint[], $3::int[]) AS n (prefix, next, width) WHERE s.prefix = n.prefix`,
    [after.map(({ prefix }) => prefix), after.map(({ next }) => next), after.map(({ width }) => width)],
  );
  await tx.execute(
    `INSERT INTO serial_block (block_id, order_id, station_id, prefix, from_number, to_number, width, used_to, given_at)
     SELECT b."blockId", b."orderId", b."stationId", b.prefix, b."from", b."to", b.width, b."usedTo", $2
     FROM json_to_recordset($1::text::json) AS b ("blockId" text, "orderId" text, "stationId" text, prefix text,
       "from" bigint, "to" bigint, width integer, "usedTo" bigint)`,
    [JSON.stringify(given), at],
  );
  return given.map(({ blockId, orderId, stationId, prefix, from, to, width }): NewDocument => ({
    scope: `station:${stationId}`,
    kind: 'serial-block',
    id: blockId,
    body: { blockId, orderId, stationId, prefix, from, to, width },
  }));
}

/**
 * Numbers that came from elsewhere: no block may begin below them.
 * @param more that may have been given there besides.
 */
export async function takeNumbers(tx: Queries, prefix: string, serials: readonly string[], more = 0): Promise<void> {
  const series = serials.reduce(seenSerial, firstSeries(prefix));
  await tx.execute(
    `INSERT INTO serial_series AS s (prefix, next_number, width) VALUES ($1, $2::bigint + $4, $3)
     ON CONFLICT (prefix) DO UPDATE SET next_number = GREATEST(s.next_number, $2) + $4,
       width = GREATEST(s.width, excluded.width)
     WHERE s.next_number < $2 OR s.width < excluded.width OR $4 > 0`,
    [prefix, series.next, series.width, more],
  );
}

/**
 * Blocks that stations have. The server gave them itself; but after its database was put back to an older backup it may not
 * know, and would give their numbers to another station.
 */
export async function seeBlocks(tx: Queries, blocks: PageChanges['blocks']): Promise<void> {
  if (blocks.length === 0) return;
  const known = await tx.query<{ block_id: string }>('SELECT block_id FROM serial_block WHERE block_id = ANY($1)', [
    blocks.map(({ body }) => body.blockId),
  ]);
  const unknown = blocks.filter(({ body }) => !known.some(({ block_id }) => block_id === body.blockId));
  if (unknown.length === 0) return;
  // Orders before prefixes, as everywhere.
  const orders = await lockOrders(tx, [...new Set(unknown.map(({ body }) => body.orderId))].sort());
  for (const { body, stationId, at } of unknown) {
    const { blockId, orderId, prefix, from, to, width } = body;
    await tx.execute(
      `INSERT INTO serial_series AS s (prefix, next_number, width) VALUES ($1, $2, $3)
       ON CONFLICT (prefix) DO UPDATE SET next_number = $2, width = GREATEST(s.width, $3) WHERE s.next_number < $2`,
      [prefix, to + 1, width],
    );
    const order = orders.get(orderId)?.order;
    if (order === undefined) continue;
    const withdrawn = order.status === 'closed';
    await tx.execute(
      `INSERT INTO serial_block (block_id, order_id, station_id, prefix, from_number, to_number, width, used_to, given_at,
         withdrawn_at, used_then)
       VALUES ($1, $2, $3, $4, $5::bigint, $6, $7, $5::bigint - 1, $8, $9, $10) ON CONFLICT DO NOTHING`,
      [blockId, orderId, stationId, prefix, from, to, width, at, withdrawn ? at : null, withdrawn ? from - 1 : null],
    );
  }
}
