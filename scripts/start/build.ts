/** Builds what is missing or older than its sources, and says so in one line. */
import { spawn } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Target {
  readonly name: string;
  /** File that a finished build always writes. */
  readonly result: string;
  /** Files and folders it is made from. */
  readonly sources: readonly string[];
  /** Script and arguments for node. */
  readonly command: readonly string[];
}

export const renderer: Target = {
  name: 'the screens',
  result: 'out/renderer/index.html',
  sources: [
    'renderer',
    'contract',
    'domain',
    'vite.config.ts',
    'vite.screens.ts',
    'svelte.config.js',
    'package-lock.json',
  ],
  command: ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'],
};

export const plantView: Target = {
  name: 'the plant view',
  result: 'out/plant/index.html',
  sources: [
    'renderer',
    'contract',
    'domain',
    'vite.plant.config.ts',
    'vite.screens.ts',
    'svelte.config.js',
    'package-lock.json',
  ],
  command: ['node_modules/vite/bin/vite.js', 'build', '--config', 'vite.plant.config.ts', '--logLevel', 'warn'],
};

export const shell: Target = {
  name: 'the Electron shell',
  result: 'out/main/index.js',
  sources: [
    'main',
    'preload',
    'station',
    'config',
    'contract',
    'domain',
    'electron.vite.config.ts',
    'package-lock.json',
  ],
  command: ['node_modules/electron-vite/bin/electron-vite.js', 'build', '--logLevel', 'warn'],
};

/** Made from the sources by the build itself: its age says nothing. */
const generated = /[\\/](paraglide(-plant)?|node_modules)[\\/]?/;

/** @returns null when it is there and up to date, else why not. */
export function whyBuild(root: string, target: Target): string | null {
  const built = statSync(join(root, target.result), { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return 'not built yet';
  return target.sources.some((source) => newestIn(join(root, source)) > built) ? 'sources changed' : null;
}

function newestIn(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined || generated.test(path)) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return readdirSync(path, { withFileTypes: true }).reduce(
    (newest, entry) => (entry.name.includes('.test.') ? newest : Math.max(newest, newestIn(join(path, entry.name)))),
    0,
  );
}

/** @throws Error with the builder's words when it fails. */
export async function buildIfStale(root: string, target: Target, say: (line: string) => void): Promise<void> {
  // For tests of what is around the screens.
  if (process.env.LINEWRIGHT_SKIP_BUILD === '1') return;
  const why = whyBuild(root, target);
  if (why === null) return;
  say(`Building ${target.name} (${why}) …`);
  const child = spawn(process.execPath, [...target.command], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => (words += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`${target.name} could not be built:\n${words.trimEnd()}`);
}
