/**
 * The station headless, with its screen for a browser: `node station/node.entry.ts --config DIR [--station ID]
 * [--data DIR] [--port N] [--host ADDR]`. Started by `npm start` it also reports over IPC and ends with it.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitHopeless } from '#contract/shell.ts';
import { systemClock } from './clock.ts';
import { composeStation } from './compose.ts';
import { installedDrivers } from './drivers/index.ts';
import { createBrowserHost } from './host/browser-host.ts';
import { createDemoPanel, type DemoAddresses } from './host/demo/panel.ts';
import { loadHostKey } from './host/host-key.ts';
import { newToken } from './host/session.ts';
import { createLog } from './log.ts';
import { onEnd, started } from '../host/process-end.ts';
import { defaultDataFolder, endLimitMs, hopelessLine } from './startup.ts';

export type NodeEntryMessage =
  | { readonly type: 'ready'; readonly url: string }
  | { readonly type: 'failed'; readonly message: string };

const log = createLog(process.env.LINEWRIGHT_LOG ?? 'warn', process.env.LINEWRIGHT_LOG_FILE ?? null);

await started(run, { log, hopeless: hopelessLine, exitHopeless });

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: 'resources/demo-plant' },
      station: { type: 'string' },
      data: { type: 'string' },
      port: { type: 'string', default: '7373' },
      host: { type: 'string', default: '127.0.0.1' },
      renderer: { type: 'string', default: fileURLToPath(new URL('../out/renderer', import.meta.url)) },
      /** JSON of DemoAddresses: the control addresses of the simulators that `npm start` started. */
      demo: { type: 'string' },
    },
  });
  const station = await composeStation({
    configFolder: values.config,
    stationId: values.station ?? null,
    dataFolder: values.data ?? defaultDataFolder,
    drivers: await installedDrivers(),
    clock: systemClock,
    log,
  });
  const token = newToken();
  const host = await createBrowserHost({
    router: station.router,
    rendererDir: values.renderer,
    definitionsFolder: station.definitionsFolder,
    host: values.host,
    port: Number(values.port),
    token,
    key: loadHostKey(station.dataFolder),
    clock: systemClock,
    log,
    ...(values.demo === undefined
      ? {}
      : { extension: createDemoPanel(JSON.parse(values.demo) as DemoAddresses, station.configuration) }),
  }).catch(async (error: unknown) => {
    await station.stop('no port');
    throw error;
  });
  onEnd(
    log,
    async (reason) => {
      await host.close();
      await station.stop(reason);
    },
    endLimitMs,
  );
  station.start();
  if (process.send) process.send({ type: 'ready', url: host.startUrl } satisfies NodeEntryMessage);
  else process.stdout.write(`${station.title}: ${host.startUrl} (opens one browser, once)\n`);
}
