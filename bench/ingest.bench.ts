/**
 * Ingest of events of about 300 bytes by one real server process (HTTP, zstd, signature, digest, hashes, checks, insert,
 * answer after the commit), against the fastest of some set-based idempotent statements on a table made `LIKE event`: the
 * same columns, the same primary key, partitioned in the same way, as many events in a transaction, one connection,
 * the same durability. On PostgreSQL (fsync on) and on PGlite (a folder each).
 *
 * Milliseconds of a batch, the median. Each round: batches of one station, the same again, batches of three stations at once, then the floors, when the
 * server has folded what it took and idles. The server folds while it takes batches, as always.
 * `node bench/ingest.bench.ts [--json] [--only postgresql|pglite]`
 */
import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { zstdCompressSync } from 'node:zlib';
import pg from 'pg';
import { syncLimits } from '#contract/sync/protocol.ts';
import type { Db } from '#server/db/db.ts';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { openPglite } from '#server/db/pglite.ts';
import { monthOf } from '#server/ingest/partitions.ts';
import { admit, newDatabase, startServer, type DatabaseKind, type PlantServer } from '#tests/support/plant.ts';
import { copyIn, copyText } from './copy-in.ts';
import { printRows, type BenchRow } from './row.ts';
import { SimulatedStation } from './simulated-station.ts';

const { values } = parseArgs({ strict: false, options: { only: { type: 'string' } } });
/** As a station sends a backlog. */
const perBatch = syncLimits.batchEvents;
const perRound = 3;
const rounds = 3;
/** Stations that send at once, and how many batches each of them in a round. */
const together = 3;
const perRoundTogether = 2;

/** A batch as the floors take it. */
interface Rows {
  readonly first: number;
  readonly records: readonly string[];
  readonly hashes: readonly string[];
}
type Floor = (stream: number, rows: Rows) => Promise<unknown>;

export async function run(): Promise<BenchRow[]> {
  const kinds = (['postgresql', 'pglite'] as const).filter((kind) => values.only === undefined || values.only === kind);
  const rows: BenchRow[] = [];
  for (const kind of kinds) rows.push(...(await measure(kind)));
  return rows;
}

async function measure(kind: DatabaseKind): Promise<BenchRow[]> {
  const database = await newDatabase(kind);
  const stations = Array.from({ length: 1 + together }, (_, n) => writer(`ST${n}`));
  await admit(database, stations);
  const server = await startServer(database);
  const floor = await openFloors(kind, database.url);
  for (const station of stations) station.url = server.url;
  const [alone, ...others] = stations as [SimulatedStation, ...SimulatedStation[]];
  try {
    const ms: Record<string, number[]> = {};
    let size = 0;
    for (let round = -1; round < rounds; round += 1) {
      const asks = prepared(alone);
      size = asks.size;
      const timed = async (name: string, batches: number, act: () => Promise<unknown>): Promise<void> => {
        const from = performance.now();
        await act();
        // The first round warms up: compilers, partitions, caches of the database.
        if (round >= 0) (ms[name] ??= []).push((performance.now() - from) / batches);
      };
      for (const { body } of asks.batches) await timed('server', 1, () => send(alone, body, perBatch));
      for (const { body } of asks.batches) await timed('replay', 1, () => send(alone, body, 0));
      const many = others.map((station) => ({ station, ...prepared(station, perRoundTogether) }));
      await idle(server);
      await timed('together', together * perRoundTogether, () =>
        Promise.all(
          many.map(async ({ station, batches }) => {
            for (const { body } of batches) await send(station, body, perBatch);
          }),
        ),
      );
      await idle(server);
      for (const [index, [name, act]] of Object.entries(floor.statements).entries())
        for (const rows of asks.rows) await timed(name, 1, () => act(index, rows));
    }
    /** Of a batch; the median, because the database stalls now and then (checkpoints). */
    const each = (name: string): number => {
      const sorted = (ms[name] ?? []).toSorted((x, y) => x - y);
      return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
    };
    const rate = (name: string): number => (1_000 * perBatch) / each(name);
    const names = Object.keys(floor.statements);
    for (const name of ['server', 'together', 'replay', ...names])
      console.error(
        `${kind} ${name}: ${Math.round(rate(name)).toLocaleString('en')}/s`,
        (ms[name] ?? []).map((one) => Math.round(one)).join(' '),
      );
    const best = names.reduce((a, b) => (rate(a) > rate(b) ? a : b));
    const least = kind === 'postgresql' ? 0.8 : 0.6;
    const row = (name: string, value: number): BenchRow => ({
      name: `ingest on ${kind}: ${name}, ${size} B, floor ${best}`,
      value,
      unit: '1/s',
      floor: rate(best),
      ratio: value / rate(best),
      target: `ratio >= ${least}`,
      met: value / rate(best) >= least,
    });
    const again = each('replay') / each('server');
    return [
      row('one station', rate('server')),
      row(`${together} stations at once`, rate('together')),
      {
        name: `ingest on ${kind}: replayed batch`,
        value: each('replay'),
        unit: 'ms',
        floor: each('server'),
        ratio: again,
        target: 'ratio <= 1',
        met: again <= 1,
      },
    ];
  } finally {
    for (const station of stations) station.close();
    await server.kill();
    await floor.close();
    await database.remove();
  }
}

const writer = (stationId: string): SimulatedStation =>
  new SimulatedStation({ url: '', stationId, plantId: 'werk-sued' });

