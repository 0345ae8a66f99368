/** What every driver must do, run over every driver folder that has a `conformance.ts`, over every line it can use. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Driver, DriverModule } from '#contract/driver.ts';
import { openLink } from '#station/links/open-link.ts';
import { scanDrivers } from '#station/drivers/index.ts';
import type { ConformanceFake, DriverConformance } from '#station/drivers/kit/conformance.ts';
import { recordingHost, type RecordingHost } from './recording-host.ts';
import { hasSocat, memoryWire, ptyWire, tcpWire, until, type Wire } from './wires.ts';

const folder = fileURLToPath(new URL('../../station/drivers', import.meta.url));
const drivers = await scanDrivers(folder);
const makeWire = { memory: async () => memoryWire(), tcp: tcpWire, pty: async () => ptyWire() };

test('every driver folder takes part', () => {
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const drivers = folders.map(({ name }) => name).filter((name) => existsSync(join(folder, name, 'manifest.ts')));
  expect(drivers.filter((name) => !existsSync(join(folder, name, 'conformance.ts')))).toEqual([]);
});

test('ptys are tested where skips are not allowed', () => {
  if (!hasSocat) console.warn('socat is not installed: conformance over ptys is skipped');
  expect(hasSocat || process.env['LINEWRIGHT_NO_SKIPS'] !== '1').toBe(true);
});

for (const [id, driver] of drivers) {
  const file = join(folder, id, 'conformance.ts');
  if (!existsSync(file)) continue;
  const { conformance } = (await import(pathToFileURL(file).href)) as { conformance: DriverConformance };
  for (const transport of conformance.transports) {
    describe.skipIf(transport === 'pty' && !hasSocat)(`${id} over ${transport}`, () => {
      suite(driver, conformance, transport);
    });
  }
}

function suite(module: DriverModule, conformance: DriverConformance, transport: keyof typeof makeWire | 'own'): void {
  let wire: Wire | null;
  let fake: ConformanceFake;
  let host: RecordingHost;
  let driver: Driver;
  let n = 0;

  beforeEach(async () => {
    n = 0;
    wire = transport === 'own' ? null : await makeWire[transport]();
    fake = await conformance.startFake(wire);
    host = recordingHost(wire?.openLink ?? openLink);
    driver = module.create(host, module.manifest.settings.parse(fake.settings), fake.tags);
  });
  afterEach(async () => {
    await driver.stop();
    await fake.stop();
    await wire?.stop();
  });

  const appear = (): Promise<void> | undefined => fake.restore?.() ?? wire?.restore();
  const vanish = (): Promise<void> | undefined => fake.drop?.() ?? wire?.drop();
  const isState = (state: string): Promise<void> =>
    until(() => host.state() === state, `state ${state}, last: ${JSON.stringify(host.conditions.at(-1))}`);
  const holds = (value: unknown): boolean =>
    host.good().some((reading) => reading.tag === 0 && same(reading.value, value));

  /** Says the next good reading and waits for it. */
  async function deliver(): Promise<void> {
    n += 1;
    await fake.sendGood(n);
    await until(() => holds(fake.expected(n)), `reading ${n}; problems: ${JSON.stringify(host.problems)}`);
  }

  test('waits for an absent device, connects when it appears, delivers', async () => {
    driver.start();
    await isState('disconnected');
    expect(host.conditions.at(-1)?.problem).not.toBeNull();
    await appear();
    await isState('connected');
    const before = Date.now();
    await deliver();
    const reading = host.good().findLast(({ tag }) => tag === 0)!;
    expect(reading).toMatchObject({ quality: 'good', status: 'Good' });
    expect(reading.receivedAt).toBeGreaterThanOrEqual(before);
    expect(reading.receivedAt).toBeLessThanOrEqual(Date.now());
  });

  test('a cable pulled inside a frame: no half reading, back by itself', async () => {
    await appear();
    driver.start();
    await isState('connected');
    await deliver();
    const good = host.good().length;
    await fake.sendHalf?.(2);
    await vanish();
    await isState('disconnected');
    expect(host.good()).toHaveLength(good);
    await appear();
    await isState('connected');
    await deliver();
  });

  test('survives several unplugs', async () => {
    driver.start();
    for (let round = 0; round < 3; round += 1) {
      await appear();
      await isState('connected');
      await deliver();
      await vanish();
      await isState('disconnected');
    }
    // One link at a time: a reading came once per tag and round, not twice.
    const firstTag = host.good().filter(({ tag }) => tag === 0);
    for (let round = 1; round <= 3; round += 1) {
      const times = firstTag.filter(({ value }) => same(value, fake.expected(round))).length;
      if (module.manifest.pushes) expect(times).toBe(1);
    }
  });

  test('counts garbage and takes the next good frame', async () => {
    await appear();
    driver.start();
    await isState('connected');
    if (!fake.sendGarbage) return;
    await fake.sendGarbage();
    await until(() => host.problems.length > 0, 'a problem is counted');
    expect(host.good()).toEqual([]);
    await deliver();
    expect(host.state()).toBe('connected');
  });

  test('is silent towards the host after stop()', async () => {
    await appear();
    driver.start();
    await isState('connected');
    await deliver();
    await driver.stop();
    const calls = host.calls();
    await fake.sendGood(n + 1);
    await vanish();
    await pause(400);
    expect(host.calls()).toBe(calls);
  });

  test('stop() while the device is absent ends the retries', async () => {
    driver.start();
    await isState('disconnected');
    await driver.stop();
    const calls = host.calls();
    await appear();
    await pause(400);
    expect(host.calls()).toBe(calls);
    expect(wire?.links() ?? 0).toBe(0);
  });

  if (transport !== 'pty') return;
  test('a port that is in use is told as busy, and taken when it is free', async () => {
    await appear();
    driver.start();
    await isState('connected');
    const secondHost = recordingHost(openLink);
    const second = module.create(secondHost, module.manifest.settings.parse(fake.settings), fake.tags);
    try {
      second.start();
      await until(() => secondHost.state() === 'disconnected', 'the second driver is refused');
      expect(secondHost.conditions.at(-1)?.problem).toBe('port-busy');
      expect(host.state()).toBe('connected');
      await driver.stop();
      await until(() => secondHost.state() === 'connected', 'the second driver gets the port');
    } finally {
      await second.stop();
    }
  });
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
