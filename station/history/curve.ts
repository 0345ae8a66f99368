/** Samples on their way to a screen: all of them, or the extremes of equal slices of time. */
import { axisAt, flagNoValue, type Samples } from './samples.ts';

export interface Curve {
  /** How many samples there are in the interval. */
  readonly samples: number;
  /** UTC ms, ascending. */
  readonly at: number[];
  /** null: bad quality, no value, or no finite number. */
  readonly value: (number | null)[];
}

/**
 * Collects the samples of an interval (both ends included), in any order, in memory for `maxPoints` only. With more
 * samples each slice of time gives its lowest, its highest (the earliest of equals) and, if it has one, its latest bad
 * sample, so that no gap is drawn over.
 */
export class CurveCollector {
  readonly #fromAt: number;
  readonly #toAt: number;
  readonly #maxPoints: number;
  readonly #isBad: (word: number) => boolean;
  readonly #width: number;
  /** The first `maxPoints` samples; NaN = null. */
  readonly #at: Float64Array;
  readonly #value: Float64Array;
  /** Per slice; NaN = none. There are `maxPoints` slices until the end shows how many may be told apart. */
  readonly #low: Float64Array;
  readonly #lowAt: Float64Array;
  readonly #high: Float64Array;
  readonly #highAt: Float64Array;
  readonly #badAt: Float64Array;
  #count = 0;
  #anyBad = false;

  constructor(fromAt: number, toAt: number, maxPoints: number, isBad: (word: number) => boolean) {
    const none = (): Float64Array => new Float64Array(maxPoints).fill(Number.NaN);
    this.#fromAt = fromAt;
    this.#toAt = toAt;
    this.#maxPoints = maxPoints;
    this.#isBad = isBad;
    this.#width = (toAt - fromAt + 1) / maxPoints;
    [this.#at, this.#value] = [none(), none()];
    [this.#low, this.#lowAt, this.#high, this.#highAt, this.#badAt] = [none(), none(), none(), none(), none()];
  }

  add({ at, received, value, word, count }: Samples): void {
    let flags = -1;
    let flagsBad = false;
    for (let i = 0; i < count; i += 1) {
      const axis = axisAt(at[i] ?? 0, received[i] ?? 0);
      if (axis < this.#fromAt || axis > this.#toAt) continue;
      const number = value[i] ?? 0;
      if (word[i] !== flags) {
        flags = word[i] ?? 0;
        flagsBad = (flags & flagNoValue) !== 0 || this.#isBad(flags);
      }
      this.#take(axis, flagsBad || !Number.isFinite(number) ? Number.NaN : number);
    }
  }

  finish(): Curve {
    const points = this.#count <= this.#maxPoints ? this.#all() : this.#extremes();
    points.sort((a, b) => a.at - b.at);
    return {
      samples: this.#count,
      at: points.map((point) => point.at),
      value: points.map((point) => (Number.isNaN(point.value) ? null : point.value)),
    };
  }

  #take(axis: number, number: number): void {
    if (this.#count < this.#maxPoints) {
      this.#at[this.#count] = axis;
      this.#value[this.#count] = number;
    }
    this.#count += 1;
    const slice = Math.floor((axis - this.#fromAt) / this.#width);
    if (Number.isNaN(number)) {
      this.#anyBad = true;
      if (!((this.#badAt[slice] ?? 0) > axis)) this.#badAt[slice] = axis;
      return;
    }
    const low = this.#low[slice] ?? 0;
    if (!(number >= low) || (number === low && axis < (this.#lowAt[slice] ?? 0))) {
      this.#low[slice] = number;
      this.#lowAt[slice] = axis;
    }
    const high = this.#high[slice] ?? 0;
    if (!(number <= high) || (number === high && axis < (this.#highAt[slice] ?? 0))) {
      this.#high[slice] = number;
      this.#highAt[slice] = axis;
    }
  }

  #all(): { at: number; value: number }[] {
    return Array.from({ length: this.#count }, (_unused, i) => ({ at: this.#at[i] ?? 0, value: this.#value[i] ?? 0 }));
  }

  #extremes(): { at: number; value: number }[] {
    const points: { at: number; value: number }[] = [];
    // As many neighbouring slices together as a slice may give points.
    const together = this.#anyBad ? 3 : 2;
    const whole = this.#maxPoints - (this.#maxPoints % together);
    for (let first = 0; first < this.#maxPoints;) {
      // What is left at the end joins the last group.
      const end = first + together >= whole ? this.#maxPoints : first + together;
      let low = -1;
      let high = -1;
      let bad = -1;
      for (let slice = first; slice < end; slice += 1) {
        if (!Number.isNaN(this.#badAt[slice] ?? 0)) bad = slice;
        if (Number.isNaN(this.#low[slice] ?? 0)) continue;
        if (low === -1 || (this.#low[slice] ?? 0) < (this.#low[low] ?? 0)) low = slice;
        if (high === -1 || (this.#high[slice] ?? 0) > (this.#high[high] ?? 0)) high = slice;
      }
      if (low !== -1) points.push({ at: this.#lowAt[low] ?? 0, value: this.#low[low] ?? 0 });
      if (high !== -1 && !(this.#highAt[high] === this.#lowAt[low] && this.#high[high] === this.#low[low])) {
        points.push({ at: this.#highAt[high] ?? 0, value: this.#high[high] ?? 0 });
      }
      if (bad !== -1) points.push({ at: this.#badAt[bad] ?? 0, value: Number.NaN });
      first = end;
    }
    return points;
  }
}
