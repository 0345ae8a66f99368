/** Opening a station's data for a command: the same folder that `npm start` would use, and only if something is in it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '#station/clock.ts';
import { DataFolderError, DataInUseError, StoreFileError } from '#station/store/errors.ts';
import type { Progress } from '#station/store/event-log.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore, type Store, type StoreOptions } from '#station/store/store.ts';
import { CannotRunError, type CommandInput } from './command.ts';
import { defaultFolder } from './configuration.ts';
import { stationFolder } from './station-folder.ts';

export const dataOptions = {
  data: { type: 'string' },
  config: { type: 'string' },
  station: { type: 'string' },
} as const;

export const dataOptionsHelp = `  --data DIR      the station's data folder (default: data/PLANT/STATION, as \`npm start\` makes it)
  --config DIR    the configuration folder (default: ${defaultFolder})
  --station ID    the station (default: the plant's default station)`;

/** Opens the store, hands it over and closes it whatever happens. */
export async function withStore<T>(
  input: CommandInput,
  onRebuild: Progress,
  use: (store: Store, folder: string) => T,
  options: Pick<StoreOptions, 'newEpoch'> = {},
): Promise<T> {
  const { folder, stationId } = await stationFolder(input);
  // Opening would make a new, empty store: whoever mistyped the folder must hear of it instead.
  if (!statSync(join(folder, 'station.db'), { throwIfNoEntry: false })?.isFile()) {
    throw new CannotRunError(`there is no station.db in ${folder}; name the data folder with --data`);
  }
  let store: Store;
  try {
    store = openStore({ folder, stationId, projections, clock: systemClock, onRebuild, ...options });
  } catch (error) {
    const known =
      error instanceof DataFolderError || error instanceof DataInUseError || error instanceof StoreFileError;
    if (known) throw new CannotRunError(error.message);
    throw error;
  }
  try {
    if (store.epoch === '') throw new CannotRunError(`${join(folder, 'station.db')} cannot be read: ${store.detail}`);
    return use(store, folder);
  } finally {
    store.close();
  }
}
