/** The curve of a machine cycle as a blob. */
import { ByteReader, ByteWriter } from './byte-buffer.ts';
import { readValues, writeValues } from './value-column.ts';

export interface Trace {
  readonly x: number[];
  readonly y: number[];
  /** As it was given (JSON). */
  readonly meta: unknown;
  /** UTC ms when it was kept. */
  readonly at: number;
}

const mostPoints = 4_000_000;

/** @throws Error when x and y differ in length or are too long */
export function encodeTrace(x: readonly number[], y: readonly number[]): Uint8Array {
  if (x.length !== y.length) throw new Error(`a curve needs as many x (${x.length}) as y (${y.length})`);
  if (x.length > mostPoints) throw new Error(`a curve of ${x.length} points; the most is ${mostPoints}`);
  const out = new ByteWriter(1_024 + x.length * 4);
  out.varint(x.length);
  writeValues(out, Float64Array.from(x), x.length);
  writeValues(out, Float64Array.from(y), y.length);
  return out.take();
}

/** @throws RangeError when the blob is damaged */
export function decodeTrace(data: Uint8Array): { readonly x: number[]; readonly y: number[] } {
  const input = new ByteReader(data);
  const count = input.varint();
  if (count > mostPoints) throw new RangeError(`history blob: says it holds ${count} points`);
  const column = new Float64Array(count);
  readValues(input, count, column);
  const x = Array.from(column);
  readValues(input, count, column);
  return { x, y: Array.from(column) };
}
