/**
 * The OPC UA road against a bare node-opcua client on the same server: CPU per value, time to subscribe, memory, lost
 * changes, a network cut, a server restart. Every client runs in a process of its own; floor and product alternate.
 * `--quick` measures for a shorter time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { systemClock } from '#station/clock.ts';
import { driver as opcua } from '#station/drivers/opcua-client/index.ts';
import { FakeCable, freePort } from '#station/drivers/opcua-client/fake-network.ts';
import { TagHub } from '#station/tags/hub.ts';
import { type BenchRow, printRows } from './row.ts';

const self = fileURLToPath(import.meta.url);
const press = fileURLToPath(new URL('../simulator/press/press.entry.ts', import.meta.url));
const quick = process.argv.includes('--quick');
const variables = 5_000;
const measureMs = quick ? 5_000 : 15_000;
const rounds = quick ? 1 : 3;
/** Luck of the moment between two attempts: needs more of them. */
const restartRounds = quick ? 3 : 7;

type Mode = 'bare' | 'driver' | 'hub';
interface Order {
  readonly mode: Mode;
  readonly port: number;
  readonly count: number;
  /** Measure load for this long; 0: tell `first` at the first value after each connection and run until killed. */
  readonly measureMs: number;
}
interface Load {
  readonly subscribedMs: number;
  readonly cpuPer100k: number;
  readonly perSecond: number;
  readonly rssMb: number;
  readonly lost: number;
}

// --- the measured processes

const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

async function client(order: Order): Promise<void> {
  const seen = new Uint8Array(order.count);
  const last = new Float64Array(order.count).fill(-1);
  let distinct = 0;
  let values = 0;
  let lost = 0;
  let waiting = true;
  let subscribed: () => void = () => undefined;
  const all = new Promise<void>((resolve) => (subscribed = resolve));
  const first = (tag: number): void => {
    if (waiting) {
      waiting = false;
      say({ first: Date.now() });
    }
    if (seen[tag] === 1) return;
    seen[tag] = 1;
    if (++distinct === order.count) subscribed();
  };
  const startedAt = performance.now();
  const endpoint = `opc.tcp://127.0.0.1:${order.port}/press`;
  if (order.mode === 'bare') {
    await bareClient(
      endpoint,
      order.count,
      (tag) => {
        values += 1;
        first(tag);
      },
      () => (waiting = true),
    );
  } else {
    const count = (readings: readonly TagReading[]): void => {
      for (const { tag, value, quality } of readings) {
        if (quality !== 'good') {
          waiting = true;
          continue;
        }
        values += 1;
        if (waiting || seen[tag] === 0) first(tag);
        if (typeof value !== 'number') continue;
        const before = last[tag] ?? -1;
        // A quiet tag is asked again after a gap: the same value. A restarted server counts from 1 again.
        if (before >= 0 && value > before + 1) lost += value - before - 1;
        last[tag] = value;
      }
    };
    productClient(endpoint, order, count);
  }
  await all;
  const subscribedMs = performance.now() - startedAt;
  if (order.measureMs === 0) {
    // For the cut test: how much is missing is told on demand.
    for await (const line of createInterface({ input: process.stdin })) if (line === 'lost') say({ lost, values });
    return;
  }
  await pause(3_000);
  const cpu = process.cpuUsage();
  const from = performance.now();
  values = 0;
  await pause(order.measureMs);
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - from) / 1_000;
  const load: Load = {
    subscribedMs,
    cpuPer100k: ((used.user + used.system) / 1e6 / values) * 100_000,
    perSecond: values / seconds,
    rssMb: process.memoryUsage.rss() / 1e6,
    lost,
  };
  say(load);
  process.exit(0);
}

function tagsOf(count: number): TagBinding[] {
  return Array.from({ length: count }, (_, i): TagBinding => {
    return {
      id: `Bulk.${i}`,
      address: `nsu=urn:linewright:sim:press;s=Bulk.${i}`,
      type: i % 10 === 9 ? 'boolean' : 'number',
      unit: null,
      samplingMs: 0,
      deadband: 0,
      bridgeMs: 10_000,
    };
  });
}

