/** history.db as SQL: opening it in whatever condition it is, and every statement on it. */
import Database from 'better-sqlite3';
import { faultOf } from '../store/errors.ts';
import { openDatabase, openForReading, type FileFault } from '../store/open-database.ts';
import { migrate } from '../store/schema.ts';
import type { ChunkRow, Lane } from './lanes.ts';
import { historySchema } from './schema.ts';
import type { StatusRow } from './statuses.ts';

export interface TagRow {
  readonly key: number;
  readonly id: string;
}
export interface BlockRow {
  readonly id: number;
  readonly data: Uint8Array;
}
export interface TraceRow {
  readonly at: number;
  readonly meta: string;
  readonly data: Uint8Array;
}

/** All that one flush writes. */
export interface FlushRows {
  readonly tags: readonly TagRow[];
  readonly statuses: readonly StatusRow[];
  readonly block: BlockRow;
  readonly chunks: readonly ChunkRow[];
  /** Lanes whose samples of earlier blocks are in `chunks` or in `block` now. */
  readonly cleared: readonly Lane[];
  /** Blocks before this one are not needed any more. */
  readonly firstNeeded: number;
}

export interface SampleFileFault extends FileFault {
  /** Whether it ends without opening the file again. */
  readonly recoverable: boolean;
}

export class SampleFile {
  /** What kept the file from being opened for writing; null when nothing did. */
  readonly fault: SampleFileFault | null;
  readonly #db: Database.Database;
  readonly #sql: ReturnType<typeof statements>;

  /** @throws StoreFileError */
  constructor(path: string, maxPages: number | null) {
    const opened = open(path, maxPages);
    this.#db = opened.db;
    this.fault = opened.fault;
    this.#sql = statements(opened.db);
  }

  tags = (): TagRow[] => this.#sql.tags.all();
  statuses = (): StatusRow[] => this.#sql.statuses.all();
  lanes = (): { lane: number; doneTo: number }[] => this.#sql.lanes.all();
  blocks = (): IterableIterator<BlockRow> => this.#sql.blocks.iterate();

