/** The station as Electron's utility process: ports to serve come from the shell. Only ever run as built by electron-vite. */
import { parseArgs } from 'node:util';
import { exitHopeless, type FromStation, type ToStation } from '#contract/shell.ts';
import { systemClock } from './clock.ts';
import { composeStation } from './compose.ts';
import { collectDrivers } from './drivers/index.ts';
import { serveMessagePort, type Port } from './host/message-port.ts';
import { createLog } from './log.ts';
import { endWith, onEnd } from '../host/process-end.ts';
import { defaultDataFolder, endLimitMs, hopelessLine } from './startup.ts';

/** Electron's `process.parentPort`, as far as it is used; only the shell may import Electron's own types. */
interface ParentPort {
  postMessage(message: FromStation): void;
  on(event: 'message', listener: (event: { readonly data: ToStation; readonly ports: readonly Port[] }) => void): void;
}
declare global {
  interface ImportMeta {
    /** Filled in by Vite. */
    glob(pattern: string, options: { readonly eager: true }): Readonly<Record<string, unknown>>;
  }
}

const { parentPort } = process as unknown as { readonly parentPort: ParentPort };
const log = createLog(process.env.LINEWRIGHT_LOG ?? 'warn', process.env.LINEWRIGHT_LOG_FILE ?? null);

try {
  await run();
} catch (error) {
  const line = hopelessLine(error);
  if (line === null) throw error;
  parentPort.postMessage({ type: 'failed', message: line });
  endWith(exitHopeless);
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: { config: { type: 'string', default: '.' }, station: { type: 'string' }, data: { type: 'string' } },
  });
  const station = await composeStation({
    configFolder: values.config,
    stationId: values.station ?? null,
    dataFolder: values.data ?? defaultDataFolder,
    drivers: collectDrivers(import.meta.glob('./drivers/*/index.ts', { eager: true })),
    clock: systemClock,
    log,
  });
  const end = onEnd(log, (reason) => station.stop(reason), endLimitMs);
  parentPort.on('message', ({ data, ports }) => {
    if (data.type === 'stop') end('shell ended');
    else for (const port of ports) serveMessagePort(port, station.router, log);
  });
  station.start();
  parentPort.postMessage({
    type: 'ready',
    title: station.title,
    window: station.window,
    definitionsFolder: station.definitionsFolder,
  });
}
