/** What keeps the documents from growing for ever, at the server and at the stations. */
import type { Db, Queries } from '../db/db.ts';
import { publishAll, type NewDocument, type Scope } from './publish.ts';

/** A station that was away longer than this gets everything anew. */
export const cursorDays = 30;

/**
 * Forgets documents that are gone, and the proofs of cursors, once they are older than `cursorDays`: a cursor that is older
 * is answered with `reset`, so no station can miss that something is gone.
 * @returns rows changed.
 */
export async function pruneDocuments(tx: Queries): Promise<number> {
  const old = 'now() - make_interval(days => $1)';
  const documents = await tx.execute(
    `WITH gone AS (
       DELETE FROM document WHERE body IS NULL AND changed_at < ${old} RETURNING scope, version
     ), highest AS (SELECT scope, max(version) AS version FROM gone GROUP BY scope)
     UPDATE document_scope s SET forgotten = greatest(s.forgotten, h.version) FROM highest h WHERE h.scope = s.scope`,
    [cursorDays],
  );
  // What a station that begins anew passes on its way stays, and the newest change, on which those rest who have it all.
  const tokens = await tx.execute(
    `DELETE FROM document_token t USING document_scope s
     WHERE s.scope = t.scope AND t.made_at < ${old} AND t.last_version < s.version AND NOT EXISTS (
       SELECT FROM document d WHERE d.scope = t.scope AND d.version BETWEEN t.first_version AND t.last_version)`,
    [cursorDays],
  );
  return tokens + documents;
}

/** What is over stays with the stations for so many days: passports of units done or scrapped, closed orders. */
const overDays = 14;
const perTransaction = 500;
/** UTC ms; $1: days. */
const longAgo = `(extract(epoch FROM now() - make_interval(days => $1)) * 1000)::bigint`;

/** All of the below, until nothing is left to do. */
export async function prune(db: Db): Promise<void> {
  while ((await db.transaction((tx) => retirePassports(tx))) === perTransaction);
  while ((await db.transaction((tx) => retireOrders(tx))) === perTransaction);
  while ((await db.transaction((tx) => retireSignals(tx))) === perTransaction);
  while ((await db.transaction((tx) => retireNonconformances(tx))) === perTransaction);
  while ((await db.transaction((tx) => retireContainments(tx))) === perTransaction);
  while ((await db.transaction((tx) => retireCalls(tx))) === perTransaction);
  await db.transaction((tx) => pruneDocuments(tx));
}

interface Retiring {
  readonly kind: NewDocument['kind'];
  readonly table: string;
  /** Its column that is the document's id. */
  readonly key: string;
  /** Which rows are over. */
  readonly over: string;
  /** Column with the time since when, UTC ms. */
  readonly since: string;
}

/** Takes the documents of what is long over from the stations; the server keeps it. @returns how many were taken. */
const retire =
  ({ kind, table, key, over, since }: Retiring) =>
  async (tx: Queries): Promise<number> => {
    const rows = await tx.query<{ id: string }>(
      `UPDATE ${table} SET documented = false WHERE ${key} IN (
         SELECT ${key} FROM ${table} WHERE documented AND ${over} AND ${since} < ${longAgo}
         ORDER BY ${since} LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING ${key} AS id`,
      [overDays, perTransaction],
    );
    if (rows.length === 0) return 0;
    const told = await tx.query<{ scope: Scope; id: string }>(
      'SELECT scope, id FROM document WHERE kind = $1 AND id = ANY($2) AND body IS NOT NULL',
      [kind, rows.map(({ id }) => id)],
    );
    await publishAll(
      tx,
      told.map(({ scope, id }): NewDocument => ({ scope, kind, id, body: null })),
    );
    return rows.length;
  };

export const retirePassports = retire({
  kind: 'passport',
  table: 'unit',
  key: 'serial',
  over: "status IN ('done', 'scrapped')",
  since: 'received_at',
});
/** Whoever raised one has written its closing. */
export const retireSignals = retire({
  kind: 'signal',
  table: 'signal',
  key: 'signal_id',
  over: 'NOT open',
  since: 'closed_at',
});
export const retireCalls = retire({
  kind: 'call',
  table: 'andon_call',
  key: 'call_id',
  over: 'NOT open',
  since: 'closed_at',
});
export const retireContainments = retire({
  kind: 'containment',
  table: 'containment',
  key: 'containment_id',
  over: 'lifted_at IS NOT NULL',
  since: 'lifted_at',
});
export const retireNonconformances = retire({
  kind: 'nonconformance',
  table: 'nonconformance',
  key: 'nonconformance_id',
  over: 'status = 2',
  since: 'closed_at',
});

/**
 * Takes the documents of orders that are long closed from the stations, which have closed them too, and blocks of numbers
 * that closed orders still had. The server keeps the orders. @returns how many orders.
 */
export async function retireOrders(tx: Queries): Promise<number> {
  const rows = await tx.query<{ order_id: string }>(
    `UPDATE work_order SET documented = false WHERE order_id IN (
       SELECT order_id FROM work_order WHERE documented AND status = 'closed' AND closed_at < ${longAgo}
       ORDER BY closed_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING order_id`,
    [overDays, perTransaction],
  );
  if (rows.length === 0) return 0;
  const over = await tx.query<{ scope: Scope; kind: 'order' | 'serial-block'; id: string }>(
    `SELECT scope, kind, id FROM document WHERE body IS NOT NULL AND (kind = 'order' AND id = ANY($1)
       OR kind = 'serial-block' AND id IN (SELECT block_id FROM serial_block WHERE order_id = ANY($1)))`,
    [rows.map(({ order_id }) => order_id)],
  );
  await publishAll(
    tx,
    over.map((each): NewDocument => ({ ...each, body: null })),
  );
  return rows.length;
}
