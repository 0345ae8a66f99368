/** `event` has a partition per month of the server's clock, made ahead, and on demand where that failed. */
import type { Db } from '../db/db.ts';

/** Key of the advisory lock under which partitions are made; any number, but for ever the same. */
const lockKey = 7_420_002;
const monthsAhead = 2;

/** First day of the month in UTC, `YYYY-MM-01`. @param at UTC ms. */
export function monthOf(at: number, later = 0): string {
  const date = new Date(at);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + later, 1)).toISOString().slice(0, 10);
}

export const partitionName = (month: string): string => `event_${month.slice(0, 4)}_${month.slice(5, 7)}`;

/** Makes it where it is missing. A table of that name that was detached is attached again. */
export async function ensurePartition(db: Db, month: string): Promise<void> {
  const name = partitionName(month);
  await db.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
    const [found] = await tx.query<{ attached: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) AS attached
       FROM pg_class c WHERE c.oid = to_regclass($1)`,
      [name],
    );
    if (found?.attached === true) return;
    if (found === undefined) await tx.execute(`CREATE TABLE ${name} (LIKE event INCLUDING ALL)`);
    // Attaching, unlike CREATE ... PARTITION OF, lets others go on writing.
    await tx.execute(`ALTER TABLE event ATTACH PARTITION ${name} FOR VALUES IN ('${month}')`);
  });
}

/** This month and the next ones. */
export async function ensurePartitions(db: Db, now: number): Promise<void> {
  for (let later = 0; later <= monthsAhead; later += 1) await ensurePartition(db, monthOf(now, later));
}
