/** Released files and drafts as they lie in the database, and the configuration that they make. */
import { createHash } from 'node:crypto';
import type { Manifests } from '#config/driver-checks.ts';
import { loadTree, type Loaded } from '#config/load.ts';
import { filesOf, memoryTree, type FileTree } from '#config/file-tree.ts';
import type { Configuration } from '#contract/config/index.ts';
import { picturePattern, type ReleaseKind } from '#contract/plant/releases.ts';
import type { Queries } from '#server/db/db.ts';
import { publishAll, type NewDocument } from '#server/downlink/publish.ts';

/** Where a configuration may have files (docs/configuration.md). */
const allowed =
  /^(plant|people|materials|gauges|defects|reasons|calendar|andon)\.yaml$|^(lines|stations|devices|recipes|orders|control-plans|machines)\/[A-Za-z0-9][\w.-]*\.yaml$|^definitions\/[A-Za-z0-9][\w.-]*\/(definition\.yaml|(?:[A-Za-z0-9][\w.-]*\/)*[A-Za-z0-9][\w.-]*\.(?:svg|png|jpe?g|webp|avif))$/i;
export const isAllowed = (path: string): boolean => path.length <= 300 && allowed.test(path);
export const isPicture = (path: string): boolean => picturePattern.test(path);
export const isDefinition = (path: string): boolean => /^definitions\/[^/]+\/definition\.yaml$/.test(path);
/** `definitions/X/` of a file in it; null: elsewhere. */
export const folderOf = (path: string): string | null => /^definitions\/[^/]+\//.exec(path)?.[0] ?? null;

/** What of a configuration folder is released: everything that stations and the server share. */
export const filesInFolder = (folder: FileTree): Map<string, Uint8Array> =>
  new Map(
    filesOf(folder)
      .filter(isAllowed)
      .map((path) => [path, folder.read(path)]),
  );

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const textOf = (bytes: Uint8Array | null): string => (bytes === null ? '' : Buffer.from(bytes).toString('utf8'));

export interface Current {
  readonly path: string;
  readonly release: number;
  readonly sha256: string;
  readonly bytes: Uint8Array;
}
export type Files = ReadonlyMap<string, Current>;

/** What is in force: the last release of each path, without those that are withdrawn. */
export async function filesInForce(db: Queries): Promise<Files> {
  const rows = await db.query<Current>(
    `SELECT r.path, r.release, r.sha256, c.bytes
     FROM (SELECT DISTINCT ON (path) path, release, sha256 FROM release ORDER BY path, release DESC) r
     JOIN release_content c ON c.sha256 = r.sha256 ORDER BY r.path`,
  );
  return new Map(rows.map((row) => [row.path, row]));
}

type FileChanges = ReadonlyMap<string, Uint8Array | null>;

/** @param changes bytes by path; null: the file is gone. */
export function judge(files: Files, changes: FileChanges = new Map(), manifests: Manifests | null = null): Loaded {
  const all = new Map([...files].map(([path, { bytes }]) => [path, bytes] as const));
  for (const [path, bytes] of changes) {
    if (bytes === null) all.delete(path);
    else all.set(path, bytes);
  }
  return loadTree(memoryTree('the released configuration', all), { manifests });
}

/**
 * What a change makes of the configuration, devices that change judged by their drivers' own rules too. Those that do not
 * change are as they were released: a driver of this version that asks for more of them stops no release of something else.
 * @param manifests null: the drivers are not at hand.
 */
export function judgeChange(files: Files, changes: FileChanges, manifests: Manifests | null): Loaded {
  const loaded = judge(files, changes);
  const devices = [...changes].some(([path, bytes]) => bytes !== null && path.startsWith('devices/'));
  if ('faults' in loaded || manifests === null || !devices) return loaded;
  const strictly = judge(files, changes, manifests);
  const faults = 'faults' in strictly ? strictly.faults.filter(({ file }) => changes.has(file)) : [];
  return faults.length > 0 ? { faults } : loaded;
}

export const definitionAt = (loaded: Loaded, path: string): Configuration['definitions'][number] | null =>
  'configuration' in loaded
    ? (loaded.configuration.definitions.find(({ folder }) => `${folder}/` === folderOf(path)) ?? null)
    : null;

