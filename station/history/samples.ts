/**
 * Samples in column form and their two encodings: a chunk (many samples of one tag) and a block (the few samples of
 * many tags that came in one flush). Both are lossless; instants are whole milliseconds.
 */
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { integerLimit, readIntegers, writeIntegers } from './integer-column.ts';
import { readValues, writeValues } from './value-column.ts';

/** `word` of a sample: number of its status, and these flags. */
export const statusBits = 0x0fff;
export const flagBoolean = 0x1000;
/** The source gave no value; `value` repeats the one before and means nothing. */
export const flagNoValue = 0x2000;
/** The protocol carries no time; `at` is when we received it. */
export const flagNoSourceTime = 0x4000;
/** First or last moment of an interval for which there is no data. */
export const flagGap = 0x8000;

export class Samples {
  count = 0;
  /** UTC ms: the source's time, or `received` with `flagNoSourceTime`. */
  at: Float64Array;
  /** UTC ms. */
  received: Float64Array;
  value: Float64Array;
  word: Uint16Array;

  constructor(capacity: number) {
    this.at = new Float64Array(capacity);
    this.received = new Float64Array(capacity);
    this.value = new Float64Array(capacity);
    this.word = new Uint16Array(capacity);
  }

  push(at: number, received: number, value: number, word: number): void {
    const index = this.count;
    if (index === this.at.length) this.#resize(Math.max(16, index * 2));
    this.at[index] = at;
    this.received[index] = received;
    this.value[index] = value;
    this.word[index] = word;
    this.count = index + 1;
  }

  pushFrom(other: Samples, index: number): void {
    this.push(other.at[index] ?? 0, other.received[index] ?? 0, other.value[index] ?? 0, other.word[index] ?? 0);
  }

  copy(): Samples {
    const copy = new Samples(0);
    copy.count = this.count;
    copy.at = this.at.slice(0, this.count);
    copy.received = this.received.slice(0, this.count);
    copy.value = this.value.slice(0, this.count);
    copy.word = this.word.slice(0, this.count);
    return copy;
  }

  /** Makes room for `capacity` samples without keeping any. */
  clear(capacity = 0): void {
    this.count = 0;
    if (this.at.length < capacity) this.#resize(capacity);
  }

  #resize(capacity: number): void {
    const old = [this.at, this.received, this.value] as const;
    const { word } = this;
    [this.at, this.received, this.value] = [
      new Float64Array(capacity),
      new Float64Array(capacity),
      new Float64Array(capacity),
    ];
    this.word = new Uint16Array(capacity);
    this.at.set(old[0]);
    this.received.set(old[1]);
    this.value.set(old[2]);
    this.word.set(word);
  }
}

/** An instant as it is kept: whole ms; null when it is no instant or more than 70,000 years away. */
export function instant(at: number | null): number | null {
  if (at === null || !(at > -integerLimit && at < integerLimit)) return null;
  return Math.round(at) + 0;
}

/**
 * Where a sample stands on the time axis: at its source's time, unless the source's clock is plainly wrong (more than a
 * minute ahead, or behind by more than the longest outage a device may bridge, 1 h 5 min), then where we received it.
 */
export function axisAt(at: number, received: number): number {
  const lag = received - at;
  return lag >= -60_000 && lag <= 3_900_000 ? at : received;
}

/** No blob holds more; a damaged count must not ask for all memory. */
const mostSamples = 8_000_000;

function countOf(input: ByteReader): number {
  const count = input.varint();
  if (count > mostSamples) throw new RangeError(`history blob: says it holds ${count} samples`);
  return count;
}

let scratch = new Float64Array(1_024);

const column = new ByteWriter(4_096);

/**
 * All samples of one tag.
 * @param arrivals the distinct `received` of these samples, ascending; tags that come in one message share them
 */
export function writeChunk(out: ByteWriter, samples: Samples, arrivals: Float64Array): void {
  const { count, at, word, received } = samples;
  out.varint(count);
  writeIntegers(out, at, count);
  if (scratch.length < count) scratch = new Float64Array(count * 2);
  let place = 0;
  let usual = true;
  for (let i = 0; i < count; i += 1) {
    const wanted = received[i] ?? 0;
    if (i > 0 && wanted < (arrivals[place] ?? 0)) place = 0;
    while ((arrivals[place] ?? wanted) < wanted) place += 1;
    scratch[i] = place;
    if (axisAt(at[i] ?? 0, wanted) !== at[i]) usual = false;
  }
  column.reset();
  writeIntegers(column, scratch, count);
  // Where every sample stands at its source's time, a reader that only draws may pass over the arrivals.
  out.byte(usual ? 1 : 0);
  out.varint(column.length);
  out.raw(column.bytes.subarray(0, column.length));
  for (let start = 0; start < count;) {
    const value = word[start] ?? 0;
    let end = start + 1;
    while (end < count && word[end] === value) end += 1;
    out.varint(value);
    out.varint(end - start);
    start = end;
  }
  writeValues(out, samples.value, count);
}

