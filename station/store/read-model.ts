/** Makes, checks and compares the tables that projections keep. */
import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import { eventDefinitions, type StoredEvent } from '#contract/events/index.ts';
import { ProjectionError } from './errors.ts';
import { isKnown, progressEvery, storedEvent, type LogRow, type Progress } from './event-log.ts';
import type { ProjectedDocument, Projection } from './projection.ts';
import { factTables } from './schema.ts';
import { SqlDb } from './sql-db.ts';

interface ProjectionRow {
  readonly name: string;
  readonly version: number;
  readonly ddlHash: string;
  readonly tables: string;
}

export interface FoldReport {
  readonly events: number;
  /** Events of types or versions this program does not know; they stay in the log untouched. */
  readonly skipped: number;
}

export interface TableDifference {
  readonly table: string;
  /** `missing`: only the rebuilt table has the row; `extra`: only the live one; a changed row shows as both. */
  readonly kind: 'missing' | 'extra';
  readonly row: Readonly<Record<string, unknown>>;
}

export interface TableReport {
  readonly table: string;
  readonly liveRows: number;
  readonly rebuiltRows: number;
  readonly equal: boolean;
  /** The first few. */
  readonly differences: readonly TableDifference[];
}

const shownDifferences = 5;

export const ddlHash = (projection: Projection): string => createHash('sha256').update(projection.ddl).digest('hex');

/** The event types this program knows, with their versions. */
const knownTypes = createHash('sha256')
  .update(eventDefinitions.map(({ type, version }) => `${type}@${version}`).join())
  .digest('hex');

/** What a fold had to leave out may be known by the next version of the program: remembered, so that it folds again. */
export function noteSkipped(db: SqlDb, skipped: number): void {
  db.run("DELETE FROM meta WHERE key = 'skippedBy'");
  if (skipped > 0) db.run("INSERT INTO meta (key, value) VALUES ('skippedBy', ?)", knownTypes);
}

/** Whether the file's read model was made by exactly these projections, and by a program that knew no fewer events. */
export function isCurrent(db: SqlDb, projections: readonly Projection[]): boolean {
  const skippedBy = db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'skippedBy'");
  if (skippedBy && skippedBy.value !== knownTypes) return false;
  const held = db.all<ProjectionRow>('SELECT name, version, ddlHash, tables FROM projection');
  if (held.length !== projections.length) return false;
  const byName = new Map(held.map((row) => [row.name, row]));
  return projections.every((projection) => {
    const row = byName.get(projection.name);
    return row?.version === projection.version && row.ddlHash === ddlHash(projection);
  });
}

/** Drops whatever tables earlier projections had and creates these, empty. To be run in a transaction. */
export function recreate(db: Database.Database, projections: readonly Projection[]): void {
  for (const { tables } of db.prepare<[], ProjectionRow>('SELECT * FROM projection').all()) {
    for (const table of JSON.parse(tables) as string[]) db.exec(`DROP TABLE IF EXISTS "${table}"`);
  }
  db.exec('DELETE FROM projection');
  createTables(db, projections);
  const insert = db.prepare('INSERT INTO projection (name, version, ddlHash, tables) VALUES (?, ?, ?, ?)');
  for (const projection of projections) {
    insert.run(projection.name, projection.version, ddlHash(projection), JSON.stringify(projection.tables));
  }
}

/** @throws Error naming the projection when its ddl and its table list do not fit or break the rules. */
export function createTables(db: Database.Database, projections: readonly Projection[]): void {
  const tablesNow = (): Map<string, number> =>
    new Map(
      (db.pragma('table_list') as { name: string; schema: string; strict: number }[])
        .filter((row) => row.schema === 'main' && !row.name.startsWith('sqlite_'))
        .map((row) => [row.name, row.strict]),
    );
  const names = new Set<string>();
  for (const projection of projections) {
    const fail = (problem: string): never => {
      throw new Error(`projection ${projection.name}: ${problem}`);
    };
    if (names.has(projection.name)) fail('another projection has this name');
    names.add(projection.name);
    const before = tablesNow();
    for (const table of projection.tables) {
      if (factTables.includes(table)) fail(`table ${table} is a fact table`);
      if (before.has(table)) fail(`table ${table} belongs to another projection`);
    }
    db.exec(projection.ddl);
    const after = tablesNow();
    for (const table of projection.tables) {
      if (!after.has(table)) fail(`its ddl does not create table ${table}`);
      if (after.get(table) !== 1) fail(`table ${table} is not STRICT`);
      const columns = db.pragma(`table_info("${table}")`) as { pk: number }[];
      if (!columns.some((column) => column.pk > 0)) fail(`table ${table} has no PRIMARY KEY`);
    }
    for (const table of after.keys()) {
      if (!before.has(table) && !projection.tables.includes(table))
        fail(`its ddl creates ${table}, which it does not list`);
    }
  }
}

/** Gives one event to every projection. @throws ProjectionError */
export function apply(db: SqlDb, projections: readonly Projection[], event: StoredEvent): void {
  for (const projection of projections) {
    try {
      projection.apply(db, event);
    } catch (error) {
      throw new ProjectionError(projection.name, event.type, event.seq, error);
    }
  }
}

/** Gives one document of the server to every projection that wants them. */
export function applyDocument(db: SqlDb, projections: readonly Projection[], document: ProjectedDocument): void {
  for (const projection of projections) projection.document?.(db, document);
}

/**
 * Folds a whole log into empty tables, and after it the documents of the server. `pages` gives the log in order, a batch
 * at a time.
 */
export function fold(
  db: SqlDb,
  projections: readonly Projection[],
  pages: Iterable<readonly LogRow[]>,
  documents: Iterable<ProjectedDocument>,
  total: number,
  progress: Progress,
): FoldReport {
  let events = 0;
  let skipped = 0;
  for (const page of pages) {
    for (const row of page) {
      const event = storedEvent(row.record);
      if (isKnown(event)) apply(db, projections, event);
      else skipped += 1;
      events += 1;
      if (events % progressEvery === 0) progress(events, total);
    }
  }
  for (const document of documents) applyDocument(db, projections, document);
  progress(events, total);
  return { events, skipped };
}

/** Compares the live tables of `main` with those of the attached schema `rebuilt`, whole rows, whatever their order. */
export function compareTables(db: SqlDb, projections: readonly Projection[]): TableReport[] {
  return projections
    .flatMap((projection) => projection.tables)
    .map((table) => {
      const only = (a: string, b: string): Record<string, unknown>[] =>
        db.all(`SELECT * FROM ${a}."${table}" EXCEPT SELECT * FROM ${b}."${table}" LIMIT ${shownDifferences}`);
      const count = (schema: string): number =>
        db.get<{ n: number }>(`SELECT count(*) AS n FROM ${schema}."${table}"`)?.n ?? 0;
      const differences: TableDifference[] = [
        ...only('rebuilt', 'main').map((row) => ({ table, kind: 'missing' as const, row })),
        ...only('main', 'rebuilt').map((row) => ({ table, kind: 'extra' as const, row })),
      ];
      const liveRows = count('main');
      const rebuiltRows = count('rebuilt');
      return { table, liveRows, rebuiltRows, equal: differences.length === 0 && liveRows === rebuiltRows, differences };
    });
}
