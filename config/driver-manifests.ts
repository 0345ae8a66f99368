/** What drivers say of themselves, without the drivers: a manifest rests on `contract` and its own folder only. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DriverManifest } from '#contract/driver.ts';
import type { Manifests } from './driver-checks.ts';

/**
 * @param folder of driver folders, each with a `manifest.ts`. Adding a driver touches no file here.
 * @returns by id; null: there is no such folder (a server that was taken out without the drivers).
 * @throws Error naming a file that exports no manifest of its folder's name.
 */
export async function readManifests(folder: string): Promise<Manifests | null> {
  if (!existsSync(folder)) return null;
  const found = new Map<string, DriverManifest>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name, 'manifest.ts');
    if (!entry.isDirectory() || !existsSync(file)) continue;
    const { manifest } = (await import(pathToFileURL(file).href)) as { readonly manifest?: DriverManifest };
    if (manifest?.id !== entry.name) throw new Error(`${file} must export "manifest" with id "${entry.name}"`);
    found.set(manifest.id, manifest);
  }
  return found;
}
