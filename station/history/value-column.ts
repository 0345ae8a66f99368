/**
 * Numbers of one tag, lossless, at the smallest of a few forms. Gauges and machines send integers, or integers times a
 * decimal or binary step, nearly always; those become integers. Few different values become a dictionary; the rest is
 * kept as byte planes of which the constant ones (sign and exponent, mostly) are stored once. Typed arrays are little
 * endian on every platform Node runs on.
 */
import type { ByteReader, ByteWriter } from './byte-buffer.ts';
import { integerLimit, readIntegers, writeIntegers } from './integer-column.ts';

const formScaled = 0;
const formDictionary = 1;
const formFloat = 2;
const formDouble = 3;

/**
 * How an integer i becomes the value. 0: i. 1..9: i / 10^n. 11..19: i * 10^-(n - 10), which differs in the last bit.
 * 20 + k: i / 2^k.
 */
const scales: readonly number[] = [0, ...range(1, 9), ...range(11, 19), ...range(21, 52)];

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_unused, index) => from + index);
}

const decimal = (digits: number): number => Number(`1e${digits}`);

let integers = new Float64Array(1_024);

/** Writes the first `count` values; any double, NaN and -0 included (a NaN's payload is not kept). */
export function writeValues(out: ByteWriter, values: Float64Array, count: number): void {
  if (integers.length < count) integers = new Float64Array(count * 2);
  const scale = scaleOf(values, count);
  if (scale !== null) writeScaled(out, scale, count);
  else if (!writeDictionary(out, values, count)) writePlanes(out, values, count);
}

export function readValues(input: ByteReader, count: number, into: Float64Array, at = 0): void {
  const form = input.byte();
  if (form === formScaled) readScaled(input, count, into, at);
  else if (form === formDictionary) readDictionary(input, count, into, at);
  else if (form === formFloat || form === formDouble) readPlanes(input, count, into, at, form);
  else throw new RangeError(`history blob: unknown value form ${form}`);
}

/** The first scale that gives every value back exactly, with `integers` filled; null when none does. */
function scaleOf(values: Float64Array, count: number): number | null {
  let failedAt = 0;
  for (const scale of scales) {
    // Where the last scale failed is where this one most likely fails: one test instead of a pass.
    if (toInteger(values[failedAt] ?? 0, scale) === null) continue;
    let i = 0;
    for (; i < count; i += 1) {
      const integer = toInteger(values[i] ?? 0, scale);
      if (integer === null) break;
      integers[i] = integer;
    }
    if (i === count) return scale === 0 || isNarrow(count) ? scale : null;
    failedAt = i;
  }
  return null;
}

/** Whether offsets fit 32 bits: binary fractions of any float would come back too, but at 8 bytes each. */
function isNarrow(count: number): boolean {
  let min = integers[0] ?? 0;
  let max = min;
  for (let i = 1; i < count; i += 1) {
    const integer = integers[i] ?? 0;
    if (integer < min) min = integer;
    else if (integer > max) max = integer;
  }
  return (max - min) / stepOf(count) < 2 ** 32;
}

/** Greatest common step of `integers`, counted from the first. */
function stepOf(count: number): number {
  const first = integers[0] ?? 0;
  let step = 0;
  for (let i = 1; i < count && step !== 1; i += 1) step = gcd(Math.abs((integers[i] ?? 0) - first), step);
  return step === 0 ? 1 : step;
}

function toInteger(value: number, scale: number): number | null {
  let integer = value;
  if (scale === 0) {
    if (Math.trunc(value) !== value) return null;
  } else if (scale < 10) {
    integer = Math.round(value * (powers[scale] ?? 1));
    if (integer / (powers[scale] ?? 1) !== value) return null;
  } else if (scale < 20) {
    const step = fractions[scale - 10] ?? 1;
    integer = Math.round(value / step);
    if (integer * step !== value) return null;
  } else {
    integer = value * 2 ** (scale - 20);
    if (Math.trunc(integer) !== integer) return null;
  }
  if (integer > integerLimit || integer < -integerLimit) return null;
  return integer === 0 && 1 / value < 0 ? null : integer;
}

