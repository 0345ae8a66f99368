/** A station core over a real store in a folder of its own, with a press and gauges in memory and a clock moved by hand. */
import type { Configuration, ReleasedDefinition } from '#contract/config/index.ts';
import type { DeviceState, DriverResult } from '#contract/driver.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { LiveReading, Reading, TagValue } from '#contract/reading.ts';
import type { Outcome } from '#contract/refusal.ts';
import type { ExecutionView } from '#contract/rpc/execution.ts';
import type { StepAction } from '#contract/steps/index.ts';
import { createLog } from '#station/log.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore, type Store } from '#station/store/store.ts';
import { manualClock, temporaryFolder, type ManualClock } from '#station/store/test-kit.ts';
import { Signal } from '#station/streams/signal.ts';
import { startAt, testConfiguration } from '#domain/test-kit.ts';
import { createCore, type Core } from './index.ts';
import { LiveCatalogue } from './live-catalogue.ts';
import type { DeviceSource, LiveSource, TraceStore } from './ports.ts';
import { FakeServer } from './test-server.ts';

type TagReading = Reading & { readonly tagId: string };
type Listener = (readings: readonly TagReading[]) => void;
const failed = (status: string): DriverResult<never> => ({ ok: false, status, message: status });

/** A press with PackML states whose cycle is ended by the test, and which can misbehave; two gauges. */
export class FakeShop implements LiveSource, DeviceSource {
  readonly onChange = new Signal<number>();
  readonly values = new Map<string, TagValue>([
    ['press.state', 'Idle'],
    ['press.cycle', ''],
    ['press.result-cycle', ''],
    ['press.force', 0],
    ['press.target', 0],
    ['press.hold', 0],
  ]);
  readonly states = new Map<string, DeviceState>([
    ['press', 'connected'],
    ['gauge', 'connected'],
    ['dial', 'connected'],
  ]);
  /** What was said to the press, in order. */
  readonly said: string[] = [];
  starts = 0;
  /** Faults. */
  startAnswer: 'ok' | 'refused' | 'lost-but-started' = 'ok';
  abortWorks = true;
  writeFails = '';
  /** What the press makes of a written value. */
  alter: (tagId: string, value: TagValue) => TagValue = (_tagId, value) => value;
  badResults = false;
  readonly #clock: ManualClock;
  readonly #since = new Map<string, number>();
  readonly #listeners = new Set<{ readonly tags: ReadonlySet<string>; readonly listener: Listener }>();

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  get state(): TagValue {
    return this.values.get('press.state') ?? null;
  }

