/**
 * Running numbers of a serial prefix, given to stations in blocks: a station numbers units without the server, and no two
 * ever give the same number. A number that was given is never given again, used or not.
 */
import { runningNumber } from '#domain/orders/order.ts';

/** Numbers given so far with one prefix, by whatever order: orders may share a prefix. */
export interface SerialSeries {
  readonly prefix: string;
  /** The next number that nobody has. */
  readonly next: number;
  /** Digits, filled with zeros. */
  readonly width: number;
}
export interface SerialBlock {
  readonly from: number;
  readonly to: number;
  /** Highest number of it that a unit has; `from - 1`: none. */
  readonly usedTo: number;
}

export const firstSeries = (prefix: string): SerialSeries => ({ prefix, next: 1, width: 4 });

/** A serial that came from elsewhere (a file, a station that had no server): its number and all below are taken. */
export function seenSerial(series: SerialSeries, serial: string): SerialSeries {
  const number = runningNumber(serial, series.prefix);
  if (number === null) return series;
  return {
    ...series,
    next: Math.max(series.next, number.value + 1),
    width: Math.max(series.width, number.width),
  };
}

const most = 1_000;
const least = 20;

/** Numbers of one block for a share of so many pieces: all of it at most, so that a shift without the server is no matter. */
export const blockSize = (quantity: number): number => Math.min(most, Math.max(least, quantity));

export const left = (blocks: readonly SerialBlock[]): number =>
  blocks.reduce((sum, { to, usedTo }) => sum + to - usedTo, 0);

/** Whether the station shall get another block: fewer than half a block left, and fewer than pieces still to be made. */
export function wantsBlock(blocks: readonly SerialBlock[], quantity: number, made: number): boolean {
  const open = Math.max(0, quantity - made);
  if (blocks.length === 0) return open > 0;
  return left(blocks) < Math.min(Math.ceil(blockSize(quantity) / 2), open);
}

/** @returns the next block of the series, and the series without it. */
export function takeBlock(
  series: SerialSeries,
  quantity: number,
): { readonly block: SerialBlock; readonly series: SerialSeries } {
  const size = blockSize(quantity);
  const block = { from: series.next, to: series.next + size - 1, usedTo: series.next - 1 };
  const width = Math.max(series.width, String(block.to).length);
  return { block, series: { ...series, next: block.to + 1, width } };
}
