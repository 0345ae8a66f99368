/** All devices of the station: starts and stops them, answers for their state, passes writes and reads to their drivers. */
import type { Device } from '#contract/config/device.ts';
import type { DeviceCondition, DriverArgument, DriverModule, DriverResult } from '#contract/driver.ts';
import type { Reading, TagValue } from '#contract/reading.ts';
import type { DeviceView } from '#contract/rpc/devices.ts';
import type { Clock } from '#station/clock.ts';
import type { OpenLink } from '#station/links/open-link.ts';
import type { Log } from '#station/log.ts';
import { Signal } from '#station/streams/signal.ts';
import type { TagHub } from '#station/tags/hub.ts';
import { DeviceRunner, type Urgency } from './runner.ts';
import type { TrafficLines } from './traffic.ts';

export interface TagAnswer {
  readonly tagId: string;
  readonly reading: Reading;
}

export interface DeviceManager {
  /** Starts every device; returns at once, absent devices are retried. */
  start(): void;
  /** Resolves when every driver let go of its links. */
  stop(): Promise<void>;
  /** Takes a new configuration; only devices that differ are restarted. */
  apply(devices: readonly Device[]): Promise<void>;
  views(): readonly DeviceView[];
  view(deviceId: string): DeviceView | null;
  condition(deviceId: string): DeviceCondition | null;
  /** UTC ms since when the present state holds. */
  since(deviceId: string): number | null;
  deviceOf(tagId: string): Device | null;
  /** True when each reading of the device is an act of a person. */
  pushes(deviceId: string): boolean;
  /** True where that does not hold for this tag: it is what a needle shows. */
  isLive(tagId: string): boolean;
  /** What the device says its serial number is; null: it tells none. */
  serialNumber(deviceId: string): string | null;
  /** Counts up with each change of a view: at once for states, every 250 ms for problems, every second for mere counts. */
  readonly onChange: Signal<number>;
  readonly revision: () => number;
  /** Writes and reads back. Never rejects; waits 10 s at most. */
  write(tagId: string, value: TagValue): Promise<DriverResult<TagValue>>;
  /** Asks the devices now, past every cache. Never rejects; the first that fails decides. */
  read(tagIds: readonly string[]): Promise<DriverResult<readonly TagAnswer[]>>;
  call(
    deviceId: string,
    object: string,
    method: string,
    args: readonly DriverArgument[],
  ): Promise<DriverResult<readonly TagValue[]>>;
  /** The last 50 lines, then what comes; null: no such device. */
  traffic(deviceId: string, signal?: AbortSignal): AsyncGenerator<TrafficLines, void, undefined> | null;
}

export interface DeviceManagerOptions {
  readonly devices: readonly Device[];
  readonly drivers: ReadonlyMap<string, DriverModule>;
  readonly hub: TagHub;
  readonly clock: Clock;
  readonly openLink: OpenLink;
  readonly log: Log;
}

const delayMs: Readonly<Record<Exclude<Urgency, 'now'>, number>> = { soon: 250, counts: 1_000 };