function productClient(endpoint: string, order: Order, count: (readings: readonly TagReading[]) => void): void {
  const tags = tagsOf(order.count);
  let take = count;
  if (order.mode === 'hub') {
    const hub = new TagHub(systemClock, (error) => {
      throw error;
    });
    hub.register(
      'press',
      tags.map(({ id, unit }) => ({ id, unit: unit as null, staleAfterMs: null })),
    );
    hub.setDelivering('press', true);
    take = (readings) => {
      hub.push('press', readings);
      count(readings);
    };
  }
  const host: DriverHost = {
    deviceId: 'press',
    clock: systemClock,
    openLink: () => Promise.reject(new Error('not used')),
    readings: (batch) => take(batch),
    condition: () => undefined,
    problem: (problem, params) => console.error(problem, JSON.stringify(params)),
    bytes: () => undefined,
    trace: () => undefined,
    info: () => undefined,
  };
  opcua.create(host, opcua.manifest.settings.parse({ endpoint }), tags).start();
}

/** What somebody writes with node-opcua in an afternoon: one subscription, one group, a callback that counts. */
async function bareClient(
  endpoint: string,
  count: number,
  value: (tag: number) => void,
  lostConnection: () => void,
): Promise<void> {
  const { AttributeIds, ClientMonitoredItemGroup, ClientSubscription, OPCUAClient, TimestampsToReturn } =
    await import('node-opcua-client');
  const { OPCUACertificateManager } = await import('node-opcua-certificate-manager');
  const client = OPCUAClient.create({
    endpointMustExist: false,
    connectionStrategy: { maxRetry: -1, initialDelay: 100, maxDelay: 1_000 },
    requestedSessionTimeout: 600_000,
    keepSessionAlive: true,
    clientCertificateManager: new OPCUACertificateManager({
      rootFolder: path.join(tmpdir(), 'linewright-bench-bare-pki'),
      disableFileWatchers: true,
    }),
  });
  client.on('connection_lost', lostConnection);
  await client.connect(endpoint);
  const session = await client.createSession();
  const namespace = (await session.readNamespaceArray()).indexOf('urn:linewright:sim:press');
  const subscription = ClientSubscription.create(session, {
    requestedPublishingInterval: 100,
    requestedLifetimeCount: 6_000,
    requestedMaxKeepAliveCount: 15,
    maxNotificationsPerPublish: 10_000,
    publishingEnabled: true,
  });
  const group = ClientMonitoredItemGroup.create(
    subscription,
    Array.from({ length: count }, (_, i) => ({
      nodeId: `ns=${namespace};s=Bulk.${i}`,
      attributeId: AttributeIds.Value,
    })),
    { samplingInterval: 0, queueSize: 400, discardOldest: true },
    TimestampsToReturn.Both,
  );
  group.on('changed', (_item, _value, index) => value(index));
}

// --- the conductor

interface Line {
  readonly first?: number;
  readonly lost?: number;
  readonly cpuPer100k?: number;
}
class Child {
  readonly process: ChildProcess;
  readonly #lines: Line[] = [];
  #wake: () => void = () => undefined;

