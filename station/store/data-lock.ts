/**
 * One station per data folder. The lock is an open exclusive transaction on a SQLite file of its own: the operating
 * system ends it with the process, however that ends, so a `kill -9` leaves nothing to clean up.
 */
import { accessSync, constants, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { codeOf, DataFolderError, DataInUseError, messageOf } from './errors.ts';

export interface DataLock {
  release(): void;
}

/** Locks that are held: a connection that nobody refers to is closed by the garbage collector, and its lock with it. */
const held = new Set<Database.Database>();

/** @throws DataFolderError, DataInUseError */
export function lockDataFolder(folder: string): DataLock {
  checkFolder(folder);
  const holderFile = join(folder, 'station.pid');
  let db: Database.Database;
  try {
    db = new Database(join(folder, 'station.lock'), { timeout: 0 });
  } catch (error) {
    throw new DataFolderError(folder, `the lock file cannot be opened: ${messageOf(error)}`);
  }
  try {
    // No journal file: the lock must also be had on a full disk.
    db.pragma('journal_mode = MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (codeOf(error).startsWith('SQLITE_BUSY')) throw new DataInUseError(folder, holderOf(holderFile));
    throw new DataFolderError(folder, `the lock file station.lock cannot be locked: ${messageOf(error)}`);
  }
  try {
    writeFileSync(holderFile, `${process.pid}\n`);
  } catch {
    // Only a help for the message of the next one; on a full disk the lock itself still holds.
  }
  held.add(db);
  return {
    release() {
      held.delete(db);
      rmSync(holderFile, { force: true });
      db.close();
    },
  };
}

function checkFolder(folder: string): void {
  try {
    if (!statSync(folder).isDirectory()) throw new DataFolderError(folder, 'is not a folder');
    accessSync(folder, constants.W_OK | constants.X_OK | constants.R_OK);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    const code = codeOf(error);
    const problem =
      code === 'ENOENT'
        ? 'does not exist; create it or choose another with --data'
        : code === 'EROFS'
          ? 'is on a read-only disk'
          : code === 'EACCES'
            ? 'may not be written by this user; change its owner or choose another with --data'
            : messageOf(error);
    throw new DataFolderError(folder, problem);
  }
}

function holderOf(file: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}
