/** The pages of station and plant view as `npm start` serves them: built once for a whole run, where they are stale. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfStale, plantView, renderer } from '../../scripts/start/build.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export const builtScreens = join(root, 'out/renderer');
export const builtPlantView = join(root, 'out/plant');

/** vitest calls it before the first suite of a project that has it as `globalSetup`. */
export default async function build(): Promise<void> {
  await buildIfStale(root, renderer, console.log);
  await buildIfStale(root, plantView, console.log);
}
