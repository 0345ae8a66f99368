/** The log of a data folder for reading only, without the folder's lock: a station may be running on it. */
import { join } from 'node:path';
import { EventLog } from './event-log.ts';
import { openForReading } from './open-database.ts';
import { checkOwner } from './open-file.ts';
import { Outbox } from './outbox.ts';
import { stationSchema } from './schema.ts';
import { SqlDb } from './sql-db.ts';

/** @throws StoreFileError (file of another station), SQLite's errors */
export function openLogForReading(folder: string, stationId: string): { readonly outbox: Outbox; close(): void } {
  const file = join(folder, 'station.db');
  const db = openForReading({ schema: stationSchema(file), maxPages: null });
  try {
    checkOwner(db, file, stationId);
    const sql = new SqlDb(db, true);
    const log = new EventLog(sql);
    const newest = log.epochs().at(-1)?.id ?? 0;
    const { seq } = log.tail(newest);
    const readOnly = (): never => {
      throw new Error('the log is open for reading only');
    };
    const outbox = new Outbox({
      sql,
      log,
      // Fixed here: what is recorded from now on is left out.
      tail: () => ({ epochId: newest, seq }),
      write: readOnly,
      damaged: () => false,
      beginEpoch: readOnly,
    });
    return { outbox, close: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}
