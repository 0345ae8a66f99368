/** A station at ST10 of the demo plant with real core, store, people and scan router; devices are only said to be there. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Configuration } from '#contract/config/index.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import { loadConfiguration } from '#config/load.ts';
import { createCore, type Core } from '#station/core/index.ts';
import { LiveCatalogue } from '#station/core/live-catalogue.ts';
import { FakeServer } from '#station/core/test-server.ts';
import type { DeviceSource, TraceStore } from '#station/core/ports.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { createPeople, type People, type PeopleParts } from '#station/people/people.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore, type Store } from '#station/store/store.ts';
import { manualClock, type ManualClock } from '#station/store/test-kit.ts';
import { TagHub } from '#station/tags/hub.ts';
import { componentParser, knownIn } from './known.ts';
import { createScanRouter, type ScanRouter } from './scan-router.ts';

const drivers = await installedDrivers();
const manifests = new Map([...drivers].map(([id, { manifest }]) => [id, manifest]));
const loaded = loadConfiguration(path.resolve(import.meta.dirname, '../../resources/demo-plant'), { manifests });
if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
export const demo: Configuration = loaded.configuration;

export interface LogLine {
  readonly detail: object;
  readonly message: string;
}

export interface TestStation extends AsyncDisposable {
  readonly core: Core;
  readonly store: Store;
  readonly server: FakeServer;
  readonly people: People;
  readonly scans: ScanRouter;
  readonly clock: ManualClock;
  readonly hub: TagHub;
  /** Everything that was logged. */
  readonly lines: LogLine[];
  /** Every event, oldest first. */
  events(): readonly StoredEvent[];
  scan(text: string, source?: ScanOutcome['source']): Promise<ScanOutcome>;
}

export const idleLockMs = 60_000;

const devices: DeviceSource = {
  condition: () => ({ state: 'connected' }),
  since: () => 0,
  pushes: (deviceId) => deviceId !== 'press',
  isLive: () => false,
  serialNumber: () => null,
  write: async () => ({ ok: false, status: 'BadNotSupported', message: 'no device here' }),
  read: async () => ({ ok: false, status: 'BadNotSupported', message: 'no device here' }),
  call: async () => ({ ok: false, status: 'BadNotSupported', message: 'no device here' }),
  onChange: { listen: () => () => undefined },
};
const traces: TraceStore = { putTrace: () => undefined, getTrace: () => null };

export function testStation(
  options: {
    readonly verifyPin?: NonNullable<PeopleParts['verifyPin']>;
    readonly store?: { readonly minFreeBytes?: number };
    readonly configuration?: Configuration;
  } = {},
): TestStation {
  const folder = mkdtempSync(path.join(tmpdir(), 'linewright-scan-'));
  const configuration = options.configuration ?? demo;
  const clock = manualClock(Date.UTC(2026, 10, 23, 9));
  const lines: LogLine[] = [];
  const line = (detail: object, message: string): void => void lines.push({ detail, message });
  const log = { debug: line, info: line, warn: line, error: line, fatal: line, child: () => log } as never;
  const store = openStore({ folder, stationId: 'ST10', projections, clock, ...options.store });
  const hub = new TagHub(clock, (error) => {
    throw error;
  });
  const press = configuration.devices.find((device) => device.id === 'press');
  const idle = { number: 0, boolean: true, text: 'Idle', numbers: [] } as const;
  hub.register('press', press?.tags ?? []);
  hub.setDelivering('press', true);
  hub.push(
    'press',
    (press?.tags ?? []).map(({ type }, tag) => ({
      tag,
      value: idle[type],
      quality: 'good',
      status: 'Good',
      sourceAt: null,
      serverAt: null,
      receivedAt: clock.now(),
    })),
  );
  let id = 0;
  const catalogue = new LiveCatalogue(configuration, { find: () => null });
  const server = new FakeServer(store, clock);
  const core = createCore({
    store,
    catalogue,
    orders: configuration.orders,
    server,
    stationId: 'ST10',
    bootId: 'boot-1',
    live: hub,
    devices,
    traces,
    parseComponent: componentParser(catalogue, clock),
    clock,
    ids: { next: () => `id-${++id}` },
    log,
  });
  core.importOrders();
  const people = createPeople({
    core,
    idleLockMs,
    clock,
    log,
    ...(options.verifyPin ? { verifyPin: options.verifyPin } : {}),
  });
  const scans = createScanRouter({ core, people, known: knownIn(store.read), store, clock, log });
  return {
    core,
    store,
    server,
    people,
    scans,
    clock,
    hub,
    lines,
    events: () => store.events(0, 10_000),
    scan: (text, source = 'wedge') => scans.submit({ text, source, deviceId: null }),
    async [Symbol.asyncDispose]() {
      people.stop();
      await core.stop();
      store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
