/**
 * The plant server: `node server/plant.entry.ts [--config DIR] [--data DIR] [--port N] [--host ADDR] [--drop DIR]
 * [--import-config]`, `DATABASE_URL` for PostgreSQL, `LINEWRIGHT_METRICS_TOKEN` for figures that are asked for from
 * elsewhere. Started by `npm run plant` it also reports over IPC and ends with it.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exitHopeless } from '#contract/shell.ts';
import { readManifests } from '../config/driver-manifests.ts';
import { folderTree } from '../config/file-tree.ts';
import { readOidcSettings } from './accounts/oidc-settings.ts';
import { defaultSessionRules } from './accounts/sessions.ts';
import { systemClock } from './clock.ts';
import { composePlant } from './compose.ts';
import { openDatabase } from './db/open.ts';
import { createLog } from './log.ts';
import { onEnd, started } from '../host/process-end.ts';
import { hopelessLine, readAmount, readPlantConfiguration, readPort, readTls, readToken } from './startup.ts';

export type PlantEntryMessage =
  | { readonly type: 'ready'; readonly url: string; readonly setUp: string | null }
  | { readonly type: 'failed'; readonly message: string };

/** Everything acknowledged is committed already. */
const endLimitMs = 20_000;
const log = createLog(process.env.LINEWRIGHT_LOG ?? 'warn', process.env.LINEWRIGHT_LOG_FILE ?? null);

await started(run, { log, hopeless: hopelessLine, exitHopeless });

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: 'string', default: 'resources/demo-plant' },
      data: { type: 'string' },
      port: { type: 'string', default: '7400' },
      host: { type: 'string', default: '127.0.0.1' },
      view: { type: 'string', default: fileURLToPath(new URL('../out/plant', import.meta.url)) },
      'tls-cert': { type: 'string' },
      'tls-key': { type: 'string' },
      'trust-proxy': { type: 'boolean', default: false },
      'import-config': { type: 'boolean', default: false },
      drop: { type: 'string' },
      oidc: { type: 'string' },
      'idle-minutes': { type: 'string', default: String(defaultSessionRules.idleMs / 60_000) },
      'session-hours': { type: 'string', default: String(defaultSessionRules.endMs / 3_600_000) },
    },
  });
  const port = readPort(values.port);
  const tls = readTls(values['tls-cert'], values['tls-key']);
  const oidc =
    values.oidc === undefined ? null : readOidcSettings(values.oidc, process.env.LINEWRIGHT_OIDC_SECRET ?? null);
  const sessionRules = {
    idleMs: readAmount('--idle-minutes', values['idle-minutes'], 1, 24 * 60) * 60_000,
    endMs: readAmount('--session-hours', values['session-hours'], 1, 24 * 31) * 3_600_000,
  };
  const configuration = readPlantConfiguration(values.config);
  const db = await openDatabase({
    url: process.env.DATABASE_URL ?? null,
    dataFolder: values.data ?? join('data', configuration.plant.id, 'server'),
    onTrouble: (problem) => log.warn({ problem }, 'database'),
  });
  const plant = await composePlant({
    db,
    configuration,
    folder: folderTree(values.config),
    importConfig: values['import-config'],
    manifests: await readManifests(fileURLToPath(new URL('../station/drivers', import.meta.url))),
    viewFolder: values.view,
    tls,
    trustProxy: values['trust-proxy'],
    metricsToken: readToken('LINEWRIGHT_METRICS_TOKEN', process.env.LINEWRIGHT_METRICS_TOKEN),
    dropFolder: values.drop ?? null,
    oidc,
    sessionRules,
    clock: systemClock,
    log,
  }).catch(async (error: unknown) => {
    await db.close();
    throw error;
  });
  onEnd(log, (reason) => plant.stop(reason), endLimitMs);
  const url = await plant.listen(values.host, port).catch(async (error: unknown) => {
    await plant.stop('no port');
    throw error;
  });
  const title = configuration.plant.title[configuration.plant.language];
  // Printed and not logged: who reads the log later must not find it.
  const setUp = plant.setUpToken === null ? null : `${oidc?.publicUrl ?? url}/?setup=${plant.setUpToken}`;
  if (process.send) process.send({ type: 'ready', url, setUp } satisfies PlantEntryMessage);
  else {
    process.stdout.write(`${title}: ready ${url}\n`);
    if (setUp !== null) process.stdout.write(`Make the first administrator within an hour, once: ${setUp}\n`);
  }
}
