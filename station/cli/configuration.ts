/** Reading the configuration for a command. */
import { installedDrivers } from '#station/drivers/index.ts';
import { loadConfiguration, type Loaded } from '#station/config/load.ts';

/** Where `npm start` looks too when nothing is named. */
export const defaultFolder = 'resources/demo-plant';

export async function readFolder(folder: string): Promise<Loaded> {
  const drivers = await installedDrivers();
  return loadConfiguration(folder, { manifests: new Map([...drivers].map(([id, { manifest }]) => [id, manifest])) });
}
