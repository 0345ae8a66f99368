/**
 * The only wiring of the server: every part is made here, and what one needs of another is handed to it here. Stateless:
 * everything that matters is in the database, and several instances may run on one PostgreSQL.
 */
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import packageJson from '../package.json' with { type: 'json' };
import type { Manifests } from '#config/driver-checks.ts';
import type { FileTree } from '#config/file-tree.ts';
import type { Configuration } from '#contract/config/index.ts';
import type { PlantHealth } from '#contract/plant/base.ts';
import type { LinePlaces } from '#domain/accounts/may.ts';
import { createAndonRouter, createHandoverRouter } from './andon/routers.ts';
import { createAccounts } from './accounts/accounts.ts';
import { tokenOf } from './accounts/cookie.ts';
import { heartbeat } from './accounts/health.ts';
import { registerSignIn } from './accounts/http.ts';
import type { OidcSettings } from './accounts/oidc-settings.ts';
import { createOidc } from './accounts/oidc.ts';
import { createAccountsRouter, createSessionRouter } from './accounts/rpc.ts';
import { createSessions, type SessionRules } from './accounts/sessions.ts';
import { createSignIn } from './accounts/sign-in.ts';
import { createBlobs } from './blobs/index.ts';
import type { Clock } from './clock.ts';
import type { Db } from './db/db.ts';
import { isUnreachable } from './db/errors.ts';
import { migrate } from './db/migrate.ts';
import { createEnrolment, type Enrolment } from './enrolment/index.ts';
import { createStationGuard, stationOf } from './enrolment/guard.ts';
import { followReleases } from './after-release.ts';
import { createApp, type App, type TlsFiles } from './http/app.ts';
import { createChangesFeed, tellChanged } from './changes-feed.ts';
import { releasedConfiguration, scopesOfStation } from './configuration.ts';
import { createAskingStations } from './downlink/asking.ts';
import { publish } from './downlink/publish.ts';
import { tellFigures } from './figures.ts';
import { registerDownlink } from './downlink/routes.ts';
import { prune } from './downlink/prune.ts';
import { createDocumentWaiting } from './downlink/waiting.ts';
import { createGiveWay } from './give-way.ts';
import { createDeadLetterCalls } from './integration/dead-letter-calls.ts';
import { receiversIn, tellOrders } from './integration/tell-orders.ts';
import { composeIntegration } from './integration/wiring.ts';
import { createOrderService } from './orders/orders.ts';
import { createEnergyRouter } from './energy/router.ts';
import { createMachinesRouter } from './machines/router.ts';
import { createOeeRouter } from './oee/router.ts';
import { tellRoots } from './machines/tell-roots.ts';
import { keepSums } from './oee/worker.ts';
import { createSuspectReactions } from './control/suspects.ts';
import { createGaugeActs } from './gauges/acts.ts';
import { createContainmentActs } from './containments/acts.ts';
import { createContainmentReactions } from './containments/react.ts';
import { createRecallReactions } from './gauges/recalls.ts';
import { createOrderReactions } from './orders/react.ts';
import { seedOrders } from './orders/seed.ts';
import {
  createControlRouter,
  createGaugesRouter,
  createLinesRouter,
  createContainmentsRouter,
  createNonconformancesRouter,
  createOrdersRouter,
  createStopsRouter,
  createStudiesRouter,
  createUnitsRouter,
} from './plant-routers.ts';
import { behindOf } from './projections/behind.ts';
import { createPublisher } from './publish/index.ts';
import { allOf, createProjector } from './projections/projector.ts';
import { createNonconformanceActs } from './nonconformances/acts.ts';
import { createUnitActs } from './units/acts.ts';
import { createPlantStream } from './units/plant-stream.ts';
import { createMetrics } from './http/metrics.ts';
import { addressOf } from './http/own-page.ts';
import { createRpcSockets } from './http/rpc-socket.ts';
import { serveFiles } from './http/static-files.ts';
import { createIngest } from './ingest/index.ts';
import type { Log } from './log.ts';
import { releasedFile } from './releases/files.ts';
import { importFolder, tellImport } from './releases/import-folder.ts';
import { openInForce } from './releases/in-force.ts';
import { createReleases } from './releases/releases.ts';
import { createReleasesRouter } from './releases/rpc.ts';
import { createChanges } from './rpc/changes.ts';
import { readyChecks } from './readiness.ts';
import { repeat } from './repeat.ts';
import { createStationsRouter } from './stations/index.ts';
import { createTroubleRouter } from './trouble/index.ts';

