/** Registers to values and back. Pure. Registers hold 16 bits, the high byte first (1.1b3, 4.2); the rest is the maker's. */
import type { TagBinding } from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import { orders, wordsOf, type Address, type ByteOrder, type NumberType } from './address.ts';
import { wordAt } from './codec.ts';

export type Said = Pick<TagReading, 'value' | 'quality' | 'status'>;
const good = (value: TagValue): Said => ({ value, quality: 'good', status: 'Good' });
const bad = (status: string): Said => ({ value: null, quality: 'bad', status });

/** What a tag of this type can be made of; null when it fits, else what to write instead. */
export function typeFault({ type, count }: Address, tag: TagBinding['type']): string | null {
  if (count > 1 || tag === 'numbers') {
    return count > 1 && tag === 'numbers' ? null : 'count=2 or more goes with the tag type numbers, and only with it';
  }
  if (type === 'string') return tag === 'text' ? null : 'type=string goes with the tag type text';
  return null;
}

/** @param words as many as the address has registers. */
export function toSaid(address: Address, tag: TagBinding['type'], words: readonly number[], standard: ByteOrder): Said {
  const order = address.order ?? standard;
  if (address.type === 'bit') return ofBit((((words[0] ?? 0) >> address.bit) & 1) === 1, tag);
  if (address.type === 'string') return good(toText(words, order));
  const { type, scale, offset } = address;
  const size = wordsOf[type];
  const values: number[] = [];
  let exact = true;
  for (let at = 0; at < words.length; at += size) {
    const raw = rawNumber(type, words.slice(at, at + size), order);
    if (typeof raw === 'number' && !Number.isFinite(raw)) return bad('not-a-number');
    if (tag === 'text')
      return good(scale === 1 && offset === 0 ? String(raw) : String(scaled(Number(raw), scale, offset)));
    if (typeof raw === 'bigint' && BigInt(Number(raw)) !== raw) exact = false;
    values.push(scaled(Number(raw), scale, offset));
  }
  const value = tag === 'numbers' ? values : tag === 'boolean' ? values[0] !== 0 : (values[0] ?? null);
  return exact ? good(value) : { value, quality: 'uncertain', status: 'not-exact' };
}

/** Coil or discrete input. */
export function ofBit(on: boolean, tag: TagBinding['type']): Said {
  return good(tag === 'number' ? Number(on) : tag === 'text' ? String(on) : on);
}

export const wordsFor = (type: NumberType): number => wordsOf[type];

/** Bytes of the words in the standard's order. */
function ordered(words: readonly number[], order: ByteOrder): Uint8Array {
  const swapWords = order === 'CDAB' || order === 'DCBA';
  const swapBytes = order === 'BADC' || order === 'DCBA';
  const bytes = new Uint8Array(words.length * 2);
  words.forEach((word, at) => {
    const to = (swapWords ? words.length - 1 - at : at) * 2;
    bytes[to] = swapBytes ? word & 0xff : word >> 8;
    bytes[to + 1] = swapBytes ? word >> 8 : word & 0xff;
  });
  return bytes;
}

/** @returns bigint for 64-bit integers, which a number does not hold exactly beyond 2^53. */
export function rawNumber(type: NumberType, words: readonly number[], order: ByteOrder): number | bigint {
  const view = new DataView(ordered(words, order).buffer);
  switch (type) {
    case 'int16':
      return view.getInt16(0);
    case 'uint16':
      return view.getUint16(0);
    case 'int32':
      return view.getInt32(0);
    case 'uint32':
      return view.getUint32(0);
    case 'float32':
      // The shortest decimal that is this float: 230.1, not 230.10000610351562.
      return shortest(view.getFloat32(0));
    case 'int64':
      return view.getBigInt64(0);
    case 'uint64':
      return view.getBigUint64(0);
    case 'float64':
      return view.getFloat64(0);
  }
}

function shortest(float: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const written = Number(float.toPrecision(digits));
    if (Math.fround(written) === float) return written;
  }
  return float;
}

/** 2301 x 0.1 is 230.1, not 230.10000000000002: rounded to 15 digits, what a double carries for sure. */
function scaled(raw: number, scale: number, offset: number): number {
  return scale === 1 && offset === 0 ? raw : Number((raw * scale + offset).toPrecision(15));
}

/** Text ends at the first NUL; blanks that fill up are no text. Two characters a register, words never swapped. */
function toText(words: readonly number[], order: ByteOrder): string {
  const bytes = ordered(words, order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD');
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end))
    .toString('latin1')
    .trimEnd();
}

