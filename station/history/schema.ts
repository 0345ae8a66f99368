/** Tables of history.db. Samples are facts of their own file: migrations add only, like those of station.db. */
import type { FactSchema } from '../store/schema.ts';

export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE tag (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE status (key INTEGER PRIMARY KEY, quality TEXT NOT NULL, status TEXT NOT NULL) STRICT;
  -- One row per flush: the samples of all tags in the order they came. Gone when all of them are in chunks.
  CREATE TABLE block (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
  -- Samples of eight neighbouring tags over some time, in order of writing; fromAt and toAt are on the time axis.
  CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    fromAt INTEGER NOT NULL,
    toAt INTEGER NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  CREATE INDEX chunk_by_lane ON chunk (lane, toAt, fromAt);
  -- Up to which block the samples of a lane are in chunks (or in a later block).
  CREATE TABLE lane (lane INTEGER PRIMARY KEY, doneTo INTEGER NOT NULL) STRICT;
  CREATE TABLE trace (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    meta TEXT NOT NULL,
    data BLOB NOT NULL
  ) STRICT;
  `,
];

/** `LWHI`; PRAGMA application_id of a history file. */
export const historySchema = (file: string): FactSchema => ({ file, applicationId: 0x4c574849, migrations });
