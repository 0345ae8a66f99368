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

/** Units done or scrapped keep their passport at the stations for so many days; on the server for ever. */
const passportDays = 14;
const perTransaction = 500;

/** Both of the below, until nothing is left to do. */
export async function prune(db: Db): Promise<void> {
  while ((await db.transaction((tx) => retirePassports(tx))) === perTransaction);
  await db.transaction((tx) => pruneDocuments(tx));
}

/** Takes the passports of units that are long over from the stations. @returns how many units. */
export async function retirePassports(tx: Queries): Promise<number> {
  const rows = await tx.query<{ serial: string }>(
    `UPDATE unit SET documented = false WHERE serial IN (
       SELECT serial FROM unit WHERE documented AND status IN ('done', 'scrapped')
         AND received_at < (extract(epoch FROM now() - make_interval(days => $1)) * 1000)::bigint
       ORDER BY received_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING serial`,
    [passportDays, perTransaction],
  );
  if (rows.length === 0) return 0;
  const held = await tx.query<{ scope: Scope; id: string }>(
    `SELECT scope, id FROM document WHERE kind = 'passport' AND id = ANY($1) AND body IS NOT NULL`,
    [rows.map(({ serial }) => serial)],
  );
  await publishAll(
    tx,
    held.map(({ scope, id }): NewDocument => ({ scope, kind: 'passport', id, body: null })),
  );
  return rows.length;
}
