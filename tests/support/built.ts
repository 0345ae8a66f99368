/** The pages of station and plant view as `npm start` serves them: built once for a whole run, where they are stale. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale, plantView, renderer } from '../../scripts/start/build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const entries = ['station/node.entry.ts', 'server/plant.entry.ts'];

export const builtScreens = join(root, 'out/renderer');
export const builtPlantView = join(root, 'out/plant');

/** vitest calls it before the first suite of a project that has it as `globalSetup`. */
export default async function build(): Promise<void> {
  await buildIfStale(root, renderer, console.log);
  await buildIfStale(root, plantView, console.log);
  if (process.env['NODE_COMPILE_CACHE'] !== undefined) await Promise.all(entries.map(loadOnce));
}

/** A process writes what it compiled when it ends by itself, which those of many suites never do: they are killed. */
function loadOnce(entry: string): Promise<void> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, entry), '--no-such-option'], () => resolve());
  });
}
