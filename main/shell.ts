/** The shell put together: one instance, one station process, one window. It holds no rule of the business. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { app, dialog, Menu, type BrowserWindow } from 'electron';
import { exitHopeless } from '#contract/shell.ts';
import { declareScheme, serveApp } from './app-protocol.ts';
import { denyByDefault } from './deny.ts';
import type { ShellOptions } from './options.ts';
import { brokerPorts } from './port-broker.ts';
import { StationProcess } from './station-process.ts';
import { openWindow } from './window.ts';

/** @param out folder of the built program, with `main/`, `preload/` and `renderer/`. */
export async function runShell(options: ShellOptions, out: string): Promise<void> {
  // Electron's lock is per user folder; with the folder inside the data it is one shell per station.
  const shellFolder = join(options.data, 'shell');
  mkdirSync(shellFolder, { recursive: true });
  app.setPath('userData', shellFolder);
  if (!app.requestSingleInstanceLock()) {
    fail(`Linewright is running already with the data in ${options.data}.`);
    return;
  }
  declareScheme();
  app.enableSandbox();
  Menu.setApplicationMenu(null);
  await app.whenReady();
  denyByDefault();

  const station = new StationProcess(join(out, 'main', 'station.js'), [
    '--config',
    options.config,
    '--data',
    options.data,
    ...(options.station === null ? [] : ['--station', options.station]),
  ]);
  let window: BrowserWindow | null = null;
  let definitionsFolder: string | null = null;
  serveApp(join(out, 'renderer'), () => definitionsFolder);
  brokerPorts(station, () => window?.webContents ?? null);

  station.on('ready', (ready) => {
    ({ definitionsFolder } = ready);
    // Tells `npm start`, where it is our parent, that no other screen is needed.
    process.send?.({ type: 'ready' });
    if (window !== null) return;
    window = openWindow({ ...ready.window, title: ready.title, preload: join(out, 'preload', 'index.cjs') });
    window.once('closed', () => (window = null));
  });
  station.on('failed', fail);
  station.start();

  app.on('second-instance', () => {
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => app.quit());
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    void station.stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
}

/** Nothing can be shown without a station's configuration: say why in one line and end. */
function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  if (app.isPackaged) dialog.showErrorBox('Linewright', message);
  app.exit(exitHopeless);
}
