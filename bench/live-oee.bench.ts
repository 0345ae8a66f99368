/**
 * Live OEE: 100 machines at 100 simulated stations on one real server process with PostgreSQL (fsync on), each machine changing
 * its state about every 5 s, with an hour of such slices behind it. A client of the plant view's calls (one WebSocket, as its page
 * has) hears the big board, and asks for the OEE of the shift at each revision. Timed from before a station signs the change to the
 * arrival of the board that shows it, and of the OEE that contains it: which changes are in an answer follows from its APT, which
 * the client computes from what it sent; an answer that fits none is wrong. The floor is an insert with a notification, heard by a
 * listener and sent over a bare WebSocket.
 * `--publish`: the server publishes meanwhile to a Mosquitto (Sparkplug B and plain topics, with the figures of the shift of each
 * machine); a subscriber hears the states and the shifts, timed from the change too.
 * `node bench/live-oee.bench.ts [--json] [--seconds N] [--machines N] [--publish]`
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { WebSocket, WebSocketServer } from 'ws';
import { stringify } from 'yaml';
import { event } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { helloEveryMs } from '#contract/sync/protocol.ts';
import { openPg } from '#server/db/pg.ts';
import { root } from '#tests/support/child.ts';
import { planAllTime } from '#tests/support/plant-folder.ts';
import { startMosquitto, type Mosquitto } from '#tests/support/mosquitto.ts';
import { admit, newDatabase, startServer, type PlantServer } from '#tests/support/plant.ts';
import { signedIn, type Calls } from '#tests/support/plant-view.ts';
import { freePorts } from '#tests/support/ports.ts';
import { systemPart } from '#tests/support/system.ts';
import { subscribe, type Heard } from './live-subscriber.ts';
import { printRows, type BenchRow } from './row.ts';
import { SimulatedStation } from './simulated-station.ts';

const { values } = parseArgs({
  strict: false,
  options: {
    seconds: { type: 'string', default: '60' },
    machines: { type: 'string', default: '100' },
    publish: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const count = Number(values.machines);
const everyMs = 5_000;
const historyMs = 3_600_000;
/** Start and JIT: measured after that. */
const warmMs = 10_000;
/** What has not arrived after it is lost. */
const longestMs = 10_000;
const nothing = { orderId: null, definitionId: null, operationId: null };

interface Change {
  /** UTC ms. */
  readonly at: number;
  readonly state: MachineState;
  /** `performance.now()` before it was signed; null: history. */
  readonly from: number | null;
}
interface Machine {
  readonly id: string;
  readonly station: SimulatedStation;
  readonly changes: Change[];
  /** Of the changes, how many were seen. */
  onBoard: number;
  inOee: number;
}

function writeConfiguration(folder: string, ids: readonly string[]): void {
  cpSync(join(root, 'resources/demo-plant'), folder, { recursive: true });
  // Whatever produces is APT.
  planAllTime(folder);
  const write = (path: string, value: unknown): void => writeFileSync(join(folder, path), stringify(value));
  const title = (text: string) => ({ en: text, de: text });
  for (const id of ids) {
    write(`stations/SIM-${id}.yaml`, { schema: 'linewright/station@1', id: `SIM-${id}`, title: title(id) });
    write(`machines/${id}.yaml`, {
      schema: 'linewright/machine@1',
      id,
      title: title(id),
      station: `SIM-${id}`,
      state: { from: 'hand' },
    });
  }
  write('lines/L9.yaml', {
    schema: 'linewright/line@1',
    id: 'L9',
    title: title('L9'),
    site: 'SUED',
    area: 'PUMPS',
    stations: ids.map((id) => `SIM-${id}`),
  });
}

const other = (state: MachineState): MachineState => (state === 'producing' ? 'held' : 'producing');

/** Changes of the last hour, as if they had been folded. */
async function writeHistory(url: string, machines: readonly Machine[]): Promise<void> {
  const now = Date.now();
  const db = openPg({ url });
  try {
    for (const { id, changes, station } of machines) {
      let state: MachineState = 'held';
      for (let at = now - historyMs - Math.floor(Math.random() * everyMs); at < now; at += everyMs) {
        changes.push({ at, state, from: null });
        state = other(state);
      }
      await db.execute(
        `INSERT INTO machine_slice (machine_id, began_at, state, station_id)
         SELECT $1, at, state, $2 FROM unnest($3::bigint[], $4::text[]) AS c (at, state)`,
        [id, station.stationId, changes.map(({ at }) => at), changes.map((change) => change.state)],
      );
    }
    await db.execute('ANALYZE machine_slice');
  } finally {
    await db.close();
  }
}

async function live(machine: Machine, until: number): Promise<void> {
  const { station, changes, id } = machine;
  const greeter = (async () => {
    while (performance.now() < until) {
      await station.hello();
      await pause(helloEveryMs);
    }
  })();
  await pause(Math.random() * everyMs);
  while (performance.now() < until) {
    const from = performance.now();
    const change: Change = { at: Date.now(), state: other(changes.at(-1)?.state ?? 'held'), from };
    changes.push(change);
    station.add(
      event('slice.begun', {
        machineId: id,
        beganAt: change.at,
        state: change.state,
        told: null,
        alarm: null,
        context: nothing,
        clock: 'station',
      }),
    );
    await station.sendOnce();
    await pause(Math.max(0, from + everyMs * (0.8 + 0.4 * Math.random()) - performance.now()));
  }
  await greeter;
}