/**
 * Replaces what `into` holds.
 * @param exact false: where it makes no difference for the time axis, `received` is given as `at`
 */
export function readChunk(input: ByteReader, into: Samples, arrivals: () => Float64Array, exact: boolean): void {
  const count = countOf(input);
  into.clear(count);
  into.count = count;
  const { at, received, word } = into;
  readIntegers(input, count, at);
  const usual = input.byte() === 1;
  const length = input.varint();
  if (usual && !exact) {
    input.skip(length);
    received.set(at);
  } else {
    readIntegers(input, count, received);
    const known = arrivals();
    for (let i = 0; i < count; i += 1) received[i] = known[received[i] ?? 0] ?? 0;
  }
  for (let start = 0; start < count;) {
    const value = input.varint();
    const run = input.varint();
    if (run === 0) throw new RangeError('history blob: an empty run');
    word.fill(value, start, start + run);
    start += run;
  }
  readValues(input, count, into.value);
}

/** The distinct `received` of some columns, ascending: what `writeChunk` and `readChunk` refer to. */
export function arrivalsOf(columns: readonly Samples[]): Float64Array {
  const distinct = new Set<number>();
  for (const { received, count } of columns) {
    let last = Number.NaN;
    for (let i = 0; i < count; i += 1) {
      const at = received[i] ?? 0;
      if (at !== last) distinct.add(at);
      last = at;
    }
  }
  return Float64Array.from(distinct).sort();
}

export function writeArrivals(out: ByteWriter, arrivals: Float64Array): void {
  column.reset();
  column.varint(arrivals.length);
  writeIntegers(column, arrivals, arrivals.length);
  out.varint(column.length);
  out.raw(column.bytes.subarray(0, column.length));
}

/** Passes over the arrivals; they are read when they are asked for. */
export function readArrivals(input: ByteReader): () => Float64Array {
  const length = input.varint();
  const start = input.skip(length);
  return () => {
    const own = new ByteReader(input.bytes, start);
    const arrivals = new Float64Array(countOf(own));
    readIntegers(own, arrivals.length, arrivals);
    return arrivals;
  };
}

/** Samples of many tags in the order they came; `tags[i]` is the tag of sample i. */
export interface Block {
  readonly tags: Float64Array;
  readonly samples: Samples;
}

let whole = new Float64Array(1_024);
let broken = new Float64Array(1_024);

/** Integers and the rest apart: a block mixes tags of every kind, and one fraction would make all of them doubles. */
export function writeBlock(out: ByteWriter, { tags, samples }: Block): void {
  const { count, value } = samples;
  if (whole.length < count) [whole, broken] = [new Float64Array(count * 2), new Float64Array(count * 2)];
  out.varint(count);
  writeIntegers(out, tags, count);
  writeIntegers(out, samples.at, count);
  writeIntegers(out, samples.received, count);
  if (scratch.length < count) scratch = new Float64Array(count * 2);
  const kinds = scratch;
  kinds.set(samples.word.subarray(0, count));
  writeIntegers(out, kinds, count);
  let wholes = 0;
  let rest = 0;
  for (let i = 0; i < count; i += 1) {
    const number = value[i] ?? 0;
    const isWhole = Math.trunc(number) === number && Math.abs(number) <= integerLimit && !Object.is(number, -0);
    kinds[i] = isWhole ? 1 : 0;
    if (isWhole) whole[wholes++] = number;
    else broken[rest++] = number;
  }
  writeIntegers(out, kinds, count);
  writeIntegers(out, whole, wholes);
  if (rest > 0) writeValues(out, broken, rest);
}

export function readBlock(input: ByteReader): Block {
  const count = countOf(input);
  const tags = new Float64Array(count);
  const kinds = new Float64Array(count);
  const samples = new Samples(count);
  samples.count = count;
  readIntegers(input, count, tags);
  readIntegers(input, count, samples.at);
  readIntegers(input, count, samples.received);
  readIntegers(input, count, kinds);
  samples.word.set(kinds);
  readIntegers(input, count, kinds);
  const wholes = kinds.reduce((sum, kind) => sum + kind, 0);
  const numbers = new Float64Array(count);
  readIntegers(input, wholes, numbers);
  if (wholes < count) readValues(input, count - wholes, numbers, wholes);
  for (let i = 0, w = 0, b = wholes; i < count; i += 1) {
    samples.value[i] = numbers[kinds[i] === 1 ? w++ : b++] ?? 0;
  }
  return { tags, samples };
}
