/** The contract of the plant view from an invented plant, and the built page: for looking at it and its tests. No product. */
import { controlScene } from './control-scene.ts';
import { bigBoard, plantAndon, plantHandover } from './plant-scene-andon.ts';
import { energyScene } from './energy-scene.ts';
import { plantOee } from './plant-scene-oee.ts';
import { machinesScene } from './machines-scene.ts';
import { plantControl } from './plant-scene-control.ts';
import { plantContainments } from './containment-scene.ts';
import { plantNonconformances } from './plant-scene-nonconformances.ts';
import { implement, ORPCError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Board } from '#contract/plant/andon.ts';
import type { PlantFault, PlantHealth, PlantOutcome } from '#contract/plant/base.ts';
import { plantContract } from '#contract/plant/index.ts';
import type { LineRow } from '#contract/plant/lines.ts';
import type { PlantOrder } from '#contract/plant/orders.ts';
import type { PlantSession } from '#contract/plant/session.ts';
import type { SignInMethods } from '#contract/plant/sign-in.ts';
import type { QuarantineRow } from '#contract/plant/trouble.ts';
import { readBelow } from '#station/web/files.ts';
import { definitions, health, lineRows, methods, openOrders, plantNames, plantSession } from './plant-scene.ts';
import { scriptedGauges } from './plant-scene-gauges.ts';
import * as records from './plant-scene-records.ts';
import * as releases from './plant-scene-releases.ts';
import { pagePolicy } from './scripted-station.ts';
import { Shown } from './shown.ts';
import { stopsScene } from './stops-scene.ts';
import { studiesScene } from './studies-scene.ts';
export interface ScriptedPlant {
  readonly address: string;
  readonly acts: { readonly path: string; readonly input: unknown }[];
  readonly session: Shown<PlantSession>;
  readonly methods: Shown<SignInMethods>;
  readonly health: Shown<PlantHealth>;
  readonly lines: Shown<{ readonly at: number; readonly lines: readonly LineRow[] }>;
  readonly trouble: Shown<{
    readonly quarantine: number;
    readonly forks: number;
    readonly deadLetters: number;
    readonly unpublished: number;
  }>;
  readonly orders: Shown<readonly PlantOrder[]>;
  readonly board: Shown<Board>;
  readonly quarantine: Shown<readonly QuarantineRow[]>;
  /** Whether somebody is signed in; false ends the connections as a server does. */
  signedIn: boolean;
  /** What the next act of this path is answered with instead of being done. */
  refuse(path: string, faults: readonly PlantFault[]): void;
  /** Calls and streams that are answered as by a server without its database. */
  readonly broken: Set<string>;
  /** ms until an act is answered. */
  delayMs: number;
  signOut(): void;
  /** Cuts every WebSocket and refuses new ones with 503 until `drain`, while it answers everything else. */
  fill(): void;
  /** WebSockets refused since `fill`. */
  refusedWhileFull(): number;
  drain(): void;
  /** Cuts every connection and refuses new ones until `plugIn`. */
  unplug(): void;
  plugIn(): void;
  close(): Promise<void>;
}
export async function startScriptedPlant(page: string, port = 0): Promise<ScriptedPlant> {
  const acts: { path: string; input: unknown }[] = [];
  const broken = new Set<string>();
  const refusals = new Map<string, readonly PlantFault[]>();
  const revision = new Shown({ revision: 1 });
  const state = { signedIn: true, plugged: true, full: false, delayMs: 0 };
  const session = new Shown(plantSession());
  const healthView = new Shown(health());
  const methodsView = new Shown(methods);
  const lines = new Shown<{ readonly at: number; readonly lines: readonly LineRow[] }>({
    at: Date.now(),
    lines: lineRows(),
  });
  const quarantine = new Shown<readonly QuarantineRow[]>(records.quarantine());
  const trouble = new Shown({ quarantine: 3, forks: 1, deadLetters: 2, unpublished: 1 });
  const orders = new Shown<readonly PlantOrder[]>(openOrders());
  const board = new Shown<Board>(bigBoard());
  const beat = setInterval(() => {
    healthView.set({ ...healthView.value, now: Date.now() });
    lines.set({ ...lines.value, at: Date.now() });
  }, 1_000);
  const changed = (): void => revision.set({ revision: revision.value.revision + 1 });
  function act<I, T>(path: string, run: (input: I) => T): (options: { input: I }) => Promise<PlantOutcome<T>> {
    return async ({ input }) => {
      acts.push({ path, input });
      if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs));
      const faults = refusals.get(path);
      refusals.delete(path);
      if (faults !== undefined) {
        changed();
        return { ok: false, faults };
      }
      const value = run(input);
      changed();
      return { ok: true, value };
    };
  }
  const nothing = (): undefined => undefined;
  const change = (orderId: string, over: Partial<PlantOrder>): undefined => {
    orders.set(
      orders.value.map((one) => (one.orderId === orderId ? { ...one, ...over, version: one.version + 1 } : one)),
    );
  };
  function paged<T>(
    items: readonly T[],
    { cursor, limit }: { cursor: string | null; limit: number },
  ): { items: T[]; next: string | null; total: number } {
    const from = Number(cursor ?? 0);
    const next = from + limit < items.length ? String(from + limit) : null;
    return { items: items.slice(from, from + limit), next, total: items.length };
  }
  function move({ jobOrderId, place }: { jobOrderId: string; place: number }): undefined {
    const all = orders.value.flatMap((order) => order.jobs);
    const line = all.find((job) => job.jobOrderId === jobOrderId)?.lineId;
    const ids = all
      .filter((job) => job.lineId === line && job.sequence !== null)
      .toSorted((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
      .map((job) => job.jobOrderId)
      .filter((id) => id !== jobOrderId);
    ids.splice(place - 1, 0, jobOrderId);
    orders.set(
      orders.value.map((order) => ({
        ...order,
        jobs: order.jobs.map((job) =>
          ids.includes(job.jobOrderId) ? { ...job, sequence: ids.indexOf(job.jobOrderId) + 1 } : job,
        ),
      })),
    );
  }
  const os = implement(plantContract);
  const watch = ({ signal }: { signal?: AbortSignal | undefined }): AsyncGenerator<{ revision: number }> =>
    revision.watch(signal);
  const router = os.router({
    session: {
      get: os.session.get.handler(() => session.value),
      names: os.session.names.handler(() => plantNames),
      health: os.session.health.handler(({ signal }) => healthView.watch(signal)),
    },
    lines: { watch: os.lines.watch.handler(({ signal }) => lines.watch(signal)) },
    orders: {
      watch: os.orders.watch.handler(watch),
      list: os.orders.list.handler(({ input }) => paged(orders.value, input)),
      get: os.orders.get.handler(({ input }) => orders.value.find(({ orderId }) => orderId === input.orderId) ?? null),
      create: os.orders.create.handler(
        act('orders.create', (input) => {
          const [first] = openOrders();
          if (first === undefined) return undefined;
          orders.set([
            ...orders.value,
            {
              ...first,
              ...input,
              status: 'created',
              source: 'plant',
              definition: { id: input.definitionId, revision: input.revision },
              jobs: (input.jobs.length > 0 ? input.jobs : [{ lineId: 'L1', quantity: input.quantity }]).map(
                (job, index) => ({
                  ...job,
                  jobOrderId: `${input.orderId}.${index + 1}`,
                  sequence: 99,
                  created: 0,
                  done: 0,
                  held: 0,
                  scrapped: 0,
                  inWork: 0,
                  blocked: [],
                }),
              ),
            },
          ]);
          return undefined;
        }),
      ),
      release: os.orders.release.handler(
        act('orders.release', ({ orderId }) => change(orderId, { status: 'released', holdReason: null })),
      ),
      hold: os.orders.hold.handler(
        act('orders.hold', ({ orderId, reason }) => change(orderId, { status: 'held', holdReason: reason })),
      ),
      close: os.orders.close.handler(act('orders.close', ({ orderId }) => change(orderId, { status: 'closed' }))),
      split: os.orders.split.handler(act('orders.split', nothing)),
      move: os.orders.move.handler(act('orders.move', move)),
      definitions: os.orders.definitions.handler(() => definitions),
    },
    stops: {
      watch: os.stops.watch.handler(watch),
      machines: os.stops.machines.handler(() => stopsScene.plantMachines),
      list: os.stops.list.handler(({ input }) =>
        paged(
          stopsScene.rows
            .filter(({ unexplained }) => input.show === 'all' || unexplained > 0)
            .map((row) => ({ ...row, stationId: 'ST10', lineId: 'L1' })),
          input,
        ),
      ),
      get: os.stops.get.handler(({ input }) => {
        const found = stopsScene.view(input.stopId);
        return found && { ...found, stationId: 'ST10', lineId: 'L1' };
      }),
      photo: os.stops.photo.handler(() => null),
    },
    studies: {
      watch: os.studies.watch.handler(watch),
      list: os.studies.list.handler(({ input }) =>
        paged(
          studiesScene.rows.map((row) => ({ ...row, stationId: 'QB10', lineId: 'L1' })),
          input,
        ),
      ),
      report: os.studies.report.handler(({ input }) => studiesScene.study(input.studyId)),
    },
    nonconformances: plantNonconformances(watch),
    containments: plantContainments(watch, (path, input) => void acts.push({ path, input })),
    gauges: scriptedGauges(watch),
    andon: plantAndon(board),
    machines: {
      watch: os.machines.watch.handler(watch),
      list: os.machines.list.handler(() => machinesScene.plant),
      slices: os.machines.slices.handler(({ input }) => machinesScene.slices(input)),
      counts: os.machines.counts.handler(({ input }) => machinesScene.counts(input)),
      doubts: os.machines.doubts.handler(({ input }) => paged(machinesScene.doubts, input)),
    },
    energy: {
      watch: os.energy.watch.handler(watch),
      overview: os.energy.overview.handler(({ input }) => energyScene.plant(input)),
    },
    oee: plantOee(watch),
    handover: plantHandover(),
    control: {
      watch: os.control.watch.handler(watch),
      signals: os.control.signals.handler(({ input }) => paged(plantControl.signals, input)),
      charts: os.control.charts.handler(() => plantControl.charts),
      chart: os.control.chart.handler(({ input }) => plantControl.chart(input.chart)),
      overview: os.control.overview.handler(() => plantControl.overview()),
      records: os.control.records.handler(() => controlScene.records),
    },
    units: {
      watch: os.units.watch.handler(watch),
      search: os.units.search.handler(({ input }) => {
        const one = records.unit();
        const rows = Array.from({ length: 130 }, (_, index) => ({
          ...one,
          serial: `PMP100-2600${409 - index}`,
          status: (['held', 'in-work', 'done', 'waiting', 'scrapped'] as const)[index % 5]!,
          openCases: index === 0 ? 1 : 0,
          foundBy: input.query === 'IMP-009112' ? ({ kind: 'component', value: 'IMP-009112' } as const) : null,
        }));
        return paged(input.query === 'nothing' ? [] : input.query === 'IMP-009112' ? rows.slice(0, 1) : rows, input);
      }),
      get: os.units.get.handler(({ input }) =>
        input.serial === 'unknown' ? null : { ...records.unit(), serial: input.serial },
      ),
      facts: os.units.facts.handler(({ input }) => paged(records.facts(), input)),
      hold: os.units.hold.handler(act('units.hold', nothing)),
      liftHold: os.units.liftHold.handler(act('units.liftHold', nothing)),
      cases: os.units.cases.handler(({ input }) => paged(records.cases(), input)),
      closeCase: os.units.closeCase.handler(act('units.closeCase', nothing)),
    },
    stations: {
      watch: os.stations.watch.handler(watch),
      list: os.stations.list.handler(() => records.stations()),
      makeCode: os.stations.makeCode.handler(
        act('stations.makeCode', () => ({ code: 'K7QM-2XHD-91RT', untilAt: Date.now() + 15 * 60_000 })),
      ),
      revoke: os.stations.revoke.handler(act('stations.revoke', nothing)),
    },
    trouble: {
      watch: os.trouble.watch.handler(({ signal }) => trouble.watch(signal)),
      quarantine: os.trouble.quarantine.handler(({ input }) => paged(quarantine.value, input)),
      replay: os.trouble.replay.handler(
        act('trouble.replay', ({ ids }) => ({ folded: Math.max(1, ids.length - 1), kept: 1 })),
      ),
      forks: os.trouble.forks.handler(({ input }) => paged(records.forks(), input)),
      acknowledgeFork: os.trouble.acknowledgeFork.handler(act('trouble.acknowledgeFork', nothing)),
      deadLetters: os.trouble.deadLetters.handler(({ input }) => paged(records.deadLetters(), input)),
      sendAgain: os.trouble.sendAgain.handler(act('trouble.sendAgain', nothing)),
      discard: os.trouble.discard.handler(act('trouble.discard', nothing)),
      publishing: os.trouble.publishing.handler(() => records.published()),
    },
    releases: {
      watch: os.releases.watch.handler(watch),
      files: os.releases.files.handler(() => releases.files()),
      text: os.releases.text.handler(({ input }) => ({ text: releases.definitionText, release: input.release ?? 4 })),
      history: os.releases.history.handler(({ input }) => paged(releases.history(), input)),
      diff: os.releases.diff.handler(() => releases.draftDiff),
      draft: os.releases.draft.handler(({ input }) => (input.path === releases.draft().path ? releases.draft() : null)),
      saveDraft: os.releases.saveDraft.handler(
        act('releases.saveDraft', (input) => ({
          ...releases.draft(),
          ...input,
          version: input.version + 1,
          submitted: false,
        })),
      ),
      savePicture: os.releases.savePicture.handler(act('releases.savePicture', () => releases.draft())),
      picture: os.releases.picture.handler(() => null),
      draftWithdrawal: os.releases.draftWithdrawal.handler(act('releases.draftWithdrawal', () => releases.draft())),
      newRevision: os.releases.newRevision.handler(act('releases.newRevision', () => releases.draft())),
      check: os.releases.check.handler(() => []),
      differences: os.releases.differences.handler(() => []),
      submit: os.releases.submit.handler(act('releases.submit', nothing)),
      dropDraft: os.releases.dropDraft.handler(act('releases.dropDraft', nothing)),
      sendBack: os.releases.sendBack.handler(act('releases.sendBack', nothing)),
      release: os.releases.release.handler(act('releases.release', () => ({ release: 5 }))),
      rollBack: os.releases.rollBack.handler(act('releases.rollBack', () => ({ release: 5 }))),
    },
    accounts: {
      list: os.accounts.list.handler(() => releases.accounts()),
      create: os.accounts.create.handler(act('accounts.create', () => ({ secret: 'amber-violin-harbour-27' }))),
      update: os.accounts.update.handler(act('accounts.update', nothing)),
      resetSecret: os.accounts.resetSecret.handler(
        act('accounts.resetSecret', () => ({ secret: 'copper-lantern-meadow-81' })),
      ),
      changePassword: os.accounts.changePassword.handler(act('accounts.changePassword', nothing)),
      sessions: os.accounts.sessions.handler(() => [
        {
          id: 's-1',
          accountId: 'jana.vogt',
          signIn: 'password',
          createdAt: Date.now() - 3_600_000,
          seenAt: Date.now(),
          endsAt: Date.now() + 3_600_000,
          from: '10.0.8.31',
          browser: 'Chromium',
          own: true,
        },
        {
          id: 's-2',
          accountId: 'jana.vogt',
          signIn: 'password',
          createdAt: Date.now() - 86_400_000,
          seenAt: Date.now() - 7_200_000,
          endsAt: Date.now() + 3_600_000,
          from: '10.0.8.77',
          browser: 'Chromium',
          own: false,
        },
      ]),
      endSession: os.accounts.endSession.handler(act('accounts.endSession', nothing)),
      audit: os.accounts.audit.handler(({ input }) => paged(releases.audit(), input)),
    },
  });
  const open = new Set<WebSocket>();
  const handler = new RPCHandler(router, {
    clientInterceptors: [
      ({ path, next }) => {
        if (!broken.has(path.join('.'))) return next();
        throw new ORPCError('SERVICE_UNAVAILABLE', { data: { code: 'database.unreachable' } });
      },
    ],
  });
  const server: Server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
    if (!state.plugged) {
      request.socket.destroy();
      return;
    }
    if (path === '/session/methods') json(200, methodsView.value);
    else if (path === '/session' && request.method === 'GET') json(200, { signedIn: state.signedIn });
    else if (path === '/session' && request.method === 'DELETE') {
      state.signedIn = false;
      json(200, { goTo: null });
    } else if (path.startsWith('/session') && request.method === 'POST')
      void bodyOf(request).then((input) => {
        acts.push({ path: path.slice(1), input });
        const faults = refusals.get(path.slice(1));
        refusals.delete(path.slice(1));
        if (faults === undefined) state.signedIn = true;
        json(faults === undefined ? 200 : 401, faults === undefined ? { ok: true } : { ok: false, faults });
      });
    else
      void readBelow(page, path === '/' ? '/index.html' : path).then((found) => {
        if (found === null) {
          response.writeHead(404).end();
          return;
        }
        response.writeHead(200, { 'content-type': found.type, 'content-security-policy': pagePolicy });
        response.end(found.body);
      });
  });
  let refused = 0;
  const sockets = new WebSocketServer({
    server,
    path: '/rpc',
    verifyClient(_request, answer) {
      if (state.full) refused += 1;
      if (state.full) answer(false, 503);
      else answer(state.signedIn || !state.plugged, 401);
    },
  });
  sockets.on('connection', (socket) => {
    if (!state.plugged) {
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
    session,
    methods: methodsView,
    health: healthView,
    lines,
    trouble,
    orders,
    board,
    quarantine,
    get signedIn() {
      return state.signedIn;
    },
    set signedIn(value) {
      state.signedIn = value;
    },
    get delayMs() {
      return state.delayMs;
    },
    set delayMs(value) {
      state.delayMs = value;
    },
    broken,
    refuse: (path, faults) => void refusals.set(path, faults),
    signOut() {
      state.signedIn = false;
      for (const socket of open) socket.close(4401, 'signed out');
    },
    fill() {
      state.full = true;
      for (const socket of open) socket.terminate();
    },
    refusedWhileFull: () => refused,
    drain() {
      state.full = false;
    },
    unplug() {
      state.plugged = false;
      for (const socket of open) socket.terminate();
    },
    plugIn() {
      state.plugged = true;
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
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) text += chunk.toString();
  return JSON.parse(text) as unknown;
}