/** Of time from `begin` to `end`, that in which it produced by the first `n` changes, ms. */
function producedMs(changes: readonly Change[], n: number, begin: number, end: number): number {
  let ms = 0;
  for (let i = 0; i < n; i += 1) {
    const [change, next] = [changes[i], i + 1 < n ? changes[i + 1] : undefined];
    if (change?.state !== 'producing') continue;
    ms += Math.max(0, Math.min(next?.at ?? end, end) - Math.max(change.at, begin));
  }
  return ms;
}

interface Seen {
  readonly board: number[];
  readonly oee: number[];
  wrong: number;
  boards: number;
  answers: number;
  readonly askMs: number[];
}

async function watchBoard(calls: Calls, machines: ReadonlyMap<string, Machine>, seen: Seen, signal: AbortSignal) {
  for await (const board of await calls.andon.board(undefined, { signal })) {
    const now = performance.now();
    seen.boards += 1;
    for (const { machines: shown } of board.lines.flatMap(({ stations }) => stations))
      for (const { machineId, since, state } of shown) {
        const machine = machines.get(machineId);
        if (machine === undefined) continue;
        while ((machine.changes[machine.onBoard]?.at ?? Infinity) <= since) {
          const change = machine.changes[machine.onBoard];
          if (typeof change?.from === 'number') seen.board.push(now - change.from);
          if (change?.at === since && change.state !== state) seen.wrong += 1;
          machine.onBoard += 1;
        }
      }
  }
}

async function watchOee(calls: Calls, machines: ReadonlyMap<string, Machine>, seen: Seen, signal: AbortSignal) {
  for await (const _ of await calls.oee.watch(undefined, { signal })) {
    const asked = performance.now();
    const rows = await calls.oee.now();
    const now = performance.now();
    seen.answers += 1;
    seen.askMs.push(now - asked);
    for (const { machineId, shift, sums } of rows) {
      const machine = machines.get(machineId);
      if (machine === undefined || shift === null) continue;
      const end = shift.from + Object.values(sums.ms).reduce((sum, ms) => sum + ms, 0);
      const { changes } = machine;
      let n = changes.length;
      while (n >= machine.inOee && producedMs(changes, n, shift.from, end) !== sums.ms.APT) n -= 1;
      if (n < machine.inOee) {
        // Another shift began between the two.
        seen.wrong += 1;
        continue;
      }
      for (; machine.inOee < n; machine.inOee += 1) {
        // What began after the answer's end is in none of its sums.
        const change = changes[machine.inOee];
        if ((change?.at ?? 0) >= end) break;
        if (typeof change?.from === 'number') seen.oee.push(now - change.from);
      }
    }
  }
}

