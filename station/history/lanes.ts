/**
 * Samples that are durable in blocks but not yet in chunks, per lane (eight neighbouring tags). They answer queries and
 * are what chunks are made of, so blocks are read back only after a restart.
 */
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { arrivalsOf, axisAt, readArrivals, readChunk, Samples, writeArrivals, writeChunk } from './samples.ts';

/** Tags of a lane share a row: a row per tag would leave pages half empty, and its index would be as large as counters. */
export const laneWidth = 8;
export const laneOf = (tag: number): number => Math.floor(tag / laneWidth);

/** Samples per tag that a chunk is made of, at the rate where all tags of a lane are alike. */
const chunkTarget = 256;
/** A lane whose oldest sample lies this many blocks back is cleared, so that old blocks can go. */
const mostBlocksBack = 300;
/** Below this many samples a lane is rather carried into the newest block than made a chunk ... */
const worthAChunk = 256;
/** ... unless its oldest sample has waited this long, in ms. */
const longestWaitMs = 900_000;

export interface Lane {
  readonly lane: number;
  readonly tags: (Samples | undefined)[];
  count: number;
  /** Block of the oldest sample here. */
  firstBlock: number;
  /** Monotonic ms when the oldest sample here came. */
  since: number;
  /** Lanes start at different fill levels, so that they do not all become due in the same flush. */
  target: number;
}

export class Lanes {
  readonly #lanes = new Map<number, Lane>();
  #samples = 0;

  get samples(): number {
    return this.#samples;
  }

  stage(tag: number, block: number, now: number, from: Samples, index: number): void {
    const number = laneOf(tag);
    let lane = this.#lanes.get(number);
    if (!lane) {
      lane = { lane: number, tags: [], count: 0, firstBlock: block, since: now, target: firstTarget(number) };
      this.#lanes.set(number, lane);
    }
    if (lane.count === 0) {
      lane.firstBlock = block;
      lane.since = now;
    }
    const place = tag % laneWidth;
    let samples = lane.tags[place];
    if (!samples) lane.tags[place] = samples = new Samples(32);
    samples.pushFrom(from, index);
    lane.count += 1;
    this.#samples += 1;
  }

  of(tag: number): Samples | undefined {
    return this.#lanes.get(laneOf(tag))?.tags[tag % laneWidth];
  }

  /** What this flush should clear: at most `limit` lanes into chunks, the fullest first, and lanes to carry along. */
  due(block: number, now: number, limit: number): { readonly chunk: Lane[]; readonly carry: Lane[] } {
    const chunk: Lane[] = [];
    const carry: Lane[] = [];
    for (const lane of this.#lanes.values()) {
      if (lane.count === 0) continue;
      const filled =
        lane.count >= lane.target * lane.tags.reduce((tags, samples) => tags + (samples?.count ? 1 : 0), 0);
      const old = block - lane.firstBlock >= mostBlocksBack;
      if (!filled && !old) continue;
      if (filled || lane.count >= worthAChunk || now - lane.since >= longestWaitMs) chunk.push(lane);
      else carry.push(lane);
    }
    if (chunk.length > limit) {
      chunk.sort((a, b) => b.count - a.count);
      chunk.length = limit;
    }
    return { chunk, carry };
  }

  /** The lane's samples are elsewhere now. */
  clear(lane: Lane): void {
    this.#samples -= lane.count;
    lane.count = 0;
    lane.target = chunkTarget;
    for (let place = 0; place < lane.tags.length; place += 1) {
      const samples = lane.tags[place];
      // A burst must not keep its memory for ever.
      if (samples && samples.at.length > 4 * chunkTarget) lane.tags[place] = new Samples(32);
      else samples?.clear();
    }
  }

  /** The lane's samples are in this block now. */
  carried(lane: Lane, block: number): void {
    lane.firstBlock = block;
  }

  /** Blocks before this one hold nothing that is only there, once `cleared` are; Infinity when no sample waits. */
  firstNeededBlock(cleared: ReadonlySet<Lane>): number {
    let first = Number.POSITIVE_INFINITY;
    for (const lane of this.#lanes.values()) {
      if (lane.count > 0 && lane.firstBlock < first && !cleared.has(lane)) first = lane.firstBlock;
    }
    return first;
  }
}

/** Spread over half to the whole of the target by the golden ratio. */
const firstTarget = (lane: number): number =>
  Math.round(chunkTarget * (0.5 + (((lane + 1) * 0.618_033_988_75) % 1) / 2));

export interface ChunkRow {
  readonly lane: number;
  readonly fromAt: number;
  readonly toAt: number;
  readonly data: Uint8Array;
}

const out = new ByteWriter(65_536);

/** Row data: the arrivals; for each tag that has samples its place + 1, the length of its chunk, the chunk; a zero ends. */
export function encodeLane(lane: Lane): ChunkRow {
  const parts = new ByteWriter(16_384);
  let fromAt = Number.POSITIVE_INFINITY;
  let toAt = Number.NEGATIVE_INFINITY;
  out.reset();
  const arrivals = arrivalsOf(lane.tags.filter((samples) => samples !== undefined));
  writeArrivals(out, arrivals);
  lane.tags.forEach((samples, place) => {
    if (!samples || samples.count === 0) return;
    for (let i = 0; i < samples.count; i += 1) {
      const axis = axisAt(samples.at[i] ?? 0, samples.received[i] ?? 0);
      if (axis < fromAt) fromAt = axis;
      if (axis > toAt) toAt = axis;
    }
    parts.reset();
    writeChunk(parts, samples, arrivals);
    out.byte(place + 1);
    out.varint(parts.length);
    out.raw(parts.bytes.subarray(0, parts.length));
  });
  out.byte(0);
  return { lane: lane.lane, fromAt, toAt, data: out.take() };
}

/** Reads one tag's samples of a row into `into` (`exact`: see `readChunk`); false when the row has none of it. */
export function decodeTag(data: Uint8Array, tag: number, into: Samples, exact: boolean): boolean {
  const input = new ByteReader(data);
  const arrivals = readArrivals(input);
  for (;;) {
    const place = input.byte() - 1;
    if (place < 0) return false;
    const length = input.varint();
    if (place === tag % laneWidth) {
      readChunk(input, into, arrivals, exact);
      return true;
    }
    input.skip(length);
  }
}