  flush(rows: FlushRows): void {
    this.#transaction(() => {
      for (const { key, id } of rows.tags) this.#sql.insertTag.run(key, id);
      for (const { key, quality, status } of rows.statuses) this.#sql.insertStatus.run(key, quality, status);
      this.#sql.insertBlock.run(rows.block.id, rows.block.data);
      for (const { lane, fromAt, toAt, data } of rows.chunks) this.#sql.insertChunk.run(lane, fromAt, toAt, data);
      for (const { lane } of rows.cleared) this.#sql.laneDone.run(lane, rows.block.id - 1);
      this.#sql.deleteBlocks.run(rows.firstNeeded);
    });
  }

  /** Data of the chunks of a lane that touch the interval, in the order they were written. */
  chunks(lane: number, fromAt: number, toAt: number): IterableIterator<Uint8Array> {
    return this.#sql.chunks.iterate(lane, fromAt, toAt);
  }

  chunkIds(lane: number, fromAt: number, toAt: number): number[] {
    return this.#sql.chunkIds.all(lane, fromAt, toAt);
  }

  chunk(id: number): Uint8Array | undefined {
    return this.#sql.chunk.get(id);
  }

  /** Of the `limit` chunks written first, deletes those that end before `before`. @returns their rows */
  deleteOldest(before: number, limit: number): number[] {
    const old = this.#sql.oldest.all(limit).filter((row) => row.toAt < before);
    if (old.length > 0) this.#transaction(() => old.forEach((row) => this.#sql.deleteChunk.run(row.id)));
    return old.map((row) => row.id);
  }

  trace(id: string): TraceRow | undefined {
    return this.#sql.trace.get(id);
  }

  insertTrace(id: string, at: number, meta: string, data: Uint8Array): void {
    this.#sql.insertTrace.run(id, at, meta, data);
  }

  /** A number kept under this name; 0 when there is none. */
  number(key: string): number {
    return Number(this.#sql.metaValue.get(key) ?? 0);
  }

  setNumber(key: string, value: number): void {
    this.#sql.setMeta.run(key, String(value));
  }

  /** First and last row of curves and of chunks; 0 and 0 when there is none. */
  rows(): { readonly [Kind in 'trace' | 'samples']: { readonly first: number; readonly last: number } } {
    const none = { first: 0, last: 0 };
    return { trace: this.#sql.traceRows.get() ?? none, samples: this.#sql.chunkRows.get() ?? none };
  }

  traceAfter(row: number): (TraceRow & { readonly id: string; readonly row: number }) | undefined {
    return this.#sql.traceAfter.get(row);
  }

  chunkAfter(row: number): (ChunkRow & { readonly row: number }) | undefined {
    return this.#sql.chunkAfter.get(row);
  }

  /** A real write of the size of a large flush. */
  probe(): void {
    const write = this.#db.prepare(
      "INSERT INTO meta (key, value) VALUES ('probe', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    );
    write.run('x'.repeat(131_072));
    write.run('');
  }

  close(): void {
    this.#db.close();
  }

  #transaction(run: () => void): void {
    this.#sql.begin.run();
    try {
      run();
      this.#sql.commit.run();
    } catch (error) {
      if (this.#db.inTransaction) this.#db.exec('ROLLBACK');
      throw error;
    }
  }
}

function statements(db: Database.Database) {
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    tags: db.prepare<[], TagRow>('SELECT key, id FROM tag ORDER BY key'),
    insertTag: db.prepare('INSERT INTO tag (key, id) VALUES (?, ?)'),
    statuses: db.prepare<[], StatusRow>('SELECT key, quality, status FROM status ORDER BY key'),
    insertStatus: db.prepare('INSERT INTO status (key, quality, status) VALUES (?, ?, ?)'),
    lanes: db.prepare<[], { lane: number; doneTo: number }>('SELECT lane, doneTo FROM lane'),
    laneDone: db.prepare(
      'INSERT INTO lane (lane, doneTo) VALUES (?, ?) ON CONFLICT (lane) DO UPDATE SET doneTo = excluded.doneTo',
    ),
    blocks: db.prepare<[], BlockRow>('SELECT id, data FROM block ORDER BY id'),
    insertBlock: db.prepare('INSERT INTO block (id, data) VALUES (?, ?)'),
    deleteBlocks: db.prepare('DELETE FROM block WHERE id < ?'),
    insertChunk: db.prepare('INSERT INTO chunk (lane, fromAt, toAt, data) VALUES (?, ?, ?, ?)'),
    chunks: db
      .prepare<number[], Uint8Array>(
        'SELECT data FROM chunk WHERE lane = ? AND toAt >= ? AND fromAt <= ? ORDER BY toAt',
      )
      .pluck(),
    chunkIds: db
      .prepare<number[], number>('SELECT id FROM chunk WHERE lane = ? AND toAt >= ? AND fromAt <= ? ORDER BY id')
      .pluck(),
    chunk: db.prepare<[number], Uint8Array>('SELECT data FROM chunk WHERE id = ?').pluck(),
    oldest: db.prepare<[number], { id: number; toAt: number }>('SELECT id, toAt FROM chunk ORDER BY id LIMIT ?'),
    deleteChunk: db.prepare('DELETE FROM chunk WHERE id = ?'),
    metaValue: db.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck(),
    setMeta: db.prepare(
      'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    ),
    traceRows: db.prepare<[], { first: number; last: number }>(
      `SELECT coalesce((SELECT min(rowid) FROM trace), 0) AS first,
        coalesce((SELECT max(rowid) FROM trace), 0) AS last`,
    ),
    chunkRows: db.prepare<[], { first: number; last: number }>(
      `SELECT coalesce((SELECT min(id) FROM chunk), 0) AS first, coalesce((SELECT max(id) FROM chunk), 0) AS last`,
    ),
    traceAfter: db.prepare<[number], TraceRow & { id: string; row: number }>(
      'SELECT rowid AS row, id, at, meta, data FROM trace WHERE rowid > ? ORDER BY rowid LIMIT 1',
    ),
    chunkAfter: db.prepare<[number], ChunkRow & { row: number }>(
      'SELECT id AS row, lane, fromAt, toAt, data FROM chunk WHERE id > ? ORDER BY id LIMIT 1',
    ),
    trace: db.prepare<[string], TraceRow>('SELECT at, meta, data FROM trace WHERE id = ?'),
    insertTrace: db.prepare('INSERT INTO trace (id, at, meta, data) VALUES (?, ?, ?, ?)'),
  };
}

function open(path: string, maxPages: number | null): { db: Database.Database; fault: SampleFileFault | null } {
  try {
    const { db, full } = openDatabase({ schema: historySchema(path), maxPages });
    return { db, fault: full ? { ...full, recoverable: true } : null };
  } catch (error) {
    const fault = faultOf(error);
    if (!fault) throw error;
    const db = fault.state === 'corrupt' ? null : readable(path, maxPages);
    return { db: db ?? empty(), fault: { ...fault, recoverable: false } };
  }
}

function readable(path: string, maxPages: number | null): Database.Database | null {
  const schema = historySchema(path);
  let db: Database.Database | null = null;
  try {
    db = openForReading({ schema, maxPages });
    db.prepare('SELECT count(*) FROM trace').get();
    return db;
  } catch {
    // Whatever it is, the fault found before says it; the station runs on with nothing to read.
    db?.close();
    return null;
  }
}

function empty(): Database.Database {
  const db = new Database(':memory:');
  migrate(db, historySchema(':memory:'));
  return db;
}
