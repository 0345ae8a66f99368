/** The lamps over the real Modbus driver and its fake device: written on change, anew after the device was away, dark at the end. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { deviceSchema } from '#contract/config/device.ts';
import type { ByteLinkEvents } from '#contract/driver.ts';
import type { Lamp, LampState } from '#contract/rpc/andon.ts';
import { systemClock } from '#station/clock.ts';
import { createDeviceManager, type DeviceManager } from '#station/devices/manager.ts';
import { FakeModbus } from '#station/drivers/modbus/fake-device.ts';
import { driver as modbus } from '#station/drivers/modbus/index.ts';
import { createLog } from '#station/log.ts';
import { TagHub } from '#station/tags/hub.ts';
import { Lamps } from './lamps.ts';

const colours = ['red', 'amber', 'green', 'blue', 'white'] as const;
const device = deviceSchema.parse({
  schema: 'linewright/device@1',
  id: 'io',
  title: { en: 'I/O', de: 'E/A' },
  driver: 'modbus',
  settings: { link: { kind: 'tcp', host: 'memory', port: 1 }, pollMs: 100 },
  tags: colours.map((lamp, at) => ({
    id: `io.${lamp}`,
    title: { en: lamp, de: lamp },
    address: `coil=${at}`,
    type: 'boolean',
    samplingMs: 100,
  })),
});

let events: ByteLinkEvents | null;
let reachable: boolean;
let fake: FakeModbus;
let manager: DeviceManager;
let lamps: Lamps;

beforeEach(() => {
  vi.useFakeTimers();
  events = null;
  reachable = true;
  let fromStation: (bytes: Uint8Array) => void = () => {};
  const log = createLog('silent');
  manager = createDeviceManager({
    devices: [device],
    drivers: new Map([['modbus', modbus]]),
    hub: new TagHub(systemClock, () => {}),
    clock: systemClock,
    openLink: async (_settings, given) => {
      if (!reachable) throw new Error('connection refused');
      events = given;
      return { description: '', write: async (bytes) => fromStation(bytes), close: async () => {} };
    },
    log,
  });
  fake = new FakeModbus(
    {
      link: { kind: 'tcp', host: 'memory', port: 1 },
      send: (bytes) => events?.data(bytes),
      received: (heard) => (fromStation = heard),
    },
    'tcp',
  );
  lamps = new Lamps({
    tags: { station: 'ST10', ...Object.fromEntries(colours.map((lamp) => [lamp, `io.${lamp}`])) },
    deviceOf: (tagId) => (tagId.startsWith('io.') ? 'io' : null),
    devices: manager,
    clock: systemClock,
    log,
    changed: () => {},
  });
});
afterEach(async () => {
  const ended = manager.stop();
  await vi.advanceTimersByTimeAsync(20_000);
  await ended;
  vi.useRealTimers();
});

const show = (...lit: Lamp[]): void =>
  lamps.show(
    Object.fromEntries(colours.map((lamp): [Lamp, LampState] => [lamp, lit.includes(lamp) ? 'on' : 'off'])) as Record<
      Lamp,
      LampState
    >,
  );
const lit = (): readonly string[] => colours.filter((_, at) => fake.unit.coils[at] === 1);
const writes = (): number => fake.asked.filter(({ pdu }) => pdu[0] === 5 || pdu[0] === 15).length;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('lamps on coils', () => {
  it('are written when they change, and only then', async () => {
    // What a program before this one left behind.
    fake.unit.coils[0] = 1;
    manager.start();
    show('green');
    await pass(1_000);
    expect(lit()).toEqual(['green']);
    const before = writes();
    expect(before).toBe(5);
    show('green');
    await pass(2_000);
    expect(writes()).toBe(before);
    show('red', 'blue');
    await pass(500);
    expect(lit()).toEqual(['red', 'blue']);
    expect(writes()).toBe(before + 3);
    expect(lamps.faults).toEqual([]);
  });

  it('are written anew when the device comes back, with what is asked for by then', async () => {
    manager.start();
    show('green');
    await pass(1_000);
    reachable = false;
    events?.closed('closed-by-device', 'pulled');
    show('red');
    await pass(2_000);
    expect(lamps.faults.map(({ lamp, status }) => [lamp, status])).toContainEqual(['red', 'not-connected']);
    // It was switched off: nothing is lit.
    fake.unit.coils.fill(0);
    fake.forget();
    reachable = true;
    await pass(60_000);
    expect(lit()).toEqual(['red']);
    expect(lamps.faults).toEqual([]);
  });

  it('a device that refuses is told and asked again; the other lamps go on', async () => {
    manager.start();
    fake.unit.missing.add(0);
    show('red', 'amber');
    await pass(1_000);
    expect(lit()).toEqual(['amber']);
    expect(lamps.faults).toMatchObject([{ lamp: 'red', tagId: 'io.red' }]);
    fake.unit.missing.clear();
    await pass(11_000);
    expect(lit()).toEqual(['red', 'amber']);
    expect(lamps.faults).toEqual([]);
  });

  it('go dark when the station ends', async () => {
    manager.start();
    show('red', 'blue');
    await pass(1_000);
    const ended = lamps.stop();
    await pass(2_500);
    await ended;
    expect(lit()).toEqual([]);
  });
});
