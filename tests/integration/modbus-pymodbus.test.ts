/** The driver against pymodbus, which somebody else wrote: over TCP and, with RTU, over a pair of ptys. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Driver, LinkSettings, TagBinding } from '#contract/driver.ts';
import { driver as modbus } from '#station/drivers/modbus/index.ts';
import { openLink } from '#station/links/open-link.ts';
import { recordingHost, type RecordingHost } from '../conformance/recording-host.ts';
import { hasSocat, until } from '../conformance/wires.ts';
import { freePort } from '../support/ports.ts';

/** Debian's own, which sees Debian's packages; another python3 may stand before it in the path. */
const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
const hasPymodbus = spawnSync(python, ['-c', 'import pymodbus, serial_asyncio']).status === 0;
const limitMs = 60_000;

test('pymodbus is there where skips are not allowed', () => {
  if (!hasPymodbus) console.warn('pymodbus is not installed (Debian: python3-pymodbus): its proof is skipped');
  expect((hasPymodbus && hasSocat) || process.env['LINEWRIGHT_NO_SKIPS'] !== '1').toBe(true);
});

const binding = (address: string, type: TagBinding['type'] = 'number'): TagBinding => {
  return { id: address, address, type, unit: null, samplingMs: 0, deadband: 0, bridgeMs: 0 };
};
const tags = [
  binding('holding=0;type=float32'),
  binding('holding=2;type=float32;order=CDAB'),
  binding('holding=4;type=uint32'),
  binding('holding=6;type=int16'),
  binding('holding=7;type=string;length=2', 'text'),
  binding('unit=2;holding=9'),
  binding('input=0;scale=0.1'),
  binding('input=2;type=int64'),
  binding('coil=1', 'boolean'),
  binding('discrete=3', 'boolean'),
  binding('coil=4', 'boolean'),
  binding('holding=40;type=float32'),
  binding('holding=50;type=int16'),
  binding('holding=3000'),
];
const values = [230.1, 230.1, 4_294_967_295, -2, 'PUMP', 22, 230.1, 65_536, true, true, false, 0, 0];

for (const kind of ['tcp', 'rtu'] as const) {
  describe.skipIf(!hasPymodbus || !hasSocat)(`pymodbus over ${kind}`, () => {
    const processes: ChildProcess[] = [];
    const folder = mkdtempSync(join(tmpdir(), 'linewright-pymodbus-'));
    let driver: Driver;
    let host: RecordingHost;
    let settings: object;

    beforeAll(async () => {
      let link: LinkSettings;
      let where: string;
      if (kind === 'tcp') {
        const port = await freePort();
        where = String(port);
        link = { kind: 'tcp', host: '127.0.0.1', port };
      } else {
        const [far, near] = [join(folder, 'far'), join(folder, 'near')];
        processes.push(
          spawn('socat', [`pty,raw,echo=0,link=${far}`, `pty,raw,echo=0,link=${near}`], { stdio: 'ignore' }),
        );
        await until(() => existsSync(far) && existsSync(near), 'socat made no ptys', limitMs);
        where = far;
        link = { kind: 'serial', path: near, baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1 };
      }
      const script = fileURLToPath(new URL('../support/pymodbus-server.py', import.meta.url));
      const server = spawn(python, [script, kind, where], { stdio: ['ignore', 'pipe', 'inherit'] });
      processes.unshift(server);
      let ready = false;
      server.stdout.on('data', (text: Buffer) => (ready ||= text.includes('READY')));
      await until(() => ready, 'pymodbus did not come up', limitMs);
      host = recordingHost(openLink);
      settings = { link, pollMs: 100, answerTimeoutMs: 3_000 };
      driver = modbus.create(host, modbus.manifest.settings.parse(settings), tags);
      driver.start();
    }, limitMs);
    afterAll(async () => {
      await driver?.stop();
      for (const one of processes) {
        const gone = new Promise((done) => one.once('exit', done));
        if (one.exitCode === null && one.kill('SIGKILL')) await gone;
      }
      rmSync(folder, { recursive: true, force: true });
    }, limitMs);

    const newest = (at: number): unknown => host.got.findLast(({ tag }) => tag === at)?.value;

    test(
      'what it holds is read: four tables, both units, orders, types; an address that it lacks in words',
      async () => {
        await until(
          () => host.got.some(({ tag, quality }) => tag === 13 && quality === 'bad'),
          'the refusal came',
          limitMs,
        );
        await until(() => values.every((_, at) => newest(at) !== undefined), 'all came', limitMs);
        expect(values.map((_, at) => newest(at))).toEqual(values);
        expect(host.got.findLast(({ tag }) => tag === 13)).toMatchObject({ status: 'illegal-address' });
        expect(host.problems.map(({ problem, params }) => [problem, params['tag']])).toEqual([
          ['address-unknown', 'holding=3000'],
        ]);
        expect(host.state()).toBe('connected');
      },
      limitMs,
    );

    test(
      'what is written is held by it: functions 5, 6 and 16, then 15 and 16',
      async () => {
        expect(await driver.write?.(10, true)).toEqual({ ok: true, value: true });
        expect(await driver.write?.(11, -12.5)).toEqual({ ok: true, value: -12.5 });
        expect(await driver.write?.(12, -77)).toEqual({ ok: true, value: -77 });
        expect(await driver.write?.(13, 1)).toMatchObject({ ok: false, status: 'illegal-address' });
        await until(
          () => newest(10) === true && newest(11) === -12.5 && newest(12) === -77,
          'polling sees it too',
          limitMs,
        );
        await driver.stop();
        host = recordingHost(openLink);
        driver = modbus.create(host, modbus.manifest.settings.parse({ ...settings, writeWith: 'multiple' }), tags);
        driver.start();
        await until(() => host.state() === 'connected', 'connected again', limitMs);
        expect(await driver.write?.(10, false)).toEqual({ ok: true, value: false });
        expect(await driver.write?.(12, 5)).toEqual({ ok: true, value: 5 });
      },
      limitMs,
    );
  });
}
