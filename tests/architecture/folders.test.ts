import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contract } from '#contract/rpc/index.ts';
import { stepTypes } from '#contract/steps/index.ts';

const root = new URL('../../', import.meta.url);
const folders = (path: string): string[] =>
  readdirSync(new URL(path, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
const files = (path: string): string[] => readdirSync(new URL(path, root), { recursive: true, encoding: 'utf8' });

describe('a step type is one folder per layer with the same name', () => {
  it.each(['contract/steps/', 'domain/steps/', 'station/steps/', 'renderer/steps/'])('%s', (path) => {
    expect(folders(path).toSorted()).toEqual([...stepTypes].toSorted());
  });
});

describe('a feature has the same name in every layer', () => {
  it.each(Object.keys(contract))('%s has its contract file and its station folder', (feature) => {
    expect(existsSync(new URL(`contract/rpc/${feature}.ts`, root))).toBe(true);
    expect(existsSync(new URL(`station/${feature}/`, root))).toBe(true);
  });
});

describe('a driver is one folder', () => {
  const drivers = folders('station/drivers/').filter((name) => name !== 'kit');

  it('there are some', () => expect(drivers.length).toBeGreaterThanOrEqual(3));

  it.each(drivers)('%s has all its parts', async (driver) => {
    for (const part of [
      'manifest.ts',
      'codec.ts',
      'driver.ts',
      'fake-device.ts',
      'index.ts',
      'README.md',
      'conformance.ts',
    ]) {
      expect(existsSync(new URL(`station/drivers/${driver}/${part}`, root)), `${driver}/${part}`).toBe(true);
    }
    expect(files(`station/drivers/${driver}/fixtures/`).length).toBeGreaterThan(0);
    const module = (await import(new URL(`station/drivers/${driver}/index.ts`, root).href)) as {
      driver: { manifest: { id: string } };
    };
    expect(module.driver.manifest.id).toBe(driver);
  });

  it.each(drivers)('%s is named nowhere else in the product', (driver) => {
    const elsewhere = ['contract', 'domain', 'config', 'station', 'renderer', 'main', 'preload']
      .flatMap((folder) => files(folder).map((name) => `${folder}/${name}`))
      .filter((path) => /\.(ts|svelte)$/.test(path) && !path.endsWith('.test.ts'))
      .filter((path) => !path.startsWith(`station/drivers/${driver}/`) && !path.includes('paraglide'))
      .filter((path) => stripComments(readFileSync(new URL(path, root), 'utf8')).includes(driver));
    expect(elsewhere).toEqual([]);
  });
});

function stripComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
