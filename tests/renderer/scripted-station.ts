/**
 * The contract answered from invented views over a real WebSocket, and the built screens over HTTP: for looking at
 * every state of a screen, and for the renderer's tests. A developer's tool, never part of the product.
 */
import type { AndonView } from '#contract/rpc/andon.ts';
import type { BenchView } from '#contract/rpc/bench.ts';
import type { HandoverState } from '#contract/rpc/handover.ts';
import { implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { contract } from '#contract/rpc/index.ts';
import type { ControlState } from '#contract/rpc/control.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { GaugesState } from '#contract/rpc/gauges.ts';
import type { UnitLabel } from '#contract/rpc/units.ts';
import type { OrderRow } from '#contract/rpc/orders.ts';
import type { MachinesState } from '#contract/rpc/machines.ts';
import type { StopsWatch } from '#contract/rpc/stops.ts';
import type { PeopleView } from '#contract/rpc/people.ts';
import type { ScanOutcome } from '#contract/rpc/scan.ts';
import type { Settings } from '#contract/rpc/settings.ts';
import type { SyncView } from '#contract/rpc/sync.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import { readBelow } from '#station/web/files.ts';
import { andonScene, scriptedAndon, scriptedHandover } from './andon-scene.ts';
import { benchScene } from './bench-scene.ts';
import { scriptedBench } from './scripted-bench.ts';
import { controlScene } from './control-scene.ts';
import { nonconformanceRoutes, scriptedContainments } from './nonconformance-scene.ts';
import { Shown } from './shown.ts';
import { characteristics, linkTestReport, mara, syncView, system } from './view-parts.ts';
import { scriptedGauges } from './scripted-gauges.ts';
import { energyScene } from './energy-scene.ts';
import { scriptedEnergy, type EnergyState } from './scripted-energy.ts';
import { scriptedStops } from './scripted-stops.ts';
import { scriptedMachines, scriptedOee } from './scripted-machines.ts';
import { scriptedStudies } from './scripted-studies.ts';
import { scenes } from './views.ts';

export const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ScriptedStation {
  readonly address: string;
  readonly acts: { readonly path: string; readonly input: unknown }[];
  readonly execution: Shown<ExecutionView>;
  readonly people: Shown<PeopleView>;
  readonly settings: Shown<Settings>;
  readonly system: Shown<SystemView>;
  readonly sync: Shown<SyncView>;
  readonly scans: Shown<ScanOutcome | null>;
  readonly control: Shown<ControlState>;
  readonly gauges: Shown<GaugesState>;
  readonly machines: Shown<MachinesState>;
  readonly stops: Shown<StopsWatch>;
  readonly bench: Shown<BenchView>;
  readonly andon: Shown<AndonView>;
  readonly handover: Shown<HandoverState>;
  /** How acts are answered: after so many ms. */
  readonly answers: { delayMs: number };
  scene(name: string): void;
  /** Cuts every connection and refuses new ones until `plugIn`. */
  unplug(): void;
  plugIn(): void;
  close(): Promise<void>;
}

export async function startScriptedStation(page: string, images: string, port = 0): Promise<ScriptedStation> {
  let revision = 1;
  const acts: { path: string; input: unknown }[] = [];
  const nobody: PeopleView = { person: mara, locked: false, pinFor: null, lockAt: null };
  const execution = new Shown<ExecutionView>(scenes['no-unit']!(revision));
  const people = new Shown<PeopleView>(nobody);
  const settings = new Shown<Settings>({
    theme: 'light',
    language: 'en',
    hand: 'right',
    gloves: false,
    sound: true,
    calls: 'line',
    pxPerMm: null,
  });
  const systemView = new Shown<SystemView>(system());
  const sync = new Shown<SyncView>(syncView());
  const scans = new Shown<ScanOutcome | null>(null);
  const gaugesState = new Shown<GaugesState>({ revision: 1, check: null, troubled: 1 });
  const bench = new Shown<BenchView>(benchScene.none);
  const machinesState = new Shown<MachinesState>({ revision: 1, machines: [] });
  const stopsState = new Shown<StopsWatch>({ revision: 1, unexplained: 0, ask: null });
  const andon = new Shown<AndonView>(andonScene.quiet);
  const handover = new Shown<HandoverState>(andonScene.shift);
  const controlState = new Shown<ControlState>({ revision: 1, open: [] });
  const beat = setInterval(() => systemView.set({ ...systemView.value, clock: { now: Date.now(), steps: 0 } }), 2_000);
  const done = { ok: true, value: undefined } as const;
  const answers = { delayMs: 0 };
  const act =
    (path: string) =>
    async ({ input }: { input: unknown }) => {
      acts.push({ path, input });
      if (answers.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, answers.delayMs));
      return done;
    };

  const os = implement(contract);
  const order: OrderRow = {
    orderId: 'WO-10452',
    material: { id: 'PMP-100', title: { en: 'Coolant pump PMP-100', de: 'Kühlmittelpumpe PMP-100' } },
    definition: { id: 'PMP-100', revision: 'C', title: { en: 'Coolant pump PMP-100', de: 'Kühlmittelpumpe PMP-100' } },
    status: 'released',
    quantity: 400,
    unitsCreated: 220,
    unitsDone: 214,
    unitsHeld: 1,
    priority: 5,
    dueAt: Date.now() + 86_400_000,
    source: 'station',
    holdReason: null,
    numbersLeft: null,
    operationsHere: [{ id: '10', title: { en: 'Press and measure', de: 'Einpressen und Messen' } }],
    blocked: [],
    waiting: ['PMP100-2600417', 'PMP100-2600418', 'PMP100-2600419', 'PMP100-2600420'],
  };
  const ofServer: OrderRow = {
    ...order,
    orderId: 'WO-10467',
    source: 'server',
    numbersLeft: 180,
    unitsHeld: 0,
    waiting: [],
    dueAt: Date.now() + 8 * 86_400_000,
  };
  const page1 = <T>(items: T[]): { items: T[]; next: null; total: number } => ({
    items,
    next: null,
    total: items.length,
  });

  const unitLabel: UnitLabel = {
    serial: 'PMP100-2600417',
    material: order.material,
    orderId: order.orderId,
    stationId: 'ST10',
    issuedAt: Date.now(),
    passed: ['10'],
    completed: false,
    rework: [],
    text: 'LWP1:0A',
    dataMatrix: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h1v2h-1z"/></svg>',
    qr: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M0 0h2v1h-2z"/></svg>',
  };
  const router = os.router({
    system: {
      get: os.system.get.handler(() => systemView.value),
      watch: os.system.watch.handler(({ signal }) => systemView.watch(signal)),
    },
    studies: scriptedStudies(act),
    containments: scriptedContainments(act),
    machines: scriptedMachines(machinesState, act),
    energy: scriptedEnergy(new Shown<EnergyState>(energyScene.state)),
    stops: scriptedStops(stopsState, act),
    oee: scriptedOee(),
    gauges: scriptedGauges(gaugesState, act),
    bench: scriptedBench(bench, act),
    andon: scriptedAndon(andon, act, acts),
    handover: scriptedHandover(handover, act, acts),
    control: {
      watch: os.control.watch.handler(({ signal }) => controlState.watch(signal)),
      charts: os.control.charts.handler(() => controlScene.charts),
      chart: os.control.chart.handler(({ input }) => controlScene.chart(input.chart)),
      signals: os.control.signals.handler(() => page1([...controlScene.signals])),
      signal: os.control.signal.handler(({ input }) => controlScene.signal(input.signalId)),
      records: os.control.records.handler(() => controlScene.records),
      suspectCodes: os.control.suspectCodes.handler(() => controlScene.codes),
      doStep: os.control.doStep.handler(act('control.doStep')),
      closeSignal: os.control.closeSignal.handler(act('control.closeSignal')),
      liftHolds: os.control.liftHolds.handler(act('control.liftHolds')),
      beginPhase: os.control.beginPhase.handler(act('control.beginPhase')),
      excludePoint: os.control.excludePoint.handler(act('control.excludePoint')),
      notePoint: os.control.notePoint.handler(act('control.notePoint')),
    },
    nonconformances: nonconformanceRoutes(act, (what) => acts.push(what)),
    people: {
      watch: os.people.watch.handler(({ signal }) => people.watch(signal)),
      signIn: os.people.signIn.handler(act('people.signIn')),
      givePin: os.people.givePin.handler(act('people.givePin')),
      cancelPin: os.people.cancelPin.handler(() => done),
      signOut: os.people.signOut.handler(act('people.signOut')),
      lock: os.people.lock.handler(act('people.lock')),
      active: os.people.active.handler(() => {
        acts.push({ path: 'people.active', input: null });
        return null;
      }),
    },
    scan: {
      submit: os.scan.submit.handler(({ input }) => {
        acts.push({ path: 'scan.submit', input });
        const outcome: ScanOutcome = {
          id: (scans.value?.id ?? 0) + 1,
          at: Date.now(),
          source: input.source,
          deviceId: null,
          text: input.text.replaceAll('\x1d', '␝'),
          kind: input.text.startsWith('?') ? 'unknown' : 'unit',
          fields: { serial: input.text },
          result: input.text.startsWith('?') ? 'refused' : 'accepted',
          refusal: input.text.startsWith('?')
            ? {
                command: 'scan',
                at: Date.now(),
                reasons: [{ code: 'scan.not-understood', params: { text: input.text } }],
                met: [],
                next: [],
              }
            : null,
        };
        scans.set(outcome);
        return outcome;
      }),
      watch: os.scan.watch.handler(({ signal }) => scans.watch(signal)),
    },
    orders: {
      watch: os.orders.watch.handler(async function* ({ signal }) {
        yield { revision: 1 };
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      }),
      list: os.orders.list.handler(() => page1([order, ofServer])),
      get: os.orders.get.handler(({ input }) => (input.orderId === ofServer.orderId ? ofServer : order)),
      create: os.orders.create.handler(act('orders.create')),
      release: os.orders.release.handler(act('orders.release')),
      hold: os.orders.hold.handler(act('orders.hold')),
      close: os.orders.close.handler(act('orders.close')),
      createUnit: os.orders.createUnit.handler(({ input }) => {
        acts.push({ path: 'orders.createUnit', input });
        return { ok: true, value: { serial: 'PMP100-2600421' } };
      }),
      definitions: os.orders.definitions.handler(() => []),
    },
    execution: {
      watch: os.execution.watch.handler(({ signal }) => execution.watch(signal)),
      get: os.execution.get.handler(() => execution.value),
      start: os.execution.start.handler(act('execution.start')),
      act: os.execution.act.handler(({ input }) => {
        acts.push({ path: 'execution.act', input });
        return done;
      }),
      retry: os.execution.retry.handler(act('execution.retry')),
      dismiss: os.execution.dismiss.handler(() => {
        acts.push({ path: 'execution.dismiss', input: null });
        return null;
      }),
      trace: os.execution.trace.handler(async function* ({ signal }) {
        const [x, y]: [number[], number[]] = [[], []];
        for (let i = 0; i <= 240; i += 1) {
          const share = i / 200;
          x.push(share <= 1 ? 59.2 * share : 59.2 - (share - 1) * 160);
          y.push(
            share <= 1
              ? 0.3 + 3.5 * share + 8.7 * share ** 9 + 0.15 * Math.sin(i / 3)
              : Math.max(0, 12.4 - (share - 1) * 90),
          );
        }
        yield { traceId: 't1', from: 0, x: x.slice(0, 40), y: y.slice(0, 40), done: false };
        for (let from = 40; from < x.length; from += 20) {
          if (signal?.aborted) return;
          await new Promise((resolve) => setTimeout(resolve, 100));
          yield { traceId: 't1', from, x: x.slice(from, from + 20), y: y.slice(from, from + 20), done: false };
        }
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      }),
      series: os.execution.series.handler(({ input }) => {
        const characteristic = characteristics.find((one) => one.id === input.characteristicId);
        if (!characteristic) return null;
        const middle = characteristic.nominal;
        const width = characteristic.upper - characteristic.lower;
        const points = Array.from({ length: 25 }, (_, i) => {
          const value = middle + width * (0.12 * Math.sin(i * 1.7) + (i === 11 ? 0.66 : 0) + i * 0.008);
          return {
            at: Date.now() - (25 - i) * 240_000,
            value,
            serial: `PMP100-26003${i}`,
            verdict: value > characteristic.upper ? ('above' as const) : ('ok' as const),
            typed: i === 5,
          };
        });
        return {
          characteristic,
          points,
          control: { center: middle, lower: middle - width * 0.3, upper: middle + width * 0.3 },
        };
      }),
    },
    units: {
      watch: os.units.watch.handler(async function* ({ signal }) {
        yield { revision: 1 };
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      }),
      list: os.units.list.handler(() => page1([])),
      get: os.units.get.handler(() => null),
      history: os.units.history.handler(() => page1([])),
      label: os.units.label.handler(() => ({ ok: true, value: unitLabel })),
      hold: os.units.hold.handler(act('units.hold')),
      liftHold: os.units.liftHold.handler(act('units.liftHold')),
      scrap: os.units.scrap.handler(act('units.scrap')),
    },
    devices: {
      watch: os.devices.watch.handler(async function* ({ signal }) {
        yield { revision: 1, devices: [] };
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      }),
      traffic: os.devices.traffic.handler(async function* ({ signal }) {
        yield { lines: [], dropped: 0 };
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
      }),
      live: os.devices.live.handler(async function* ({ input, signal }) {
        for (let i = 0; ; i += 1) {
          if (signal?.aborted) return;
          const at = Date.now();
          yield {
            at,
            readings: input.tags.map((tagId) => ({
              tagId,
              value: tagId.endsWith('state')
                ? 'Idle'
                : tagId.endsWith('oil')
                  ? 41.7
                  : tagId.endsWith('position')
                    ? 182.4
                    : tagId === 'calliper.value'
                      ? 24.013
                      : 0.02 + 0.01 * (i % 3),
              unit: null,
              quality: tagId.endsWith('oil') ? ('bad' as const) : ('good' as const),
              status: tagId.endsWith('oil') ? 'BadNoCommunication' : 'Good',
              sourceAt: at,
              serverAt: at,
              receivedAt: tagId.endsWith('oil') ? at - 322_000 : at,
              stale: tagId.endsWith('oil'),
              lastGoodAt: tagId.endsWith('oil') ? at - 322_000 : at,
            })),
          };
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }),
      history: os.devices.history.handler(({ input }) => ({
        tagId: input.tagId,
        fromAt: input.fromAt,
        toAt: input.toAt,
        samples: 0,
        at: [],
        value: [],
      })),
      drivers: os.devices.drivers.handler(() => []),
    },
    sync: {
      watch: os.sync.watch.handler(({ signal }) => sync.watch(signal)),
      enrol: os.sync.enrol.handler(act('sync.enrol')),
      forget: os.sync.forget.handler(act('sync.forget')),
      startTest: os.sync.startTest.handler(act('sync.startTest')),
      endTest: os.sync.endTest.handler(act('sync.endTest')),
      report: os.sync.report.handler(() => linkTestReport),
    },
    settings: {
      watch: os.settings.watch.handler(({ signal }) => settings.watch(signal)),
      set: os.settings.set.handler(({ input }) => {
        settings.set({
          ...settings.value,
          ...(Object.fromEntries(Object.entries(input).filter(([, v]) => v !== undefined)) as Partial<Settings>),
        });
        return settings.value;
      }),
    },
  });

  let plugged = true;
  const open = new Set<WebSocket>();
  const handler = new RPCHandler(router);
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const image = /^\/definition-images\/(.+)$/.exec(path)?.[1];
    const file =
      image === undefined ? readBelow(page, path === '/' ? '/index.html' : path) : readBelow(images, `/${image}`);
    void file.then((found) => {
      if (found === null) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-type': found.type, 'content-security-policy': pagePolicy });
      response.end(found.body);
    });
  });
  const sockets = new WebSocketServer({ server, path: '/rpc' });
  sockets.on('connection', (socket) => {
    if (!plugged) {
      socket.terminate();
      return;
    }
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    void handler.upgrade(socket);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    address,
    acts,
    execution,
    people,
    settings,
    system: systemView,
    sync,
    scans,
    control: controlState,
    gauges: gaugesState,
    machines: machinesState,
    stops: stopsState,
    bench,
    andon,
    handover,
    answers,
    scene(name) {
      const make = scenes[name];
      if (!make) throw new Error(`no scene ${name}; there are ${Object.keys(scenes).join(', ')}`);
      revision += 1;
      execution.set(make(revision));
    },
    unplug() {
      plugged = false;
      for (const socket of open) socket.terminate();
    },
    plugIn() {
      plugged = true;
    },
    async close() {
      clearInterval(beat);
      for (const socket of open) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
