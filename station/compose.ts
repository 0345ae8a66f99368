/** The only wiring of the station: every part is made here, and what one needs of another is handed to it here. */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Configuration } from '#contract/config/index.ts';
import type { DriverModule } from '#contract/driver.ts';
import type { Contract } from '#contract/rpc/index.ts';
import type { Router } from '@orpc/server';
import packageJson from '../package.json' with { type: 'json' };
import { folderTree } from '#config/file-tree.ts';
import type { Clock } from './clock.ts';
import { keptDefinitions } from './config/kept-definitions.ts';
import { ReleasedFiles } from './config/released-files.ts';
import { createAndon } from './andon/index.ts';
import { createAndonRouter } from './andon/rpc.ts';
import { createBenchRouter } from './bench/rpc.ts';
import { followGauges } from './bench/follow-gauges.ts';
import { followSignals } from './control/follow-signals.ts';
import { createControlRouter } from './control/rpc.ts';
import { createCore } from './core/index.ts';
import { LiveCatalogue } from './core/live-catalogue.ts';
import type { ServerParts } from './core/ports.ts';
import { isDown } from './devices/down.ts';
import { createDeviceManager } from './devices/manager.ts';
import { createDevicesRouter } from './devices/rpc.ts';
import { createEnergyRouter } from './energy/rpc.ts';
import { createEnergyWatch } from './energy/watch.ts';
import { createExecutionRouter } from './execution/rpc.ts';
import { checkDraftFile } from './gauges/check-draft.ts';
import { createGaugesRouter } from './gauges/rpc.ts';
import { createHandoverRouter } from './handover/rpc.ts';
import { openHistory, type History } from './history/history.ts';
import { createRecorder } from './history/recorder.ts';
import { openLink } from './links/open-link.ts';
import type { Log } from './log.ts';
import { createMachinesRouter } from './machines/rpc.ts';
import { machinesHere } from './machines/views.ts';
import { createMachineWatch } from './machines/watch.ts';
import { followNonconformances } from './nonconformances/follow.ts';
import { Photos } from './photos/photos.ts';
import { createContainmentsRouter } from './containments/rpc.ts';
import { createNonconformancesRouter } from './nonconformances/rpc.ts';
import { takeInOrders } from './orders/intake.ts';
import { createOeeRouter } from './oee/rpc.ts';
import { createOrdersRouter } from './orders/rpc.ts';
import { createPeople } from './people/people.ts';
import { createPeopleRouter } from './people/rpc.ts';
import { watchScanners } from './scan/device-scans.ts';
import { componentParser, knownIn } from './scan/known.ts';
import { createScanRouterRpc } from './scan/rpc.ts';
import { createScanRouter } from './scan/scan-router.ts';
import { createStationPublisher } from './publish/index.ts';
import { createSettingsRouter } from './settings/rpc.ts';
import { createSettings } from './settings/settings.ts';
import { ConfigurationError, makeDataFolder, manifestsOf, readConfiguration, UnknownStationError } from './startup.ts';
import { projections } from './store/projections/index.ts';
import { readOpenSlice } from './store/projections/machines.ts';
import { openStore } from './store/store.ts';
import { followMachineStops } from './stops/follow.ts';
import { createStopsRouter } from './stops/rpc.ts';
import { createStudiesRouter } from './studies/rpc.ts';
import { createSync } from './sync/index.ts';
import { createSyncRouter } from './sync/rpc.ts';
import { bootId } from './system/boot-id.ts';
import { createSystem } from './system/index.ts';
import { TagHub } from './tags/hub.ts';
import { createUnitsRouter } from './units/rpc.ts';

export interface StationOptions {
  readonly configFolder: string;
  /** null: the plant's default station. */
  readonly stationId: string | null;
  /** The folder, or what to make of plant and station. It is created where it is missing. */
  readonly dataFolder: string | ((plantId: string, stationId: string) => string);
  readonly drivers: ReadonlyMap<string, DriverModule>;
  readonly clock: Clock;
  readonly log: Log;
}

