/** Orders and their numbers as the stations get them. */
import { randomUUID } from 'node:crypto';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import { creatingStations } from '#domain/work-orders/work-order.ts';
import { firstSeries, takeBlock, wantsBlock, type SerialBlock } from '#domain/work-orders/serials.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { JobRow } from './store.ts';

/** One per line that makes a share of it. */
export const orderDocuments = (order: WorkOrder, jobs: readonly JobRow[]): NewDocument[] =>
  jobs.map(({ line_id, quantity, sequence }) => ({
    scope: `line:${line_id}`,
    kind: 'order',
    id: order.orderId,
    body: {
      orderId: order.orderId,
      materialId: order.materialId,
      definitionId: order.definitionId,
      revision: order.revision,
      quantity,
      priority: order.priority,
      sequence: sequence ?? 0,
      dueAt: order.dueAt,
      serialPrefix: order.serialPrefix,
      status: order.status,
      holdReason: order.holdReason,
    },
  }));

interface BlockRow {
  readonly block_id: string;
  readonly station_id: string;
  readonly prefix: string;
  readonly from_number: number;
  readonly to_number: number;
  readonly used_to: number;
  readonly width: number;
}

/**
 * Gives another block to each station of the order's lines that can make units and has few numbers left. The row of the
 * prefix is held, so no number is given twice, whichever order or instance asks.
 */
export async function giveBlocks(
  tx: Queries,
  order: WorkOrder,
  made: ReadonlyMap<string, number>,
  force: InForce,
  at: number,
): Promise<NewDocument[]> {
  const definition = force.catalogue.definition(order.definitionId, order.revision);
  if (order.status !== 'released' || definition === null) return [];
  const rows = await tx.query<BlockRow>('SELECT * FROM serial_block WHERE order_id = $1', [order.orderId]);
  const documents: NewDocument[] = [];
  for (const { jobOrderId, lineId, quantity } of order.jobs) {
    const line = force.configuration.lines.find(({ id }) => id === lineId);
    if (line === undefined) continue;
    for (const stationId of creatingStations(definition, line)) {
      const blocks = rows
        .filter(({ station_id }) => station_id === stationId)
        .map((row): SerialBlock => ({ from: row.from_number, to: row.to_number, usedTo: row.used_to }));
      if (wantsBlock(blocks, quantity, made.get(jobOrderId) ?? 0))
        documents.push(await giveBlock(tx, order, stationId, quantity, at));
    }
  }
  return documents;
}

async function giveBlock(
  tx: Queries,
  { orderId, serialPrefix: prefix }: WorkOrder,
  stationId: string,
  quantity: number,
  at: number,
): Promise<NewDocument> {
  const first = firstSeries(prefix);
  const [row] = await tx.query<{ next_number: number; width: number }>(
    `INSERT INTO serial_series AS s (prefix, next_number, width) VALUES ($1, $2, $3)
     ON CONFLICT (prefix) DO UPDATE SET next_number = s.next_number RETURNING next_number, width`,
    [prefix, first.next, first.width],
  );
  const { block, series } = takeBlock(
    row === undefined ? first : { prefix, next: row.next_number, width: row.width },
    quantity,
  );
  await tx.execute('UPDATE serial_series SET next_number = $2, width = $3 WHERE prefix = $1', [
    prefix,
    series.next,
    series.width,
  ]);
  const blockId = randomUUID();
  await tx.execute(
    `INSERT INTO serial_block (block_id, order_id, station_id, prefix, from_number, to_number, width, used_to, given_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [blockId, orderId, stationId, prefix, block.from, block.to, series.width, block.usedTo, at],
  );
  return {
    scope: `station:${stationId}`,
    kind: 'serial-block',
    id: blockId,
    body: { blockId, orderId, stationId, prefix, from: block.from, to: block.to, width: series.width },
  };
}