const powers = range(0, 9).map((digits) => decimal(digits));
const fractions = range(0, 9).map((digits) => decimal(-digits));

function fromInteger(integer: number, scale: number): number {
  if (scale === 0) return integer;
  if (scale < 10) return integer / (powers[scale] ?? 1);
  if (scale < 20) return integer * (fractions[scale - 10] ?? 1);
  return integer / 2 ** (scale - 20);
}

function writeScaled(out: ByteWriter, scale: number, count: number): void {
  const first = integers[0] ?? 0;
  const step = stepOf(count);
  for (let i = 0; i < count; i += 1) integers[i] = ((integers[i] ?? 0) - first) / step;
  out.byte(formScaled);
  out.byte(scale);
  out.signed(first);
  out.varint(step);
  writeIntegers(out, integers, count);
}

function gcd(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

function readScaled(input: ByteReader, count: number, into: Float64Array, at: number): void {
  const scale = input.byte();
  const first = input.signed();
  const step = input.varint();
  readIntegers(input, count, into, at);
  for (let i = at; i < at + count; i += 1) into[i] = fromInteger(first + (into[i] ?? 0) * step, scale);
}

function writeDictionary(out: ByteWriter, values: Float64Array, count: number): boolean {
  const limit = Math.min(256, count / 8);
  const places = new Map<number, number>();
  for (let i = 0; i < count; i += 1) {
    const value = values[i] ?? 0;
    let place = places.get(value);
    if (place === undefined) {
      // A Map takes -0 for 0.
      if (places.size >= limit || (value === 0 && 1 / value < 0)) return false;
      place = places.size;
      places.set(value, place);
    } else if (value === 0 && 1 / value < 0) {
      return false;
    }
    integers[i] = place;
  }
  out.byte(formDictionary);
  out.varint(places.size);
  for (const value of places.keys()) out.double(value);
  writeIntegers(out, integers, count);
  return true;
}

function readDictionary(input: ByteReader, count: number, into: Float64Array, at: number): void {
  const dictionary = new Float64Array(input.varint());
  for (let i = 0; i < dictionary.length; i += 1) dictionary[i] = input.double();
  readIntegers(input, count, into, at);
  for (let i = at; i < at + count; i += 1) into[i] = dictionary[into[i] ?? 0] ?? Number.NaN;
}

function writePlanes(out: ByteWriter, values: Float64Array, count: number): void {
  let float = true;
  for (let i = 0; i < count && float; i += 1) {
    const value = values[i] ?? 0;
    float = Object.is(Math.fround(value), value);
  }
  out.byte(float ? formFloat : formDouble);
  const numbers = float ? Float32Array.from(values.subarray(0, count)) : values.slice(0, count);
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const width = float ? 4 : 8;
  const maskAt = out.reserve(1);
  let constant = 0;
  for (let plane = 0; plane < width; plane += 1) {
    const first = bytes[plane] ?? 0;
    let i = plane + width;
    while (i < bytes.length && bytes[i] === first) i += width;
    if (i >= bytes.length) {
      constant |= 1 << plane;
      out.byte(first);
    } else {
      const at = out.reserve(count);
      const target = out.bytes;
      for (let to = at, from = plane; from < bytes.length; to += 1, from += width) target[to] = bytes[from] ?? 0;
    }
  }
  out.bytes[maskAt] = constant;
}

function readPlanes(input: ByteReader, count: number, into: Float64Array, at: number, form: number): void {
  const width = form === formFloat ? 4 : 8;
  const constant = input.byte();
  const bytes = new Uint8Array(count * width);
  for (let plane = 0; plane < width; plane += 1) {
    if ((constant & (1 << plane)) !== 0) {
      const value = input.byte();
      for (let to = plane; to < bytes.length; to += width) bytes[to] = value;
    } else {
      const from = input.skip(count);
      for (let i = 0, to = plane; i < count; i += 1, to += width) bytes[to] = input.bytes[from + i] ?? 0;
    }
  }
  into.set(width === 4 ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer), at);
}
