/** The plant server as a process of its own, once or several times on one database; ended, killed and started again. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { openPglite } from '#server/db/pglite.ts';
import { root, startChild, type Child } from './child.ts';
import { migratedPglite } from './migrated-pglite.ts';
import { freePorts } from './ports.ts';
import { startCluster, type Cluster } from './postgres.ts';
import { systemPart } from './system.ts';

/** Where the facts lie. `copy` and `putBack` want all servers ended. */
export interface Database {
  readonly kind: 'postgresql' | 'pglite';
  /** As DATABASE_URL; null: PGlite in `data`. */
  readonly url: string | null;
  /** Data folder of the servers. */
  readonly data: string;
  readonly cluster: Cluster | null;
  /** A backup: copy of the files of the database. */
  copy(): Promise<void>;
  /** The backup takes the place of what is there. */
  putBack(): Promise<void>;
  remove(): Promise<void>;
}

export type DatabaseKind = Database['kind'];

/** Both kinds, without PostgreSQL where a machine has none (and may go without). */
export const databaseKinds: readonly DatabaseKind[] =
  systemPart('postgresql') !== null || process.env['LINEWRIGHT_NO_SKIPS'] === '1'
    ? ['pglite', 'postgresql']
    : ['pglite'];

export async function newDatabase(
  kind: DatabaseKind,
  options: { readonly parent?: string; readonly settings?: Readonly<Record<string, string>> } = {},
): Promise<Database> {
  const home = mkdtempSync(join(options.parent ?? tmpdir(), 'linewright-plant-'));
  const data = join(home, 'data');
  const backup = join(home, 'backup');
  if (kind === 'pglite') {
    const folder = join(data, 'pglite');
    mkdirSync(folder, { recursive: true });
    // Its names begin with '/', which tar takes away and says so.
    execFileSync('tar', ['--extract', '--file', await migratedPglite(), '--directory', folder], { stdio: 'pipe' });
    return {
      kind,
      url: null,
      data,
      cluster: null,
      async copy() {
        rmSync(backup, { recursive: true, force: true });
        cpSync(data, backup, { recursive: true });
      },
      async putBack() {
        rmSync(data, { recursive: true, force: true });
        cpSync(backup, data, { recursive: true });
      },
      async remove() {
        rmSync(home, { recursive: true, force: true });
      },
    };
  }
  const cluster = await startCluster(options);
  // PostgreSQL's user must get at its copy.
  const copyFolder = `${cluster.folder}-backup`;
  const url = await cluster.createDatabase('linewright');
  return {
    kind,
    url,
    data,
    cluster,
    async copy() {
      await cluster.stop();
      cluster.copyTo(copyFolder);
      await cluster.start();
    },
    async putBack() {
      await cluster.stop();
      cluster.putBack(copyFolder);
      await cluster.start();
    },
    async remove() {
      await cluster.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export interface StationKey {
  readonly stationId: string;
  readonly keyId: string;
  /** 32 bytes, base64url. */
  readonly publicKey: string;
}

/**
 * Puts keys of stations where enrolling puts them, so that a suite about something else needs no person. On PGlite before
 * the first server starts.
 */
export async function admit(database: Database, keys: readonly StationKey[]): Promise<void> {
  const db =
    database.url === null ? await openPglite({ folder: join(database.data, 'pglite') }) : openPg({ url: database.url });
  try {
    await migrate(db);
    for (const { stationId, keyId, publicKey } of keys)
      await db.execute(
        `INSERT INTO station_key (key_id, station_id, public_key, enrolled_at, enrolled_by)
         VALUES ($1, $2, $3, now(), 'test')`,
        [keyId, stationId, Buffer.from(publicKey, 'base64url')],
      );
  } finally {
    await db.close();
  }
}

export interface PlantServer {
  readonly port: number;
  readonly url: string;
  child(): Child;
  /** SIGTERM, and its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Again on the same port and database. */
  start(): Promise<void>;
  /** Resident memory, MiB. */
  rssMiB(): number;
}

export interface ServerOptions {
  readonly config?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** One instance; ready when it answers. */
export async function startServer(database: Database, options: ServerOptions = {}): Promise<PlantServer> {
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  let child: Child;
  async function start(): Promise<void> {
    child = startChild(
      [
        'server/plant.entry.ts',
        '--config',
        options.config ?? join(root, 'resources/demo-plant'),
        '--data',
        database.data,
        '--port',
        String(port),
        ...(options.args ?? []),
      ],
      { DATABASE_URL: database.url ?? '', ...options.env },
    );
    await child.line(/ready http/, 120_000);
  }
  await start();
  return {
    port,
    url,
    child: () => child,
    stop: () => child.kill('SIGTERM'),
    async kill() {
      await child.kill('SIGKILL');
    },
    start,
    rssMiB() {
      const status = readFileSync(`/proc/${child.process.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
    },
  };
}
