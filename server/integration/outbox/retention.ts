/**
 * What is old is removed: messages that were delivered or offered to those who ask, what was remembered of units and runs
 * of orders that are long closed, names of files that were taken. What waits and what was given up (dead letters) stays
 * until it is delivered or a person has decided, however old it is.
 */
import { pullTarget } from '#domain/config/check-integration.ts';
import type { Db, Queries } from '../../db/db.ts';

const dayMs = 86_400_000;
const perTransaction = 5_000;

export interface Removed {
  readonly messages: number;
  /** Of units, runs, orders, lanes, files and calls. */
  readonly notes: number;
}

/** @param days of keeping. @param now UTC ms. Until nothing old is left. */
export async function removeOld(db: Db, days: number, now: number): Promise<Removed> {
  const before = now - days * dayMs;
  let messages = 0;
  for (let removed = perTransaction; removed === perTransaction; messages += removed)
    removed = await db.transaction((tx) => removeMessages(tx, before));
  return { messages, notes: await db.transaction((tx) => removeNotes(tx, before)) };
}

/** @returns how many; `perTransaction`: there may be more. */
async function removeMessages(tx: Queries, before: number): Promise<number> {
  // In order of numbers for those who ask: what is told as removed is all that is below.
  const gone = await tx.query<{ key: string }>(
    `SELECT m.key FROM erp_message m WHERE m.created_at < $1 AND NOT EXISTS (
       SELECT FROM erp_delivery d WHERE d.key = m.key AND d.state IN ('waiting', 'dead'))
     ORDER BY m.created_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
    [before, perTransaction],
  );
  if (gone.length === 0) return 0;
  const keys = gone.map(({ key }) => key);
  await tx.execute(
    `WITH gone AS (DELETE FROM erp_delivery WHERE key = ANY($1) RETURNING target, number),
       highest AS (SELECT max(number) AS number FROM gone WHERE target = $2)
     UPDATE erp_target t SET forgotten = greatest(t.forgotten, h.number) FROM highest h
     WHERE t.target = $2 AND h.number IS NOT NULL`,
    [keys, pullTarget],
  );
  await tx.execute('DELETE FROM erp_message WHERE key = ANY($1)', [keys]);
  return gone.length;
}

/** A unit of a long closed order that is scrapped after all is known from the read model (fold.ts). */
async function removeNotes(tx: Queries, before: number): Promise<number> {
  const over = `SELECT order_id FROM work_order WHERE status = 'closed' AND closed_at < $1`;
  let notes = 0;
  for (const sql of [
    `DELETE FROM erp_unit WHERE order_id IN (${over})`,
    `DELETE FROM erp_run WHERE started_at < $1 AND order_id IN (${over})`,
    `DELETE FROM erp_order WHERE order_id IN (${over})`,
    `DELETE FROM erp_lane WHERE waiting = 0 AND next_try_at < $1 AND lease_until < $1`,
    `DELETE FROM erp_file WHERE at < $1`,
    `DELETE FROM erp_call WHERE closed_at < $1`,
  ])
    notes += await tx.execute(sql, [before]);
  return notes;
}
