/**
 * The fact tables of station.db. They only grow (design law 11): a migration is never edited once released, and each
 * one adds. The read model's tables are not here; projections own those.
 */
import type Database from 'better-sqlite3';
import { StoreFileError } from './errors.ts';

/** `LWST`; PRAGMA application_id of a station file. */
const applicationId = 0x4c575354;

/** `migrations[n]` takes user_version n to n + 1. */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- One row per incarnation of the database; the newest one is being written.
  CREATE TABLE epoch (id INTEGER PRIMARY KEY, epoch TEXT NOT NULL UNIQUE, createdAt INTEGER NOT NULL) STRICT;
  -- record: the verbatim JSON text that is hashed and sent.
  CREATE TABLE event (
    epochId INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    record TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (epochId, seq)
  ) STRICT, WITHOUT ROWID;
  -- What the read model in this file was made by.
  CREATE TABLE projection (
    name TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    ddlHash TEXT NOT NULL,
    tables TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  `
  -- How far the server has acknowledged each stream. Branch '' begins at 1; another one where the server holds other
  -- events under the numbers from fromSeq on (docs/server.md, Branches). No row: nothing of that epoch was acknowledged.
  CREATE TABLE outbox (
    epochId INTEGER NOT NULL,
    branch TEXT NOT NULL,
    fromSeq INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    ackedAt INTEGER,
    PRIMARY KEY (epochId, branch)
  ) STRICT, WITHOUT ROWID;
  -- What the server authors. body: JSON. round: which complete delivery it came in (after a reset the older ones go).
  CREATE TABLE document (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL,
    body TEXT NOT NULL,
    receivedAt INTEGER NOT NULL,
    round INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE document_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    cursor TEXT NOT NULL,
    round INTEGER NOT NULL,
    sweeping INTEGER NOT NULL,
    pulledAt INTEGER NOT NULL
  ) STRICT;
  `,
];

export const factTables: readonly string[] = [
  'meta',
  'epoch',
  'event',
  'projection',
  'outbox',
  'document',
  'document_cursor',
];

export interface FactSchema {
  readonly file: string;
  readonly applicationId: number;
  readonly migrations: readonly string[];
}

export const stationSchema = (file: string): FactSchema => ({ file, applicationId, migrations });

/**
 * Brings a file's fact tables to the newest schema; an empty file is given all of it. Each step is one transaction.
 * @throws StoreFileError `not-ours` or `newer-version`, and SQLite's own errors
 */
export function migrate(db: Database.Database, schema: FactSchema): void {
  let version = checkSchema(db, schema);
  for (; version < schema.migrations.length; version += 1) {
    db.transaction(() => {
      db.exec(schema.migrations[version] ?? '');
      db.pragma(`application_id = ${schema.applicationId}`);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}

/** @returns the schema version of the file, 0 when it is empty. @throws StoreFileError */
export function checkSchema(db: Database.Database, schema: FactSchema): number {
  const id = db.pragma('application_id', { simple: true });
  const version = Number(db.pragma('user_version', { simple: true }));
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get()?.n ?? 0;
  if (tables > 0 && id !== schema.applicationId) {
    throw new StoreFileError('not-ours', `${schema.file} is an SQLite file of another program; move it away`);
  }
  if (version > schema.migrations.length) {
    throw new StoreFileError(
      'newer-version',
      `${schema.file} was written by a newer version (schema ${version}, this program knows ${schema.migrations.length}); ` +
        'install that version or a later one',
    );
  }
  return tables === 0 ? 0 : version;
}
