/** The clients that opcua.bench.ts measures, each run as a process of its own: `node bench/opcua-child.ts '{"mode":"bare",...}'`. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { systemClock } from '#station/clock.ts';
import { driver as opcua } from '#station/drivers/opcua-client/index.ts';
import { TagHub } from '#station/tags/hub.ts';

export type Mode = 'bare' | 'driver' | 'hub';
export interface Order {
  readonly mode: Mode;
  readonly port: number;
  readonly count: number;
  /** Measure load for this long; 0: tell `first` at the first value after each connection and run until killed. */
  readonly measureMs: number;
}
export interface Load {
  readonly subscribedMs: number;
  readonly cpuPer100k: number;
  readonly perSecond: number;
  readonly rssMb: number;
  readonly lost: number;
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

await client(JSON.parse(process.argv[2] ?? '{}') as Order);
