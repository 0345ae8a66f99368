/** Which station and which data folder a command is about, from the configuration; nothing is opened. */
import { join, resolve } from 'node:path';
import { CannotRunError, textOption, type CommandInput } from './command.ts';
import { defaultFolder, readFolder } from './configuration.ts';

export interface StationFolder {
  /** Absolute. */
  readonly folder: string;
  readonly stationId: string;
  readonly plantId: string;
}

/** @throws CannotRunError */
export async function stationFolder(input: CommandInput): Promise<StationFolder> {
  const configFolder = textOption(input, 'config') ?? defaultFolder;
  const loaded = await readFolder(configFolder, input.drivers);
  if ('faults' in loaded) {
    throw new CannotRunError(`${configFolder} has faults; \`linewright check ${configFolder}\` tells them`);
  }
  const { plant, stations } = loaded.configuration;
  const stationId = textOption(input, 'station') ?? plant.defaultStation;
  if (!stations.some(({ id }) => id === stationId)) {
    throw new CannotRunError(
      `there is no station ${stationId} in ${configFolder}; it has ${stations.map(({ id }) => id).join(', ')}`,
    );
  }
  const folder = resolve(textOption(input, 'data') ?? join('data', plant.id, stationId));
  return { folder, stationId, plantId: plant.id };
}
