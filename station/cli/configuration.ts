/** Reading the configuration for a command. */
import { loadConfiguration, type Loaded } from '#config/load.ts';
import type { Drivers } from './command.ts';

/** Where `npm start` looks too when nothing is named. */
export const defaultFolder = 'resources/demo-plant';

export async function readFolder(folder: string, installed: Drivers): Promise<Loaded> {
  const drivers = await installed();
  return loadConfiguration(folder, { manifests: new Map([...drivers].map(([id, { manifest }]) => [id, manifest])) });
}
