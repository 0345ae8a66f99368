/** What keeps the documents from growing for ever, at the server and at the stations. */
import type { Queries } from '../db/db.ts';

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
