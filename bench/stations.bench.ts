/**
 * 200 simulated stations, each writing 5 events a second and sending them as soon as the batch before is acknowledged,
 * saying hello every 5 s and holding a question for documents open, against one real server process on PostgreSQL (fsync
 * on), all on this machine. Measured: from the moment an event is accepted at its station to the moment the server has
 * acknowledged it; what the database holds at the end against what the stations wrote; the server's resident memory.
 * `node bench/stations.bench.ts [--json] [--seconds N] [--stations N]`
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { helloEveryMs, syncPaths } from '#contract/sync/protocol.ts';
import { admit, newDatabase, startServer, type PlantServer } from '#tests/support/plant.ts';
import { printRows, type BenchRow } from './row.ts';
import { pumps, SimulatedStation } from './simulated-station.ts';

const { values } = parseArgs({
  strict: false,
  options: { seconds: { type: 'string', default: '120' }, stations: { type: 'string', default: '200' } },
});
const seconds = Number(values.seconds);
const count = Number(values.stations);
const eventsPerSecond = 5;
/** Start, JIT and first partitions: measured after that. */
const warmMs = 10_000;

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;

/** Least squares; `y` per unit of `x`. */
function slope(points: readonly (readonly [number, number])[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / n;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / n;
  const above = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const below = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  return below === 0 ? 0 : above / below;
}

/** Seconds. */
function serverCpu(server: PlantServer): number {
  const fields = readFileSync(`/proc/${server.child().process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** What JavaScript holds, with what is not yet collected. */
async function heapMiB(server: PlantServer): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^linewright_nodejs_heap_size_used_bytes (\S+)/m.exec(text)?.[1]) / 1024 ** 2;
}

async function live(station: SimulatedStation, until: number, times: number[], measureFrom: number): Promise<void> {
  const facts = pumps(`${station.stationId}-`);
  const everyMs = 1_000 / eventsPerSecond;
  let ended = false;
  let wake = (): void => {};
  const writer = (async () => {
    await pause(Math.random() * everyMs);
    for (let next = performance.now(); performance.now() < until; next += everyMs) {
      station.add(facts.next().value);
      wake();
      await pause(Math.max(0, next + everyMs - performance.now()));
    }
    ended = true;
    wake();
  })();
  const greeter = (async () => {
    await pause(Math.random() * helloEveryMs);
    while (performance.now() < until) {
      await station.hello();
      await pause(helloEveryMs);
    }
  })();
  const listener = (async () => {
    const ear = new SimulatedStation({ ...station, privateKey: station.privateKey });
    let cursor = '';
    while (performance.now() < until) {
      const left = Math.min(25_000, Math.max(0, Math.round(until - performance.now())));
      const { status, body } = await ear.signed<{ cursor: string }>(
        'GET',
        `${syncPaths.documents}?cursor=${encodeURIComponent(cursor)}&wait=${left}`,
        null,
      );
      if (status === 200) cursor = body.cursor;
      else await pause(1_000);
    }
    ear.close();
  })();
  while (!ended || station.head.seq < station.log.length) {
    if (station.head.seq === station.log.length) {
      await new Promise<void>((resolve) => (wake = resolve));
      continue;
    }
    const from = station.head.seq;
    await station.sendOnce();
    const now = performance.now();
    for (let seq = from + 1; seq <= station.head.seq; seq += 1) {
      const { at } = station.log[seq - 1] ?? { at: 0 };
      if (at >= measureFrom) times.push(now - at);
    }
  }
  await Promise.all([writer, greeter, listener]);
}

export async function run(): Promise<BenchRow[]> {
  const database = await newDatabase('postgresql');
  const server = await startServer(database);
  try {
    const stations = Array.from(
      { length: count },
      (_, n) => new SimulatedStation({ url: server.url, stationId: `SIM${n + 1}`, plantId: 'werk-sued' }),
    );
    await admit(database, stations);
    const startedAt = performance.now();
    const until = startedAt + warmMs + seconds * 1_000;
    const times: number[] = [];
    const memory: [number, number][] = [];
    const heap: number[] = [];
    const cpuBefore = [serverCpu(server), process.cpuUsage()] as const;
    const watch = setInterval(() => {
      const minutes = (performance.now() - startedAt) / 60_000;
      if (performance.now() > startedAt + warmMs) memory.push([minutes, server.rssMiB()]);
      void heapMiB(server).then((mib) => heap.push(mib));
    }, 1_000);
    await Promise.all(stations.map((station) => live(station, until, times, startedAt + warmMs)));
    clearInterval(watch);
    const took = (performance.now() - startedAt) / 1_000;
    const every20 = memory.filter((_, second) => second % 20 === 0).map(([, mib]) => Math.round(mib));
    console.error(`memory of the server every 20 s, MiB: ${every20.join(' ')}`);
    const least = Array.from({ length: Math.floor(heap.length / 20) }, (_, n) =>
      Math.round(Math.min(...heap.slice(20 * n, 20 * n + 20))),
    );
    console.error(`heap of the server in use, least of each 20 s, MiB: ${least.join(' ')}`);
    const own = process.cpuUsage(cpuBefore[1]);

    const wrote = stations.reduce((sum, station) => sum + station.log.length, 0);
    const rows = await database.cluster?.query<{ station: string; head: string; hash: string; n: string }>(
      `SELECT station_id AS station, head_seq AS head, encode(head_hash, 'hex') AS hash,
         (SELECT count(DISTINCT seq) FROM event e WHERE e.stream_id = s.stream_id) AS n FROM stream s`,
      'linewright',
    );
    const stored = new Map((rows ?? []).map((row) => [row.station, row]));
    let wrong = 0;
    for (const station of stations) {
      const row = stored.get(station.stationId);
      const last = station.log.at(-1);
      if (Number(row?.n) !== station.log.length || row?.hash !== last?.hash) wrong += 1;
    }
    const [all] =
      (await database.cluster?.query<{ n: string }>(
        `SELECT count(*) AS n FROM event JOIN stream USING (stream_id) WHERE station_id LIKE 'SIM%'`,
        'linewright',
      )) ?? [];
    for (const station of stations) station.close();

    times.sort((a, b) => a - b);
    const half = memory.slice(Math.floor(memory.length / 2));
    const perMinute = slope(half);
    const perMinuteHeap = slope(least.map((mib, n) => [n / 3, mib]));
    const row = (name: string, value: number, unit: string, target: string, met: boolean): BenchRow => ({
      name: `${count} stations: ${name}`,
      value,
      unit,
      floor: null,
      ratio: null,
      target,
      met,
    });
    const rate = times.length / seconds;
    const lost = wrote - Number(all?.n);
    const p99 = quantile(times, 0.99);
    return [
      row(
        'events acknowledged',
        rate,
        '1/s',
        `>= ${0.98 * count * eventsPerSecond}`,
        rate >= 0.98 * count * eventsPerSecond,
      ),
      row('acknowledged, p50', quantile(times, 0.5), 'ms', 'for information', true),
      row('acknowledged, p99', p99, 'ms', '< 1000', p99 < 1_000),
      row('slowest', times.at(-1) ?? 0, 'ms', 'for information', true),
      row('events lost or doubled', lost, '', '0', lost === 0),
      row('streams that differ', wrong, '', '0', wrong === 0),
      row('processor of the server', (serverCpu(server) - cpuBefore[0]) / took, 'cores', 'for information', true),
      row('processor of the 200', (own.user + own.system) / 1e6 / took, 'cores', 'for information', true),
      row('server memory at the end', memory.at(-1)?.[1] ?? 0, 'MiB', 'for information', true),
      row('server memory, 2nd half', perMinute, 'MiB/min', '< 2', perMinute < 2),
      row('server heap, least of 20 s', perMinuteHeap, 'MiB/min', '< 2', perMinuteHeap < 2),
    ];
  } finally {
    await server.kill();
    await database.remove();
  }
}

if (import.meta.main) {
  const rows = await run();
  printRows(rows);
  if (!rows.every(({ met }) => met)) process.exitCode = 1;
}