interface Ask {
  readonly body: Buffer;
}
interface Prepared {
  readonly batches: readonly Ask[];
  readonly rows: readonly Rows[];
  /** Bytes of an event. */
  readonly size: number;
}

/** The next batches of a station, built and compressed. */
function prepared(station: SimulatedStation, count = perRound): Prepared {
  const batches: Ask[] = [];
  const rows: Rows[] = [];
  let bytes = 0;
  for (let n = 0; n < count; n += 1) {
    const first = station.log.length + 1;
    while (station.log.length < first - 1 + perBatch) station.addText(record(station, station.log.length + 1));
    const batch = station.batch(first, station.log.length);
    bytes += batch.length;
    batches.push({ body: zstdCompressSync(batch) });
    const logged = station.log.slice(first - 1);
    rows.push({ first, records: logged.map(({ text }) => text), hashes: logged.map(({ hash }) => hash) });
  }
  return { batches, rows, size: Math.round(bytes / (count * perBatch)) };
}

/** A fact that the read model folds without complaint: a refused one would be put into quarantine one by one beside the measurement. */
const record = ({ stationId, epoch, bootId }: SimulatedStation, seq: number): string =>
  JSON.stringify({
    stationId,
    epoch,
    seq,
    at: 1_700_000_000_000 + seq,
    bootId: bootId.slice(0, 8),
    monoMs: seq,
    actor: { kind: 'system' },
    commandId: `command-${seq}`,
    config: 'c0ffee',
    type: 'text.recorded',
    version: 1,
    body: { executionId: 'e0f1', stepId: 'remark', attempt: 1, text: 'nothing to remark', entry: 'typed' },
  });

async function send(station: SimulatedStation, batch: Buffer, stored: number): Promise<void> {
  const answer = await station.packed(batch, 'zstd');
  if (answer.status !== 200 || answer.body.stored !== stored) throw new Error(JSON.stringify(answer));
}

/** Until the server has used next to no processor for a while. */
async function idle(server: PlantServer): Promise<void> {
  const used = (): number => {
    const fields = readFileSync(`/proc/${server.child().process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  for (let before = used(), quiet = 0; quiet < 3;) {
    await pause(200);
    const now = used();
    // Ticks of 10 ms.
    quiet = now - before <= 2 ? quiet + 1 : 0;
    before = now;
  }
}

interface Floors {
  readonly statements: Readonly<Record<string, Floor>>;
  close(): Promise<void>;
}

const columns = 'received_month, stream_id, seq, received_at, hash, record';

async function openFloors(kind: DatabaseKind, url: string | null): Promise<Floors> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-floor-'));
  // One connection.
  const db: Db = url === null ? await openPglite({ folder: join(folder, 'pglite') }) : openPg({ url, poolSize: 1 });
  if (url === null) await migrate(db);
  const month = monthOf(Date.now());
  await db.execute('CREATE TABLE floor_event (LIKE event INCLUDING ALL) PARTITION BY LIST (received_month)');
  await db.execute(`CREATE TABLE floor_event_now PARTITION OF floor_event FOR VALUES IN ('${month}')`);
  const insert = `INSERT INTO floor_event (${columns})`;
  const statements: Record<string, Floor> = {
    json: (stream, { first, records, hashes }) =>
      db.execute(
        `${insert} SELECT $3::date, $1::bigint, s, now(), decode(h, 'hex'), r
         FROM json_to_recordset($2::json) AS t (s bigint, h text, r text) ON CONFLICT DO NOTHING`,
        [stream, JSON.stringify(records.map((r, i) => ({ s: first + i, h: hashes[i], r }))), month],
      ),
    unnest: (stream, { first, records, hashes }) =>
      db.execute(
        `${insert} SELECT $5::date, $1::bigint, seq, now(), decode(hash, 'hex'), record
         FROM unnest($2::bigint[], $3::text[], $4::text[]) AS t (seq, hash, record) ON CONFLICT DO NOTHING`,
        [stream, records.map((_, i) => first + i), hashes, records, month],
      ),
    lines: (stream, { first, records, hashes }) =>
      db.execute(
        `${insert} SELECT $5::date, $1::bigint, $2::bigint + n - 1, now(), substring($3::bytea FROM (n::int - 1) * 32 + 1 FOR 32), record
         FROM string_to_table($4, E'\\n') WITH ORDINALITY AS t (record, n) ON CONFLICT DO NOTHING`,
        [stream, first, Buffer.from(hashes.join(''), 'hex'), records.join('\n'), month],
      ),
  };
  if (kind === 'pglite')
    return {
      statements,
      async close() {
        await db.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  const client = new pg.Client({ connectionString: url ?? '' });
  await client.connect();
  await client.query(`CREATE TEMP TABLE incoming (seq bigint, hash bytea, record text) ON COMMIT DELETE ROWS`);
  statements['copy'] = async (stream, { first, records, hashes }) => {
    const text = records.map((each, i) => `${first + i}\t\\\\x${hashes[i]}\t${copyText(each)}\n`).join('');
    await client.query('BEGIN');
    await copyIn(client, 'incoming', Buffer.from(text));
    await client.query(
      `${insert} SELECT $2::date, $1::bigint, seq, now(), hash, record FROM incoming ON CONFLICT DO NOTHING`,
      [stream, month],
    );
    await client.query('COMMIT');
  };
  return {
    statements,
    async close() {
      await client.end();
      await db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

if (import.meta.main) printRows(await run());
