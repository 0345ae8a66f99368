/** `Db` on the embedded PGlite: PostgreSQL in this process, one connection, one folder. For one instance only. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { PGlite, types } from '@electric-sql/pglite';
import type { Db, DbValue, Queries } from './db.ts';
import { DatabaseFolderError } from './errors.ts';
import { lockFolder } from './folder-lock.ts';
import { retried } from './retry.ts';

export interface PgliteOptions {
  /** Absolute or relative to the working folder; null: in memory. */
  readonly folder: string | null;
  /** A folder dumped before (`dumpDataDir`), instead of making a new database. In memory only. */
  readonly from?: Blob;
}

interface Asked {
  query(sql: string, params?: unknown[]): Promise<{ readonly rows: unknown[]; readonly affectedRows?: number }>;
  exec(sql: string): Promise<{ readonly affectedRows?: number }[]>;
}

const queriesOn = (engine: Asked): Queries => ({
  async query<Row>(sql: string, params: readonly DbValue[] = []) {
    return (await engine.query(sql, [...params])).rows as Row[];
  },
  async execute(sql, params = []) {
    // As on PostgreSQL: without parameters several statements may be given.
    const last = params.length === 0 ? (await engine.exec(sql)).at(-1) : await engine.query(sql, [...params]);
    return last?.affectedRows ?? 0;
  },
});

export interface PgliteDb extends Db {
  readonly kind: 'pglite';
  /** The whole database as it lies in its folder. */
  dump(): Promise<Blob>;
}

/** @throws DatabaseFolderError when another process has the folder or it cannot be made. */
export async function openPglite(options: PgliteOptions): Promise<PgliteDb> {
  const folder = options.folder === null ? null : resolve(options.folder);
  if (folder !== null) {
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new DatabaseFolderError(folder, `cannot be made (${String(error)}); choose another with --data`);
    }
  }
  const unlock = folder === null ? async () => undefined : await lockFolder(folder);
  try {
    const engine = await PGlite.create({
      ...(folder === null ? {} : { dataDir: folder }),
      ...(options.from === undefined ? {} : { loadDataDir: options.from }),
      parsers: { [types.INT8]: Number, [types.DATE]: String, [int8Array]: int8s },
    });
    return {
      kind: 'pglite',
      ...queriesOn(engine as unknown as Asked),
      transaction: (run) => retried(() => engine.transaction((tx) => run(queriesOn(tx as unknown as Asked)))),
      listen: (channel, onNotify) => engine.listen(channel, onNotify).then((unlisten) => () => unlisten()),
      dump: async () => engine.dumpDataDir('none'),
      async close() {
        await engine.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

/** Its OID; PGlite names none of the arrays'. */
const int8Array = 1016;
const int8s = (text: string): (number | null)[] =>
  text
    .slice(1, -1)
    .split(',')
    .filter(Boolean)
    .map((each) => (each === 'NULL' ? null : Number(each)));
