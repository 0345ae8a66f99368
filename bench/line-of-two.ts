/**
 * Two real stations without devices on one real plant server, each a process of its own, for figures of the road between
 * them. A unit's operation is one step to confirm, so that the road and not the work is what takes time.
 */
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '#server/db/open.ts';
import { makeCode } from '#server/enrolment/codes.ts';
import { enrol } from '#station/sync/enrolment.ts';
import { root, startChild, type Child } from '#tests/support/child.ts';
import { link, signInBrowser, type Client } from '#tests/support/demo-line.ts';
import {
  admit,
  newDatabase,
  startServer,
  type Database,
  type PlantServer,
  type StationKey,
} from '#tests/support/plant.ts';
import { freePorts } from '#tests/support/ports.ts';

export interface RunningStation {
  readonly client: Client;
  readonly child: Child;
}

export interface LineOfTwo {
  readonly database: Database;
  readonly server: PlantServer;
  /** Data folder of a station. */
  folder(stationId: string): string;
  /** Enrolled, and a person signed in. */
  startStation(stationId: string): Promise<RunningStation>;
  serial(n: number): string;
  stop(): Promise<void>;
}

const plantId = 'werk-sued';
const texts = (text: string): string => `{ en: ${text}, de: ${text} }`;

function writeConfiguration(folder: string, units: number): void {
  mkdirSync(folder);
  for (const name of ['plant.yaml', 'people.yaml'])
    cpSync(join(root, 'resources/demo-plant', name), join(folder, name));
  const write = (path: string, lines: readonly string[]): void => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), `${lines.join('\n')}\n`);
  };
  for (const id of ['ST10', 'ST20'])
    write(`stations/${id}.yaml`, ['schema: linewright/station@1', `id: ${id}`, `title: ${texts(id)}`]);
  const line = [`title: ${texts('L1')}`, 'site: S', 'area: A', 'stations: [ST10, ST20]'];
  write('lines/L1.yaml', ['schema: linewright/line@1', 'id: L1', ...line]);
  write('materials.yaml', [
    'schema: linewright/materials@1',
    'materials:',
    `  - { id: B-1, title: ${texts('Bench')} }`,
  ]);
  const operation = (id: string, station: string, after: string): string[] => [
    `  - id: '${id}'`,
    `    title: ${texts('Bench')}`,
    `    stations: [${station}]`,
    `    after: [${after}]`,
    '    qualification: final-check',
    '    steps:',
    '      - id: do',
    '        type: instruction',
    `        title: ${texts('Do')}`,
    `        text: ${texts('Do')}`,
  ];
  write('definitions/B-1.A/definition.yaml', [
    'schema: linewright/process-definition@1',
    'id: B-1',
    'revision: A',
    'status: released',
    `released: { by: Bench, at: '2026-03-02T10:00:00+01:00' }`,
    'material: B-1',
    `title: ${texts('Bench')}`,
    'operations:',
    ...operation('10', 'ST10', ''),
    ...operation('20', 'ST20', `'10'`),
  ]);
  write('orders/bench.yaml', [
    'schema: linewright/orders@1',
    'orders:',
    '  - id: WO-1',
    '    material: B-1',
    '    definition: B-1',
    '    revision: A',
    `    quantity: ${units}`,
    '    priority: 1',
    '    status: released',
    '    serialPrefix: B1-',
    '    units:',
    ...Array.from({ length: units }, (_, n) => `      - serial: ${serialOf(n)}`),
  ]);
}

const serialOf = (n: number): string => `B1-${String(n + 1).padStart(6, '0')}`;

/**
 * @param units that there are. @param others keys of simulated stations on the same server.
 * PostgreSQL with fsync on.
 */
export async function startLineOfTwo(units: number, others: readonly StationKey[] = []): Promise<LineOfTwo> {
  const home = mkdtempSync(join(tmpdir(), 'linewright-bench-'));
  const config = join(home, 'config');
  writeConfiguration(config, units);
  const database = await newDatabase('postgresql');
  await admit(database, others);
  const server = await startServer(database, { config });
  const folder = (stationId: string): string => join(home, stationId);
  for (const stationId of ['ST10', 'ST20']) {
    mkdirSync(folder(stationId));
    const db = await openDatabase({ url: database.url ?? '', dataFolder: '' });
    const { code } = await makeCode(db, stationId, 'bench', Date.now());
    await db.close();
    const who = { plantId, stationId, version: '0', caFile: null, now: Date.now() };
    await enrol(folder(stationId), { origin: server.url, code, ...who });
  }
  const running: { child: Child; close(): void }[] = [];
  return {
    database,
    server,
    folder,
    serial: serialOf,
    async startStation(stationId) {
      const [port = 0] = await freePorts(1);
      const where = ['--config', config, '--station', stationId, '--data', folder(stationId)];
      const child = startChild(['station/node.entry.ts', ...where, '--port', String(port)]);
      const [, url = ''] = await child.line(/(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/, 120_000);
      const linked = await link(new URL(url).origin, await signInBrowser(url));
      running.push({ child, close: linked.close });
      const { client } = linked;
      const signedIn = await client.people.signIn({ commandId: randomUUID(), badge: 'BDG-1002', pin: null });
      if (!signedIn.ok) throw new Error(JSON.stringify(signedIn.refusal));
      return { client, child };
    },
    async stop() {
      for (const { child, close } of running) {
        close();
        await child.kill('SIGKILL');
      }
      await server.kill();
      await database.remove();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Confirms the one step of the unit that is in work. @throws Error when the station refuses it */
export async function confirm(client: Client): Promise<void> {
  const { executionId, step } = await client.execution.get();
  if (executionId === null || step === null) throw new Error('no step is open');
  const outcome = await client.execution.act({
    commandId: randomUUID(),
    executionId,
    stepId: step.definition.id,
    attempt: step.attempt,
    action: { type: 'instruction', do: 'confirm' },
  });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.refusal));
}

const longestMs = 30_000;

/** The unit came down with its order. */
export async function known(client: Client, serial: string): Promise<void> {
  for (const until = performance.now() + longestMs; (await client.units.get({ serial })) === null;) {
    if (performance.now() > until) throw new Error(`${serial} did not come to the station within ${longestMs} ms`);
    await pause(20);
  }
}

/** Quantile of values, nearest rank. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
