/** The database that the options name: PostgreSQL by `DATABASE_URL`, else PGlite in the data folder. */
import { join } from 'node:path';
import type { Db } from './db.ts';
import { openPg } from './pg.ts';
import { openPglite } from './pglite.ts';

export interface OpenOptions {
  /** `postgresql://...`; null or empty: PGlite. */
  readonly url: string | null;
  readonly dataFolder: string;
  readonly poolSize?: number;
  readonly onTrouble?: (problem: string) => void;
}

/** @throws DatabaseFolderError */
export function openDatabase({ url, dataFolder, ...rest }: OpenOptions): Promise<Db> {
  if (url !== null && url !== '') return Promise.resolve(openPg({ url, ...rest }));
  return openPglite({ folder: join(dataFolder, 'pglite') });
}
