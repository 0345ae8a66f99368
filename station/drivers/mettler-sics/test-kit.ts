/** A driver at a fake balance, and all it said. */
import { vi } from 'vitest';
import type { ByteLinkEvents, DeviceCondition, DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { createSics } from './driver.ts';
import { FakeBalance } from './fake-device.ts';
import { manifest } from './manifest.ts';

export const link = { kind: 'tcp', host: 'memory', port: 1 } as const;
const tag = (address: string, unit: string | null = 'g'): TagBinding => {
  return { id: address, address, type: 'number', unit, samplingMs: 0, deadband: 0, bridgeMs: 0 };
};
const weightOnly = [tag('weight')];
export const both = [tag('weight'), tag('live')];

export function setUp(settings: object = {}, tags: readonly TagBinding[] = weightOnly) {
  const conditions: DeviceCondition[] = [];
  const readings: TagReading[] = [];
  const problems: unknown[] = [];
  const info: Record<string, unknown> = {};
  const asked: string[] = [];
  let events: ByteLinkEvents | null = null;
  let fromStation: (bytes: Uint8Array) => void = () => {};
  const host: DriverHost = {
    deviceId: 'balance',
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
      return {
        description: '',
        write: async (bytes) => {
          asked.push(Buffer.from(bytes).toString('latin1').trimEnd());
          fromStation(bytes);
        },
        close: async () => {},
      };
    },
    readings: (batch) => readings.push(...batch),
    condition: (condition) => conditions.push(condition),
    problem: (problem, params) => problems.push([problem, params]),
    bytes: () => {},
    trace: () => {},
    info: (given) => Object.assign(info, given),
  };
  const balance = new FakeBalance({
    link,
    send: (bytes) => events?.data(bytes),
    received: (listener) => (fromStation = listener),
  });
  const driver = createSics(host, manifest.settings.parse({ link, ...settings }), tags);
  const of = (wanted: number): unknown[] =>
    readings
      .filter((reading) => reading.tag === wanted)
      .map(({ value, quality, status }) => (quality === 'good' ? value : [status, value]));
  return {
    driver,
    balance,
    conditions,
    problems,
    info,
    asked,
    readings,
    /** What was weighed, and what the needle showed. */
    weighed: () => of(0),
    shown: () => of(1),
    state: () => conditions.at(-1)?.state,
    lose: () => events?.closed('closed-by-device', 'pulled'),
  };
}

export const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
