/**
 * Samples of recorded tags and the curves of machine cycles, in a file of their own (design law 5). A flush makes
 * everything that came since the last one durable in one transaction: one block for all tags. In the same transaction a
 * few lanes of tags are turned into chunks, and blocks that nothing needs any more are deleted. Everything is kept
 * exactly, instants to the millisecond.
 */
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Quality } from '#contract/reading.ts';
import type { TagHistory } from '#contract/rpc/devices.ts';
import type { StoreState } from '#contract/rpc/system.ts';
import type { Clock } from '../clock.ts';
import { messageOf, StoreNotWritableError } from '../store/errors.ts';
import { Health, type HealthView } from '../store/health.ts';
import type { Signal } from '../streams/signal.ts';
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { CurveCollector } from './curve.ts';
import { decodeTag, encodeLane, laneOf, Lanes } from './lanes.ts';
import { Pending, type Loss } from './pending.ts';
import {
  axisAt,
  flagBoolean,
  flagGap,
  flagNoSourceTime,
  flagNoValue,
  readBlock,
  Samples,
  statusBits,
  writeBlock,
} from './samples.ts';
import { SampleFile, type TagRow } from './sample-file.ts';
import { Statuses } from './statuses.ts';
import { decodeTrace, encodeTrace, type Trace } from './trace.ts';
import { Uploads, type Upload } from './uploads.ts';

export interface HistoryOptions {
  /** `<data>/history.db`; its folder must exist. */
  readonly path: string;
  readonly clock: Clock;
  /** Samples older than this are deleted by `retain`. Curves are kept: units' records point at them. */
  readonly retentionDays: number;
  readonly minFreeBytes?: number;
  readonly probeMs?: number;
  readonly maxPages?: number | null;
}

export interface RawSample {
  readonly value: number | boolean | null;
  readonly quality: Quality;
  readonly status: string;
  readonly sourceAt: number | null;
  readonly receivedAt: number;
  /** True for the two ends of an interval without data (`markGap`). */
  readonly gap: boolean;
}

export interface HistoryInfo {
  readonly state: StoreState;
  readonly detail: string;
  readonly path: string;
  readonly bytes: number;
  readonly tags: number;
  /** Taken but not yet durable. */
  readonly pending: number;
  /** Samples that could not be kept since the station started; null when there are none. */
  readonly loss: Loss | null;
}

/** Lanes made into chunks per flush: bounds the time a flush takes (about 2,048 samples a lane). */
const lanesPerFlush = 24;
/** Chunks looked at by one `retain`. */
const chunksPerRetain = 100;
const dayMs = 86_400_000;

/**
 * A read-only, full or corrupt file does not throw: the history comes back in that state, counts what it cannot keep,
 * and reads what can be read. @throws StoreFileError for a file of a newer version or another program
 */
export function openHistory(options: HistoryOptions): History {
  return new History(options);
}

export class History {
  /** Changes of `state`. */
  readonly onState: Signal<HealthView>;
  readonly #options: HistoryOptions;
  readonly #file: SampleFile;
  readonly #health: Health;
  readonly #statuses: Statuses;
  readonly #tagKeys = new Map<string, number>();
  readonly #uploads: Uploads;
  #newTags: TagRow[] = [];
  readonly #lanes = new Lanes();
  readonly #pending = new Pending();
  readonly #out = new ByteWriter(65_536);
  readonly #scratch = new Samples(512);
  #block = 0;

  /** UTC ms of the last write before this opening, whoever ended that run and however; null for a new file. */
  readonly lastWrittenAt: number | null;

