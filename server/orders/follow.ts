/**
 * Orders that a station began by itself, and what it says of them until it hears of the plant: released, held, closed. An
 * order follows its station as long as nobody of the plant has changed it; then the plant leads, and the station is told.
 */
import type { OrderStatus } from '#contract/rpc/orders.ts';
import { orderStatusAfter } from '#domain/orders/order.ts';
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import { audited } from '../accounts/audit.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { OrderStepTold } from '../projections/fold.ts';
import { piecesOf } from './progress.ts';
import { linesOfOrder, lockOrders } from './store.ts';
import { writeAll } from './write.ts';

/** Where in the streams something was told. */
type Told = Pick<OrderStepTold, 'orderId' | 'stationId' | 'streamId' | 'seq'>;

/** An order as it became, for other systems. */
export interface OrderBecame {
  readonly order: WorkOrder;
  readonly status: OrderStatus;
  /** Pieces, as far as the server has heard. */
  readonly done: number;
  readonly scrapped: number;
}

export interface Followed {
  readonly documents: readonly NewDocument[];
  readonly became: readonly OrderBecame[];
}

const sourceOf = (stationId: string): string => `station:${stationId}`;

/**
 * Takes orders in that only a station has. What the plant has of a number already stays as it is.
 * @param at UTC ms.
 */
export async function takeInFrom(
  tx: Queries,
  orders: readonly { readonly order: Omit<WorkOrder, 'source'>; readonly told: Told }[],
  force: InForce,
  at: number,
): Promise<Followed> {
  // Two stations may tell of one number: the first counts.
  const first = [...Map.groupBy(orders, ({ order }) => order.orderId).values()].flatMap((all) => all.slice(0, 1));
  if (first.length === 0) return { documents: [], became: [] };
  const writes = first.map(({ order, told }) => ({
    before: null,
    order: { ...order, source: sourceOf(told.stationId) },
  }));
  const { lost, documents, progress } = await writeAll(tx, writes, force, at);
  const taken = writes.map(({ order }) => order).filter(({ orderId }) => !lost.has(orderId));
  await setFollowed(
    tx,
    first.map(({ told }) => told).filter(({ orderId }) => !lost.has(orderId)),
  );
  await audited(
    tx,
    taken.map((order) => entryOf('created', null, order, at)),
  );
  const became = taken.map((order) => ({ order, status: order.status, ...piecesOf(order, progress) }));
  return { documents, became };
}

/** @param steps of one page, in the order of their streams. @param at UTC ms. */
export async function follow(
  tx: Queries,
  steps: readonly OrderStepTold[],
  force: InForce,
  at: number,
): Promise<Followed> {
  const none = { documents: [], became: [] };
  if (steps.length === 0) return none;
  const byOrder = Map.groupBy(steps, ({ orderId }) => orderId);
  const stored = await lockOrders(tx, [...byOrder.keys()]);
  const followed = await followedOf(tx, [...stored.keys()]);
  if (followed.size === 0) return none;
  const begun = await begunOf(tx, [...steps, ...followed.values()]);
  const writes: { before: WorkOrder; order: WorkOrder }[] = [];
  const reached: Told[] = [];
  const became: Omit<OrderBecame, 'done' | 'scrapped'>[] = [];
  const entries: ReturnType<typeof entryOf>[] = [];
  for (const [orderId, position] of followed) {
    const before = stored.get(orderId)?.order;
    if (before === undefined) continue;
    let order = before;
    let last = position;
    for (const told of byOrder.get(orderId) ?? []) {
      if (order.source !== sourceOf(told.stationId) || !isLater(told, last, begun)) continue;
      last = told;
      const status = orderStatusAfter(order.status, told.step);
      if (status === null) continue;
      const next = {
        ...order,
        status,
        holdReason: told.step === 'hold' ? told.reason : null,
        version: order.version + 1,
      };
      entries.push(entryOf(status, order, next, at));
      became.push({ order: next, status });
      order = next;
    }
    if (order !== before) writes.push({ before, order });
    if (last !== position) reached.push({ ...last, orderId, stationId: '' });
  }
  const { documents, progress } = await writeAll(tx, writes, force, at);
  await setFollowed(tx, reached);
  await audited(tx, entries);
  return { documents, became: became.map((each) => ({ ...each, ...piecesOf(each.order, progress) })) };
}

const entryOf = (past: string, before: WorkOrder | null, after: WorkOrder, at: number) => ({
  at,
  by: after.source,
  what: `order.${past}`,
  subject: `order:${after.orderId}`,
  before,
  after,
  lines: linesOfOrder(before, after),
  from: '',
});

type Position = Pick<Told, 'streamId' | 'seq'>;

/** Epochs of a station are sent one after the other, so a stream that was begun later tells what is newer. */
const isLater = (told: Position, last: Position, begun: ReadonlyMap<number, number>): boolean =>
  told.streamId === last.streamId
    ? told.seq > last.seq
    : (begun.get(told.streamId) ?? 0) > (begun.get(last.streamId) ?? 0);

async function followedOf(tx: Queries, orderIds: readonly string[]): Promise<ReadonlyMap<string, Position>> {
  const rows = await tx.query<{ order_id: string; followed_stream: number; followed_seq: number }>(
    'SELECT order_id, followed_stream, followed_seq FROM work_order WHERE order_id = ANY($1) AND followed_stream IS NOT NULL',
    [orderIds],
  );
  return new Map(
    rows.map(({ order_id, followed_stream, followed_seq }) => [
      order_id,
      { streamId: followed_stream, seq: followed_seq },
    ]),
  );
}

async function begunOf(tx: Queries, positions: readonly Position[]): Promise<ReadonlyMap<number, number>> {
  const rows = await tx.query<{ stream_id: number; begun_at: Date }>(
    'SELECT stream_id, begun_at FROM stream WHERE stream_id = ANY($1)',
    [[...new Set(positions.map(({ streamId }) => streamId))]],
  );
  return new Map(rows.map(({ stream_id, begun_at }) => [stream_id, begun_at.getTime()]));
}

async function setFollowed(tx: Queries, told: readonly Told[]): Promise<void> {
  if (told.length === 0) return;
  await tx.execute(
    `UPDATE work_order o SET followed_stream = n.stream_id, followed_seq = n.seq
     FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS n (order_id, stream_id, seq) WHERE o.order_id = n.order_id`,
    [told.map(({ orderId }) => orderId), told.map(({ streamId }) => streamId), told.map(({ seq }) => seq)],
  );
}
