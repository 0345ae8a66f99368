/** What stands between the options of a start and a station that can run: folders, and what is wrong with them in one line. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Configuration, ConfigurationFault } from '#contract/config/index.ts';
import type { DriverModule } from '#contract/driver.ts';
import type { Manifests } from '#config/driver-checks.ts';
import { loadConfiguration } from '#config/load.ts';
import { DataFolderError, DataInUseError, StoreFileError } from './store/errors.ts';

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

/** `data/PLANT/STATION` in the working folder. */
/** Longest orderly end of a station, ms. */
export const endLimitMs = 4_000;

export const defaultDataFolder = (plantId: string, stationId: string): string => join('data', plantId, stationId);

export function readConfiguration(folder: string, drivers: ReadonlyMap<string, DriverModule>): Configuration {
  const loaded = loadConfiguration(folder, { manifests: manifestsOf(drivers) });
  if ('faults' in loaded) throw new ConfigurationError(folder, loaded.faults);
  return loaded.configuration;
}

export const manifestsOf = (drivers: ReadonlyMap<string, DriverModule>): Manifests =>
  new Map([...drivers].map(([id, { manifest }]) => [id, manifest]));

/** Makes the folder where it is missing. @throws DataFolderError */
export function makeDataFolder(wanted: string): string {
  const folder = resolve(wanted);
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
  const first = faults
    .slice(0, faultsShown)
    .map(({ file, line, problem }) => `${file}${line === null ? '' : `:${line}`} ${problem}`);
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
  if (code === 'EACCES' && port !== undefined)
    return `${place} may not be opened by this user; choose one from 1024 with --port`;
  if (code === 'EADDRNOTAVAIL')
    return `${address ?? 'that address'} is no address of this machine; choose one with --host`;
  return null;
}
