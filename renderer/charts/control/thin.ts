/**
 * A long line drawn as if every point had been: of each column of pixels the first, the least, the greatest and the last value
 * are enough (Jugel et al., M4: A Visualization-Oriented Time Series Data Aggregation, VLDB 2014). Least and greatest of whole
 * blocks are kept, so that a point more costs a block and not the series.
 */
import type { PointMark } from './series.ts';

/** Points of a block. */
const block = 16;

export type Line = readonly [xs: number[], ys: (number | null)[]];

export class ThinLine {
  #values: ArrayLike<number> = [];
  #marks: ReadonlyMap<number, PointMark> = new Map();
  /** Points that the line leaves out. */
  #left: ReadonlySet<number> = new Set();
  #least = new Float64Array(0);
  #greatest = new Float64Array(0);
  /** Whole blocks that are known. */
  #known = 0;

  /** The series as it is now. Values that only grew in the same memory are not looked at again. */
  take(values: ArrayLike<number>, marks: ReadonlyMap<number, PointMark>): void {
    if (marks !== this.#marks || !goesOn(values, this.#values)) this.#known = 0;
    if (marks !== this.#marks)
      this.#left = new Set(
        [...marks]
          .filter(([, { excluded, replaced }]) => excluded !== undefined || replaced === true)
          .map(([index]) => index),
      );
    [this.#values, this.#marks] = [values, marks];
    const whole = Math.floor(values.length / block);
    if (this.#least.length < whole) {
      const room = Math.max(64, whole * 2);
      [this.#least, this.#greatest] = [grown(this.#least, room), grown(this.#greatest, room)];
    }
    const known = this.#known;
    for (let at = known; at < whole; at += 1) this.#block(at);
    this.#known = whole;
    for (const index of this.#left) {
      const at = Math.floor(index / block);
      if (at < known || at >= whole) continue;
      const { least, greatest } = this.#range(at * block, (at + 1) * block);
      [this.#least[at], this.#greatest[at]] = [least, greatest];
    }
  }

  /**
   * @param columns of pixels; up to four points in each may be handed out.
   * @returns the line from `from` to `to` (not included), null where a point does not count; thinned where there are far more
   *   points than columns.
   */
  line(from: number, to: number, columns: number): Line {
    const xs: number[] = [];
    const ys: (number | null)[] = [];
    const end = Math.min(to, this.#values.length);
    const share = Math.ceil((end - from) / Math.max(1, columns));
    if (share <= 8) {
      for (let i = from; i < end; i += 1) {
        xs.push(i);
        ys.push(this.#counts(i) ? (this.#values[i] as number) : null);
      }
      return [xs, ys];
    }
    // Whole blocks, rather narrower than a pixel than wider.
    const wide = share < 2 * block ? share : Math.floor(share / block) * block;
    // Columns begin at the same points wherever the window does: a window that moves does not flicker.
    for (let start = from; start < end;) {
      const stop = Math.min(end, (Math.floor(start / wide) + 1) * wide);
      this.#column(start, stop, xs, ys);
      start = stop;
    }
    return [xs, ys];
  }

  #column(start: number, stop: number, xs: number[], ys: (number | null)[]): void {
    let first = start;
    while (first < stop && !this.#counts(first)) first += 1;
    if (first === stop) return;
    let last = stop - 1;
    while (!this.#counts(last)) last -= 1;
    const { least, greatest } = this.#extremes(first, last + 1);
    const middle = (first + last) / 2;
    xs.push(first, middle, middle, last);
    ys.push(this.#values[first] as number, least, greatest, this.#values[last] as number);
  }

  #extremes(from: number, to: number): Extremes {
    const [firstWhole, lastWhole] = [Math.ceil(from / block), Math.floor(to / block)];
    if (firstWhole >= lastWhole) return this.#range(from, to);
    const head = this.#range(from, firstWhole * block);
    const tail = this.#range(lastWhole * block, to);
    let least = Math.min(head.least, tail.least);
    let greatest = Math.max(head.greatest, tail.greatest);
    for (let at = firstWhole; at < lastWhole; at += 1) {
      least = Math.min(least, this.#least[at] as number);
      greatest = Math.max(greatest, this.#greatest[at] as number);
    }
    return { least, greatest };
  }

  /** All values of a block, whether they count or not. */
  #block(at: number): void {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    const values = this.#values;
    for (let i = at * block; i < (at + 1) * block; i += 1) {
      const value = values[i] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    [this.#least[at], this.#greatest[at]] = [least, greatest];
  }

  /** Of the points that count. */
  #range(from: number, to: number): Extremes {
    let least = Number.POSITIVE_INFINITY;
    let greatest = Number.NEGATIVE_INFINITY;
    for (let i = from; i < to; i += 1) {
      if (!this.#counts(i)) continue;
      const value = this.#values[i] as number;
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return { least, greatest };
  }

  #counts(index: number): boolean {
    return !Number.isNaN(this.#values[index]) && (this.#left.size === 0 || !this.#left.has(index));
  }
}

interface Extremes {
  readonly least: number;
  readonly greatest: number;
}

function grown(list: Float64Array<ArrayBuffer>, room: number): Float64Array<ArrayBuffer> {
  const made = new Float64Array(room);
  made.set(list);
  return made;
}

/** Both look at the same memory from the same place. */
const goesOn = (values: ArrayLike<number>, before: ArrayLike<number>): boolean =>
  values instanceof Float64Array &&
  before instanceof Float64Array &&
  values.buffer === before.buffer &&
  values.byteOffset === before.byteOffset &&
  values.length >= before.length;