  /** The press changes a value by itself; subscribers hear of it while it is connected. */
  set(values: Readonly<Record<string, TagValue>>): void {
    for (const [tagId, value] of Object.entries(values)) this.values.set(tagId, value);
    if (this.connected('press')) this.tell(Object.keys(values).map((tagId) => this.#reading(tagId)));
  }

  /** The running cycle completes with this peak force. */
  complete(force = 12): void {
    const cycle = this.values.get('press.cycle') ?? null;
    this.set({ 'press.result-cycle': cycle, 'press.force': force, 'press.state': 'Complete' });
  }

  link(deviceId: string, state: DeviceState): void {
    this.states.set(deviceId, state);
    this.#since.set(deviceId, this.#clock.now());
    this.onChange.emit(1);
  }

  /** A gauge's button. */
  push(tagId: string, value: number, more: Partial<Reading> = {}): void {
    this.values.set(tagId, value);
    this.tell([{ ...this.#reading(tagId), ...more }]);
  }

  tell(readings: readonly TagReading[]): void {
    for (const { tags, listener } of this.#listeners) {
      const wanted = readings.filter((r) => tags.has(r.tagId));
      if (wanted.length > 0) listener(wanted);
    }
  }

  live(tagId: string): LiveReading | null {
    if (!this.values.has(tagId)) return null;
    const reading = this.#reading(tagId);
    const device = tagId.split('.')[0] ?? '';
    return { ...reading, stale: !this.connected(device), lastGoodAt: reading.receivedAt };
  }
  subscribe(tagIds: readonly string[], listener: Listener): () => void {
    const entry = { tags: new Set(tagIds), listener };
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  condition(deviceId: string): { state: DeviceState } | null {
    const state = this.states.get(deviceId);
    return state === undefined ? null : { state };
  }
  readonly since = (deviceId: string): number => this.#since.get(deviceId) ?? startAt;
  pushes(deviceId: string): boolean {
    return deviceId === 'gauge' || deviceId === 'scale';
  }
  readonly serials = new Map<string, string>();
  serialNumber(deviceId: string): string | null {
    return this.serials.get(deviceId) ?? null;
  }
  isLive(tagId: string): boolean {
    return tagId.endsWith('.needle');
  }
  connected(deviceId: string): boolean {
    return this.states.get(deviceId) === 'connected';
  }

  async write(tagId: string, value: TagValue): Promise<DriverResult<TagValue>> {
    await Promise.resolve();
    if (!this.connected('press')) return failed('not-connected');
    this.said.push(`write ${tagId}`);
    if (tagId === this.writeFails) return failed('BadNotWritable');
    this.values.set(tagId, this.alter(tagId, value));
    return { ok: true, value: this.values.get(tagId) ?? null };
  }
  async read(tagIds: readonly string[]): Promise<DriverResult<readonly { tagId: string; reading: Reading }[]>> {
    await Promise.resolve();
    if (!this.connected('press')) return failed('not-connected');
    return { ok: true, value: tagIds.map((tagId) => ({ tagId, reading: this.#reading(tagId) })) };
  }
  async call(_deviceId: string, _object: string, method: string): Promise<DriverResult<readonly TagValue[]>> {
    await Promise.resolve();
    if (!this.connected('press')) return failed('not-connected');
    this.said.push(`call ${method}`);
    switch (method) {
      case 'Start':
        if (this.startAnswer === 'refused' || this.state !== 'Idle') return failed('BadInvalidState');
        this.starts += 1;
        this.set({ 'press.state': 'Starting' });
        return this.startAnswer === 'ok' ? { ok: true, value: [] } : failed('BadTimeout');
      case 'Abort':
        if (!this.abortWorks) return failed('BadInvalidState');
        this.set({ 'press.state': 'Aborted' });
        return { ok: true, value: [] };
      default:
        this.set({ 'press.state': 'Idle' });
        return { ok: true, value: [] };
    }
  }

  #reading(tagId: string): TagReading {
    const bad = this.badResults && tagId === 'press.force';
    const now = this.#clock.now();
    return {
      tagId,
      value: this.values.get(tagId) ?? null,
      unit: units[tagId] ?? null,
      quality: bad ? 'bad' : 'good',
      status: bad ? 'BadSensorFailure' : 'Good',
      sourceAt: now,
      serverAt: null,
      receivedAt: now,
    };
  }
}
const units: Readonly<Record<string, string>> = {
  'press.force': 'kN',
  'press.x': 'mm',
  'press.y': 'kN',
  'gauge.value': 'mm',
  'dial.value': 'mm',
};

export class TestStation {
  readonly clock = manualClock(startAt);
  readonly shop = new FakeShop(this.clock);
  readonly folder = temporaryFolder();
  readonly configuration: Configuration;
  readonly traces = new Map<string, { x: readonly number[]; y: readonly number[] }>();
  readonly catalogue: LiveCatalogue;
  /** Definitions that were in force once, by hash. */
  readonly archive = new Map<string, ReleasedDefinition>();
  readonly server: FakeServer;
  store: Store;
  core: Core;
  #ids = 0;
  readonly #stationId: string;

  constructor(stationId = 'ST10', configuration = testConfiguration()) {
    this.#stationId = stationId;
    this.configuration = configuration;
    this.shop.values.set('dial.value', 10);
    this.catalogue = new LiveCatalogue(configuration, { find: (hash) => this.archive.get(hash) ?? null });
    this.store = this.#open();
    this.server = new FakeServer(this.store, this.clock);
    this.core = this.#make();
    this.core.importOrders();
  }

  #open(): Store {
    return openStore({ folder: this.folder.path, stationId: this.#stationId, projections, clock: this.clock });
  }
  #make(): Core {
    const { clock, shop, store, configuration, catalogue, server, traces } = this;
    const kept: TraceStore = {
      putTrace: (traceId, x, y) => void traces.set(traceId, { x, y }),
      getTrace: (traceId) => traces.get(traceId) ?? null,
    };
    return createCore({
      store,
      catalogue,
      orders: configuration.orders,
      server,
      stationId: this.#stationId,
      bootId: 'boot',
      live: shop,
      devices: shop,
      traces: kept,
      // CODE = material/lot/serial
      parseComponent(code) {
        const [materialId = '', lot = '', serial = ''] = code.split('/');
        if (materialId === '') return null;
        return { materialId, gtin: null, lot: lot || null, serial: serial || null, expiresAt: null, raw: code };
      },
      clock,
      ids: { next: () => `id-${this.#stationId}-${(this.#ids += 1)}` },
      log: createLog('silent'),
    });
  }

  /** As after a kill: nothing is said or written any more by the old program; the next one opens the same folder. */
  async restart(between: () => void = () => {}): Promise<void> {
    await this.core.stop();
    this.store.close();
    between();
    this.store = this.#open();
    this.server.store = this.store;
    this.core = this.#make();
    this.core.resume();
  }

  async close(): Promise<void> {
    await this.core.stop();
    this.store.close();
    this.folder[Symbol.dispose]();
  }

  /** Moves time on in small steps and lets everything that waits go on. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 100) {
      await settled();
      this.clock.advance(Math.min(100, left));
    }
    await settled();
  }

  id(): string {
    return `command-${(this.#ids += 1)}`;
  }
  signIn(who: string, pin: 'none' | 'right' = 'none'): Outcome<unknown> {
    return this.core.dispatch({ type: 'operator.sign-in', badge: `BDG-${who}`, pin, entry: 'scanned' }, this.id());
  }
  start(serial: string): Outcome<unknown> {
    return this.core.execution.start(serial, this.id());
  }
  view(): ExecutionView {
    return this.core.execution.view();
  }
  act(action: StepAction, commandId = this.id()): Outcome<unknown> {
    const { executionId, step } = this.view();
    if (executionId === null || step === null) throw new Error(`no step to act on: ${this.view().mode}`);
    const { id: stepId } = step.definition;
    return this.core.execution.act({ executionId, stepId, attempt: step.attempt, action }, commandId);
  }
  scan(code: string): Outcome<unknown> {
    return this.act({ type: 'scan-component', do: 'scan', code, entry: 'scanned' });
  }
  retry(): Outcome<unknown> {
    const { executionId, steps, failure } = this.view();
    const step = steps.find((s) => s.status === 'failed');
    if (executionId === null || step === undefined || failure === null) throw new Error('nothing to try again');
    const { id: stepId, attempt } = step;
    return this.core.dispatch({ type: 'step.retry', executionId, stepId, attempt }, this.id());
  }
  /** To the machine step of P-0001. */
  toMachine(): void {
    this.signIn('mara');
    this.start('P-0001');
    this.act({ type: 'instruction', do: 'confirm' });
    this.scan('HSG/L1');
    this.scan('IMP//I1');
    this.scan('IMP//I2');
  }
  events(): readonly StoredEvent[] {
    return this.store.events(0, 10_000);
  }
  types(after = 0): readonly string[] {
    return this.events()
      .slice(after)
      .map((e) => e.type);
  }
}

/** Everything that can go on without time passing has gone on. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 4; i += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
