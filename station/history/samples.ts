/**
 * Samples in column form and their two encodings: a chunk (many samples of one tag) and a block (the few samples of
 * many tags that came in one flush). Both are lossless; instants are whole milliseconds.
 */
import type { ByteReader, ByteWriter } from './byte-buffer.ts';
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

/** `received` - `at` into the scratch column. */
function lags(samples: Samples, count: number): Float64Array {
  if (scratch.length < count) scratch = new Float64Array(count * 2);
  for (let i = 0; i < count; i += 1) scratch[i] = (samples.received[i] ?? 0) - (samples.at[i] ?? 0);
  return scratch;
}

/** All samples of one tag. */
export function writeChunk(out: ByteWriter, samples: Samples): void {
  const { count, word } = samples;
  out.varint(count);
  writeIntegers(out, samples.at, count);
  writeIntegers(out, lags(samples, count), count);
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

/** Replaces what `into` holds. */
export function readChunk(input: ByteReader, into: Samples): void {
  const count = countOf(input);
  into.clear(count);
  into.count = count;
  readIntegers(input, count, into.at);
  readIntegers(input, count, into.received);
  for (let i = 0; i < count; i += 1) into.received[i] = (into.received[i] ?? 0) + (into.at[i] ?? 0);
  for (let start = 0; start < count;) {
    const word = input.varint();
    const run = input.varint();
    if (run === 0) throw new RangeError('history blob: an empty run');
    into.word.fill(word, start, start + run);
    start += run;
  }
  readValues(input, count, into.value);
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
  const kinds = lags(samples, count);
  writeIntegers(out, kinds, count);
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
  for (let i = 0; i < count; i += 1) samples.received[i] = (samples.received[i] ?? 0) + (samples.at[i] ?? 0);
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
