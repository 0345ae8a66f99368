/** Electron's entry. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from 'electron';
import { readShellOptions } from './options.ts';
import { runShell } from './shell.ts';

const out = dirname(dirname(fileURLToPath(import.meta.url)));
const resources = app.isPackaged ? process.resourcesPath : join(out, '..', 'resources');
// Packaged, the first word is the program; else it is Electron and the second word is this file.
const argv = process.argv.slice(app.isPackaged ? 1 : 2);

const quit = (): void => app.quit();
process.on('SIGTERM', quit);
process.on('SIGINT', quit);
// Started by `npm start`: end with it, however it ended.
process.on('disconnect', quit);

/** Not awaited: Electron becomes ready only after this module has been evaluated. */
function start(): void {
  const options = readShellOptions(argv, { resources, userData: app.getPath('userData') });
  runShell(options, out).catch(end);
}
function end(error: unknown): void {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  app.exit(1);
}

try {
  start();
} catch (error) {
  end(error);
}
