import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { installedDrivers } from '#station/drivers/index.ts';
import { readManifests } from './driver-manifests.ts';

const folder = mkdtempSync(join(tmpdir(), 'linewright-manifests-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('reads the very manifests of the drivers', async () => {
  const drivers = await installedDrivers();
  const manifests = await readManifests(new URL('../station/drivers', import.meta.url).pathname);
  expect([...(manifests?.keys() ?? [])].sort()).toEqual([...drivers.keys()].sort());
  for (const [id, { manifest }] of drivers) expect(manifests?.get(id)).toBe(manifest);
});

it('says when there are none, and which is not one', async () => {
  expect(await readManifests(join(folder, 'nowhere'))).toBeNull();
  expect(await readManifests(folder)).toEqual(new Map());
  mkdirSync(join(folder, 'wrong'));
  writeFileSync(join(folder, 'wrong/manifest.ts'), `export const manifest = { id: 'other' };\n`);
  await expect(readManifests(folder)).rejects.toThrow(/wrong\/manifest\.ts must export "manifest" with id "wrong"/);
});
