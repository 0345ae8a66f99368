/** The gauges of the quality bench as they hang there: real drivers, real sockets, the simulators with their processes. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deviceSchema, type Device } from '#contract/config/device.ts';
import type { Reading } from '#contract/reading.ts';
import { balanceDefaults, startBalance } from '#simulator/balance/balance.ts';
import { calliperDefaults, startCalliper } from '#simulator/calliper/calliper.ts';
import type { Running } from '#simulator/process.ts';
import { systemClock } from '#station/clock.ts';
import { createDeviceManager, type DeviceManager } from '#station/devices/manager.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { openLink } from '#station/links/open-link.ts';
import type { Log } from '#station/log.ts';
import { TagHub } from '#station/tags/hub.ts';
import { freePort } from '../support/ports.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child: () => log } as unknown as Log;
const drivers = await installedDrivers();
/** Its own, so that it comes back to it after it was unplugged. */
const free = { port: await freePort(), control: 0 };
const slow = { timeout: 30_000, interval: 20 };

let manager: DeviceManager | null = null;
let simulator: Running | null = null;
afterEach(async () => {
  await manager?.stop();
  await simulator?.stop();
  manager = simulator = null;
});

async function post(action: string, body: object = {}): Promise<Record<string, unknown>> {
  const url = `http://127.0.0.1:${simulator?.ready['control']}/${action}`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
  return (await answer.json()) as Record<string, unknown>;
}

/** Starts one device and listens to every reading of its tags. */
async function setUp(made: Promise<Running>, driver: string, tags: object, settings: object = {}) {
  simulator = await made;
  const hub = new TagHub(systemClock, (error) => {
    throw error;
  });
  const device: Device = deviceSchema.parse({
    schema: 'linewright/device@1',
    id: 'gauge',
    title: { en: 'Gauge', de: 'Prüfmittel' },
    driver,
    settings: { link: { kind: 'tcp', host: '127.0.0.1', port: Number(simulator.ready['port']) }, ...settings },
    tags,
  });
  manager = createDeviceManager({ devices: [device], drivers, hub, clock: systemClock, openLink, log });
  const heard: Record<string, Reading[]> = {};
  for (const { id } of device.tags) {
    heard[id] = [];
    hub.subscribe([id], (readings) => heard[id]?.push(...readings));
  }
  manager.start();
  await vi.waitFor(() => expect(manager?.condition('gauge')?.state).toBe('connected'), slow);
  return { manager, heard };
}
const tag = (id: string, address: string, unit: string): object => ({
  id,
  title: { en: id, de: id },
  address,
  type: 'number',
  unit,
});
const good = (readings: readonly Reading[] | undefined): unknown[] =>
  (readings ?? []).filter(({ quality }) => quality === 'good').map(({ value }) => value);

