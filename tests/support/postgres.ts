/**
 * A private PostgreSQL: own folder under the temporary one, own port, ended with the test run at the latest. As it comes
 * (fsync on), but for what a test sets. Root may not run it, so it runs as user `postgres` then.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { root } from './child.ts';
import { freePorts } from './ports.ts';
import { systemPart } from './system.ts';

const run = promisify(execFile);

export interface ClusterOptions {
  /** Lines of postgresql.conf, e.g. `{ wal_level: 'logical' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Parent of the cluster's folder (a small file system, say); default: the temporary folder. */
  readonly parent?: string;
}

export interface Cluster {
  readonly port: number;
  /** Data directory. */
  readonly folder: string;
  url(database?: string): string;
  /** A new, empty database. @returns its URL. */
  createDatabase(name: string): Promise<string>;
  query<Row extends object = Record<string, unknown>>(sql: string, database?: string): Promise<Row[]>;
  /** Again, on the same port, after `stop` or `kill`. */
  start(): Promise<void>;
  /** `fast` ends sessions and writes a checkpoint; `immediate` does neither, as a power cut. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Copy of a stopped cluster's files. */
  copyTo(folder: string): void;
  /** Puts a copy in the place of a stopped cluster's files. */
  putBack(folder: string): void;
  /** For good, with its files. */
  remove(): Promise<void>;
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  // SIGQUIT: immediate; a SIGKILL would leave its children and their shared memory behind.
  for (const child of alive) child.kill('SIGQUIT');
});

/** Who runs it: user postgres when we are root. */
function runner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: id('-u'), gid: id('-g') };
}

/** cp keeps owner and mode, which PostgreSQL insists on. */
function copy(from: string, to: string): void {
  rmSync(to, { recursive: true, force: true });
  execFileSync('cp', ['-a', from, to]);
}

/** An empty cluster in `folder`. initdb takes more than a second, so what it made is kept per version and user. */
async function initialise(bin: string, folder: string, who: { uid?: number; gid?: number }): Promise<void> {
  const { stdout } = await run(join(bin, 'initdb'), ['--version']);
  const version = /[\d.]+/.exec(stdout)?.[0] ?? 'unknown';
  const cache = join(root, 'node_modules/.cache/linewright');
  const made = join(cache, `initdb-${version}-${who.uid ?? process.getuid?.() ?? 0}`);
  if (!existsSync(made)) {
    const options = ['--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'];
    await run(join(bin, 'initdb'), ['--pgdata', folder, ...options], { ...who, cwd: dirname(folder) });
    mkdirSync(cache, { recursive: true });
    // Other test processes may do the same at the same time: a whole folder appears, or none.
    const own = `${made}.${process.pid}`;
    copy(folder, own);
    try {
      renameSync(own, made);
    } catch {
      rmSync(own, { recursive: true });
    }
    return;
  }
  copy(made, folder);
}

export async function startCluster({ settings = {}, parent = tmpdir() }: ClusterOptions = {}): Promise<Cluster> {
  const bin = systemPart('postgresql');
  if (bin === null) throw new Error('there is no PostgreSQL here');
  const who = runner();
  const home = mkdtempSync(join(parent, 'linewright-pg-'));
  if (who.uid !== undefined && who.gid !== undefined) chownSync(home, who.uid, who.gid);
  const folder = join(home, 'data');
  const [port = 0] = await freePorts(1);
  await initialise(bin, folder, who);
  const values = { listen_addresses: '127.0.0.1', unix_socket_directories: home, max_connections: '50', ...settings };
  let postmaster: ChildProcess | null = null;
  const url = (database = 'postgres'): string => `postgresql://postgres@127.0.0.1:${port}/${database}`;

  async function query<Row extends object>(sql: string, database?: string): Promise<Row[]> {
    const client = new pg.Client({ connectionString: url(database) });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(sql)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async function start(): Promise<void> {
    const args = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(bin ?? '', 'postgres'), ['-D', folder, '-p', String(port), ...args], {
      ...who,
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    postmaster = child;
    alive.add(child);
    let said = '';
    child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-20_000)));
    child.once('exit', () => alive.delete(child));
    const until = performance.now() + 60_000;
    for (;;) {
      try {
        await query('SELECT 1');
        return;
      } catch (error) {
        if (child.exitCode !== null || performance.now() > until)
          throw new Error(`PostgreSQL did not start: ${said}`, { cause: error });
        await pause(50);
      }
    }
  }

  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    const child = postmaster;
    postmaster = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    await ended;
  }

  await start();
  return {
    port,
    folder,
    url,
    async createDatabase(name) {
      await query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
      return url(name);
    },
    query,
    start,
    stop,
    copyTo: (to) => copy(folder, to),
    putBack: (from) => copy(from, folder),
    async remove() {
      await stop('immediate');
      rmSync(home, { recursive: true, force: true });
    },
  };
}
