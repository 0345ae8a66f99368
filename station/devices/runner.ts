/**
 * Runs one device: gives its driver a guarded host, keeps its condition and counts. A driver's defect stops only itself,
 * and it is tried again after a pause.
 */
import type { Device } from '#contract/config/device.ts';
import type {
  DeviceCondition,
  DeviceProblem,
  Driver,
  DriverHost,
  DriverModule,
  DriverResult,
  TagBinding,
} from '#contract/driver.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import type { DeviceView } from '#contract/rpc/devices.ts';
import type { Clock } from '#station/clock.ts';
import type { OpenLink } from '#station/links/open-link.ts';
import type { Log } from '#station/log.ts';
import type { TagHub } from '#station/tags/hub.ts';
import { Traffic } from './traffic.ts';

/** `now`: show at once. `soon`: within a quarter second. `counts`: only numbers moved. */
export type Urgency = 'now' | 'soon' | 'counts';

export interface RunnerSurroundings {
  readonly drivers: ReadonlyMap<string, DriverModule>;
  readonly hub: TagHub;
  readonly clock: Clock;
  readonly openLink: OpenLink;
  readonly log: Log;
  changed(urgency: Urgency): void;
}

const stopLimitMs = 3_000;
const callLimitMs = 10_000;
/** Until a driver that failed is started anew; longer than `stopLimitMs`, so that the old one let go of its links. */
const restartMs = 10_000;

const stopped: DeviceCondition = { state: 'stopped', problem: null, params: {} };

export class DeviceRunner {
  readonly device: Device;
  readonly traffic: Traffic;
  readonly #around: RunnerSurroundings;
  readonly #tags: DeviceView['tags'];
  readonly #problems = new Map<DeviceProblem, { count: number; lastAt: number; params: ReasonParams }>();
  #info: Record<string, string | number | boolean> = {};
  #condition: DeviceCondition = stopped;
  #since: number;
  #readings = 0;
  #lastReadingAt: number | null = null;
  #connections = 0;
  #driver: Driver | null = null;
  /** True: each reading is an act of a person (scanner, gauge with a button). Known before the device is started. */
  readonly pushes: boolean;
  readonly #live: ReadonlySet<string>;
  #restart: { cancel(): void } | null = null;
  /** Ends the present driver's right to call in. */
  #revoke: () => void = () => {};