export interface Station {
  readonly stationId: string;
  readonly title: string;
  /** Absolute. */
  readonly dataFolder: string;
  readonly configuration: Configuration;
  readonly window: { readonly kiosk: boolean; readonly fullscreen: boolean };
  /** Absolute: definitions, each in the folder of its hash. */
  readonly definitionsFolder: string;
  readonly router: Router<Contract, Record<never, never>>;
  start(): void;
  /** Ends what brings in new things first, the store last. */
  stop(reason: string): Promise<void>;
}

/** @throws ConfigurationError, UnknownStationError, DataFolderError, DataInUseError, StoreFileError */
export async function composeStation(options: StationOptions): Promise<Station> {
  const { clock, log, drivers } = options;
  const configFolder = resolve(options.configFolder);
  const base = readConfiguration(configFolder, drivers);
  const stationId = options.stationId ?? base.plant.defaultStation;
  const dataFolder = makeDataFolder(
    typeof options.dataFolder === 'string' ? options.dataFolder : options.dataFolder(base.plant.id, stationId),
  );
  const released = new ReleasedFiles({
    dataFolder,
    base: folderTree(configFolder),
    options: { manifests: manifestsOf(drivers) },
    clock,
    log,
  });
  const started = released.start(base);
  if ('faults' in started) throw new ConfigurationError(configFolder, started.faults);
  const { configuration } = started;
  const { plant, stations } = configuration;
  const settings = stations.find(({ id }) => id === stationId);
  if (settings === undefined)
    throw new UnknownStationError(
      stationId,
      stations.map(({ id }) => id),
    );
  const definitions = keptDefinitions(dataFolder, log);
  const catalogue = new LiveCatalogue(configuration, definitions, (error) =>
    log.error({ err: error }, 'a reader of the configuration failed'),
  );

  const store = openStore({ folder: dataFolder, stationId, projections, clock });
  // Only once the folder is this station's alone.
  definitions.keep(configuration, started.tree);
  const history = openHistory({ path: join(dataFolder, 'history.db'), clock, retentionDays: settings.historyDays });
  const photos = new Photos(dataFolder, clock, log, (sha256) => sync.photo(sha256));
  const hub = new TagHub(clock, (error) => log.error({ err: error }, 'a reader of tags failed'));
  const ownDevices = configuration.devices.filter(({ id }) => settings.devices.includes(id));
  const devices = createDeviceManager({ devices: ownDevices, drivers, hub, clock, openLink, log });
  const ids = { next: () => randomUUID() };

  const boot = bootId();
  const startedAt = clock.now();
  const publisher = createStationPublisher({
    settings: settings.publish ?? null,
    configuration,
    stationId,
    folder: dataFolder,
    store,
    environment: process.env,
    clock,
    log,
  });
  const sync = createSync({
    folder: dataFolder,
    stationId,
    plantId: plant.id,
    timeZone: plant.timeZone,
    version: packageJson.version,
    store,
    history,
    photos,
    publishing: publisher,
    about: () => ({
      version: packageJson.version,
      bootId: boot,
      startedAt,
      configHash: catalogue.hash,
      storeState: store.state,
      devicesDown: devices
        .views()
        .filter((device) => isDown(device, clock.now()))
        .map(({ id }) => id),
      blobsWaiting: history.waiting().count + photos.waiting(),
    }),
    clock,
    log,
  });
  await sync.greet();

  const server: ServerParts = {
    documents: sync.documents,
    link: sync,
    signer: sync.signer,
    pictures: { picture: sync.picture, onStored: (listener) => sync.onPicture.listen(listener) },
  };
  const core = createCore({
    store,
    catalogue,
    orders: configuration.orders,
    server,
    stationId,
    bootId: boot,
    live: hub,
    devices,
    traces: history,
    parseComponent: componentParser(catalogue, clock),
    clock,
    ids,
    log,
  });
  const andon = createAndon(core, () =>
    machinesHere(core.facts()).map(({ id }) => readOpenSlice(core.read, id)?.state ?? 'no-data'),
  );
  const people = createPeople({ core, idleLockMs: settings.idleLockMs, clock, log });
  const scans = createScanRouter({ core, people, known: knownIn(store.read), store, clock, log });
  const stopScanners = watchScanners({
    hub,
    catalogue: core.catalogue,
    station: settings,
    router: scans,
    pushes: (deviceId) => devices.pushes(deviceId),
  });
  const recorded = ownDevices.flatMap(({ tags }) => tags.filter(({ record }) => record).map(({ id }) => id));
  const recorder = createRecorder({
    history,
    clock,
    tagIds: recorded,
    subscribe: (tagIds, listener) => hub.subscribe(tagIds, listener),
    onError: (error) => log.error({ err: error }, 'samples could not be recorded'),
  });
  const machines = createMachineWatch(core, dataFolder);
  const system = createSystem({
    configuration: catalogue,
    released,
    stationId,
    version: packageJson.version,
    store,
    history,
    server: sync,
    record: (event) => core.dispatch({ type: 'station.record', event }, null),
    clock,
    log,
  });

  const energy = createEnergyWatch(core, hub);

  const stops: (() => void)[] = [];
  return {
    stationId,
    title: settings.title[plant.language],
    dataFolder,
    configuration,
    window: settings.window,
    definitionsFolder: definitions.folder,
    router: {
      system: system.router,
      people: createPeopleRouter(people),
      scan: createScanRouterRpc(scans),
      orders: createOrdersRouter(core),
      execution: createExecutionRouter(core),
      units: createUnitsRouter(core, sync),
      control: createControlRouter(core),
      stops: createStopsRouter(core, photos),
      energy: createEnergyRouter(core, energy),
      studies: createStudiesRouter(core),
      gauges: createGaugesRouter(core, checkDraftFile(dataFolder, log)),
      bench: createBenchRouter(core),
      nonconformances: createNonconformancesRouter(core, photos),
      containments: createContainmentsRouter(core),
      andon: createAndonRouter(core, andon),
      handover: createHandoverRouter(core, () => sync.unsent()),
      oee: createOeeRouter(core),
      machines: createMachinesRouter(core, machines),
      devices: createDevicesRouter({ manager: devices, hub, history, drivers }),
      settings: createSettingsRouter(createSettings(dataFolder, log)),
      sync: createSyncRouter(sync),
    },
    start() {
      system.start();
      sync.start({
        record: (event, actor) => core.dispatch({ type: 'station.record', event }, null, actor ?? undefined),
        person() {
          const { person } = core.session();
          return person && { actor: { kind: 'person', id: person.personId }, name: person.name };
        },
      });
      markTimeWithoutStation(history, recorded, clock);
      core.importOrders();
      stops.push(
        released.watch(server.documents, server.pictures, (taken, tree) => {
          definitions.keep(taken, tree);
          catalogue.replace(taken);
        }),
        followSignals(core),
        followGauges(core),
        followNonconformances(core),
        followMachineStops(core),
        machines.start(),
        takeInOrders({ documents: server.documents, dispatch: core.dispatch, read: store.read, stationId, log }),
      );
      energy.start();
      devices.start();
      core.resume();
      publisher.start();
      andon.start();
    },
    async stop(reason) {
      for (const stop of stops) stop();
      stopScanners();
      energy.stop();
      people.stop();
      await andon.stop();
      await core.stop();
      await devices.stop();
      recorder.stop();
      system.stop(reason);
      await publisher.stop();
      await sync.stop();
      history.close();
      store.close();
    },
  };
}

/** However the last run ended: the time until now must be no straight line in a chart (OPC UA Part 4: BadShutdown). */
function markTimeWithoutStation(history: History, tagIds: readonly string[], clock: Clock): void {
  const from = history.lastWrittenAt;
  const now = clock.now();
  if (from === null || from >= now) return;
  for (const id of tagIds) history.markGap(id, from, now, 'BadShutdown');
}