describe('balance', () => {
  const quick = { ...balanceDefaults, ...free, settleMs: 120 };
  const tags = [tag('weight', 'weight', 'g'), tag('live', 'live', 'g')];
  const keySends = () =>
    vi.waitFor(async () => expect((await post('load', { value: 0 }))['keySends']).toBe(true), slow);

  test('each press is one weight, the needle moves meanwhile, the gauge says who it is', async () => {
    const { manager, heard } = await setUp(startBalance(quick), 'mettler-sics', tags);
    await keySends();
    const pressed: unknown[] = [];
    for (let n = 0; n < 6; n += 1) pressed.push((await post('press'))['load']);
    await vi.waitFor(() => expect(good(heard['weight'])).toEqual(pressed), slow);
    expect(new Set(pressed).size).toBe(6);
    await vi.waitFor(() => expect(good(heard['live']).at(-1)).toBe(pressed.at(-1)), slow);
    expect(heard['live']?.some(({ quality, status }) => quality === 'uncertain' && status === 'not-stable')).toBe(true);
    expect(manager.view('gauge')?.info).toMatchObject({ serialNumber: 'B021002593', unit: 'g', decimals: 2 });
    expect(manager.view('gauge')?.problems).toEqual([]);
    expect(await manager.call('gauge', '', 'tare', [])).toEqual({ ok: true, value: [pressed.at(-1), 'g'] });
  }, 240_000);

  test('too much, another unit, off and on, pulled and put back: told, and no weight that was none', async () => {
    const { manager, heard } = await setUp(startBalance(quick), 'mettler-sics', tags);
    await keySends();
    await post('value', { value: 5_000 });
    await post('unit', { unit: 'kg' });
    await post('value', { value: 100 });
    await post('unit', { unit: 'g' });
    await vi.waitFor(
      () => expect(heard['weight']?.map(({ status }) => status)).toEqual(['overload', 'wrong-unit']),
      slow,
    );
    await post('off');
    await vi.waitFor(() => expect(manager.condition('gauge')?.state).toBe('silent'), slow);
    await post('on');
    await vi.waitFor(() => expect(manager.condition('gauge')?.state).toBe('connected'), slow);
    await keySends();
    await post('unplug');
    await vi.waitFor(() => expect(manager.view('gauge')?.info['serialNumber']).toBe(''), slow);
    await post('plug');
    await vi.waitFor(() => expect(manager.view('gauge')?.info['serialNumber']).toBe('B021002593'), slow);
    await post('value', { value: 101.5 });
    await vi.waitFor(() => expect(good(heard['weight'])).toEqual([101.5]), slow);
    const problems = manager.view('gauge')?.problems.map(({ problem }) => problem);
    expect(problems).toEqual(expect.arrayContaining(['overload', 'wrong-unit', 'no-answer']));
  }, 240_000);

  test('asked: a weight at rest that lies there now, or why there is none', async () => {
    const settings = { take: 'ask', stableTimeoutMs: 9_000 };
    const { manager } = await setUp(startBalance(quick), 'mettler-sics', tags, settings);
    await vi.waitFor(async () => expect(await manager.read(['weight'])).toMatchObject({ ok: true }), slow);
    await post('load', { value: 250.5 });
    const read = await manager.read(['weight', 'live']);
    expect(read).toMatchObject({
      ok: true,
      value: [
        { tagId: 'weight', reading: { value: 250.5, unit: 'g', quality: 'good' } },
        { tagId: 'live', reading: { value: 250.5 } },
      ],
    });
    await post('load', { value: 5_000 });
    expect(await manager.read(['weight'])).toMatchObject({ ok: false, status: 'overload' });
  }, 240_000);

  test('a process that drifts is weighed out of its limits, the same parts with the same seed', async () => {
    const run = async (): Promise<unknown[]> => {
      const { heard } = await setUp(startBalance({ ...quick, settleMs: 0 }), 'mettler-sics', tags.slice(0, 1));
      await keySends();
      for (let n = 0; n < 10; n += 1) await post('press');
      await post('process', { drift: 0.3 });
      for (let n = 0; n < 10; n += 1) await post('press');
      await vi.waitFor(() => expect(good(heard['weight'])).toHaveLength(20), slow);
      await manager?.stop();
      await simulator?.stop();
      return good(heard['weight']);
    };
    const first = (await run()) as number[];
    // Three sigma of a single weight around its mean: in control before, beyond at the end.
    const beyond = first.map((value) => Math.abs(value - quick.nominal) > 3 * quick.sigma);
    expect(beyond.slice(0, 10)).not.toContain(true);
    expect(beyond.slice(-4)).toEqual([true, true, true, true]);
    expect(await run()).toEqual(first);
  }, 240_000);
});

test('calliper: its process jumps at the part it was told', async () => {
  const { heard } = await setUp(
    startCalliper({ ...calliperDefaults, ...free, shift: 0.05, shiftAt: 4 }),
    'mitutoyo-digimatic',
    [tag('size', 'value', 'mm')],
  );
  await vi.waitFor(async () => expect((await post('plug'))['clients']).toBe(1), slow);
  for (let n = 0; n < 6; n += 1) await post('press');
  await vi.waitFor(() => expect(good(heard['size'])).toHaveLength(6), slow);
  const beyond = good(heard['size']).map((value) => Number(value) > calliperDefaults.nominal + 0.025);
  expect(beyond).toEqual([false, false, false, true, true, true]);
}, 240_000);
