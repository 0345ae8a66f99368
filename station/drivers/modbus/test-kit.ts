/** A driver at a fake device, and all it said. */
import { vi } from 'vitest';
import type { ByteLinkEvents, DeviceCondition, DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { createModbus } from './driver.ts';
import { FakeModbus } from './fake-device.ts';
import { manifest } from './manifest.ts';

const links = {
  tcp: { kind: 'tcp', host: 'memory', port: 1 },
  rtu: { kind: 'serial', path: 'memory', baudRate: 19_200, dataBits: 8, parity: 'none', stopBits: 1 },
} as const;

export const tag = (address: string, more: Partial<TagBinding> = {}): TagBinding => {
  return { id: address, address, type: 'number', unit: null, samplingMs: 0, deadband: 0, bridgeMs: 0, ...more };
};

export function setUp(tags: readonly TagBinding[], settings: object = {}, framing: 'rtu' | 'tcp' = 'tcp') {
  const conditions: DeviceCondition[] = [];
  const readings: TagReading[] = [];
  const problems: unknown[] = [];
  const info: Record<string, unknown> = {};
  let events: ByteLinkEvents | null = null;
  let fromStation: (bytes: Uint8Array) => void = () => {};
  const host: DriverHost = {
    deviceId: 'meter',
    clock: {
      now: () => Date.now(),
      monotonic: () => performance.now(),
      setTimer: (ms, run) => {
        const timer = setTimeout(run, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    openLink: async (_settings, given) => {
      events = given;
      return { description: '', write: async (bytes) => fromStation(bytes), close: async () => {} };
    },
    readings: (batch) => readings.push(...batch),
    condition: (condition) => conditions.push(condition),
    problem: (problem, params) => problems.push([problem, params]),
    bytes: () => {},
    trace: () => {},
    info: (given) => Object.assign(info, given),
  };
  const link = links[framing];
  const device = new FakeModbus(
    { link, send: (bytes) => events?.data(bytes), received: (heard) => (fromStation = heard) },
    framing,
  );
  const driver = createModbus(host, manifest.settings.parse({ link, pollMs: 100, ...settings }), tags);
  return {
    driver,
    device,
    conditions,
    problems,
    info,
    readings,
    /** The newest of each tag: its value where good, else status and value. */
    now: () =>
      tags.map((_, at) => {
        const last = readings.findLast((reading) => reading.tag === at);
        return last === undefined ? undefined : last.quality === 'good' ? last.value : [last.status, last.value];
      }),
    state: () => conditions.at(-1)?.state,
    lose: () => events?.closed('closed-by-device', 'pulled'),
    deliver: (bytes: Uint8Array) => events?.data(bytes),
  };
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
