/** A thin face over one better-sqlite3 connection: statements cached by their text, reads kept apart from writes. */
import type Database from 'better-sqlite3';
import type { ReadModelDb, SqlValue } from './projection.ts';

export class SqlDb implements ReadModelDb {
  readonly #db: Database.Database;
  readonly #readOnly: boolean;
  readonly #onError: (error: unknown) => void;
  readonly #statements = new Map<string, Database.Statement<SqlValue[]>>();

  /**
   * @param readOnly refuse every statement that could write, whatever the connection may do.
   * @param onError hears every error before it is thrown on (a file found to be damaged while reading).
   */
  constructor(db: Database.Database, readOnly: boolean, onError: (error: unknown) => void = () => {}) {
    this.#db = db;
    this.#readOnly = readOnly;
    this.#onError = onError;
  }

  run(sql: string, ...params: readonly SqlValue[]): number {
    return this.#statement(sql).run(...params).changes;
  }

  get<Row>(sql: string, ...params: readonly SqlValue[]): Row | undefined {
    return this.#heard(() => this.#statement(sql).get(...params) as Row | undefined);
  }

  all<Row>(sql: string, ...params: readonly SqlValue[]): Row[] {
    return this.#heard(() => this.#statement(sql).all(...params) as Row[]);
  }

  iterate<Row>(sql: string, ...params: readonly SqlValue[]): IterableIterator<Row> {
    return this.#statement(sql).iterate(...params) as IterableIterator<Row>;
  }

  #heard<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      this.#onError(error);
      throw error;
    }
  }

  #statement(sql: string): Database.Statement<SqlValue[]> {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare<SqlValue[]>(sql);
      if (this.#readOnly && !statement.readonly) throw new Error(`the read model is only read here: ${sql}`);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
