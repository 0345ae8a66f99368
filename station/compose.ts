/** The only wiring of the station: every part is made here, and what one needs of another is handed to it here. */
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { Configuration } from '#contract/config/index.ts';
import type { DriverModule } from '#contract/driver.ts';
import type { Contract } from '#contract/rpc/index.ts';
import type { Router } from '@orpc/server';
import { catalogueOf } from '#domain/catalogue.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Clock } from './clock.ts';
import { createCore } from './core/index.ts';
import { createDeviceManager } from './devices/manager.ts';
import { createDevicesRouter } from './devices/rpc.ts';
import { createExecutionRouter } from './execution/rpc.ts';
import { openHistory, type History } from './history/history.ts';
import { createRecorder } from './history/recorder.ts';
import { openLink } from './links/open-link.ts';
import type { Log } from './log.ts';
import { createOrdersRouter } from './orders/rpc.ts';
import { createPeople } from './people/people.ts';
import { createPeopleRouter } from './people/rpc.ts';
import { watchScanners } from './scan/device-scans.ts';
import { componentParser, knownIn } from './scan/known.ts';
import { createScanRouterRpc } from './scan/rpc.ts';
import { createScanRouter } from './scan/scan-router.ts';
import { createSettingsRouter } from './settings/rpc.ts';
import { createSettings } from './settings/settings.ts';
import { makeDataFolder, readConfiguration, UnknownStationError } from './startup.ts';
import { projections } from './store/projections/index.ts';
import { openStore } from './store/store.ts';
import { createSync } from './sync/index.ts';
import { createSyncRouter } from './sync/rpc.ts';
import { bootId } from './system/boot-id.ts';
import { createSystem } from './system/index.ts';
import { TagHub } from './tags/hub.ts';
import { createUnitsRouter } from './units/rpc.ts';
import type { DefinitionFolder } from './web/files.ts';

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
  /** Absolute folder of each definition by `<id>/<revision>`. */
  readonly definitionFolders: Readonly<Record<string, string>>;
  readonly definitionFolder: DefinitionFolder;
  readonly router: Router<Contract, Record<never, never>>;
  start(): void;
  /** Ends what brings in new things first, the store last. */
  stop(reason: string): Promise<void>;
}

/** @throws ConfigurationError, UnknownStationError, DataFolderError, DataInUseError, StoreFileError */
export async function composeStation(options: StationOptions): Promise<Station> {
  const { clock, log, drivers } = options;
  const configFolder = resolve(options.configFolder);
  const configuration = readConfiguration(configFolder, drivers);
  const { plant, stations } = configuration;
  const stationId = options.stationId ?? plant.defaultStation;
  const settings = stations.find(({ id }) => id === stationId);
  if (settings === undefined)
    throw new UnknownStationError(
      stationId,
      stations.map(({ id }) => id),
    );
  const dataFolder = makeDataFolder(
    typeof options.dataFolder === 'string' ? options.dataFolder : options.dataFolder(plant.id, stationId),
  );

  const store = openStore({ folder: dataFolder, stationId, projections, clock });
  const history = openHistory({ path: join(dataFolder, 'history.db'), clock, retentionDays: settings.historyDays });
  const hub = new TagHub(clock, (error) => log.error({ err: error }, 'a reader of tags failed'));
  const ownDevices = configuration.devices.filter(({ id }) => settings.devices.includes(id));
  const devices = createDeviceManager({ devices: ownDevices, drivers, hub, clock, openLink, log });
  const ids = { next: () => randomUUID() };

  const boot = bootId();
  const startedAt = clock.now();
  const sync = createSync({
    folder: dataFolder,
    stationId,
    plantId: plant.id,
    timeZone: plant.timeZone,
    version: packageJson.version,
    store,
    history,
    about: () => ({
      version: packageJson.version,
      bootId: boot,
      startedAt,
      configHash: configuration.hash,
      storeState: store.state,
      devicesDown: ownDevices.map(({ id }) => id).filter((id) => devices.condition(id)?.state !== 'connected'),
      blobsWaiting: history.waiting().count,
    }),
    clock,
    log,
  });
  await sync.greet();

  const core = createCore({
    store,
    configuration,
    stationId,
    bootId: boot,
    live: hub,
    devices,
    traces: history,
    parseComponent: componentParser(catalogueOf(configuration), clock),
    clock,
    ids,
    log,
  });
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
  const system = createSystem({
    configuration,
    stationId,
    version: packageJson.version,
    store,
    history,
    server: sync,
    record: (event) => core.dispatch({ type: 'station.record', event }, null),
    clock,
    log,
  });

  const definitionFolders = Object.fromEntries(
    configuration.definitions.flatMap(({ id, revision, folder }) =>
      folder === undefined ? [] : [[`${id}/${revision}`, join(configFolder, folder)]],
    ),
  );
  return {
    stationId,
    title: settings.title[plant.language],
    dataFolder,
    configuration,
    window: settings.window,
    definitionFolders,
    definitionFolder: (definition, revision) => definitionFolders[`${definition}/${revision}`] ?? null,
    router: {
      system: system.router,
      people: createPeopleRouter(people),
      scan: createScanRouterRpc(scans),
      orders: createOrdersRouter(core),
      execution: createExecutionRouter(core),
      units: createUnitsRouter(core, sync),
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
      devices.start();
      core.resume();
    },
    async stop(reason) {
      stopScanners();
      people.stop();
      await core.stop();
      await devices.stop();
      recorder.stop();
      system.stop(reason);
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
