/** Makes the read model again from the log in a file of its own and compares it with the live one. */
import { rmSync } from 'node:fs';
import Database from 'better-sqlite3';
import { documentsOf } from './documents.ts';
import { pagesOf, type EventLog, type Progress } from './event-log.ts';
import type { Projection } from './projection.ts';
import { compareTables, createTables, fold, type TableReport } from './read-model.ts';
import { SqlDb } from './sql-db.ts';

export interface RebuildReport {
  readonly events: number;
  readonly skipped: number;
  readonly tables: readonly TableReport[];
  readonly equal: boolean;
  /** Whether the live tables were replaced by the rebuilt ones (only when they differed). */
  readonly replaced: boolean;
}

export interface RebuildParts {
  /** Made and deleted. */
  readonly file: string;
  readonly live: Database.Database;
  /** On `live`. */
  readonly sql: SqlDb;
  readonly log: EventLog;
  readonly projections: readonly Projection[];
  readonly events: number;
  readonly progress: Progress;
  /** Runs in one transaction on `live`; null: nothing is replaced. */
  readonly write: ((run: () => void) => void) | null;
}

/** @throws what `write` throws, when tables must be replaced */
export function rebuildReadModel(parts: RebuildParts): RebuildReport {
  const { file, live, sql, log, projections, events, progress, write } = parts;
  rmSync(file, { force: true });
  const fresh = new Database(file);
  try {
    fresh.pragma('journal_mode = OFF');
    fresh.pragma('synchronous = OFF');
    createTables(fresh, projections);
    fresh.exec('BEGIN');
    const report = fold(new SqlDb(fresh, false), projections, pagesOf(log), documentsOf(sql), events, progress);
    fresh.exec('COMMIT');
    fresh.close();
    live.prepare('ATTACH ? AS rebuilt').run(file);
    try {
      const tables = compareTables(sql, projections);
      const differing = tables.filter((table) => !table.equal).map(({ table }) => table);
      const equal = differing.length === 0;
      if (!equal && write !== null) {
        write(() => {
          for (const table of differing) {
            live.exec(`DELETE FROM main."${table}"; INSERT INTO main."${table}" SELECT * FROM rebuilt."${table}"`);
          }
        });
      }
      return { ...report, tables, equal, replaced: !equal && write !== null };
    } finally {
      live.exec('DETACH rebuilt');
    }
  } finally {
    fresh.close();
    rmSync(file, { force: true });
  }
}