  constructor(device: Device, around: RunnerSurroundings) {
    this.device = device;
    this.#around = around;
    this.#since = around.clock.now();
    this.traffic = new Traffic(() => around.clock.now());
    this.#tags = device.tags.map(({ id, title, unit, decimals, type, address, record }) => ({
      id,
      title,
      unit,
      decimals,
      type,
      address,
      recorded: record,
    }));
    const manifest = around.drivers.get(device.driver)?.manifest;
    const settings = manifest?.settings.safeParse(device.settings);
    this.#live = new Set(manifest?.addresses?.flatMap(({ address, live }) => (live ? [address] : [])));
    this.pushes = settings?.success ? (manifest?.pushesWith?.(settings.data) ?? manifest?.pushes ?? false) : false;
    around.hub.register(device.id, device.tags);
  }

  get condition(): DeviceCondition {
    return this.#condition;
  }

  /** True: the tag shows a state, never an act of a person, although the device pushes. */
  isLive(tag: number): boolean {
    return this.#live.has(this.device.tags[tag]?.address ?? '');
  }

  /** What the device says of itself; a driver that was told none, or not yet since the link is up, says ''. */
  get serialNumber(): string | null {
    const told = this.#info['serialNumber'];
    return told === undefined || told === '' ? null : String(told);
  }

  view(): DeviceView {
    return {
      id: this.device.id,
      title: this.device.title,
      driver: this.device.driver,
      condition: this.#condition,
      since: this.#since,
      lastReadingAt: this.#lastReadingAt,
      readings: this.#readings,
      reconnects: Math.max(0, this.#connections - 1),
      problems: [...this.#problems].map(([problem, rest]) => ({ problem, ...rest })),
      info: this.#info,
      settings: this.device.settings,
      tags: this.#tags,
    };
  }

  start(): void {
    if (this.#driver) return;
    this.#restart?.cancel();
    const { drivers } = this.#around;
    const module = drivers.get(this.device.driver);
    if (!module) {
      const known = [...drivers.keys()].join(', ');
      return this.#fault('settings-invalid', `driver "${this.device.driver}" is not installed; there are: ${known}`);
    }
    const settings = module.manifest.settings.safeParse(this.device.settings);
    if (!settings.success) {
      const faults = settings.error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`);
      return this.#fault('settings-invalid', faults.join('; '));
    }
    const wrong = this.device.tags.map((tag) => addressFault(module, tag)).find((fault) => fault !== null);
    if (wrong) return this.#fault('address-unknown', wrong);
    this.#setCondition({ state: 'connecting', problem: null, params: {} });
    try {
      const driver = module.create(this.#host(), settings.data, this.device.tags.map(binding));
      this.#driver = driver;
      driver.start();
    } catch (error) {
      this.#crashed(error);
    }
  }

  /** Never rejects; a driver that does not let go within 3 s is left behind, deaf and logged. */
  async stop(): Promise<void> {
    this.#restart?.cancel();
    const driver = this.#driver;
    this.#driver = null;
    if (driver) {
      const done = await this.#within(stopLimitMs, () => driver.stop());
      if (!done.ok) this.#around.log.warn({ device: this.device.id, ...done }, 'driver did not stop cleanly');
    }
    this.#revoke();
    this.#setCondition(stopped);
  }

  /** Runs one of the driver's asking calls; its exceptions and silences become results. */
  async ask<T>(what: (driver: Driver) => Promise<DriverResult<T>> | undefined): Promise<DriverResult<T>> {
    const driver = this.#driver;
    if (!driver) return { ok: false, status: 'device-not-running', message: `${this.device.id} is not running` };
    const answer = await this.#within(callLimitMs, () => what(driver) ?? Promise.resolve(null));
    if (!answer.ok) return answer;
    return (
      answer.value ?? { ok: false, status: 'not-supported', message: `driver ${this.device.driver} cannot do this` }
    );
  }

  #host(): DriverHost {
    const { clock, hub, openLink } = this.#around;
    let revoked = false;
    let late = false;
    this.#revoke = () => (revoked = true);
    /** Calls from a driver that is gone are dropped; a call that makes no sense (a reading of no tag) ends the driver. */
    const inward = <A extends readonly unknown[]>(call: (...args: A) => void): ((...args: A) => void) => {
      return (...args) => {
        if (revoked) {
          if (!late) this.#around.log.warn({ device: this.device.id }, 'driver spoke after it was stopped');
          late = true;
          return;
        }
        try {
          call(...args);
        } catch (error) {
          this.#crashed(error);
        }
      };
    };
    /** Calls into a driver that throw end it. */
    const outward = <A extends readonly unknown[]>(call: (...args: A) => void): ((...args: A) => void) => {
      return (...args) => {
        try {
          call(...args);
        } catch (error) {
          if (!revoked) this.#crashed(error);
        }
      };
    };
    return {
      deviceId: this.device.id,
      clock: {
        now: () => clock.now(),
        monotonic: () => clock.monotonic(),
        setTimer: (ms, run) => clock.setTimer(ms, outward(run)),
      },
      openLink: (settings, events) =>
        openLink(settings, {
          data: outward((bytes) => events.data(bytes)),
          closed: outward((problem, detail) => events.closed(problem, detail)),
        }),
      readings: inward((batch) => {
        const last = batch.at(-1);
        if (!last) return;
        hub.push(this.device.id, batch);
        this.#readings += batch.length;
        this.#lastReadingAt = last.receivedAt;
        this.#around.changed('counts');
      }),
      condition: inward((condition) => this.#setCondition(condition)),
      problem: inward((problem, params) => this.#count(problem, params)),
      bytes: inward((direction, bytes) => this.traffic.bytes(direction, bytes)),
      trace: inward((direction, line) => this.traffic.trace(direction, line)),
      info: inward((facts) => {
        this.#info = { ...this.#info, ...facts };
        this.#around.changed('soon');
      }),
    };
  }

  #setCondition(condition: DeviceCondition): void {
    const before = this.#condition;
    if (isSame(before, condition)) return;
    this.#condition = condition;
    const { clock, hub, log } = this.#around;
    if (before.state !== condition.state) {
      this.#since = clock.now();
      // Back from "silent" is the same connection.
      if (condition.state === 'connected' && before.state !== 'silent') this.#connections += 1;
      hub.setDelivering(this.device.id, condition.state === 'connected');
      log.info({ device: this.device.id, ...condition }, 'device state');
    }
    if (condition.problem !== null) this.#count(condition.problem, condition.params);
    this.#around.changed('now');
  }

  #count(problem: DeviceProblem, params: ReasonParams): void {
    const count = (this.#problems.get(problem)?.count ?? 0) + 1;
    this.#problems.set(problem, { count, lastAt: this.#around.clock.now(), params });
    this.#around.changed('soon');
  }

  #crashed(error: unknown): void {
    const driver = this.#driver;
    this.#driver = null;
    this.#revoke();
    this.#around.log.error({ device: this.device.id, err: error }, 'driver failed');
    this.#fault('driver-failed', error instanceof Error ? error.message : String(error));
    // Its links must not stay open behind a faulted device.
    if (driver) void this.#within(stopLimitMs, () => driver.stop());
    this.#restart?.cancel();
    this.#restart = this.#around.clock.setTimer(restartMs, () => this.start());
  }

  #fault(problem: DeviceProblem, detail: string): void {
    this.#setCondition({ state: 'faulted', problem, params: { detail } });
  }

  async #within<T>(limitMs: number, work: () => Promise<T>): Promise<DriverResult<T>> {
    let timer: { cancel(): void } | null = null;
    const limit = new Promise<DriverResult<T>>((resolve) => {
      timer = this.#around.clock.setTimer(limitMs, () =>
        resolve({ ok: false, status: 'no-answer', message: `no answer within ${limitMs} ms` }),
      );
    });
    const result = (async (): Promise<DriverResult<T>> => {
      try {
        return { ok: true, value: await work() };
      } catch (error) {
        return { ok: false, status: 'driver-failed', message: error instanceof Error ? error.message : String(error) };
      }
    })();
    try {
      return await Promise.race([result, limit]);
    } finally {
      (timer as { cancel(): void } | null)?.cancel();
    }
  }
}

function binding(tag: Device['tags'][number]): TagBinding {
  const { id, address, type, unit, samplingMs, deadband, bridgeMs } = tag;
  return { id, address, type, unit, samplingMs, deadband, bridgeMs };
}

function addressFault(module: DriverModule, tag: Device['tags'][number]): string | null {
  const { addresses, checkAddress } = module.manifest;
  if (addresses === null) {
    const fault = checkAddress?.(tag.address) ?? null;
    return fault === null ? null : `tag ${tag.id}: ${fault}`;
  }
  const known = addresses.find(({ address }) => address === tag.address);
  if (!known) {
    const names = addresses.map(({ address }) => address).join(', ');
    return `tag ${tag.id}: address "${tag.address}" does not exist; there are: ${names}`;
  }
  return known.type === tag.type
    ? null
    : `tag ${tag.id}: address "${tag.address}" gives a ${known.type}, not a ${tag.type}`;
}

function isSame(a: DeviceCondition, b: DeviceCondition): boolean {
  return a.state === b.state && a.problem === b.problem && JSON.stringify(a.params) === JSON.stringify(b.params);
}