export function createDeviceManager(options: DeviceManagerOptions): DeviceManager {
  const { hub, clock, log } = options;
  const onChange = new Signal<number>((error) => log.error({ err: error }, 'a listener of device changes failed'));
  let revision = 0;
  let running = false;
  let pending: { readonly dueAt: number; cancel(): void } | null = null;

  function emit(): void {
    pending?.cancel();
    pending = null;
    revision += 1;
    onChange.emit(revision);
  }
  function changed(urgency: Urgency): void {
    if (urgency === 'now') return emit();
    if (pending && urgency === 'counts') return;
    const dueAt = clock.monotonic() + delayMs[urgency];
    if (pending && pending.dueAt <= dueAt) return;
    pending?.cancel();
    const timer = clock.setTimer(delayMs[urgency], emit);
    pending = { dueAt, cancel: () => timer.cancel() };
  }

  const around = { ...options, changed };
  const runners = new Map<string, DeviceRunner>();
  const tagOwners = new Map<string, { readonly runner: DeviceRunner; readonly index: number }>();
  function add(device: Device): DeviceRunner {
    if (runners.has(device.id)) throw new Error(`two devices have the id ${device.id}; rename one of them`);
    const runner = new DeviceRunner(device, around);
    runners.set(device.id, runner);
    device.tags.forEach((tag, index) => tagOwners.set(tag.id, { runner, index }));
    return runner;
  }
  async function remove(runner: DeviceRunner): Promise<void> {
    runners.delete(runner.device.id);
    for (const tag of runner.device.tags) tagOwners.delete(tag.id);
    await runner.stop();
    hub.unregister(runner.device.id);
  }
  for (const device of options.devices) add(device);

  const unknownTag = (tagId: string): DriverResult<never> => ({
    ok: false,
    status: 'tag-unknown',
    message: `no device has a tag ${tagId}`,
  });

  return {
    onChange,
    revision: () => revision,
    start() {
      running = true;
      for (const runner of runners.values()) runner.start();
    },
    async stop() {
      running = false;
      await Promise.all([...runners.values()].map((runner) => runner.stop()));
      pending?.cancel();
      pending = null;
    },
    async apply(devices) {
      const wanted = new Map(devices.map((device) => [device.id, JSON.stringify(device)]));
      const leaving = [...runners.values()].filter(({ device }) => wanted.get(device.id) !== JSON.stringify(device));
      await Promise.all(leaving.map(remove));
      const added = devices.filter((device) => !runners.has(device.id)).map(add);
      if (running) for (const runner of added) runner.start();
      emit();
    },
    views: () => [...runners.values()].map((runner) => runner.view()),
    view: (deviceId) => runners.get(deviceId)?.view() ?? null,
    condition: (deviceId) => runners.get(deviceId)?.condition ?? null,
    since: (deviceId) => runners.get(deviceId)?.view().since ?? null,
    deviceOf: (tagId) => tagOwners.get(tagId)?.runner.device ?? null,
    pushes: (deviceId) => runners.get(deviceId)?.pushes ?? false,
    serialNumber: (deviceId) => runners.get(deviceId)?.serialNumber ?? null,
    isLive: (tagId) => {
      const owner = tagOwners.get(tagId);
      return owner?.runner.isLive(owner.index) ?? false;
    },
    async write(tagId, value) {
      const owner = tagOwners.get(tagId);
      if (!owner) return unknownTag(tagId);
      return owner.runner.ask((driver) => driver.write?.(owner.index, value));
    },
    async read(tagIds) {
      const byRunner = new Map<DeviceRunner, number[]>();
      for (const tagId of tagIds) {
        const owner = tagOwners.get(tagId);
        if (!owner) return unknownTag(tagId);
        byRunner.set(owner.runner, [...(byRunner.get(owner.runner) ?? []), owner.index]);
      }
      const answers = new Map<string, Reading>();
      const parts = await Promise.all(
        [...byRunner].map(async ([runner, indices]) => ({
          runner,
          result: await runner.ask((driver) => driver.read?.(indices)),
        })),
      );
      for (const { runner, result } of parts) {
        if (!result.ok) return result;
        for (const { tag, ...reading } of result.value) {
          const configured = runner.device.tags[tag];
          if (configured) answers.set(configured.id, { ...reading, unit: configured.unit });
        }
      }
      const missing = tagIds.find((tagId) => !answers.has(tagId));
      if (missing !== undefined) return { ok: false, status: 'no-answer', message: `no answer for tag ${missing}` };
      return { ok: true, value: tagIds.flatMap((tagId) => toAnswer(tagId, answers.get(tagId))) };
    },
    async call(deviceId, object, method, args) {
      const runner = runners.get(deviceId);
      if (!runner) return { ok: false, status: 'device-unknown', message: `there is no device ${deviceId}` };
      return runner.ask((driver) => driver.call?.(object, method, args));
    },
    traffic: (deviceId, signal) => runners.get(deviceId)?.traffic.watch(signal) ?? null,
  };
}

function toAnswer(tagId: string, reading: Reading | undefined): readonly TagAnswer[] {
  return reading ? [{ tagId, reading }] : [];
}
