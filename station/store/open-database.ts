/** Opens a data file the way the station needs it: WAL, every commit on the disk before it is answered. */
import Database from 'better-sqlite3';
import { migrate, type FactSchema } from './schema.ts';

export interface DatabaseOptions {
  readonly schema: FactSchema;
  /** Cap of the file in pages of 4 KiB, for small flash disks and for tests of a full disk; null = the disk's size. */
  readonly maxPages: number | null;
}

/**
 * An open connection with its schema at the newest version.
 * @throws SQLite's errors (see `faultOf`) and StoreFileError; nothing stays open then
 */
export function openDatabase({ schema, maxPages }: DatabaseOptions): Database.Database {
  const db = new Database(schema.file, { timeout: 2_000 });
  try {
    db.pragma('journal_mode = WAL');
    tune(db, maxPages);
    migrate(db, schema);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Only for reading; for a file that may not be written. */
export function openForReading({ schema }: DatabaseOptions): Database.Database {
  return new Database(schema.file, { timeout: 2_000, readonly: true, fileMustExist: true });
}

function tune(db: Database.Database, maxPages: number | null): void {
  db.pragma('synchronous = FULL');
  // Checkpoints are rarer than the default so that fewer than one commit in a hundred pays for one.
  db.pragma('wal_autocheckpoint = 4000');
  db.pragma(`journal_size_limit = ${32 * 1024 * 1024}`);
  if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`);
}
