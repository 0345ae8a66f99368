/**
 * Where every reading arrives once and leaves on two roads (design law 5): lossless and in order to the features that
 * subscribed, newest-only to the screens.
 */
import type { Tag } from '#contract/config/device.ts';
import type { LiveReading, Reading, TagReading } from '#contract/reading.ts';
import type { LiveFrame } from '#contract/rpc/devices.ts';
import type { Clock } from '#station/clock.ts';
import { watching } from '#station/streams/mailbox.ts';
import { Supervisor } from './supervisor.ts';
import { TagTable } from './table.ts';

/** A reading on the lossless road. */
export interface HubReading extends Reading {
  readonly tagId: string;
  /** Same integer for the same tag as long as the process lives. */
  readonly handle: number;
}

export type HubTag = Pick<Tag, 'id' | 'unit' | 'staleAfterMs'>;

interface Subscriber {
  readonly listener: (readings: readonly HubReading[]) => void;
  batch: HubReading[];
}

/** One screen's window on the hub. */
interface FrameReader {
  wake(): void;
}

interface Source {
  readonly device: number;
  /** Binding index to handle. */
  handles: readonly number[];
}

/** Least time between two frames to one screen, in ms. */
export const frameIntervalMs = 100;
/**
 * A screen that shows no more tags than a person can look at gets its frames twice as often: with changes that come at
 * several phases, waiting for the next frame was the largest part of the way from machine to pixel (bench/screen).
 */
const fewTags = 100;
const fewTagsIntervalMs = 50;

export class TagHub {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #table = new TagTable();
  readonly #supervisor: Supervisor;
  readonly #sources = new Map<string, Source>();
  /** By handle; undefined: nobody subscribed, the cheap case. */
  readonly #subscribers: (Subscriber[] | undefined)[] = [];
  readonly #readers = new Set<FrameReader>();
  /** Subscribers that have something in the present batch. */
  #touched: Subscriber[] = [];
  #version = 1;

