/**
 * From a counter's readings to pieces. What lies between two readings is judged as of an energy counter (domain/energy/counter.ts)
 * with single pieces as steps; here it is added what pieces have more: after a reset those since then count, one wild value is
 * passed over, and it does not matter how long nothing was counted as long as the machine was heard meanwhile.
 */
import type { PieceCounter } from '#contract/config/machines.ts';
import { spansOf, type Counter, type SpanKind } from '#domain/energy/counter.ts';

/** Where counting goes on. */
export interface Baseline {
  /** UTC ms. */
  readonly at: number;
  readonly value: number;
}

/** What one reading came to. */
export interface Counted {
  readonly kind: SpanKind;
  /** Counts between the readings; 0 where it is not known. */
  readonly steps: number;
  readonly from: Baseline;
  readonly to: Baseline;
}

export class PieceCounting {
  readonly #counter: Counter;
  readonly pieces: number;
  readonly tagId: string;
  /** null: nothing was ever read. */
  baseline: Baseline | null;
  /** Read after the baseline and more than can have been made; the next reading says which of the two it was. */
  #wild: Baseline | null = null;

  constructor(counter: PieceCounter, mostPerHour: number | null, baseline: Baseline | null) {
    this.tagId = counter.tag;
    this.pieces = counter.pieces;
    const most = mostPerHour === null ? null : mostPerHour / counter.pieces;
    this.#counter = { step: 1, rollOver: counter.rollOver, mostPerHour: most, gapMs: Infinity };
    this.baseline = baseline;
  }

  /**
   * @param at UTC ms; one at or before the reading before is taken as 1 ms after it
   * @returns null: the first reading, or one that is no count
   */
  read(value: number, at: number): Counted | null {
    if (!Number.isInteger(value) || value < 0) return null;
    const from = this.baseline;
    if (from === null) {
      this.baseline = { at, value };
      return null;
    }
    const to: Baseline = { at: Math.max(at, from.at + 1, (this.#wild?.at ?? -Infinity) + 1), value };
    const wild = this.#wild;
    this.#wild = null;
    const found = this.#between(from, to);
    if (wild !== null) {
      // The wild one was none: counting goes on from before it. Else it was a new beginning.
      if (found.kind === 'counted' || found.kind === 'rolled-over') return this.#to(found);
      const after = this.#between(wild, to);
      if (after.kind === 'counted' || after.kind === 'rolled-over') return this.#to(after);
    }
    if (found.kind === 'impossible') {
      this.#wild = to;
      return { ...found, from: wild ?? from };
    }
    return this.#to(found);
  }

  #to(counted: Counted): Counted {
    this.baseline = counted.to;
    return counted;
  }

  #between(from: Baseline, to: Baseline): Counted {
    const span = spansOf([from, to], this.#counter).spans[0];
    if (span === undefined) return { kind: 'impossible', steps: 0, from, to };
    if (span.kind !== 'reset') return { kind: span.kind, steps: span.steps, from, to };
    // It began again at 0: what it shows was made since, if so many can have been made.
    const since = spansOf([{ at: from.at, value: 0 }, to], this.#counter).spans[0];
    const believed = this.#counter.mostPerHour !== null && since?.kind === 'counted';
    return { kind: 'reset', steps: believed ? since.steps : 0, from, to };
  }
}
