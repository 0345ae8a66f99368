import { createRouterClient } from '@orpc/server';
import { afterEach, expect, test } from 'vitest';
import { deviceSchema } from '#contract/config/device.ts';
import { systemClock } from '#station/clock.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { openLink } from '#station/links/open-link.ts';
import type { Log } from '#station/log.ts';
import { TagHub } from '#station/tags/hub.ts';
import { tcpWire, until, type Wire } from '#tests/conformance/wires.ts';
import { createDeviceManager, type DeviceManager } from './manager.ts';
import { createDevicesRouter } from './rpc.ts';

const log = { debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child: () => log } as unknown as Log;
const drivers = await installedDrivers();
let manager: DeviceManager | null = null;
let wire: Wire | null = null;
afterEach(async () => {
  await manager?.stop();
  await wire?.stop();
});

async function setUp() {
  wire = await tcpWire();
  const hub = new TagHub(systemClock, (error) => {
    throw error;
  });
  const calliper = deviceSchema.parse({
    schema: 'linewright/device@1',
    id: 'calliper',
    title: { en: 'Calliper', de: 'Messschieber' },
    driver: 'mitutoyo-digimatic',
    settings: { link: wire.link },
    tags: [{ id: 'size', title: { en: 'Size', de: 'Maß' }, address: 'value', type: 'number', unit: 'mm' }],
  });
  manager = createDeviceManager({ devices: [calliper], drivers, hub, clock: systemClock, openLink, log });
  const history = {
    range: (tagId: string, fromAt: number, toAt: number, maxPoints: number) => ({
      tagId,
      fromAt,
      toAt,
      samples: maxPoints,
      at: [],
      value: [],
    }),
  };
  const client = createRouterClient(createDevicesRouter({ manager, hub, history, drivers }), { context: {} });
  return { client, manager, wire };
}

test('a calliper from its socket to the screen: state, value, bytes', async () => {
  const { client, manager, wire } = await setUp();
  await wire.restore();
  manager.start();
  const abort = new AbortController();
  const { signal } = abort;
  const watch = await client.watch(undefined, { signal });
  for await (const { devices } of watch) if (devices[0]?.condition.state === 'connected') break;

  const live = await client.live({ tags: ['size', 'nonsense'] }, { signal });
  expect((await live.next()).value).toMatchObject({ readings: [] });
  const traffic = await client.traffic({ deviceId: 'calliper' }, { signal });
  await traffic.next();
  await until(() => wire.links() === 1, 'the far end has the connection');
  wire.send(Buffer.from('01A+0024.005\r'));
  expect((await live.next()).value).toMatchObject({
    readings: [{ tagId: 'size', value: 24.005, unit: 'mm', quality: 'good', stale: false }],
  });
  expect((await traffic.next()).value).toMatchObject({ lines: [{ direction: 'in', text: '01A+0024.005\u240d' }] });
  await wire.drop();
  expect((await live.next()).value).toMatchObject({ readings: [{ tagId: 'size', value: 24.005, stale: true }] });
  abort.abort();
});

test('settings schemas are told for the form, history is passed on, an unknown device is an error', async () => {
  const { client } = await setUp();
  const told = await client.drivers();
  const line = told.find(({ id }) => id === 'serial-line')!;
  expect(line.settingsSchema).toMatchObject({ properties: { terminator: { enum: ['cr', 'lf', 'crlf', 'any'] } } });
  expect(await client.history({ tagId: 'size', fromAt: 1, toAt: 2 })).toMatchObject({ tagId: 'size', samples: 2_000 });
  const traffic = await client.traffic({ deviceId: 'nonsense' });
  await expect(traffic.next()).rejects.toThrow('there is no device nonsense');
});