export interface PlantOptions {
  /** Closed by `stop`. */
  readonly db: Db;
  /** What was in the configuration folder at the start. */
  readonly configuration: Configuration;
  /** The configuration folder: release 1 of an empty database. Left out: nothing is imported. */
  readonly folder?: FileTree;
  /** Takes a folder that differs from what is released in as drafts (server/releases/import-folder.ts). */
  readonly importConfig?: boolean;
  /** Of the drivers, so that devices are judged before they are released; null or left out: they are not at hand. */
  readonly manifests?: Manifests | null;
  /** Folder of the built plant view. */
  readonly viewFolder: string;
  readonly tls: TlsFiles | null;
  readonly trustProxy: boolean;
  /** Who shows it may read `/metrics`; null or left out: programs on this machine may. */
  readonly metricsToken?: string | null;
  /** Folder of order files; null or left out: none. */
  readonly dropFolder?: string | null;
  /** null: people sign in with passwords only. */
  readonly oidc: OidcSettings | null;
  readonly sessionRules: SessionRules;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Plant {
  /** Makes the first administrator at `/?setup=<token>`; null: there is one, or the plant is a demo. */
  readonly setUpToken: string | null;
  readonly app: App;
  readonly db: Db;
  readonly enrolment: Enrolment;
  /** @returns the address, e.g. `http://127.0.0.1:7400`. Rejects with the system's error where it cannot listen. */
  listen(host: string, port: number): Promise<string>;
  /** Takes no new work, ends what runs, closes the database. */
  stop(reason: string): Promise<void>;
}

const sweepEveryMs = 10 * 60_000;

/** How often documents that are over are taken from the stations, ms. */
const pruneEveryMs = 600_000;

/** @throws MigrationError. Waits while the database cannot be reached. */
export async function composePlant(options: PlantOptions): Promise<Plant> {
  const { db, clock, log, configuration } = options;
  await migrateWhenReachable(db, log);

  const metrics = createMetrics();
  const app = await createApp({
    log,
    metrics,
    ready: readyChecks(db, clock),
    tls: options.tls,
    trustProxy: options.trustProxy,
    metricsToken: options.metricsToken ?? null,
  });

  // Up: enrolment, ingest, blobs, stations, trouble (00xx).
  const guard = createStationGuard(db);
  const enrolment = createEnrolment({
    db,
    plantId: configuration.plant.id,
    clock,
    log,
    publishKey: async (tx, { keyId, stationId, publicKey, revokedAt }) => {
      await publish(tx, 'plant', 'station-key', keyId, { keyId, stationId, publicKey, revokedAt });
      await tellChanged(tx, 'stations');
    },
    onKeysChanged: () => undefined,
  });
  const giveWay = createGiveWay();
  const ingest = createIngest({
    db,
    giveWay,
    guard,
    plantId: configuration.plant.id,
    version: packageJson.version,
    clock,
    log,
    metrics,
    onHello: () => undefined,
  });
  const blobs = createBlobs({ db, guard, clock });
  enrolment.routes(app);
  await ingest.routes(app);
  await blobs.routes(app);
  const sweepingBlobs = repeat(
    clock,
    sweepEveryMs,
    async () => void (await blobs.sweep()),
    log,
    'blobs that were given up could not be removed',
  );

  // Read model and down: projections, downlink, orders, units, lines (01xx).

  const releaseFiles = await openInForce({ db, clock, log, folder: options.folder ?? null, fallback: configuration });
  const inForce = releaseFiles.current;
  if (options.importConfig === true && options.folder !== undefined)
    tellImport(await importFolder(db, options.folder, clock.now()), log);
  const released = releasedConfiguration(inForce);
  const plantStream = await createPlantStream(db, released, clock.now());
  const reactions = [
    createOrderReactions(released, (tx, became, at) =>
      tellOrders(tx, became, receiversIn(released().configuration), at),
    ),
    createSuspectReactions(released, plantStream, () => clock.now()),
    createRecallReactions(plantStream, () => clock.now()),
    createContainmentReactions(released, plantStream, () => clock.now()),
  ];
  const react = allOf(reactions);
  const projector = createProjector({ db, configuration: released, react, giveWay, log });
  const waiting = await createDocumentWaiting(db, clock);
  const asking = createAskingStations(db, clock);
  await guard.signedRoutes(app, 1024, (routes) =>
    registerDownlink(routes, {
      db,
      waiting,
      asking,
      stationOf: async (request) => stationOf(request).stationId,
      scopesOf: (stationId) => scopesOfStation(released(), stationId),
      file: (sha256) => releasedFile(db, sha256),
    }),
  );
  tellFigures(db, clock, metrics, () => asking.unacknowledged());
  const feed = await createChangesFeed(db);
  const afterRelease = followReleases({ db, clock, log, configuration: released });
  const forget = releaseFiles.onChange(() => afterRelease.wake());
  const seeded = await seedOrders(db, released, plantStream, clock.now());
  if (seeded > 0) log.info({ orders: seeded }, 'orders of the configuration folder taken in');
  await projector.start();
  const sums = keepSums({ db, clock, log, configuration: released, giveWay });
  const telling = tellRoots({ db, clock, log, configuration: released });
  const pruning = repeat(clock, pruneEveryMs, () => prune(db), log, 'documents that are over could not be removed');
  const behind = (): Promise<PlantHealth['behind']> => behindOf(db);

  // People and releases: accounts, releases (02xx).
  const places = (): LinePlaces => released().places;
  const change = createChanges({ db, clock, places });
  const sessions = createSessions({ db, clock, rules: options.sessionRules, demo: () => inForce().plant.demo });
  const oidc = options.oidc === null ? null : createOidc({ db, clock, log, sessions, settings: options.oidc });
  const plantNow = (): Configuration['plant'] => inForce().plant;
  const signIn = createSignIn({ db, clock, sessions, plant: plantNow, oidcTitle: oidc?.title ?? null });
  registerSignIn(app, { db, clock, sessions, signIn, oidc, trustProxy: options.trustProxy });
  const health = async (): Promise<PlantHealth> => ({
    version: packageJson.version,
    plantId: inForce().plant.id,
    database: db.kind,
    now: clock.now(),
    behind: await behind(),
  });
  const setUpToken = await signIn.prepare();
  const sweeping = repeat(
    clock,
    sweepEveryMs,
    () => sessions.sweep(),
    log,
    'sessions that are over could not be removed',
  );

  // Other systems: integration (03xx).
  const integration = composeIntegration({
    db,
    clock,
    log,
    released,
    orders: createOrderService(released),
    giveWay,
    program: signIn.program,
    dropFolder: options.dropFolder ?? null,
    version: packageJson.version,
    metrics,
    plantStream,
  });
  await integration.register(app);
  const publisher = createPublisher(configuration.integration?.publish ?? null, {
    db,
    log,
    now: () => clock.now(),
    released,
    environment: process.env,
    eventsChannel: 'events',
  });

  const plantParts = {
    db,
    clock,
    configuration: released,
    feed,
    change,
    // Other systems hear of what people change.
    orders: integration.orders,
    units: createUnitActs(released, plantStream),
    nonconformances: createNonconformanceActs(released, plantStream),
    containments: createContainmentActs(released, plantStream),
    gauges: createGaugeActs(released, plantStream),
  };

  const sockets = createRpcSockets({
    router: {
      session: createSessionRouter({ db, inForce, health: (signal) => heartbeat(health, signal) }),
      orders: createOrdersRouter(plantParts),
      units: createUnitsRouter(plantParts),
      control: createControlRouter(plantParts),
      stops: createStopsRouter(plantParts),
      machines: createMachinesRouter(plantParts),
      energy: createEnergyRouter(plantParts),
      oee: createOeeRouter(plantParts),
      studies: createStudiesRouter(plantParts),
      nonconformances: createNonconformancesRouter(plantParts),
      containments: createContainmentsRouter(plantParts),
      gauges: createGaugesRouter(plantParts),
      lines: createLinesRouter(plantParts),
      andon: createAndonRouter(plantParts),
      handover: createHandoverRouter(plantParts),
      trouble: createTroubleRouter({
        db,
        change,
        feed,
        configuration: released,
        replay: (ids) => projector.replay(ids),
        letters: createDeadLetterCalls(db, change, released, integration.deadLetters),
        published: publisher.states,
      }),
      stations: createStationsRouter({ db, clock, enrolment, change, feed, configuration: released }),
      releases: createReleasesRouter({
        db,
        releases: createReleases({ db, change, inForce: releaseFiles, manifests: options.manifests ?? null }),
        inForce: releaseFiles,
        configuration: released,
      }),
      accounts: createAccountsRouter({ db, accounts: createAccounts({ db, clock, change, sessions }), places }),
    },
    callers: {
      ofRequest: (request) =>
        sessions.caller(tokenOf(request, options.trustProxy), addressOf(request, options.trustProxy)),
      ofSession: sessions.callerOf,
      alive: sessions.alive,
    },
    trustProxy: options.trustProxy,
    clock,
    log,
  });
  app.server.on('upgrade', sockets.upgrade);
  if (!(await serveFiles(app, options.viewFolder)))
    log.warn({ folder: options.viewFolder }, 'the plant view is not built; only the roads of stations are served');

  return {
    setUpToken,
    app,
    db,
    enrolment,
    async listen(host, port) {
      await ingest.start();
      await integration.start();
      await publisher.start();
      await app.listen({ host, port });
      const address = app.server.address() as AddressInfo;
      const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
      log.info(
        { host, port: address.port, database: db.kind, plant: configuration.plant.id, version: packageJson.version },
        'serving',
      );
      return `${options.tls === null ? 'http' : 'https'}://${shown.includes(':') ? `[${shown}]` : shown}:${address.port}`;
    },
    async stop(reason) {
      log.info({ reason }, 'ending');
      sweeping.cancel();
      sweepingBlobs.cancel();
      sockets.close();
      telling.cancel();
      pruning.cancel();
      // Stations that hold a question open are answered, so that the app can end.
      await waiting.close();
      await feed.close();
      await app.close();
      await publisher.stop();
      await integration.stop();
      await ingest.stop();
      forget();
      await afterRelease.stop();
      await sums.stop();
      await projector.stop();
      await releaseFiles.close();
      await db.close();
    },
  };
}

/** A server that comes up before its database waits for it. */
async function migrateWhenReachable(db: Db, log: Log): Promise<void> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    try {
      const applied = await migrate(db);
      if (applied.length > 0) log.info({ applied }, 'database brought to this version');
      return;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      log.warn({ problem: (error as Error).message, againInMs: waitMs }, 'the database cannot be reached yet');
      await pause(waitMs);
    }
  }
}
