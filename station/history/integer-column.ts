/**
 * Integers in blocks of 128, each block at the fewest bits that hold it: offsets from the smallest value, or offsets
 * from the smallest step (frame of reference; Zukowski et al., "Super-Scalar RAM-CPU Cache Compression", ICDE 2006).
 * Steady clocks and counters then take no bits at all. Blocks that do not fit 32 bits are kept as doubles.
 */
import type { ByteReader, ByteWriter } from './byte-buffer.ts';

const blockSize = 128;
const modeOffset = 0;
const modeStep = 1;
const modeDouble = 2;

/** Largest magnitude kept as an integer: sums and differences of two stay exact. */
export const integerLimit = 2 ** 51;

/** Writes `count` values; each must be an integer within +-`integerLimit` (not -0). */
export function writeIntegers(out: ByteWriter, values: Float64Array, count: number): void {
  let previous = 0;
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(start + blockSize, count);
    previous = writeBlock(out, values, start, end, previous);
  }
}

function writeBlock(out: ByteWriter, values: Float64Array, start: number, end: number, previous: number): number {
  const first = values[start] ?? 0;
  let min = first;
  let max = first;
  let minStep = Number.POSITIVE_INFINITY;
  let maxStep = Number.NEGATIVE_INFINITY;
  let last = first;
  for (let i = start + 1; i < end; i += 1) {
    const value = values[i] ?? 0;
    const step = value - last;
    if (value < min) min = value;
    else if (value > max) max = value;
    if (step < minStep) minStep = step;
    if (step > maxStep) maxStep = step;
    last = value;
  }
  const offsetBits = bitsFor(max - min);
  const stepBits = end - start > 1 ? bitsFor(maxStep - minStep) : 33;
  if (offsetBits > 32 && stepBits > 32) {
    out.byte(modeDouble);
    for (let i = start; i < end; i += 1) out.double(values[i] ?? 0);
  } else if (stepBits < offsetBits) {
    out.byte(modeStep | (stepBits << 2));
    out.signed(first - previous);
    out.signed(minStep);
    packSteps(out, values, start, end, minStep, stepBits);
  } else {
    out.byte(modeOffset | (offsetBits << 2));
    out.signed(min - previous);
    packOffsets(out, values, start, end, min, offsetBits);
  }
  return last;
}

/** Reads `count` values into `into` from index `at`. */
export function readIntegers(input: ByteReader, count: number, into: Float64Array, at = 0): void {
  let previous = 0;
  for (let start = 0; start < count; start += blockSize) {
    const end = Math.min(start + blockSize, count);
    const head = input.byte();
    const bits = head >> 2;
    const mode = head & 3;
    if (mode === modeDouble) {
      for (let i = start; i < end; i += 1) into[at + i] = input.double();
    } else if (mode === modeStep) {
      const first = previous + input.signed();
      const minStep = input.signed();
      into[at + start] = first;
      unpack(input, into, at + start + 1, at + end, minStep, bits);
      let value = first;
      for (let i = at + start + 1; i < at + end; i += 1) {
        value += into[i] ?? 0;
        into[i] = value;
      }
    } else if (mode === modeOffset) {
      unpack(input, into, at + start, at + end, previous + input.signed(), bits);
    } else {
      throw new RangeError(`history blob: unknown integer block ${mode}`);
    }
    previous = into[at + end - 1] ?? 0;
  }
}

/** Bits that hold 0..range; 33 when more than 32. */
function bitsFor(range: number): number {
  return range > 0xffff_ffff ? 33 : 32 - Math.clz32(range);
}

function packOffsets(
  out: ByteWriter,
  values: Float64Array,
  start: number,
  end: number,
  base: number,
  bits: number,
): void {
  if (bits === 0) return;
  let at = out.reserve(Math.ceil(((end - start) * bits) / 8));
  const bytes = out.bytes;
  let held = 0;
  let heldBits = 0;
  for (let i = start; i < end; i += 1) {
    let value = (values[i] ?? 0) - base;
    let left = bits;
    // At most 16 bits at a time, so that 7 held bits and these fit a 32-bit operation.
    while (left > 0) {
      const take = left > 16 ? 16 : left;
      const part = left > 16 ? value & 0xffff : value;
      if (left > 16) value = Math.floor(value / 65_536);
      held |= part << heldBits;
      heldBits += take;
      left -= take;
      while (heldBits >= 8) {
        bytes[at] = held;
        at += 1;
        held >>>= 8;
        heldBits -= 8;
      }
    }
  }
  if (heldBits > 0) bytes[at] = held;
}

const steps = new Float64Array(blockSize);

function packSteps(
  out: ByteWriter,
  values: Float64Array,
  start: number,
  end: number,
  minStep: number,
  bits: number,
): void {
  if (bits === 0) return;
  for (let i = start + 1; i < end; i += 1) steps[i - start - 1] = (values[i] ?? 0) - (values[i - 1] ?? 0);
  packOffsets(out, steps, 0, end - start - 1, minStep, bits);
}

function unpack(input: ByteReader, into: Float64Array, start: number, end: number, base: number, bits: number): void {
  if (bits === 0) {
    into.fill(base, start, end);
    return;
  }
  let at = input.skip(Math.ceil(((end - start) * bits) / 8));
  const { bytes } = input;
  if (bits <= 24) {
    const mask = 2 ** bits - 1;
    let held = 0;
    let heldBits = 0;
    for (let i = start; i < end; i += 1) {
      while (heldBits < bits) {
        held |= (bytes[at] ?? 0) << heldBits;
        at += 1;
        heldBits += 8;
      }
      into[i] = base + (held & mask);
      held >>>= bits;
      heldBits -= bits;
    }
    return;
  }
  let bit = 0;
  for (let i = start; i < end; i += 1) {
    let value = 0;
    for (let done = 0; done < bits;) {
      const offset = bit & 7;
      const take = Math.min(8 - offset, bits - done);
      value += (((bytes[at + (bit >> 3)] ?? 0) >> offset) & ((1 << take) - 1)) * 2 ** done;
      done += take;
      bit += take;
    }
    into[i] = base + value;
  }
}