export async function keepContent(tx: Queries, bytes: Uint8Array): Promise<string> {
  const hash = sha256(bytes);
  await tx.execute('INSERT INTO release_content (sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING', [hash, bytes]);
  return hash;
}

export interface NewRelease {
  readonly path: string;
  readonly kind: ReleaseKind;
  readonly bytes: Uint8Array | null;
  readonly draftedBy: string;
  readonly releasedBy: string;
  readonly note: string;
  readonly sameAs: number | null;
}

/** Writes the releases and publishes them to the stations. The head must be held. @returns the number of each. */
export async function putInForce(tx: Queries, at: number, releases: readonly NewRelease[]): Promise<number[]> {
  const numbers: number[] = [];
  const documents: NewDocument[] = [];
  for (const { path, kind, bytes, draftedBy, releasedBy, note, sameAs } of releases) {
    const hash = bytes === null ? null : await keepContent(tx, bytes);
    const [row] = await tx.query<{ release: number }>(
      `INSERT INTO release (path, release, kind, sha256, drafted_by, released_by, released_at, note, same_as)
       SELECT $1, coalesce(max(release), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM release WHERE path = $1
       RETURNING release`,
      [path, kind, hash, draftedBy, releasedBy, at, note, sameAs],
    );
    const release = row?.release ?? 0;
    numbers.push(release);
    const text = bytes === null || isPicture(path) ? null : textOf(bytes);
    documents.push({
      scope: 'plant',
      kind: 'file',
      id: path,
      body: bytes === null || hash === null ? null : { path, sha256: hash, text, size: bytes.byteLength, release },
    });
  }
  await tellChange(tx);
  await publishAll(tx, documents);
  return numbers;
}

export const releasesChannel = 'releases';
export const tellChange = (tx: Queries): Promise<unknown> =>
  tx.query('SELECT pg_notify($1, $2)', [releasesChannel, '']);

/** From here to the end of the transaction nobody else releases. */
export async function holdHead(tx: Queries): Promise<void> {
  await tx.execute('INSERT INTO release_head DEFAULT VALUES ON CONFLICT DO NOTHING');
  await tx.query('SELECT one FROM release_head FOR UPDATE');
}

/**
 * Open runs and orders that rest on a definition. The read model has its tables from its first migration on.
 * @param lines orders of these are named, null: all. Runs are counted for the whole plant: they are what a change meets.
 */
export async function affected(
  db: Queries,
  definition: { readonly id: string; readonly revision: string } | null,
  lines: readonly string[] | null,
): Promise<{ readonly openExecutions: number; readonly orders: readonly string[] }> {
  if (definition === null) return { openExecutions: 0, orders: [] };
  const key = [definition.id, definition.revision];
  const [there] = await db.query<{ execution: boolean; work_order: boolean }>(
    `SELECT to_regclass('execution') IS NOT NULL AS execution, to_regclass('work_order') IS NOT NULL AS work_order`,
  );
  const [runs] = there?.execution
    ? await db.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM execution
         WHERE definition_id = $1 AND revision = $2 AND started_at IS NOT NULL AND ended_at IS NULL`,
        key,
      )
    : [];
  const orders = there?.work_order
    ? await db.query<{ order_id: string }>(
        `SELECT order_id FROM work_order o WHERE definition_id = $1 AND revision = $2 AND status <> 'closed'
           AND ($3::text[] IS NULL OR EXISTS (
             SELECT FROM job_order j WHERE j.order_id = o.order_id AND j.line_id = ANY($3))) ORDER BY 1`,
        [...key, lines],
      )
    : [];
  return { openExecutions: runs?.count ?? 0, orders: orders.map(({ order_id }) => order_id) };
}

/** Bytes of a file that was released once, whichever release; null: there is none. Drafts are not given out. */
export async function releasedFile(db: Queries, hash: string): Promise<Uint8Array | null> {
  const [row] = await db.query<{ bytes: Uint8Array }>(
    `SELECT bytes FROM release_content c
     WHERE sha256 = $1 AND EXISTS (SELECT 1 FROM release r WHERE r.sha256 = c.sha256)`,
    [hash],
  );
  return row?.bytes ?? null;
}
