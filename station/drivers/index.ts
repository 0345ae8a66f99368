/**
 * Finds the driver folders. Adding a driver touches no file here: every folder beside this file with an `index.ts` that
 * exports `driver` is one.
 */
import { readdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { DriverModule } from '#contract/driver.ts';

/** Reads a folder of driver folders. Throws naming the folder when one is not a driver. */
export async function scanDrivers(folder: string): Promise<ReadonlyMap<string, DriverModule>> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name, 'index.ts'))
    .filter((file) => existsSync(file))
    .sort();
  const modules: Record<string, unknown> = {};
  for (const file of files) modules[file] = await import(pathToFileURL(file).href);
  return collectDrivers(modules);
}

/** The drivers of this product. In a bundle, where there is no folder, give the bundler's glob to `collectDrivers`. */
export function installedDrivers(): Promise<ReadonlyMap<string, DriverModule>> {
  return scanDrivers(fileURLToPath(new URL('.', import.meta.url)));
}

/**
 * @param modules by path of their `index.ts`, as Vite's `import.meta.glob('./*\/index.ts', { eager: true })` gives them;
 *   the folder's name must be the manifest's id.
 */
export function collectDrivers(modules: Readonly<Record<string, unknown>>): ReadonlyMap<string, DriverModule> {
  const drivers = new Map<string, DriverModule>();
  for (const [file, module] of Object.entries(modules)) {
    const folder = file.split(/[\\/]/).at(-2) ?? file;
    const driver = isDriverExport(module) ? module.driver : null;
    if (driver?.manifest?.id !== folder) {
      throw new Error(`${file} must export "driver" with manifest.id "${folder}" (found "${driver?.manifest?.id}")`);
    }
    drivers.set(folder, driver);
  }
  return drivers;
}

function isDriverExport(module: unknown): module is { readonly driver: DriverModule } {
  return typeof module === 'object' && module !== null && 'driver' in module;
}
