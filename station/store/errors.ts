/** What can be wrong with the data folder and its files, by name, and what SQLite's and the system's errors mean. */
import type { StoreState } from '#contract/rpc/system.ts';

export type StoreFault = Exclude<StoreState, 'ok'>;

/** The data folder is missing, is not a folder, or cannot be written. Start-up ends with this one line. */
export class DataFolderError extends Error {
  readonly folder: string;
  constructor(folder: string, problem: string) {
    super(`data folder ${folder}: ${problem}`);
    this.name = 'DataFolderError';
    this.folder = folder;
  }
}

/** Another process works on the same data folder. */
export class DataInUseError extends Error {
  readonly folder: string;
  /** Process id of the holder, null when it could not be read. */
  readonly pid: number | null;
  constructor(folder: string, pid: number | null) {
    super(
      `data folder ${folder} is in use by another station${pid === null ? '' : ` (process ${pid})`}; ` +
        'end it or choose another folder with --data',
    );
    this.name = 'DataInUseError';
    this.folder = folder;
    this.pid = pid;
  }
}

/**
 * The file is sound but may not be used here: `other-station` (belongs to another station), `newer-version` (written by
 * a newer program), `not-ours` (an SQLite file of something else).
 */
export class StoreFileError extends Error {
  readonly code: 'other-station' | 'newer-version' | 'not-ours';
  constructor(code: 'other-station' | 'newer-version' | 'not-ours', message: string) {
    super(message);
    this.name = 'StoreFileError';
    this.code = code;
  }
}

/** Nothing was written: the store is in a state in which it accepts nothing. */
export class StoreNotWritableError extends Error {
  readonly state: StoreFault;
  readonly detail: string;
  constructor(state: StoreFault, detail: string) {
    super(`the store is ${state}: ${detail}`);
    this.name = 'StoreNotWritableError';
    this.state = state;
    this.detail = detail;
  }
}

/** An event that breaks its own schema; nothing of its batch was written. */
export class InvalidEventError extends Error {
  readonly type: string;
  /** Path inside the body, e.g. `reading.value`; empty when the event as a whole is meant. */
  readonly path: string;
  constructor(type: string, path: string, problem: string) {
    super(`event ${type}${path === '' ? '' : ` at ${path}`}: ${problem}`);
    this.name = 'InvalidEventError';
    this.type = type;
    this.path = path;
  }
}

/** A projection threw while folding an event; nothing of the batch was written. */
export class ProjectionError extends Error {
  constructor(projection: string, type: string, seq: number, cause: unknown) {
    super(`projection ${projection} failed on ${type} (seq ${seq}): ${messageOf(cause)}`, { cause });
    this.name = 'ProjectionError';
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The `code` of a SQLite or system error, else ''. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/**
 * Which state an error of SQLite or the file system means; null when it is no fault of the storage (a bug, a refused
 * constraint). I/O errors count as read-only: reading mostly still works and writing is tried again from time to time.
 * Codes: https://www.sqlite.org/rescode.html.
 */
export function faultOf(error: unknown): { readonly state: StoreFault; readonly detail: string } | null {
  const cause = error instanceof ProjectionError ? error.cause : error;
  const code = codeOf(cause);
  const detail = `${messageOf(cause)} (${code})`;
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return { state: 'disk-full', detail };
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return { state: 'corrupt', detail };
  if (/^SQLITE_(READONLY|IOERR|CANTOPEN|PERM)/.test(code)) return { state: 'read-only', detail };
  if (['EROFS', 'EACCES', 'EPERM', 'EIO'].includes(code)) return { state: 'read-only', detail };
  return null;
}
