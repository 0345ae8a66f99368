/** What can go wrong between the server and its database, told apart by what has to happen next. */

/** The database cannot be reached or is shutting down: nothing is wrong with what was asked, it may be asked again. */
export class DatabaseUnreachableError extends Error {
  constructor(cause: unknown) {
    super(`the database cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'DatabaseUnreachableError';
  }
}

/** A migration failed, was changed after it was applied, or the database is newer than this program. One line for people. */
export class MigrationError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MigrationError';
  }
}

/** The database folder is in use or cannot be used. One line for people. */
export class DatabaseFolderError extends Error {
  constructor(folder: string, problem: string) {
    super(`the database folder ${folder} ${problem}`);
    this.name = 'DatabaseFolderError';
  }
}

/** Node's socket errors, and the words of `pg` for a connection that ended. */
const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);
const clientWords =
  /connection terminated|connection ended|timeout exceeded when trying to connect|timeout expired|client has encountered a connection error|not queryable|pool is closed|pool after calling end/i;

/**
 * PostgreSQL appendix A: class 08 connection, 53300 too many connections, 57P01-57P03 shut down or not up yet, 25006 read
 * only (a standby that was not promoted yet).
 */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof DatabaseUnreachableError) return true;
  if (error instanceof AggregateError) return error.errors.some(isUnreachable);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== null && (code.startsWith('08') || ['53300', '57P01', '57P02', '57P03', '25006'].includes(code)))
    return true;
  return (code !== null && socketCodes.has(code)) || clientWords.test(error.message);
}

/** Deadlock and serialisation failure: the same transaction may go through when it is tried again. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof Error && ['40P01', '40001'].includes(codeOf(error) ?? '');
}

/** SQLSTATE or system error code. */
export function codeOf(error: unknown): string | null {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}

export const asDatabaseError = (error: unknown): unknown =>
  isUnreachable(error) && !(error instanceof DatabaseUnreachableError) ? new DatabaseUnreachableError(error) : error;