const ranges: Readonly<Record<Exclude<NumberType, 'float32' | 'float64'>, readonly [bigint, bigint]>> = {
  int16: [-(2n ** 15n), 2n ** 15n - 1n],
  uint16: [0n, 2n ** 16n - 1n],
  int32: [-(2n ** 31n), 2n ** 31n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
};

/** @returns the words to write, or why the value does not go in. Not for bits. */
export function toWords(address: Address, value: TagValue, standard: ByteOrder): readonly number[] | string {
  const order = address.order ?? standard;
  if (address.type === 'bit')
    return 'a bit of a register cannot be written without its neighbours; write the whole register';
  if (address.type === 'string') {
    if (typeof value !== 'string') return 'a text is expected';
    const bytes = Buffer.from(value, 'latin1');
    if (bytes.toString('latin1') !== value) return 'only characters of Latin-1 go into registers';
    if (bytes.length > address.length * 2)
      return `${bytes.length} characters do not go into ${address.length} registers`;
    const padded = new Uint8Array(address.length * 2);
    padded.set(bytes);
    return toWordList(padded, order === 'BADC' || order === 'DCBA' ? 'BADC' : 'ABCD');
  }
  const { type, scale, offset, count } = address;
  const values = Array.isArray(value)
    ? (value as readonly number[])
    : [typeof value === 'boolean' ? Number(value) : value];
  if (values.length !== count) return `${count} values are expected, ${values.length} were given`;
  const words: number[] = [];
  for (const one of values) {
    if (typeof one !== 'number' || !Number.isFinite(one)) return 'a number is expected';
    const raw = scale === 1 && offset === 0 ? one : Number(((one - offset) / scale).toPrecision(15));
    const bytes = new Uint8Array(wordsOf[type] * 2);
    const view = new DataView(bytes.buffer);
    if (type === 'float64') view.setFloat64(0, raw);
    else if (type === 'float32') {
      if (!Number.isFinite(Math.fround(raw))) return `${raw} is beyond float32`;
      view.setFloat32(0, raw);
    } else {
      if (!Number.isInteger(raw)) return `${one} is no whole number of steps of ${Math.abs(scale)}`;
      const [least, greatest] = ranges[type];
      const whole = BigInt(raw);
      if (whole < least || whole > greatest) return `${raw} is not within ${least} and ${greatest} of ${type}`;
      const bits = BigInt.asUintN(bytes.length * 8, whole);
      bytes.forEach((_, at) => (bytes[at] = Number((bits >> BigInt((bytes.length - 1 - at) * 8)) & 0xffn)));
    }
    words.push(...toWordList(bytes, order));
  }
  return words;
}

function toWordList(bytes: Uint8Array, order: ByteOrder): number[] {
  const words = Array.from({ length: bytes.length / 2 }, (_, at) => wordAt(bytes, at * 2));
  // Each swap undoes itself.
  const swapped = ordered(words, order);
  return Array.from({ length: words.length }, (_, at) => wordAt(swapped, at * 2));
}

/** A float that no machine means: not a number, or far from every quantity of a plant. */
const odd = (value: number): boolean =>
  !Number.isFinite(value) || (value !== 0 && (Math.abs(value) < 1e-12 || Math.abs(value) > 1e15));
const likely = (value: number): boolean => Number.isFinite(value) && Math.abs(value) > 1e-4 && Math.abs(value) < 1e9;

const wordsSwapped: Readonly<Record<ByteOrder, ByteOrder>> = { ABCD: 'CDAB', CDAB: 'ABCD', BADC: 'DCBA', DCBA: 'BADC' };

/**
 * Whether a value looks as if its registers lay in another order than set.
 * @returns that order, or null. Floats show it at once; whole numbers only where all that is small stands in the high
 *   word, which a single value may have by chance: see `OrderHint`.
 */
export function otherOrder(type: NumberType, words: readonly number[], order: ByteOrder): ByteOrder | null {
  if (type === 'float32' || type === 'float64') {
    if (!odd(Number(rawNumber(type, words, order)))) return null;
    return orders.find((other) => other !== order && likely(Number(rawNumber(type, words, other)))) ?? null;
  }
  if (wordsOf[type] < 2) return null;
  const bytes = ordered(words, order);
  const half = bytes.length / 2;
  if (!bytes.subarray(half).every((byte) => byte === 0) || bytes.subarray(0, half).every((byte) => byte === 0))
    return null;
  return wordsSwapped[order];
}

/** Different whole numbers in a row that look swapped until it is said: by chance it is one in 65536 each. */
const wholeInARow = 3;

/** Says once per tag that the order of its registers is probably another one. */
export class OrderHint {
  readonly #seen = new Map<number, { last: string; times: number }>();
  readonly #told = new Set<number>();

  /** @returns whether the value is in doubt, and the order to say now (once per tag). */
  hear(
    tag: number,
    type: NumberType,
    words: readonly number[],
    order: ByteOrder,
  ): { doubtful: boolean; say: ByteOrder | null } {
    const other = otherOrder(type, words, order);
    const isFloat = type === 'float32' || type === 'float64';
    if (other === null) {
      if (words.some((word) => word !== 0)) this.#seen.delete(tag);
      return { doubtful: false, say: null };
    }
    const key = words.join();
    const seen = this.#seen.get(tag) ?? { last: '', times: 0 };
    if (seen.last !== key) seen.times += 1;
    seen.last = key;
    this.#seen.set(tag, seen);
    const sure = isFloat || seen.times >= wholeInARow;
    if (!sure || this.#told.has(tag)) return { doubtful: isFloat, say: null };
    this.#told.add(tag);
    return { doubtful: isFloat, say: other };
  }
}
