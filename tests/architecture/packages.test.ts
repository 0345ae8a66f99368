import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8'));
interface Entry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
const manifest = read('package.json') as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const locked = (read('package-lock.json') as { packages: Record<string, Entry> }).packages;

describe('packages', () => {
  it('are pinned exactly', () => {
    const loose = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).filter(
      ([, version]) => !/^(npm:[^@]+@)?\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  // `npm ci` refuses a lockfile that lacks one of them, also where it is for another platform (docs/decisions/0006).
  it('are in the lockfile with the builds for every platform', () => {
    const missing = Object.entries(locked).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !inReach(path, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(Object.keys(locked).length).toBeGreaterThan(100);
    expect(missing).toEqual([]);
  });
});

/** As Node looks a package up from `path`: beside it, then in each folder above. */
function inReach(path: string, name: string): boolean {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[place]?.version !== undefined) return true;
    if (folder === '') return false;
  }
}
