/**
 * Tells presses of the print key from answers to `SI`, which look alike. While a question for the needle is on its way,
 * lines are kept; `I4` is asked behind it, and as the balance answers in order, its answer says that the one of `SI` is
 * among the lines kept. All others were presses. An answer that comes late is so never taken for a press.
 */
import type { SicsFrame } from './codec.ts';

export interface Line {
  readonly frame: SicsFrame;
  /** UTC ms. */
  readonly receivedAt: number;
}

export interface Sorted {
  readonly live: Line | null;
  readonly presses: readonly Line[];
}

export class Presses {
  #kept: Line[] | null = null;
  #answers = 0;

  /** True from a question until `I4` was answered. */
  get undecided(): boolean {
    return this.#kept !== null;
  }

  asked(): void {
    this.#kept = [];
    this.#answers = 1;
  }

  /** The question was refused as such (ES, ET, EL): no line is its answer. */
  refused(): void {
    this.#answers = 0;
  }

  /** @returns false: nothing was asked, so the line is a press. */
  keep(line: Line): boolean {
    this.#kept?.push(line);
    return this.#kept !== null;
  }

  /** `I4` was answered, or the link is gone and nothing asked will be answered any more. */
  decide(): Sorted {
    const kept = this.#kept ?? [];
    this.#kept = null;
    if (this.#answers === 0) return { live: null, presses: kept };
    // The key sends weights at rest only (manual, ST): a moving one among them is the answer.
    const moving = kept.findIndex(({ frame }) => frame.kind === 'weight' && !frame.stable);
    const answer = Math.max(0, moving);
    return { live: kept[answer] ?? null, presses: kept.filter((_, at) => at !== answer) };
  }
}