  /** @param onError gets what a listener throws; the other listeners still hear. */
  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
    this.#supervisor = new Supervisor(this.#table, clock, (handle) => this.#mark(handle));
  }

  /** Declares a device's tags in the order of its bindings; again to replace them. Throws when a tag id has another device. */
  register(deviceId: string, tags: readonly HubTag[]): void {
    const table = this.#table;
    const source: Source = this.#sources.get(deviceId) ?? { device: this.#sources.size, handles: [] };
    const handles = tags.map((tag) => {
      const owner = table.device[table.find(tag.id) ?? -1] ?? -1;
      if (owner !== -1 && owner !== source.device) {
        throw new Error(`tag ${tag.id} of device ${deviceId} is already a tag of another device; rename one of them`);
      }
      return table.handleOf(tag.id);
    });
    if (new Set(handles).size < handles.length) throw new Error(`device ${deviceId} has two tags with one id`);
    this.#release(source.handles.filter((handle) => !handles.includes(handle)));
    tags.forEach((tag, index) => {
      const handle = handles[index] ?? 0;
      // What another configuration left behind must not look fresh once this device connects.
      if (table.device[handle] !== source.device) table.latest[handle] = null;
      table.device[handle] = source.device;
      table.units[handle] = tag.unit;
      table.staleAfterMs[handle] = tag.staleAfterMs ?? Number.POSITIVE_INFINITY;
    });
    source.handles = handles;
    this.#sources.set(deviceId, source);
    this.#supervisor.setLimits(table.ids.map((_, handle) => handle).filter((handle) => this.#hasLimit(handle)));
  }

  /** Its tags go stale with their last value; subscriptions stay for when it comes back. */
  unregister(deviceId: string): void {
    const source = this.#sources.get(deviceId);
    if (!source) return;
    this.#supervisor.setDelivering(source.device, false);
    this.#release(source.handles);
    source.handles = [];
  }

  /** Told by the device manager: is the device connected and not silent? */
  setDelivering(deviceId: string, delivering: boolean): void {
    const source = this.#sources.get(deviceId);
    if (!source || this.#supervisor.isDelivering(source.device) === delivering) return;
    this.#supervisor.setDelivering(source.device, delivering);
    for (const handle of source.handles) if (this.#table.latest[handle] !== null) this.#mark(handle);
  }

  /**
   * Takes readings of one device, in order. Returns after every subscriber has them. Throws RangeError when a reading
   * names a tag the device does not have (a defect of the driver); nothing of that batch is taken then.
   */
  push(deviceId: string, batch: readonly TagReading[]): void {
    const source = this.#sources.get(deviceId);
    if (!source) throw new RangeError(`device ${deviceId} is not registered`);
    const { handles } = source;
    for (const reading of batch) {
      if (handles[reading.tag] === undefined) {
        throw new RangeError(`device ${deviceId} has no tag number ${reading.tag}; it has ${handles.length}`);
      }
    }
    const table = this.#table;
    const { latest, receivedAtMono, lastGoodAt, changedAt, toldStale, wanted } = table;
    const now = this.#clock.monotonic();
    const version = ++this.#version;
    let looked = 0;
    for (const reading of batch) {
      const handle = handles[reading.tag] ?? 0;
      latest[handle] = reading;
      receivedAtMono[handle] = now;
      if (reading.quality === 'good') lastGoodAt[handle] = reading.receivedAt;
      changedAt[handle] = version;
      toldStale[handle] = 0;
      looked |= wanted[handle] ?? 0;
      const subscribers = this.#subscribers[handle];
      if (subscribers !== undefined) this.#collect(subscribers, handle, reading);
    }
    if (this.#touched.length > 0) this.#deliver();
    if (looked !== 0) for (const reader of this.#readers) reader.wake();
  }

  /**
   * The lossless road: `listener` gets every reading of these tags, synchronously, in order, in one call per batch. Tags
   * may be configured later.
   * @returns how to stop.
   */
  subscribe(tagIds: readonly string[], listener: (readings: readonly HubReading[]) => void): () => void {
    const subscriber: Subscriber = { listener, batch: [] };
    const handles = [...new Set(tagIds)].map((tagId) => this.#table.handleOf(tagId));
    for (const handle of handles) this.#subscribers[handle] = [...(this.#subscribers[handle] ?? []), subscriber];
    return () => {
      for (const handle of handles) {
        const left = (this.#subscribers[handle] ?? []).filter((other) => other !== subscriber);
        this.#subscribers[handle] = left.length > 0 ? left : undefined;
      }
    };
  }

  /** The newest reading with `stale` decided now; null: unknown tag or never a reading. */
  live(tagId: string): LiveReading | null {
    const handle = this.#table.find(tagId);
    return handle === undefined ? null : this.#live(handle);
  }

  /** ms since the newest reading came, by the clock that never steps; null: unknown tag or never a reading. */
  ageMs(tagId: string): number | null {
    const handle = this.#table.find(tagId);
    if (handle === undefined || this.#table.latest[handle] === null) return null;
    return this.#clock.monotonic() - (this.#table.receivedAtMono[handle] ?? 0);
  }

  /**
   * The screen road: the first frame has all these tags that ever had a reading, later ones those that changed or went
   * stale. What a slow reader misses is never queued: a frame is made when it is taken. Unknown tags are left out.
   */
  async *frames(tagIds: readonly string[], signal?: AbortSignal): AsyncGenerator<LiveFrame, void, undefined> {
    const table = this.#table;
    const handles = [...new Set(tagIds)].flatMap((tagId) => table.find(tagId) ?? []);
    let seen = -1;
    const wakes = watching<true>(
      (box) => {
        const reader: FrameReader = { wake: () => box.put(true) };
        this.#readers.add(reader);
        for (const handle of handles) table.wanted[handle] = (table.wanted[handle] ?? 0) + 1;
        this.#supervisor.run(true);
        reader.wake();
        return () => {
          this.#readers.delete(reader);
          for (const handle of handles) table.wanted[handle] = (table.wanted[handle] ?? 1) - 1;
          this.#supervisor.run(this.#readers.size > 0);
        };
      },
      signal,
      () => true,
      handles.length <= fewTags ? fewTagsIntervalMs : frameIntervalMs,
    );
    for await (const _ of wakes) {
      const readings: LiveReading[] = [];
      for (const handle of handles) {
        if ((table.changedAt[handle] ?? 0) <= seen) continue;
        const live = this.#live(handle);
        if (live) readings.push(live);
      }
      const first = seen === -1;
      seen = this.#version;
      if (first || readings.length > 0) yield { at: this.#clock.now(), readings };
    }
  }

  #live(handle: number): LiveReading | null {
    const table = this.#table;
    const reading = table.latest[handle] ?? null;
    if (reading === null) return null;
    const lastGoodAt = table.lastGoodAt[handle] ?? Number.NaN;
    return {
      tagId: table.ids[handle] ?? '',
      value: reading.value,
      unit: table.units[handle] ?? null,
      quality: reading.quality,
      status: reading.status,
      sourceAt: reading.sourceAt,
      serverAt: reading.serverAt,
      receivedAt: reading.receivedAt,
      stale: this.#supervisor.isStale(handle),
      lastGoodAt: Number.isNaN(lastGoodAt) ? null : lastGoodAt,
    };
  }

  #collect(subscribers: readonly Subscriber[], handle: number, reading: TagReading): void {
    const table = this.#table;
    const hubReading: HubReading = {
      tagId: table.ids[handle] ?? '',
      handle,
      value: reading.value,
      unit: table.units[handle] ?? null,
      quality: reading.quality,
      status: reading.status,
      sourceAt: reading.sourceAt,
      serverAt: reading.serverAt,
      receivedAt: reading.receivedAt,
    };
    for (const subscriber of subscribers) {
      if (subscriber.batch.length === 0) this.#touched.push(subscriber);
      subscriber.batch.push(hubReading);
    }
  }

  #deliver(): void {
    const touched = this.#touched;
    this.#touched = [];
    for (const subscriber of touched) {
      const { batch } = subscriber;
      subscriber.batch = [];
      try {
        subscriber.listener(batch);
      } catch (error) {
        this.#onError(error);
      }
    }
  }

  #mark(handle: number): void {
    this.#table.changedAt[handle] = ++this.#version;
    if ((this.#table.wanted[handle] ?? 0) > 0) for (const reader of this.#readers) reader.wake();
  }

  #release(handles: readonly number[]): void {
    for (const handle of handles) {
      this.#table.device[handle] = -1;
      this.#table.staleAfterMs[handle] = Number.POSITIVE_INFINITY;
      this.#mark(handle);
    }
  }

  #hasLimit(handle: number): boolean {
    return Number.isFinite(this.#table.staleAfterMs[handle]);
  }
}
