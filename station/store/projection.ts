/**
 * What a projection is: the only thing that writes the read model (design law 1). It is given every known event of the
 * log in order and keeps its own tables from it, so that the tables can be dropped and made again at any time.
 */
import type { StoredEvent } from '#contract/events/index.ts';

/** What SQLite takes and gives. Booleans are kept as 0 and 1: bind `Number(flag)`. */
export type SqlValue = string | number | bigint | null | Uint8Array;

/** Reading. Statements are prepared once per SQL text, so keep the text constant and pass values as parameters. */
export interface ReadModelReader {
  /** First row or undefined. The caller states the row's shape; column names become keys. */
  get<Row>(sql: string, ...params: readonly SqlValue[]): Row | undefined;
  all<Row>(sql: string, ...params: readonly SqlValue[]): Row[];
  /** To be consumed without awaiting in between: nothing can be appended while it is open. */
  iterate<Row>(sql: string, ...params: readonly SqlValue[]): IterableIterator<Row>;
}

export interface ReadModelDb extends ReadModelReader {
  /** @returns the number of rows changed. */
  run(sql: string, ...params: readonly SqlValue[]): number;
}

export interface ProjectedDocument {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  /** UTC ms when it came here. */
  readonly receivedAt: number;
  readonly body: unknown;
}

export interface Projection {
  /** Unique among the projections. */
  readonly name: string;
  /** Bump when `apply` changes meaning: the read model is then rebuilt at the next start. */
  readonly version: number;
  /** The tables it owns; no other projection or part may write or depend on them while folding. */
  readonly tables: readonly string[];
  /** Creates exactly `tables` (STRICT, each with a PRIMARY KEY) and their indexes. A change of it also rebuilds. */
  readonly ddl: string;
  /**
   * Folds one event. Must depend on the event and its own tables only (no clock, no random), must ignore types it does
   * not know, and runs inside the transaction that writes the event: throwing refuses the event.
   */
  apply(db: ReadModelDb, event: StoredEvent): void;
  /**
   * Folds one document of the server into its own tables, inside the transaction that stores it; `body` null: it is gone.
   * When the read model is made again, all documents are folded after the log; the result must be the same.
   */
  document?(db: ReadModelDb, document: ProjectedDocument): void;
}
