/**
 * Opens `station.db` whatever condition it is in. What cannot be written is read; what cannot be read is stood in for by
 * an empty database in memory, so that the station can start and show what is wrong.
 */
import Database from 'better-sqlite3';
import { faultOf, messageOf, StoreFileError, type StoreFault } from './errors.ts';
import { documentsOf } from './documents.ts';
import { EventLog, pagesOf, type EpochRow, type Progress } from './event-log.ts';
import { openDatabase, openForReading, type FileFault } from './open-database.ts';
import type { Projection } from './projection.ts';
import { createTables, fold, isCurrent, noteSkipped, recreate } from './read-model.ts';
import { checkSchema, migrate, stationSchema } from './schema.ts';
import { SqlDb } from './sql-db.ts';

export interface OpenFileOptions {
  readonly stationId: string;
  readonly projections: readonly Projection[];
  readonly createdAt: number;
  readonly newEpochId: () => string;
  readonly newEpoch: boolean;
  readonly maxPages: number | null;
  readonly progress: Progress;
}

export interface OpenedFile {
  readonly db: Database.Database;
  /** Where the read model lies: `db`, or memory when the file's own is out of date and may not be written. */
  readonly readModel: Database.Database;
  readonly epoch: EpochRow;
  readonly fault: { readonly state: StoreFault; readonly detail: string; readonly recoverable: boolean } | null;
}

/** How many events at the end of the log are checked at every start. */
const tailChecked = 200;

/** @throws StoreFileError, ProjectionError */
export function openFile(file: string, options: OpenFileOptions): OpenedFile {
  try {
    return openWritable(file, options);
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    const readable = fault.state === 'corrupt' ? null : openReadOnly(file, options, fault);
    return readable ?? standIn(options, fault);
  }
}

function openWritable(file: string, options: OpenFileOptions): OpenedFile {
  const { db, full } = openDatabase({ schema: stationSchema(file), maxPages: options.maxPages });
  try {
    const log = new EventLog(new SqlDb(db, false));
    if (!full) {
      db.prepare("INSERT INTO meta (key, value) VALUES ('stationId', ?) ON CONFLICT DO NOTHING").run(options.stationId);
    }
    checkOwner(db, file, options.stationId);
    if (!full && (log.epochs().length === 0 || options.newEpoch)) {
      db.prepare('INSERT INTO epoch (epoch, createdAt) VALUES (?, ?)').run(options.newEpochId(), options.createdAt);
    }
    const damage = tailFault(log);
    const current = isCurrent(new SqlDb(db, false), options.projections);
    if (damage) return { db, readModel: readModelOf(db, options, false), epoch: newestEpoch(log), fault: damage };
    if (full) {
      // Tables of other projections must not be written on: then it takes a restart, with room, to make them again.
      const fault = { ...full, recoverable: current && !options.newEpoch };
      return { db, readModel: readModelOf(db, options, true), epoch: newestEpoch(log), fault };
    }
    if (!current) refold(db, log, options);
    return { db, readModel: db, epoch: newestEpoch(log), fault: null };
  } catch (error) {
    db.close();
    throw error;
  }
}

/** null when there is nothing to read. */
function openReadOnly(file: string, options: OpenFileOptions, fault: FileFault): OpenedFile | null {
  const schema = stationSchema(file);
  let db: Database.Database;
  try {
    db = openForReading({ schema, maxPages: null });
  } catch {
    return null;
  }
  try {
    if (checkSchema(db, schema) !== schema.migrations.length) {
      db.close();
      return null;
    }
    checkOwner(db, file, options.stationId);
    const log = new EventLog(new SqlDb(db, true));
    const damage = tailFault(log);
    const detail = `${fault.detail}; made writable, it is used again after a restart`;
    return {
      db,
      readModel: readModelOf(db, options, damage === null),
      epoch: newestEpoch(log),
      fault: damage ?? { state: fault.state, detail, recoverable: false },
    };
  } catch (error) {
    db.close();
    if (faultOf(error)) return null;
    throw error;
  }
}

function standIn(options: OpenFileOptions, fault: FileFault): OpenedFile {
  const db = new Database(':memory:');
  migrate(db, stationSchema(':memory:'));
  recreate(db, options.projections);
  return { db, readModel: db, epoch: { id: 0, epoch: '', createdAt: 0 }, fault: { ...fault, recoverable: false } };
}

/** The file's own read model when it is current, else one in memory: folded, or empty where the log cannot be trusted. */
function readModelOf(db: Database.Database, options: OpenFileOptions, logIsSound: boolean): Database.Database {
  const sql = new SqlDb(db, true);
  if (isCurrent(sql, options.projections)) return db;
  const memory = new Database(':memory:');
  createTables(memory, options.projections);
  if (!logIsSound) return memory;
  const log = new EventLog(sql);
  fold(new SqlDb(memory, false), options.projections, pagesOf(log), documentsOf(sql), log.count(), options.progress);
  return memory;
}

function refold(db: Database.Database, log: EventLog, options: OpenFileOptions): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    const sql = new SqlDb(db, false);
    recreate(db, options.projections);
    const { skipped } = fold(sql, options.projections, pagesOf(log), documentsOf(sql), log.count(), options.progress);
    noteSkipped(sql, skipped);
    db.exec('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function tailFault(log: EventLog): OpenedFile['fault'] {
  try {
    const fault = log.verifyTail(newestEpoch(log), tailChecked);
    if (!fault) return null;
    const detail = `the log is damaged at ${fault.epoch}/${fault.seq}: ${fault.what}, ${fault.detail}`;
    return { state: 'corrupt', detail, recoverable: false };
  } catch (error) {
    if (faultOf(error)) throw error;
    return { state: 'corrupt', detail: `the end of the log cannot be read: ${messageOf(error)}`, recoverable: false };
  }
}

function newestEpoch(log: EventLog): EpochRow {
  const newest = log.epochs().at(-1);
  if (!newest) throw new Error('the log has no epoch');
  return newest;
}

/** @throws StoreFileError when the file belongs to another station */
export function checkOwner(db: Database.Database, file: string, stationId: string): void {
  const owner = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'stationId'").get()?.value;
  if (owner === stationId) return;
  throw new StoreFileError(
    'other-station',
    `${file} holds the data of station "${owner ?? '?'}", not of "${stationId}"; ` +
      'start with that station or choose another folder with --data',
  );
}
