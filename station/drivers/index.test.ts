import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectDrivers, installedDrivers, scanDrivers } from './index.ts';

test('finds every driver folder of the product', async () => {
  const drivers = await installedDrivers();
  expect([...drivers.keys()]).toEqual(expect.arrayContaining(['mitutoyo-digimatic', 'serial-line']));
  expect(drivers.has('kit')).toBe(false);
});

test('a folder added is found without touching anything else; one with another name is refused by name', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-drivers-'));
  try {
    const add = (name: string, id: string): void => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'index.ts'), `export const driver = { manifest: { id: '${id}' } };\n`);
    };
    mkdirSync(join(folder, 'kit'));
    add('one', 'one');
    expect([...(await scanDrivers(folder)).keys()]).toEqual(['one']);
    add('two', 'three');
    await expect(scanDrivers(folder)).rejects.toThrow('two/index.ts must export "driver" with manifest.id "two"');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("takes a bundler's glob", () => {
  const module = { driver: { manifest: { id: 'one' } } };
  expect([...collectDrivers({ './one/index.ts': module }).keys()]).toEqual(['one']);
  expect(() => collectDrivers({ './one/index.ts': {} })).toThrow('./one/index.ts must export "driver"');
});
