/** Samples that were taken and are not durable yet, and an account of those that could not be taken. */
import type { Lane } from './lanes.ts';
import { laneWidth } from './lanes.ts';
import { flagBoolean, flagGap, flagNoSourceTime, flagNoValue, instant, Samples, type Block } from './samples.ts';

export interface Loss {
  readonly samples: number;
  /** UTC ms of the first and of the last of them. */
  readonly fromAt: number;
  readonly toAt: number;
}

/** How many samples may wait for a disk that takes none; further ones are counted as lost. */
export const mostPending = 200_000;

export class Pending {
  readonly samples = new Samples(1_024);
  /** Tag of each sample. */
  tags = new Float64Array(1_024);
  loss: Loss | null = null;
  /** Last number of each tag, repeated where a source gave none so that its column stays smooth. */
  #lastValue = new Float64Array(64);
  /** Per tag the interval that was lost since the last write: it becomes a gap. */
  readonly #lost = new Map<number, { fromAt: number; toAt: number }>();

  push(tag: number, value: number | boolean | null, status: number, sourceAt: number | null, receivedAt: number): void {
    const received = instant(receivedAt);
    if (received === null) throw new RangeError(`receivedAt ${receivedAt} is no instant`);
    const at = instant(sourceAt);
    if (this.samples.count >= mostPending) return this.#lose(tag, received);
    if (tag >= this.#lastValue.length) this.#lastValue = grown(this.#lastValue, (tag + 1) * 2);
    let word = status;
    let number: number;
    if (value === null) {
      word |= flagNoValue;
      number = this.#lastValue[tag] ?? 0;
    } else {
      if (typeof value === 'boolean') word |= flagBoolean;
      number = Number(value);
      this.#lastValue[tag] = number;
    }
    if (at === null) word |= flagNoSourceTime;
    this.#put(tag, at ?? received, received, number, word);
  }

  /** Both ends stand at their own time, whenever the gap was found out. */
  gap(tag: number, fromAt: number, toAt: number, status: number): void {
    const word = status | flagGap | flagNoValue | flagNoSourceTime;
    for (const end of [fromAt, toAt]) {
      const at = instant(end);
      if (at === null) throw new RangeError(`the end of a gap, ${end}, is no instant`);
      this.#put(tag, at, at, this.#lastValue[tag] ?? 0, word);
    }
  }

  /** What a block is made of: samples of the lanes that are carried along, then the new ones. */
  withCarried(lanes: readonly Lane[]): Block {
    if (lanes.length === 0) return this;
    const samples = new Samples(this.samples.count * 2);
    const tags: number[] = [];
    for (const lane of lanes) {
      lane.tags.forEach((carried, place) => {
        for (let i = 0; i < (carried?.count ?? 0); i += 1) {
          if (carried) samples.pushFrom(carried, i);
          tags.push(lane.lane * laneWidth + place);
        }
      });
    }
    for (let i = 0; i < this.samples.count; i += 1) {
      samples.pushFrom(this.samples, i);
      tags.push(this.tags[i] ?? 0);
    }
    return { tags: Float64Array.from(tags), samples };
  }

  /** All of it is durable. What was lost in between is marked as a gap with this status, durable at the next write. */
  written(lostStatus: number): void {
    this.samples.clear();
    for (const [tag, { fromAt, toAt }] of this.#lost) this.gap(tag, fromAt, toAt, lostStatus);
    this.#lost.clear();
  }

  #put(tag: number, at: number, received: number, value: number, word: number): void {
    const { count } = this.samples;
    if (count === this.tags.length) this.tags = grown(this.tags, count * 2);
    this.tags[count] = tag;
    this.samples.push(at, received, value, word);
  }

  #lose(tag: number, at: number): void {
    this.loss = { samples: (this.loss?.samples ?? 0) + 1, fromAt: this.loss?.fromAt ?? at, toAt: at };
    const lost = this.#lost.get(tag);
    if (lost) lost.toAt = at;
    else this.#lost.set(tag, { fromAt: at, toAt: at });
  }
}

function grown(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(length);
  larger.set(array);
  return larger;
}
