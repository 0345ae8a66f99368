/**
 * What the server knows of its database: SQL and parameters, transactions, notifications. Two adapters, PostgreSQL (`pg`)
 * and the embedded PGlite; every statement in the server runs on both.
 */

/** Values as both drivers take them. Arrays become PostgreSQL arrays; objects are not taken: pass JSON text. */
export type DbValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Date
  | Uint8Array
  | readonly (string | number | bigint | null | Uint8Array)[];

export interface Queries {
  /** Rows with the columns' names as keys. bigint columns come as numbers (all of ours are below 2^53), bytea as Uint8Array, json as parsed. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly DbValue[]): Promise<Row[]>;
  /** @returns the number of rows changed. */
  execute(sql: string, params?: readonly DbValue[]): Promise<number>;
}

export interface Db extends Queries {
  readonly kind: 'postgresql' | 'pglite';
  /** READ COMMITTED. Rolled back when `run` rejects; deadlocks and serialisation failures are tried again (up to 5 times). */
  transaction<T>(run: (tx: Queries) => Promise<T>): Promise<T>;
  /** Hears `NOTIFY channel`; survives a lost connection (then `onMissed` is called, because some may have been missed). */
  listen(channel: string, onNotify: (payload: string) => void, onMissed?: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}