/** The bare way of a change from a database to a client, one after the other. */
async function floorOf(url: string): Promise<number[]> {
  const [writer, listener] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  await Promise.all([writer.connect(), listener.connect()]);
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await new Promise((resolve) => server.once('listening', resolve));
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as { port: number }).port}`);
  await new Promise((resolve) => client.once('open', resolve));
  try {
    await writer.query('CREATE TABLE floor_change (n integer PRIMARY KEY, body text NOT NULL)');
    listener.on('notification', ({ payload = '' }) => {
      for (const each of server.clients) each.send(payload);
    });
    await listener.query('LISTEN floor');
    const times: number[] = [];
    for (let n = 0; n < 300; n += 1) {
      const arrived = new Promise((resolve) => client.once('message', resolve));
      const from = performance.now();
      await writer.query(`WITH put AS (INSERT INTO floor_change VALUES ($1, $2)) SELECT pg_notify('floor', $1::text)`, [
        n,
        'x'.repeat(300),
      ]);
      await arrived;
      times.push(performance.now() - from);
      await pause(20);
    }
    return times;
  } finally {
    client.terminate();
    server.close();
    await Promise.all([writer.end(), listener.end()]);
  }
}

/** Seconds. */
function serverCpu(server: PlantServer): number {
  const fields = readFileSync(`/proc/${server.child().process.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export async function run(): Promise<BenchRow[]> {
  const home = mkdtempSync(join(tmpdir(), 'linewright-live-'));
  const config = join(home, 'plant');
  const ids = Array.from({ length: count }, (_, n) => `m${n + 1}`);
  writeConfiguration(config, ids);
  const database = await newDatabase('postgresql');
  const machines = ids.map((id): Machine => {
    const station = new SimulatedStation({ url: '', stationId: `SIM-${id}`, plantId: 'werk-sued' });
    return { id, station, changes: [], onBoard: 0, inOee: 0 };
  });
  const byId = new Map(machines.map((machine) => [machine.id, machine]));
  const end = new AbortController();
  let server: PlantServer | null = null;
  let broker: Mosquitto | null = null;
  let heard: Heard | null = null;
  try {
    if (values.publish === true) {
      const [port = 0] = await freePorts(1);
      const program = systemPart('mosquitto');
      if (program === null) throw new Error('mosquitto is not installed (Debian: apt-get install mosquitto)');
      broker = await startMosquitto(program, port);
      await broker.up();
      const beganOf = (id: string, at: number) => byId.get(id)?.changes.findLast((change) => change.at === at)?.from;
      heard = await subscribe(broker, (id, at) => beganOf(id, at) ?? null);
      const publish = { schema: 'linewright/integration@1', publish: { url: broker.url } };
      writeFileSync(join(config, 'integration.yaml'), stringify(publish));
    }
    await admit(
      database,
      machines.map(({ station }) => station),
    );
    await writeHistory(database.url ?? '', machines);
    for (const machine of machines) machine.onBoard = machine.inOee = machine.changes.length;
    server = await startServer(database, { config });
    for (const { station } of machines) station.url = server.url;
    const browser = await signedIn(server.url, 'emre.aydin', 'demo-engineer');
    const calls = await browser.calls();
    const started = performance.now();
    const until = started + warmMs + seconds * 1_000;
    const seen: Seen = { board: [], oee: [], wrong: 0, boards: 0, answers: 0, askMs: [] };
    const living = Promise.all(machines.map((machine) => live(machine, until)));
    // Everybody has said hello: only of who is heard anything is known.
    await pause(warmMs);
    const watching = Promise.allSettled([
      watchBoard(calls, byId, seen, end.signal),
      watchOee(calls, byId, seen, end.signal),
    ]);
    const measured = performance.now();
    for (const machine of machines) {
      // What came before nobody waited for.
      machine.onBoard = machine.inOee = machine.changes.length;
    }
    const cpu = serverCpu(server);
    if (heard !== null) [heard.state.length, heard.shifts] = [0, 0];
    await living;
    const cores = (serverCpu(server) - cpu) / ((performance.now() - measured) / 1_000);
    const isWaiting = (): boolean =>
      machines.some(({ changes, onBoard, inOee }) => Math.min(onBoard, inOee) < changes.length);
    for (const wait = performance.now(); isWaiting() && performance.now() - wait < longestMs;) await pause(100);
    const lost = machines.reduce((sum, { changes, onBoard, inOee }) => sum + 2 * changes.length - onBoard - inOee, 0);
    end.abort();
    // The server is told that nobody listens any more before the socket goes.
    await Promise.race([watching, pause(1_000)]);
    browser.close();
    const floor = await floorOf(database.url ?? '');
    console.error(`load ${loadavg()[0]?.toFixed(1)}; ${seen.boards} boards, ${seen.answers} answers`);
    return rowsOf(seen, floor, lost, cores, heard);
  } finally {
    end.abort();
    heard?.stop();
    for (const { station } of machines) station.close();
    await server?.kill();
    await broker?.stop();
    await database.remove();
    rmSync(home, { recursive: true, force: true });
  }
}

function rowsOf(seen: Seen, floor: readonly number[], lost: number, cores: number, heard: Heard | null): BenchRow[] {
  const at = (times: readonly number[], q: number): number =>
    times.toSorted((a, b) => a - b)[Math.floor(q * (times.length - 1))] ?? Number.NaN;
  const plain = (name: string, value: number, unit: string, limit: number | null): BenchRow => ({
    name: `live-oee: ${name}`,
    value,
    unit,
    floor: null,
    ratio: null,
    target: limit === null ? 'for information' : `<= ${limit}`,
    met: limit === null || value <= limit,
  });
  const timed = (name: string, times: readonly number[], q: number, limit: number | null): BenchRow => {
    const row = plain(name, at(times, q), 'ms', limit);
    return { ...row, floor: at(floor, q), ratio: row.value / at(floor, q) };
  };
  return [
    ...(['board', 'oee'] as const).flatMap((which) => {
      const name = which === 'board' ? 'state on the board' : 'OEE of the shift';
      const times = seen[which];
      return [
        timed(`${name}, p50 of ${times.length}`, times, 0.5, null),
        timed(`${name}, p95`, times, 0.95, 1_000),
        timed(`${name}, p99`, times, 0.99, 1_000),
        timed(`${name}, slowest`, times, 1, 1_000),
      ];
    }),
    plain('changes that were not seen', lost, '', 0),
    plain('answers that fit no change', seen.wrong, '', 0),
    plain('oee.now asked, median', at(seen.askMs, 0.5), 'ms', null),
    ...(heard === null
      ? []
      : [
          timed(`state at a subscriber, p50 of ${heard.state.length}`, heard.state, 0.5, null),
          timed('state at a subscriber, p99', heard.state, 0.99, null),
          plain('figures of shifts at a subscriber', heard.shifts / seconds, '/s', null),
        ]),
    plain('processor of the server', cores, 'cores', null),
  ];
}

if (import.meta.main) printRows(await run());
