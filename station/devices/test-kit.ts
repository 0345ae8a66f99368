/** Devices with a driver under the test's hand, on a clock that the test moves. */
import { afterEach, beforeEach, vi } from 'vitest';
import { z } from 'zod';
import { deviceSchema, type Device } from '#contract/config/device.ts';
import type { Driver, DriverHost, DriverModule, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { systemClock } from '#station/clock.ts';
import type { OpenLink } from '#station/links/open-link.ts';
import type { Log } from '#station/log.ts';
import { TagHub } from '#station/tags/hub.ts';
import { createDeviceManager, type DeviceManager } from './manager.ts';

/** A driver under the test's hand. */
export interface Hand {
  readonly host: DriverHost;
  readonly settings: unknown;
  readonly tags: readonly TagBinding[];
  stops: number;
}
export const hands = new Map<string, Hand[]>();
export const hand = (deviceId: string): Hand => hands.get(deviceId)!.at(-1)!;

export function testDriver(over: Partial<Driver> = {}, start: (host: DriverHost) => void = () => {}): DriverModule {
  return {
    manifest: {
      id: 'test',
      version: 1,
      settings: z.strictObject({ speed: z.number().default(5) }),
      addresses: null,
      checkAddress: (address) => (address.startsWith('!') ? `"${address}" is no address` : null),
      canWrite: true,
      canCall: true,
      pushes: false,
    },
    create: (host, settings, tags) => {
      const made: Hand = { host, settings, tags, stops: 0 };
      hands.set(host.deviceId, [...(hands.get(host.deviceId) ?? []), made]);
      return { start: () => start(host), stop: async () => void (made.stops += 1), ...over };
    },
  };
}

export function device(id: string, over: Partial<Device> = {}): Device {
  return deviceSchema.parse({
    schema: 'linewright/device@1',
    id,
    title: { en: id, de: id },
    driver: 'test',
    settings: {},
    tags: [
      { id: `${id}.a`, title: { en: 'a', de: 'a' }, address: 'a', type: 'number', unit: 'mm' },
      { id: `${id}.b`, title: { en: 'b', de: 'b' }, address: 'b', type: 'text' },
    ],
    ...over,
  });
}

export const logged: string[] = [];
const note = (_: unknown, text?: string): void => void logged.push(String(text));
const log = { debug: note, info: () => {}, warn: note, error: note, fatal: note, child: () => log } as unknown as Log;
export let hub: TagHub;

export function manage(devices: readonly Device[], driver = testDriver(), openLink?: OpenLink): DeviceManager {
  const drivers = new Map([['test', driver]]);
  const noLink: OpenLink = () => Promise.reject(new Error('no links here'));
  return createDeviceManager({ devices, drivers, hub, clock: systemClock, openLink: openLink ?? noLink, log });
}
export const said = (tag: number, value: TagReading['value']): TagReading => ({
  tag,
  value,
  quality: 'good',
  status: 'Good',
  sourceAt: null,
  serverAt: null,
  receivedAt: Date.now(),
});
export const connected = { state: 'connected', problem: null, params: {} } as const;

/** To be called once by a test file. */
export function freshForEachTest(): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
    hands.clear();
    logged.length = 0;
    hub = new TagHub(systemClock, (error) => {
      throw error;
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}
