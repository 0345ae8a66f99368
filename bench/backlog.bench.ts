/**
 * A backlog from the station's log to acknowledged on the real server on PostgreSQL, beside a bare loop in the same run:
 * rows out of SQLite, one JSON body per batch over HTTP, one set-based idempotent insert. Servers are processes of their
 * own, so that the CPU counted is the station's. Then as much again while the server is killed five times.
 * `node bench/backlog.bench.ts [--json]`, `EVENTS` for another backlog.
 */
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { openDatabase } from '#server/db/open.ts';
import { makeCode } from '#server/enrolment/codes.ts';
import { enrol } from '#station/sync/enrolment.ts';
import { startChild, type Child } from '#tests/support/child.ts';
import { freePorts } from '#tests/support/ports.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { SyncStation } from '#tests/support/sync-station.ts';
import { printRows, type BenchRow } from './row.ts';

const events = Number(process.env['EVENTS'] ?? 200_000);
const perBatch = 5_000;
const kills = 5;

interface Side {
  readonly perSecond: number;
  /** CPU seconds of this process. */
  readonly cpu: number;
}

async function timed(run: () => Promise<void>): Promise<Side> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await run();
  const used = process.cpuUsage(cpu);
  return { perSecond: events / ((performance.now() - from) / 1_000), cpu: (used.user + used.system) / 1e6 };
}

/** The other end of the bare loop: `node backlog.bench.ts floor` with `DATABASE_URL`. */
async function floorServer(): Promise<void> {
  const db = await openDatabase({ url: process.env['DATABASE_URL'] ?? '', dataFolder: '' });
  await db.query('CREATE TABLE bare (station text, seq bigint, record text, hash text, PRIMARY KEY (station, seq))');
  const server = createServer((question, answer) => {
    void (async () => {
      const parts: Buffer[] = [];
      for await (const part of question) parts.push(part as Buffer);
      await db.query(
        `INSERT INTO bare SELECT 'ST10', seq, record, hash
         FROM jsonb_to_recordset($1::jsonb) AS e (seq bigint, record text, hash text) ON CONFLICT DO NOTHING`,
        [Buffer.concat(parts).toString()],
      );
      answer.end('{}');
    })();
  });
  server.listen(0, '127.0.0.1', () => console.log(`floor http://127.0.0.1:${(server.address() as AddressInfo).port}`));
}

async function bare(file: string, url: string): Promise<void> {
  const db = new Database(file, { readonly: true });
  const page = db.prepare<[number, number], { seq: number; record: string; hash: Buffer }>(
    'SELECT seq, record, hash FROM event WHERE seq > ? ORDER BY epochId, seq LIMIT ?',
  );
  for (let after = 0; after < events; after += perBatch) {
    const rows = page
      .all(after, perBatch)
      .map(({ seq, record, hash }) => ({ seq, record, hash: hash.toString('hex') }));
    const body = Buffer.from(JSON.stringify(rows));
    await new Promise<void>((resolve, reject) => {
      const question = request(url, { method: 'POST', headers: { 'content-length': body.length } }, (answer) => {
        answer.resume();
        answer.on('end', resolve);
      });
      question.on('error', reject);
      question.end(body);
    });
  }
  db.close();
}

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster();
  const [port = 0] = await freePorts(1);
  const [plantUrl, bareUrl] = [await cluster.createDatabase('plant'), await cluster.createDatabase('bare')];
  const station = new SyncStation('ST10', { batchEvents: perBatch });
  const startPlant = async (): Promise<Child> => {
    const child = startChild(['server/plant.entry.ts', '--port', String(port)], { DATABASE_URL: plantUrl });
    await child.line(/ready/, 60_000);
    return child;
  };
  let plant = await startPlant();
  const floor = startChild([fileURLToPath(import.meta.url), 'floor'], { DATABASE_URL: bareUrl });
  try {
    const floorUrl = (await floor.line(/floor (\S+)/, 60_000))[1] ?? '';
    const db = await openDatabase({ url: plantUrl, dataFolder: '' });
    const { code } = await makeCode(db, 'ST10', 'bench', Date.now());
    const origin = `http://127.0.0.1:${port}`;
    const who = { plantId: 'werk-sued', stationId: 'ST10', version: '0', caFile: null, now: Date.now() };
    await enrol(station.folder, { origin, code, ...who });
    station.openStore();
    station.recordMany(events);
    await station.stop();
    const floorSide = await timed(() => bare(`${station.folder}/station.db`, floorUrl));
    const ours = await timed(async () => {
      await station.start();
      while (station.sync.unsent().count > 0) await pause(5);
    });
    /** Events missing there, and those that are there twice. */
    const wrong = async (): Promise<{ readonly lost: number; readonly doubled: number }> => {
      const [there] = await db.query<{ n: number; different: number }>(
        `SELECT count(*)::int AS n, count(DISTINCT seq)::int AS different FROM event JOIN stream USING (stream_id)
         WHERE station_id = 'ST10'`,
      );
      const here = station.store.outbox.streams().reduce((sum, { first, last }) => sum + last - first + 1, 0);
      return { lost: here - (there?.different ?? 0), doubled: (there?.n ?? 0) - (there?.different ?? 0) };
    };
    const first = await wrong();
    if (first.lost !== 0 || first.doubled !== 0) throw new Error(JSON.stringify(first));

    await station.stop();
    station.openStore();
    station.recordMany(events);
    await station.stop();
    await station.start();
    for (let kill = 1; kill <= kills; kill += 1) {
      const left = events * (1 - kill / (kills + 1));
      while (station.sync.unsent().count > left) await pause(2);
      await plant.kill('SIGKILL');
      plant = await startPlant();
    }
    while (station.sync.unsent().count > 0) await pause(5);
    const after = await wrong();
    await db.close();
    const ratio = ours.perSecond / floorSide.perSecond;
    const cpu = ours.cpu / floorSide.cpu;
    return [
      {
        name: 'sync: backlog acknowledged',
        value: ours.perSecond,
        unit: '1/s',
        floor: floorSide.perSecond,
        ratio,
        target: 'ratio >= 0.8',
        met: ratio >= 0.8,
      },
      {
        name: 'sync: CPU of the station',
        value: ours.cpu,
        unit: 's',
        floor: floorSide.cpu,
        ratio: cpu,
        target: 'ratio <= 1.5',
        met: cpu <= 1.5,
      },
      {
        name: `sync: lost and doubled of ${2 * events}, ${kills} server kills`,
        value: after.lost + after.doubled,
        unit: '',
        floor: null,
        ratio: null,
        target: '0',
        met: after.lost === 0 && after.doubled === 0,
      },
    ];
  } finally {
    await plant.kill();
    await floor.kill('SIGKILL');
    await station.close();
    await cluster.remove();
  }
}

if (import.meta.main) {
  if (process.argv[2] === 'floor') await floorServer();
  else printRows(await run());
}
