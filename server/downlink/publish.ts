/**
 * The only way to write a document. Versions of a scope are given under the lock of its row, in the transaction of what
 * the document tells, so they are committed in their order and a cursor misses nothing.
 */
import { randomBytes } from 'node:crypto';
import type { DocumentBody, DocumentKind } from '#contract/sync/down.ts';
import type { Queries } from '../db/db.ts';

/** `plant`, `line:ID`, `station:ID` */
export type Scope = 'plant' | `line:${string}` | `station:${string}`;

/** Channel that tells the scope of every change. */
export const documentsChannel = 'documents';

export interface NewDocument<K extends DocumentKind = DocumentKind> {
  readonly scope: Scope;
  readonly kind: K;
  readonly id: string;
  /** null: it is gone. */
  readonly body: DocumentBody<K> | null;
}

/** One document; see `publishAll`. */
export function publish<K extends DocumentKind>(
  tx: Queries,
  scope: Scope,
  kind: K,
  id: string,
  body: DocumentBody<K> | null,
): Promise<number> {
  return publishAll(tx, [{ scope, kind, id, body } as NewDocument]);
}

/**
 * Writes what is new: a document with the very body it has already is left alone. Call it last in a transaction: from here
 * to its end nobody else can publish to these scopes.
 * @returns how many were changed.
 */
export async function publishAll(tx: Queries, documents: readonly NewDocument[]): Promise<number> {
  const byScope = new Map<string, Map<string, NewDocument>>();
  for (const document of documents) {
    const scope = byScope.get(document.scope) ?? new Map<string, NewDocument>();
    // Of several of one document in a transaction the last counts.
    scope.set(JSON.stringify([document.kind, document.id]), document);
    byScope.set(document.scope, scope);
  }
  let changed = 0;
  // In one order for everybody: two transactions that publish to the same scopes do not wait for each other in a circle.
  for (const [scope, some] of [...byScope].sort(([a], [b]) => (a < b ? -1 : 1)))
    changed += await publishTo(tx, scope, [...some.values()]);
  return changed;
}

async function publishTo(tx: Queries, scope: string, documents: readonly NewDocument[]): Promise<number> {
  const kinds = documents.map(({ kind }) => kind);
  const ids = documents.map(({ id }) => id);
  const bodies = documents.map(({ body }) => (body === null ? null : JSON.stringify(body)));
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO document_scope (scope) VALUES ($1)
     ON CONFLICT (scope) DO UPDATE SET version = document_scope.version RETURNING version`,
    [scope],
  );
  const version = row?.version ?? 0;
  const rows = await tx.query<{ n: number }>(
    `INSERT INTO document (scope, kind, id, version, body)
     SELECT $1, kind, id, $2 + row_number() OVER (ORDER BY place), body
     FROM unnest($3::text[], $4::text[], $5::text[]) WITH ORDINALITY AS new (kind, id, body, place)
     WHERE NOT EXISTS (
       SELECT FROM document old WHERE old.scope = $1 AND old.kind = new.kind AND old.id = new.id
         AND old.body IS NOT DISTINCT FROM new.body)
       AND (new.body IS NOT NULL OR EXISTS (
         SELECT FROM document old WHERE old.scope = $1 AND old.kind = new.kind AND old.id = new.id))
     ON CONFLICT (scope, kind, id) DO UPDATE
       SET version = excluded.version, body = excluded.body, changed_at = now()
     RETURNING 1 AS n`,
    [scope, version, kinds, ids, bodies],
  );
  if (rows.length === 0) return 0;
  await tx.query(
    `WITH counted AS (UPDATE document_scope SET version = $2 WHERE scope = $1),
       token AS (INSERT INTO document_token (scope, first_version, last_version, token) VALUES ($1, $3, $2, $4))
     SELECT pg_notify('${documentsChannel}', $1)`,
    [scope, version + rows.length, version + 1, randomBytes(9).toString('base64url')],
  );
  return rows.length;
}