  constructor(file: string, args: readonly string[]) {
    this.process = spawn(process.execPath, [file, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    if (!this.process.stdout) throw new Error('no output');
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
  }

  async next<T extends Line>(wanted: (line: Line) => boolean): Promise<T> {
    for (;;) {
      const at = this.#lines.findIndex(wanted);
      if (at >= 0) return this.#lines.splice(0, at + 1).at(-1) as T;
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${this.process.spawnargs.join(' ')}: no answer`)), 60_000);
        this.#wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

async function startServer(port: number, count: number): Promise<Child> {
  const server = new Child(press, ['--port', String(port), '--tags', String(count), '--period', '100']);
  await server.next((line) => 'ready' in line);
  return server;
}
const startClient = (order: Order): Child => new Child(self, ['--client', JSON.stringify(order)]);

async function measureLoad(mode: Mode): Promise<Load> {
  const port = await freePort();
  const server = await startServer(port, variables);
  const child = startClient({ mode, port, count: variables, measureMs });
  try {
    return await child.next<Load & Line>((line) => line.cpuPer100k !== undefined);
  } finally {
    await child.end();
    await server.end();
  }
}

/** @returns ms from the moment the server's port is open again to the client's first value. */
async function measureRestart(mode: Mode): Promise<number> {
  const port = await freePort();
  let server = await startServer(port, 100);
  const child = startClient({ mode, port, count: 100, measureMs: 0 });
  try {
    await child.next((line) => line.first !== undefined);
    await pause(3_000);
    await server.end();
    // Any phase of the client's retries.
    await pause(2_000 + 1_000 * Math.random());
    const restarted = startServer(port, 100);
    const openAt = await portOpen(port);
    server = await restarted;
    const { first = 0 } = await child.next((line) => line.first !== undefined);
    return first - openAt;
  } finally {
    await child.end();
    await server.end();
  }
}

async function portOpen(port: number): Promise<number> {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return Date.now();
    await pause(20);
  }
}

/** 100 tags at 100 ms; the cable is pulled for this long. */
async function measureCut(ms: number): Promise<{ lost: number; values: number }> {
  const port = await freePort();
  const server = await startServer(port, 100);
  const cable = new FakeCable(await freePort(), port);
  await cable.set('pass');
  const child = startClient({ mode: 'driver', port: cable.port, count: 100, measureMs: 0 });
  try {
    await child.next((line) => line.first !== undefined);
    await pause(2_000);
    await cable.pull();
    await pause(ms);
    await cable.set('pass');
    await child.next((line) => line.first !== undefined);
    await pause(3_000);
    child.process.stdin?.write('lost\n');
    return await child.next<{ lost: number; values: number }>((line) => line.lost !== undefined);
  } finally {
    await child.end();
    await cable.stop();
    await server.end();
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export async function run(): Promise<BenchRow[]> {
  const loads: Record<Mode, Load[]> = { bare: [], driver: [], hub: [] };
  const restarts: Record<'bare' | 'driver', number[]> = { bare: [], driver: [] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of ['bare', 'driver', 'hub'] as const) loads[mode].push(await measureLoad(mode));
  }
  for (let round = 0; round < restartRounds; round++) {
    for (const mode of ['bare', 'driver'] as const) restarts[mode].push(await measureRestart(mode));
  }
  const cut = await measureCut(10_000);
  const of = (mode: Mode, field: keyof Load): number => median(loads[mode].map((load) => load[field]));
  const ratioRow = (name: string, unit: string, limit: number, value: number, floor: number): BenchRow => {
    return {
      name,
      value,
      unit,
      floor,
      ratio: value / floor,
      target: `at most ${limit} x floor`,
      met: value / floor <= limit,
    };
  };
  const rows: BenchRow[] = [];
  for (const mode of ['driver', 'hub'] as const) {
    const where = mode === 'hub' ? 'OPC UA to the tag hub' : 'OPC UA driver';
    rows.push(
      ratioRow(`${where}: CPU per 100,000 values`, 's', 1.5, of(mode, 'cpuPer100k'), of('bare', 'cpuPer100k')),
      ratioRow(
        `${where}: ${variables} variables subscribed`,
        'ms',
        2,
        of(mode, 'subscribedMs'),
        of('bare', 'subscribedMs'),
      ),
      ratioRow(`${where}: memory`, 'MB', 1.5, of(mode, 'rssMb'), of('bare', 'rssMb')),
      {
        name: `${where}: changes lost at ${Math.round(of(mode, 'perSecond')).toLocaleString('en')} values/s`,
        value: Math.max(...loads[mode].map(({ lost }) => lost)),
        unit: 'changes',
        floor: null,
        ratio: null,
        target: '0 at 50,000/s',
        met: loads[mode].every(({ lost }) => lost === 0) && of(mode, 'perSecond') > 48_000,
      },
    );
  }
  rows.push(
    {
      name: `cable pulled for 10 s, 100 tags at 100 ms: lost of ${cut.values}`,
      value: cut.lost,
      unit: 'changes',
      floor: null,
      ratio: null,
      target: '0',
      met: cut.lost === 0,
    },
    ratioRow('server restarted: first value', 'ms', 1.1, median(restarts.driver), median(restarts.bare)),
  );
  return rows;
}

const clientAt = process.argv.indexOf('--client');
if (clientAt > 0) await client(JSON.parse(process.argv[clientAt + 1] ?? '{}') as Order);
else if (process.argv[1] === self) {
  const rows = await run();
  printRows(rows);
  process.exit(rows.every((row) => row.met) ? 0 : 1);
}
