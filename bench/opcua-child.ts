/** The clients that opcua.bench.ts measures, each run as a process of its own: `node bench/opcua-child.ts '{"mode":"bare",...}'`. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import type { DataValue } from 'node-opcua-client';
import type { DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { systemClock } from '#station/clock.ts';
import { driver as opcua } from '#station/drivers/opcua-client/index.ts';
import { openHistory } from '#station/history/history.ts';
import { createRecorder } from '#station/history/recorder.ts';
import { TagHub } from '#station/tags/hub.ts';

/**
 * `bare`: a plain client. `append`: it also writes one row per value with better-sqlite3, WAL, FULL, a transaction per
 * 200 ms. `driver`: ours. `hub`: through the tag hub, with a screen that reads frames of all tags. `record`: through the
 * hub into the history file.
 */
export type Mode = 'bare' | 'append' | 'driver' | 'hub' | 'record';
export interface Order {
  readonly mode: Mode;
  readonly port: number;
  readonly count: number;
  /** Measure load for this long; 0: tell `first` at the first value after each connection and run until killed. */
  readonly measureMs: number;
  /** The longest outage to bridge, in ms. */
  readonly bridgeMs?: number;
}
export interface Load {
  readonly subscribedMs: number;
  readonly cpuPer100k: number;
  readonly perSecond: number;
  readonly rssMb: number;
  /** The same at the begin of the measurement. */
  readonly rssAtStartMb: number;
  readonly lost: number;
  /** Mode `hub`: frames to the screen. */
  readonly framesPerSecond: number;
  /** Mode `record`: changes of 20 tags that are not in the history file. */
  readonly missing: number;
  /** Mode `record`: bytes of the history file per sample. */
  readonly bytesPerSample: number;
}

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
  let product: Product | null = null;
  if (order.mode === 'bare' || order.mode === 'append') {
    const append = order.mode === 'append' ? rowPerValue() : () => undefined;
    await bareClient(
      endpoint,
      order.count,
      (tag, value) => {
        values += 1;
        append(tag, value);
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
    product = productClient(endpoint, order, count);
  }
  await all;
  const subscribedMs = performance.now() - startedAt;
  if (order.measureMs === 0) {
    // For the cut test: how much is missing is told on demand.
    for await (const line of createInterface({ input: process.stdin })) if (line === 'lost') say({ lost, values });
    return;
  }
  await pause(3_000);
  const rssAtStartMb = process.memoryUsage.rss() / 1e6;
  const framesBefore = product?.frames() ?? 0;
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
    rssAtStartMb,
    lost,
    framesPerSecond: ((product?.frames() ?? 0) - framesBefore) / seconds,
    ...(product?.recorded() ?? { missing: 0, bytesPerSample: 0 }),
  };
  say(load);
  process.exit(0);
}

function tagsOf(count: number, bridgeMs: number): TagBinding[] {
  return Array.from({ length: count }, (_, i): TagBinding => {
    return {
      id: `Bulk.${i}`,
      address: `nsu=urn:linewright:sim:press;s=Bulk.${i}`,
      type: i % 10 === 9 ? 'boolean' : 'number',
      unit: null,
      samplingMs: 0,
      deadband: 0,
      bridgeMs,
    };
  });
}

interface Product {
  readonly frames: () => number;
  /** What the history file holds; ends the recording. */
  readonly recorded: () => Pick<Load, 'missing' | 'bytesPerSample'>;
}

function productClient(endpoint: string, order: Order, count: (readings: readonly TagReading[]) => void): Product {
  const tags = tagsOf(order.count, order.bridgeMs ?? 10_000);
  let take = count;
  let frames = 0;
  let recorded: Product['recorded'] = () => ({ missing: 0, bytesPerSample: 0 });
  if (order.mode === 'hub' || order.mode === 'record') {
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
    const tagIds = tags.map(({ id }) => id);
    if (order.mode === 'record') recorded = record(hub, tagIds);
    else
      void (async () => {
        for await (const _frame of hub.frames(tagIds, undefined)) frames += 1;
      })();
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
  return { frames: () => frames, recorded: () => recorded() };
}

function record(hub: TagHub, tagIds: readonly string[]): Product['recorded'] {
  const folder = mkdtempSync(path.join(tmpdir(), 'linewright-bench-'));
  const file = path.join(folder, 'history.db');
  const history = openHistory({ path: file, clock: systemClock, retentionDays: 30 });
  const fail = (error: unknown): never => {
    throw error;
  };
  const recorder = createRecorder({
    history,
    clock: systemClock,
    tagIds,
    subscribe: (ids, listener) => hub.subscribe(ids, listener),
    onError: fail,
  });
  // Beside the history: what 20 tags really said.
  const probes = tagIds.filter((_, i) => i % Math.ceil(tagIds.length / 20) === 0);
  const said = new Map(probes.map((id) => [id, 0]));
  let samples = 0;
  hub.subscribe(tagIds, (readings) => (samples += readings.length));
  hub.subscribe(probes, (readings) => {
    for (const { tagId } of readings) said.set(tagId, (said.get(tagId) ?? 0) + 1);
  });
  return () => {
    const wanted = new Map(said);
    const all = samples;
    recorder.stop();
    let missing = 0;
    for (const [id, count] of wanted) {
      let found = 0;
      for (const _sample of history.raw(id, 0, Number.MAX_SAFE_INTEGER)) found += 1;
      missing += Math.abs(count - found);
    }
    history.close();
    const bytes = statSync(file).size;
    rmSync(folder, { recursive: true });
    return { missing, bytesPerSample: bytes / all };
  };
}

/** The floor of recording: a row per value with time and quality, durable every 200 ms. */
function rowPerValue(): (tag: number, value: DataValue) => void {
  const folder = mkdtempSync(path.join(tmpdir(), 'linewright-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  const db = new Database(path.join(folder, 'rows.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE sample (tag INTEGER, at INTEGER, value REAL, status INTEGER) STRICT');
  const insert = db.prepare('INSERT INTO sample VALUES (?, ?, ?, ?)');
  let waiting: [number, number, number, number][] = [];
  const write = db.transaction((rows: typeof waiting) => {
    for (const row of rows) insert.run(...row);
  });
  setInterval(() => {
    const rows = waiting;
    waiting = [];
    write(rows);
  }, 200);
  return (tag, value) =>
    waiting.push([tag, value.sourceTimestamp?.getTime() ?? 0, Number(value.value.value), value.statusCode.value]);
}

/** What somebody writes with node-opcua in an afternoon: one subscription, one group, a callback that counts. */
async function bareClient(
  endpoint: string,
  count: number,
  value: (tag: number, value: DataValue) => void,
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
  group.on('changed', (_item, dataValue, index) => value(index, dataValue));
}

await client(JSON.parse(process.argv[2] ?? '{}') as Order);
