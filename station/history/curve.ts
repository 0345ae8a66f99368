/** Samples on their way to a screen: all of them, or the extremes of equal slices of time. */
import { axisAt, flagNoValue, type Samples } from './samples.ts';

export interface Curve {
  readonly samples: number;
  /** UTC ms. */
  readonly at: number[];
  /** null: bad quality, no value, or no finite number. */
  readonly value: (number | null)[];
}

/** Collects the samples of an interval (both ends included). */
export class CurveCollector {
  readonly #fromAt: number;
  readonly #toAt: number;
  readonly #isBad: (word: number) => boolean;
  #at = new Float64Array(1_024);
  /** NaN = null. */
  #value = new Float64Array(1_024);
  #count = 0;
  #ordered = true;
  #anyBad = false;

  constructor(fromAt: number, toAt: number, isBad: (word: number) => boolean) {
    this.#fromAt = fromAt;
    this.#toAt = toAt;
    this.#isBad = isBad;
  }

  add(samples: Samples): void {
    const { at, received, value, word, count } = samples;
    this.#grow(count);
    let next = this.#count;
    let last = next > 0 ? (this.#at[next - 1] ?? 0) : Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i += 1) {
      const axis = axisAt(at[i] ?? 0, received[i] ?? 0);
      if (axis < this.#fromAt || axis > this.#toAt) continue;
      if (axis < last) this.#ordered = false;
      last = axis;
      const number = value[i] ?? 0;
      const flags = word[i] ?? 0;
      const bad = (flags & flagNoValue) !== 0 || !Number.isFinite(number) || this.#isBad(flags);
      if (bad) this.#anyBad = true;
      this.#at[next] = axis;
      this.#value[next] = bad ? Number.NaN : number;
      next += 1;
    }
    this.#count = next;
  }

  /** @param maxPoints most points of the result; with more samples each slice gives its extremes and a null if it has one. */
  finish(maxPoints: number): Curve {
    if (!this.#ordered) this.#sort();
    const at: number[] = [];
    const value: (number | null)[] = [];
    const put = (index: number): void => {
      const number = this.#value[index] ?? 0;
      at.push(this.#at[index] ?? 0);
      value.push(Number.isNaN(number) ? null : number);
    };
    if (this.#count <= maxPoints) for (let i = 0; i < this.#count; i += 1) put(i);
    else this.#slices(Math.max(1, Math.floor(maxPoints / (this.#anyBad ? 3 : 2))), put);
    return { samples: this.#count, at, value };
  }

  #slices(slices: number, put: (index: number) => void): void {
    const width = Math.max(1, (this.#toAt - this.#fromAt + 1) / slices);
    for (let i = 0; i < this.#count;) {
      const slice = Math.floor(((this.#at[i] ?? 0) - this.#fromAt) / width);
      const end = this.#fromAt + (slice + 1) * width;
      let low = -1;
      let high = -1;
      let bad = -1;
      for (; i < this.#count && (this.#at[i] ?? 0) < end; i += 1) {
        const number = this.#value[i] ?? 0;
        if (Number.isNaN(number)) bad = i;
        else {
          if (low === -1 || number < (this.#value[low] ?? 0)) low = i;
          if (high === -1 || number > (this.#value[high] ?? 0)) high = i;
        }
      }
      let previous = -1;
      for (const index of [low, high, bad].sort((a, b) => a - b)) {
        if (index > previous) put(index);
        previous = index;
      }
    }
  }

  #sort(): void {
    const order = Array.from({ length: this.#count }, (_unused, index) => index);
    order.sort((a, b) => (this.#at[a] ?? 0) - (this.#at[b] ?? 0) || a - b);
    this.#at = Float64Array.from(order, (index) => this.#at[index] ?? 0);
    this.#value = Float64Array.from(order, (index) => this.#value[index] ?? 0);
  }

  #grow(more: number): void {
    const wanted = this.#count + more;
    if (wanted <= this.#at.length) return;
    const capacity = Math.max(wanted, this.#at.length * 2);
    const grown = [new Float64Array(capacity), new Float64Array(capacity)] as const;
    grown[0].set(this.#at);
    grown[1].set(this.#value);
    [this.#at, this.#value] = grown;
  }
}
