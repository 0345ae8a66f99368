/** The only wiring of the station: every part is made here, and what one needs of another is handed to it here. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { AnyRouter } from '@orpc/server';
import type { Configuration, ConfigurationFault } from '#contract/config/index.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { DriverModule } from '#contract/driver.ts';
import type { DefinitionFolder } from '#station/web/files.ts';
import packageJson from '../package.json' with { type: 'json' };
import type { Clock } from './clock.ts';
import { loadConfiguration } from './config/load.ts';
import { createDeviceManager } from './devices/manager.ts';
import type { Log } from './log.ts';
import { openLink } from './links/open-link.ts';
import { createSettingsRouter } from './settings/rpc.ts';
import { createSettings } from './settings/settings.ts';
import { DataFolderError, DataInUseError, StoreFileError } from './store/errors.ts';
import { openStore } from './store/store.ts';
import { bootId } from './system/boot-id.ts';
import { createSystem } from './system/index.ts';
import { TagHub } from './tags/hub.ts';

/** The configuration folder is wrong; every fault is in it. */
export class ConfigurationError extends Error {
  readonly folder: string;
  readonly faults: readonly ConfigurationFault[];
  constructor(folder: string, faults: readonly ConfigurationFault[]) {
    super(configurationLine(folder, faults));
    this.name = 'ConfigurationError';
    this.folder = folder;
    this.faults = faults;
  }
}

/** `--station` names a station that the plant does not have. */
export class UnknownStationError extends Error {
  constructor(stationId: string, known: readonly string[]) {
    super(`there is no station ${stationId} in this plant; it has ${known.join(', ')} (--station)`);
    this.name = 'UnknownStationError';
  }
}

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
  readonly definitionFolders: Readonly<Record<string, string>>;
  readonly definitionFolder: DefinitionFolder;
  readonly router: AnyRouter;
  start(): void;
  /** Devices first, then what works with them, the store last. */
  stop(reason: string): Promise<void>;
}

/** `data/PLANT/STATION` in the working folder. */
export const defaultDataFolder = (plantId: string, stationId: string): string => join('data', plantId, stationId);

/** @throws ConfigurationError, UnknownStationError, DataFolderError, DataInUseError, StoreFileError */
export async function composeStation(options: StationOptions): Promise<Station> {
  const { clock, log, drivers } = options;
  const configFolder = resolve(options.configFolder);
  const configuration = readConfiguration(configFolder, drivers);
  const stationId = options.stationId ?? configuration.plant.defaultStation;
  const settings = configuration.stations.find(({ id }) => id === stationId);
  if (settings === undefined) {
    throw new UnknownStationError(
      stationId,
      configuration.stations.map(({ id }) => id),
    );
  }
  const dataFolder = makeDataFolder(options.dataFolder, configuration.plant.id, stationId);
  const store = openStore({ folder: dataFolder, stationId, projections: [], clock });
  const boot = bootId();
  const append = (events: readonly DomainEvent[]): void => {
    store.append(events, {
      actor: { kind: 'system' },
      commandId: null,
      at: clock.now(),
      bootId: boot,
      monoMs: clock.monotonic(),
      config: configuration.hash,
    });
  };
  const hub = new TagHub(clock, (error) => log.error({ err: error }, 'a reader of tags failed'));
  const devices = createDeviceManager({
    devices: configuration.devices.filter(({ id }) => settings.devices.includes(id)),
    drivers,
    hub,
    clock,
    openLink,
    log,
  });
  const system = createSystem({ configuration, stationId, version: packageJson.version, store, append, clock, log });
  const screen = createSettings(dataFolder, log);

  const definitionFolders = Object.fromEntries(
    configuration.definitions.flatMap(({ id, revision, folder }) =>
      folder === undefined ? [] : [[`${id}/${revision}`, join(configFolder, folder)]],
    ),
  );
  return {
    stationId,
    title: settings.title[configuration.plant.language],
    dataFolder,
    configuration,
    window: settings.window,
    definitionFolders,
    definitionFolder: (definition, revision) => definitionFolders[`${definition}/${revision}`] ?? null,
    router: {
      system: system.router,
      settings: createSettingsRouter(screen),
    },
    start() {
      system.start();
      devices.start();
    },
    async stop(reason) {
      await devices.stop();
      system.stop(reason);
      store.close();
    },
  };
}

export function readConfiguration(folder: string, drivers: ReadonlyMap<string, DriverModule>): Configuration {
  const manifests = new Map([...drivers].map(([id, { manifest }]) => [id, manifest]));
  const loaded = loadConfiguration(folder, { manifests });
  if ('faults' in loaded) throw new ConfigurationError(folder, loaded.faults);
  return loaded.configuration;
}

function makeDataFolder(wanted: StationOptions['dataFolder'], plantId: string, stationId: string): string {
  const folder = resolve(typeof wanted === 'string' ? wanted : wanted(plantId, stationId));
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new DataFolderError(folder, `cannot be made (${code}); choose another with --data`);
  }
  return folder;
}

const faultsShown = 3;

function configurationLine(folder: string, faults: readonly ConfigurationFault[]): string {
  const first = faults.slice(0, faultsShown).map(({ file, line, problem }) => `${file}${line === null ? '' : `:${line}`} ${problem}`);
  const rest = faults.length > faultsShown ? `; and ${faults.length - faultsShown} more` : '';
  return `${folder} has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}: ${first.join('; ')}${rest}. All of them with remedies: npm run linewright -- check ${folder}`;
}

/**
 * The one line for people where starting again cannot help (wrong options, configuration, data folder or port); null for
 * anything else.
 */
export function hopelessLine(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  for (const known of [ConfigurationError, UnknownStationError, DataFolderError, DataInUseError, StoreFileError]) {
    if (error instanceof known) return error.message;
  }
  const { code = '', port, address } = error as { code?: string; port?: number; address?: string };
  if (code.startsWith('ERR_PARSE_ARGS')) return error.message;
  const place = `port ${port ?? ''} on ${address ?? 'this machine'}`;
  if (code === 'EADDRINUSE') {
    return `${place} is taken (is Linewright running already?); end the other program or choose another port with --port`;
  }
  if (code === 'EACCES' && port !== undefined) return `${place} may not be opened by this user; choose one from 1024 with --port`;
  if (code === 'EADDRNOTAVAIL') return `${address ?? 'that address'} is no address of this machine; choose one with --host`;
  return null;
}