  constructor(options: HistoryOptions) {
    this.#options = options;
    this.lastWrittenAt = lastWrite(options.path);
    this.#file = new SampleFile(options.path, options.maxPages ?? null);
    this.#health = new Health({
      folder: dirname(options.path),
      clock: options.clock,
      minFreeBytes: options.minFreeBytes ?? 32 * 1024 * 1024,
      probeMs: options.probeMs ?? 3_000,
      probe: () => this.#file.probe(),
    });
    this.onState = this.#health.changed;
    const { fault } = this.#file;
    if (fault) this.#health.set(fault.state, `${options.path}: ${fault.detail}`, fault.recoverable);
    let statuses = new Statuses([]);
    try {
      statuses = new Statuses(this.#file.statuses());
      this.#load();
    } catch (error) {
      if (!(error instanceof RangeError) && this.#health.note(error) === null) throw error;
      this.#health.set('corrupt', `${options.path}: ${messageOf(error)}`, false);
    }
    this.#statuses = statuses;
    this.#uploads = new Uploads({
      file: this.#file,
      tagId: (key) => this.#tagIds()[key],
      statusOf: (key) => statuses.of(key),
    });
  }

  get state(): StoreState {
    return this.#health.view.state;
  }

  /** English; empty when ok. */
  get detail(): string {
    return this.#health.view.detail;
  }

  /** The key of a tag for `append`; the tag is made known when it is new. */
  tag(tagId: string): number {
    let key = this.#tagKeys.get(tagId);
    if (key === undefined) {
      key = this.#tagKeys.size;
      this.#tagKeys.set(tagId, key);
      this.#newTags.push({ key, id: tagId });
    }
    return key;
  }

  /**
   * Takes one sample; durable after the next `flush`. Never throws for the disk's sake.
   * @param tagKey from `tag`
   * @param value null when the source gave none
   * @param sourceAt UTC ms or null; kept to the millisecond
   */
  append(
    tagKey: number,
    value: number | boolean | null,
    quality: Quality,
    status: string,
    sourceAt: number | null,
    receivedAt: number,
  ): void {
    this.#pending.push(tagKey, value, this.#statuses.key(quality, status), sourceAt, receivedAt);
  }

  /** No data from `fromAt` to `toAt` (UTC ms), e.g. while the device was gone: a bad-quality interval. */
  markGap(tagId: string, fromAt: number, toAt: number, status: string): void {
    this.#pending.gap(this.tag(tagId), fromAt, toAt, this.#statuses.key('bad', status));
  }

  /**
   * Makes everything taken so far durable.
   * @returns how many samples became durable; 0 when the disk takes none (see `state`): they wait, up to 200,000
   */
  flush(): number {
    const { count } = this.#pending.samples;
    if (count === 0) return 0;
    try {
      this.#health.assertWritable();
      this.#write();
    } catch (error) {
      if (!(error instanceof StoreNotWritableError) && this.#health.note(error) === null) throw error;
      return 0;
    }
    return count;
  }

  /** For a screen: all samples, or the extremes of slices when there are more than `maxPoints`; durable ones only. */
  range(tagId: string, fromAt: number, toAt: number, maxPoints: number): TagHistory {
    const curve = new CurveCollector(fromAt, toAt, maxPoints, (word) => this.#statuses.isBad(word & statusBits));
    const tag = this.#tagKeys.get(tagId);
    if (tag !== undefined) {
      this.#noting(() => {
        for (const data of this.#file.chunks(laneOf(tag), fromAt, toAt)) {
          if (decodeTag(data, tag, this.#scratch, false)) curve.add(this.#scratch);
        }
      });
      const staged = this.#lanes.of(tag);
      if (staged) curve.add(staged);
    }
    return { tagId, fromAt, toAt, ...curve.finish() };
  }

  /** Every durable sample of the interval as it was taken, in the order it came. */
  *raw(tagId: string, fromAt: number, toAt: number): Generator<RawSample, void, undefined> {
    const tag = this.#tagKeys.get(tagId);
    if (tag === undefined) return;
    // What is staged now may move into a chunk while the reader takes its time: both are fixed here.
    const staged = this.#lanes.of(tag)?.copy();
    const ids = this.#noting(() => this.#file.chunkIds(laneOf(tag), fromAt, toAt));
    for (const id of ids) {
      const data = this.#noting(() => this.#file.chunk(id));
      const samples = new Samples(0);
      if (data && decodeTag(data, tag, samples, true)) yield* this.#listed(samples, fromAt, toAt);
    }
    if (staged) yield* this.#listed(staged, fromAt, toAt);
  }

  /** Deletes a bounded number of chunks past their time; to be called now and then. @returns how many were deleted */
  retain(): number {
    if (this.state !== 'ok') return 0;
    const before = this.#options.clock.now() - this.#options.retentionDays * dayMs;
    try {
      const deleted = this.#file.deleteOldest(before, chunksPerRetain);
      this.#uploads.deleted(deleted);
      return deleted.length;
    } catch (error) {
      if (this.#health.note(error) === null) throw error;
      return 0;
    }
  }

  /**
   * Keeps a curve; durable when this returns. Keeping the same curve again is fine.
   * @throws StoreNotWritableError; Error when another curve has this id or x and y differ in length
   */
  putTrace(traceId: string, x: readonly number[], y: readonly number[], meta: unknown = null): void {
    const data = encodeTrace(x, y);
    const metaText = JSON.stringify(meta);
    this.#health.assertWritable();
    const held = this.#noting(() => this.#file.trace(traceId));
    if (held) {
      if (held.meta === metaText && Buffer.from(data).equals(held.data)) return;
      throw new Error(`a different curve is already kept as ${traceId}`);
    }
    this.#noting(() => this.#file.insertTrace(traceId, this.#options.clock.now(), metaText, data));
  }

  getTrace(traceId: string): Trace | null {
    const row = this.#noting(() => this.#file.trace(traceId));
    return row ? { ...decodeTrace(row.data), meta: JSON.parse(row.meta), at: row.at } : null;
  }

  /** Whether a server wants samples and curves: what is deleted before it has them is counted then. */
  set uploads(wanted: boolean) {
    this.#uploads.enabled = wanted;
  }

  /** The next curve or chunk of samples for the server; null: nothing waits, or the file cannot be read. */
  toUpload(): Upload | null {
    return this.state === 'corrupt' ? null : this.#noting(() => this.#uploads.next());
  }

  /** The server has it. */
  uploaded(upload: Upload): void {
    this.#noting(() => this.#uploads.done(upload));
  }

  /** `dropped`: deleted by age before they were sent. */
  waiting(): { readonly count: number; readonly dropped: number } {
    if (this.state === 'corrupt') return { count: 0, dropped: 0 };
    return this.#noting(() => ({ count: this.#uploads.waiting(), dropped: this.#uploads.dropped }));
  }

  info(): HistoryInfo {
    const { path } = this.#options;
    const size = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return {
      ...this.#health.view,
      path,
      bytes: size(path) + size(`${path}-wal`),
      tags: this.#tagKeys.size,
      pending: this.#pending.samples.count,
      loss: this.#pending.loss,
    };
  }

  /** Flushes and closes. */
  close(): void {
    this.flush();
    this.#health.close();
    this.#file.close();
  }

  #write(): void {
    const now = this.#options.clock.monotonic();
    const block = this.#block + 1;
    const { chunk, carry } = this.#lanes.due(block, now, lanesPerFlush);
    const cleared = [...chunk, ...carry];
    this.#out.reset();
    writeBlock(this.#out, this.#pending.withCarried(carry));
    this.#file.flush({
      tags: this.#newTags,
      statuses: this.#statuses.unsaved,
      block: { id: block, data: this.#out.bytes.subarray(0, this.#out.length) },
      chunks: chunk.map(encodeLane),
      cleared,
      firstNeeded: Math.min(block, this.#lanes.firstNeededBlock(new Set(cleared))),
    });
    this.#block = block;
    this.#newTags = [];
    this.#statuses.saved();
    for (const lane of chunk) this.#lanes.clear(lane);
    for (const lane of carry) this.#lanes.carried(lane, block);
    const { tags, samples } = this.#pending;
    for (let i = 0; i < samples.count; i += 1) this.#lanes.stage(tags[i] ?? 0, block, now, samples, i);
    this.#pending.written(this.#statuses.key('bad', 'BadNotRecorded'));
  }

  /** Reads what the file knows, and takes up the samples that are in blocks only. */
  #load(): void {
    for (const { key, id } of this.#file.tags()) this.#tagKeys.set(id, key);
    const doneTo = new Map(this.#file.lanes().map((row) => [row.lane, row.doneTo]));
    this.#block = Math.max(0, ...doneTo.values());
    const now = this.#options.clock.monotonic();
    for (const { id, data } of this.#file.blocks()) {
      const { tags, samples } = readBlock(new ByteReader(data));
      for (let i = 0; i < samples.count; i += 1) {
        const tag = tags[i] ?? 0;
        if (id > (doneTo.get(laneOf(tag)) ?? 0)) this.#lanes.stage(tag, id, now, samples, i);
      }
      this.#block = Math.max(this.#block, id);
    }
  }

  /** By key. */
  #tagIds(): string[] {
    const ids: string[] = [];
    for (const [id, key] of this.#tagKeys) ids[key] = id;
    return ids;
  }

  *#listed(samples: Samples, fromAt: number, toAt: number): Generator<RawSample> {
    for (let i = 0; i < samples.count; i += 1) {
      const at = samples.at[i] ?? 0;
      const receivedAt = samples.received[i] ?? 0;
      const axis = axisAt(at, receivedAt);
      if (axis < fromAt || axis > toAt) continue;
      const word = samples.word[i] ?? 0;
      const number = samples.value[i] ?? 0;
      yield {
        value: (word & flagNoValue) !== 0 ? null : (word & flagBoolean) !== 0 ? number === 1 : number,
        ...this.#statuses.of(word & statusBits),
        sourceAt: (word & flagNoSourceTime) !== 0 ? null : at,
        receivedAt,
        gap: (word & flagGap) !== 0,
      };
    }
  }

  /** Runs, and turns a fault of the file into the state before throwing it on. */
  #noting<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof RangeError) this.#health.set('corrupt', messageOf(error), false);
      else this.#health.note(error);
      throw error;
    }
  }
}

/** The journal is written at every flush, the file itself only now and then. */
function lastWrite(file: string): number | null {
  const times = [file, `${file}-wal`].flatMap((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? []);
  return times.length === 0 ? null : Math.floor(Math.max(...times));
}
