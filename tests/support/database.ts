/** The same suite on both databases: PGlite in memory, always, and PostgreSQL where it is installed. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Db } from '#server/db/db.ts';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { openPglite } from '#server/db/pglite.ts';
import { migratedPglite } from './migrated-pglite.ts';
import { startCluster, type Cluster } from './postgres.ts';
import { describeWith } from './system.ts';

/** A migrated, otherwise empty database of one suite. */
export interface TestDatabase {
  readonly kind: Db['kind'];
  /** The suite's connection, open from `beforeAll` to `afterAll`. */
  readonly db: Db;
  /**
   * A connection of its own, as another instance of the server has it; close it. On PGlite, which has one, the same engine,
   * whose `close` does nothing.
   */
  open(): Db;
  /** Empties every table but the record of migrations; identities begin at 1 again. */
  clear(): Promise<void>;
  /** Only on PostgreSQL. */
  readonly cluster: Cluster | null;
  /** Only on PostgreSQL. */
  readonly url: string | null;
}

const startMs = 240_000;

/** @param suite called once per database; `database` may be used in hooks and tests, not while suites are collected. */
export function describeOnDatabases(name: string, suite: (database: TestDatabase) => void): void {
  describe(`${name}, on PGlite`, () => {
    const open: { db?: Db } = {};
    beforeAll(async () => {
      open.db = await pgliteOfTests();
    }, startMs);
    afterAll(() => open.db?.close());
    suite({
      kind: 'pglite',
      get db() {
        return opened(open.db);
      },
      open: () => ({ ...opened(open.db), close: () => Promise.resolve() }),
      clear: () => clear(opened(open.db)),
      cluster: null,
      url: null,
    });
  });
  // Of the whole file: its suites share the cluster.
  afterAll(removeCluster);
  describeWith('postgresql', `${name}, on PostgreSQL`, () => {
    const open: { db?: Db; url?: string; cluster?: Cluster } = {};
    beforeAll(async () => {
      open.cluster = await clusterOfTests();
      const database = `suite_${(suites += 1)}`;
      await open.cluster.query(`CREATE DATABASE ${database} TEMPLATE migrated`);
      open.url = open.cluster.url(database);
      open.db = openPg({ url: open.url });
    }, startMs);
    afterAll(() => open.db?.close());
    suite({
      kind: 'postgresql',
      get db() {
        return opened(open.db);
      },
      open: () => openPg({ url: open.url ?? '' }),
      clear: () => clear(opened(open.db)),
      get cluster() {
        return open.cluster ?? null;
      },
      get url() {
        return open.url ?? null;
      },
    });
  });
}

function opened(db: Db | undefined): Db {
  if (db === undefined) throw new Error('the database is open in hooks and tests only');
  return db;
}

let suites = 0;
let cluster: Promise<Cluster> | null = null;

/** One per test file, made when its first suite wants it. */
function clusterOfTests(): Promise<Cluster> {
  cluster ??= (async () => {
    const started = await startCluster({
      // Nobody pulls the plug of these; the fault suites have clusters of their own, with fsync.
      settings: { max_connections: '100', jit: 'off', fsync: 'off' },
    });
    const db = openPg({ url: await started.createDatabase('migrated') });
    await migrate(db);
    await db.close();
    return started;
  })();
  return cluster;
}

async function removeCluster(): Promise<void> {
  const made = cluster;
  cluster = null;
  await (await made)?.remove();
}

/** In memory, migrated. */
export async function pgliteOfTests(): Promise<Db> {
  return openPglite({ folder: null, from: new Blob([readFileSync(await migratedPglite())]) });
}

/**
 * A backup of everything in the database, for the same one under a server that goes on running.
 * @returns puts it back.
 */
export async function backup(db: Db): Promise<() => Promise<void>> {
  const tables = await db.query<{ name: string }>(
    `SELECT quote_ident(c.relname) AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
     AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'schema_migration'`,
  );
  await db.execute('DROP SCHEMA IF EXISTS backup CASCADE');
  await db.execute('CREATE SCHEMA backup');
  for (const { name } of tables) await db.execute(`CREATE TABLE backup.${name} AS TABLE public.${name}`);
  return () =>
    db.transaction(async (tx) => {
      await tx.execute('SET LOCAL session_replication_role = replica');
      await tx.execute(`TRUNCATE ${tables.map(({ name }) => name).join(', ')} CASCADE`);
      for (const { name } of tables)
        await tx.execute(`INSERT INTO public.${name} OVERRIDING SYSTEM VALUE TABLE backup.${name}`);
    });
}

async function clear(db: Db): Promise<void> {
  const tables = await db.query<{ name: string }>(
    `SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration'`,
  );
  await db.transaction(async (tx) => {
    // Tables whose rows are never removed say so by a trigger, which this role leaves out.
    await tx.execute('SET LOCAL session_replication_role = replica');
    // A hundred times faster than TRUNCATE, which makes new files for every table and index.
    await tx.execute(tables.map(({ name }) => `DELETE FROM ${name}`).join(';'));
    await tx.query(
      `SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences
       WHERE schemaname = 'public'`,
    );
  });
}
