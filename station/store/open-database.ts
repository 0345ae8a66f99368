/** Opens a data file the way the station needs it: WAL, every commit on the disk before it is answered. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { faultOf, type StoreFault } from './errors.ts';
import { migrate, type FactSchema } from './schema.ts';

export interface DatabaseOptions {
  readonly schema: FactSchema;
  /** Cap of the file in pages of 4 KiB, for small flash disks and for tests of a full disk; null = the disk's size. */
  readonly maxPages: number | null;
}

export interface FileFault {
  readonly state: StoreFault;
  readonly detail: string;
}

/**
 * An open connection with its schema at the newest version, and `disk-full` when there is no room to write now: the
 * connection is good for reading, and for writing once there is room.
 * @throws SQLite's errors (see `faultOf`) and StoreFileError; nothing stays open then
 */
export function openDatabase(options: DatabaseOptions): { db: Database.Database; full: FileFault | null } {
  try {
    return open(options, false);
  } catch (error) {
    const fault = faultOf(error);
    if (!fault || fault.state === 'corrupt' || !isFull(options.schema.file, fault)) throw error;
    // The shared memory file beside the database cannot be made on a full disk; a connection for itself needs none.
    return open(options, true);
  }
}

/** Only for reading; for a file that may not be written. */
export function openForReading({ schema }: DatabaseOptions): Database.Database {
  return new Database(schema.file, { timeout: 2_000, readonly: true, fileMustExist: true });
}

function open(
  { schema, maxPages }: DatabaseOptions,
  alone: boolean,
): { db: Database.Database; full: FileFault | null } {
  const db = new Database(schema.file, { timeout: 2_000 });
  try {
    if (alone) db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    // Checkpoints are rarer than the default so that fewer than one commit in a hundred pays for one.
    db.pragma('wal_autocheckpoint = 4000');
    db.pragma(`journal_size_limit = ${32 * 1024 * 1024}`);
    if (maxPages !== null) db.pragma(`max_page_count = ${maxPages}`);
    migrate(db, schema);
    return { db, full: tryWriting(db, schema.file) };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** A real write: SQLite opens a file it may not write without a word. */
function tryWriting(db: Database.Database, file: string): FileFault | null {
  try {
    // Another value each time: SQLite does not write a row that stays the same.
    db.exec(`INSERT INTO meta (key, value) VALUES ('probe', '')
      ON CONFLICT (key) DO UPDATE SET value = CASE value WHEN '' THEN '-' ELSE '' END`);
    return null;
  } catch (error) {
    const fault = faultOf(error);
    if (!fault || !isFull(file, fault)) throw error;
    return { state: 'disk-full', detail: fault.detail };
  }
}

/** Some file systems report a full disk as a plain I/O error. */
function isFull(file: string, fault: FileFault): boolean {
  if (fault.state !== 'read-only') return fault.state === 'disk-full';
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize < 65_536;
}
