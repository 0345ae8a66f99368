/**
 * When to ask again, in one place. What is counted is how often the same step failed in the same way without having
 * succeeded since; everything is asked again for ever, because nobody should have to start a station anew.
 */
import { backoffMs } from './wake.ts';

/**
 * `unreached`: no whole answer, or the server cannot now. `refused`: a no that asking again cannot end, if it was meant:
 * what is damaged on the way reads the same. `parted`: the server is elsewhere in the stream (gap, fork).
 */
export type Failure = 'unreached' | 'refused' | 'parted';

/** First and longest pause after a failure, in ms; the longest is how late a station notices that the cable is back. */
export const usualRetryMs = [500, 10_000] as const;
/** Longest pause after a refusal, in ms. */
const usualRefusedMs = 60_000;
/** A refusal is believed (shown, and told as an error) when it came this often. Asking so often takes about 1.5 s. */
const believedAt = 3;

export interface RetryPaces {
  /** First and longest pause after a failure, in ms. */
  readonly retryMs?: readonly [number, number];
  /** Longest pause after refusals, in ms: they are asked again too, less and less often. */
  readonly refusedMs?: number;
}

export interface Verdict {
  /** Before it is asked again, in ms. */
  readonly waitMs: number;
  /** The first time since the step last succeeded. */
  readonly first: boolean;
  /** It is no accident any more. Only of `refused`. */
  readonly believed: boolean;
}

/** Steps are what is asked on a road, e.g. a greeting and a batch. */
export class Retry<Step extends string> {
  readonly #counts = new Map<`${Step}/${Failure}`, number>();
  readonly #random: () => number;
  readonly #firstMs: number;
  readonly #mostMs: number;
  readonly #refusedMs: number;

  constructor(paces: RetryPaces, random: () => number) {
    this.#random = random;
    [this.#firstMs, this.#mostMs] = paces.retryMs ?? usualRetryMs;
    this.#refusedMs = paces.refusedMs ?? usualRefusedMs;
  }

  failed(step: Step, failure: Failure): Verdict {
    const count = (this.#counts.get(`${step}/${failure}`) ?? 0) + 1;
    this.#counts.set(`${step}/${failure}`, count);
    const mostMs = failure === 'refused' ? this.#refusedMs : this.#mostMs;
    // Who has parted compares both ends at once; if that does not end it, not in a busy loop.
    const waitMs = failure === 'parted' && count === 1 ? 0 : backoffMs(count, this.#firstMs, mostMs, this.#random);
    return { waitMs, first: count === 1, believed: failure === 'refused' && count >= believedAt };
  }

  /** The step succeeded; what it failed in before is over. */
  succeeded(step: Step): void {
    for (const failure of ['unreached', 'refused', 'parted'] as const) this.#counts.delete(`${step}/${failure}`);
  }

  /** As if nothing had ever failed: the road is another one now. */
  clear(): void {
    this.#counts.clear();
  }
}
