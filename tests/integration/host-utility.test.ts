/**
 * The station as electron-vite bundles it for the shell's utility process, run in a worker that stands in for Electron's:
 * it is told to serve ports by messages and ends when it is told to.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Contract } from '#contract/rpc/index.ts';
import type { FromStation } from '#contract/shell.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let data: string;
let out: string;

/** Gives the worker what Electron gives a utility process: `process.parentPort` with messages that carry ports. */
const asUtilityProcess = `
  const { parentPort, workerData } = require('node:worker_threads');
  process.parentPort = {
    postMessage: (message) => parentPort.postMessage(message),
    on: (event, listener) => parentPort.on('message', ({ data, ports }) => listener({ data, ports })),
  };
  import(workerData);
`;

function startStation(config: string) {
  const worker = new Worker(asUtilityProcess, {
    eval: true,
    workerData: join(out, 'main', 'station.js'),
    argv: ['--config', config, '--data', data, '--station', 'ST20'],
    env: { ...process.env, LINEWRIGHT_LOG: 'silent' },
  });
  const ended = new Promise<number>((resolve) => worker.once('exit', resolve));
  const first = new Promise<FromStation>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    void ended.then((code) => reject(new Error(`ended with ${code}`)));
  });
  return { worker, first, ended };
}

beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'linewright-utility-'));
  // Inside the project, where the bundle finds its packages.
  mkdirSync(join(root, 'out'), { recursive: true });
  out = mkdtempSync(join(root, 'out', 'test-'));
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--outDir', out],
    {
      cwd: root,
      stdio: 'pipe',
    },
  );
}, 240_000);
afterAll(() => {
  rmSync(out, { recursive: true, force: true });
  rmSync(data, { recursive: true, force: true });
});

test('serves each port it is given, and ends when told to', async () => {
  const { worker, first, ended } = startStation(join(root, 'resources/demo-plant'));
  const ready = await first;
  expect(ready).toMatchObject({ type: 'ready', title: 'Final check', window: { kiosk: expect.any(Boolean) } });
  if (ready.type !== 'ready') return;
  const kept = readdirSync(ready.definitionsFolder);
  expect(kept.length).toBe(4);
  expect(kept.some((hash) => existsSync(join(ready.definitionsFolder, hash, 'images/bore.svg')))).toBe(true);
  for (let i = 0; i < 2; i++) {
    const { port1, port2 } = new MessageChannel();
    worker.postMessage({ data: { type: 'port' }, ports: [port1] }, [port1]);
    const client: ContractRouterClient<Contract> = createORPCClient(new RPCLink({ port: port2 as never }));
    expect(await client.system.get()).toMatchObject({ station: { id: 'ST20' }, store: { state: 'ok' } });
    expect((await client.devices.drivers()).map(({ id }) => id)).toEqual(
      expect.arrayContaining(['opcua-client', 'serial-line', 'mitutoyo-digimatic']),
    );
    port2.close();
  }
  worker.postMessage({ data: { type: 'stop' }, ports: [] });
  expect(await ended).toBe(0);
});

test('says in one line why it cannot run', async () => {
  const { first, ended } = startStation(join(data, 'nowhere'));
  expect(await first).toMatchObject({ type: 'failed', message: expect.stringContaining('nowhere') });
  expect(await ended).toBe(2);
});

test('the preload script is one plain script that needs nothing but Electron', () => {
  const text = readFileSync(join(out, 'preload', 'index.cjs'), 'utf8');
  expect([...text.matchAll(/require\(["']([^"']+)["']\)/g)].map(([, name]) => name)).toEqual(['electron']);
});
