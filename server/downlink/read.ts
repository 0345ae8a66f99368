/** Documents after a cursor, page by page. */
import { syncLimits } from '#contract/sync/protocol.ts';
import type { Queries } from '../db/db.ts';
import type { Scope } from './publish.ts';

/** Bytes of bodies in one answer, so that neither side needs much memory; one document may be larger. */
const pageBytes = 2 * 1024 * 1024;

export interface Place {
  readonly scope: string;
  readonly version: number;
  /** Empty with version 0. */
  readonly token: string;
  /**
   * Version of the scope when it was read from the start: what was gone by then was never sent and need not be told.
   */
  readonly base: number;
}

const cursorOf = (places: readonly Place[]): string =>
  Buffer.from(JSON.stringify(places.map(({ scope, version, token, base }) => [scope, version, token, base]))).toString(
    'base64url',
  );

/** null: it is not one of ours. */
export function placesOf(cursor: string): Place[] | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (!Array.isArray(parsed)) return null;
    return parsed.map((each: unknown) => {
      const [scope, version, token, base] = each as [unknown, unknown, unknown, unknown];
      if (typeof scope !== 'string' || typeof token !== 'string') throw new Error('not a place');
      if (!Number.isSafeInteger(version) || !Number.isSafeInteger(base)) throw new Error('not a place');
      return { scope, version: version as number, token, base: base as number };
    });
  } catch {
    return null;
  }
}

export interface DocumentsPage {
  readonly reset: boolean;
  readonly count: number;
  readonly cursor: string;
  readonly more: boolean;
  /** The answer (`documentsAnswerSchema`) as JSON text: bodies go out as they were written. */
  readonly json: string;
}

interface Row {
  readonly scope: string;
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly body: string | null;
  readonly found: number;
}

/** @param scopes of the station; a cursor of other scopes (it moved to another line) is answered with `reset`. */
export async function readDocuments(db: Queries, scopes: readonly Scope[], cursor: string): Promise<DocumentsPage> {
  const asked = cursor === '' ? null : placesOf(cursor);
  const states = await scopeStates(db, scopes);
  const known = asked !== null && sameScopes(asked, scopes) && (await areKnown(db, asked, states));
  const reset = cursor !== '' && !known;
  const from: Place[] =
    known && asked !== null
      ? asked
      : scopes.map((scope) => ({ scope, version: 0, token: '', base: states.get(scope)?.version ?? 0 }));
  const limit = syncLimits.documentsPerAnswer;
  const rows = await db.query<Row>(
    `SELECT scope, kind, id, version, body, found FROM (
       SELECT c.place, d.*, count(*) OVER () AS found,
         sum(octet_length(coalesce(d.body, ''))) OVER (ORDER BY c.place, d.version) - octet_length(coalesce(d.body, '')) AS before
       FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS c (scope, version, place)
       JOIN LATERAL (
         SELECT scope, kind, id, version, body FROM document d
         WHERE d.scope = c.scope AND d.version > c.version AND (c.version > 0 OR d.body IS NOT NULL)
         ORDER BY d.version LIMIT $3
       ) d ON true
     ) page WHERE before < $4 ORDER BY place, version LIMIT $5`,
    [from.map(({ scope }) => scope), from.map(({ version }) => version), limit + 1, pageBytes, limit],
  );
  const more = (rows[0]?.found ?? 0) > rows.length;
  const reached = new Map(rows.map(({ scope, version }) => [scope, version]));
  const tokens = await tokensAt(db, [...reached]);
  const next = from.map((place) => {
    const version = reached.get(place.scope);
    return version === undefined ? place : { ...place, version, token: tokens.get(place.scope) ?? '' };
  });
  const documents = rows.map(
    ({ kind, id, version, body }) =>
      `{"kind":${JSON.stringify(kind)},"id":${JSON.stringify(id)},"version":${version},"body":${body ?? 'null'}}`,
  );
  const after = cursorOf(next);
  return {
    reset,
    count: rows.length,
    cursor: after,
    more,
    json: `{"reset":${reset},"documents":[${documents.join(',')}],"cursor":"${after}","more":${more}}`,
  };
}

const sameScopes = (places: readonly Place[], scopes: readonly string[]): boolean =>
  places.length === scopes.length && places.every(({ scope }, at) => scope === scopes[at]);

interface ScopeState {
  readonly version: number;
  readonly forgotten: number;
}
async function scopeStates(db: Queries, scopes: readonly string[]): Promise<ReadonlyMap<string, ScopeState>> {
  const rows = await db.query<ScopeState & { scope: string }>(
    'SELECT scope, version, forgotten FROM document_scope WHERE scope = ANY($1)',
    [scopes],
  );
  return new Map(rows.map((row) => [row.scope, row]));
}

/** Whether the cursor is of this database's past, and nothing that it has not passed yet was forgotten. */
async function areKnown(
  db: Queries,
  places: readonly Place[],
  states: ReadonlyMap<string, ScopeState>,
): Promise<boolean> {
  const behind = places.some(
    ({ scope, version, base }) => Math.max(version, base) < (states.get(scope)?.forgotten ?? 0),
  );
  if (behind) return false;
  const begun = places.filter(({ version }) => version !== 0);
  const tokens = await tokensAt(
    db,
    begun.map(({ scope, version }) => [scope, version] as const),
  );
  return begun.every(({ scope, token }) => tokens.get(scope) === token);
}

/** Tokens of the changes that hold these versions. */
async function tokensAt(
  db: Queries,
  at: readonly (readonly [scope: string, version: number])[],
): Promise<ReadonlyMap<string, string>> {
  if (at.length === 0) return new Map();
  const rows = await db.query<{ scope: string; token: string }>(
    `SELECT c.scope, t.token FROM unnest($1::text[], $2::bigint[]) AS c (scope, version)
     JOIN LATERAL (
       SELECT first_version, token FROM document_token t
       WHERE t.scope = c.scope AND t.last_version >= c.version ORDER BY t.last_version LIMIT 1
     ) t ON t.first_version <= c.version`,
    [at.map(([scope]) => scope), at.map(([, version]) => version)],
  );
  return new Map(rows.map(({ scope, token }) => [scope, token]));
}
