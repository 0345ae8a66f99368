import type { Outcome, Refusal } from '#contract/refusal.ts';
import { t } from '../i18n/index.svelte.ts';
import { CallTimedOut, LinkLost, NotConnected } from '../link/errors.ts';
import { beep } from './sound.ts';

/** Why there was no answer, in words. */
export function problemText(error: unknown): string {
  if (error instanceof NotConnected) return t.problem_not_connected();
  if (error instanceof LinkLost) return t.problem_link_lost();
  if (error instanceof CallTimedOut) return t.problem_timed_out();
  return t.problem_defect({ message: error instanceof Error ? error.message : String(error) });
}

/** One thing a person can do: busy while it is under way, and what came back when it was not done. */
export class Act {
  busy = $state(false);
  refusal = $state.raw<Refusal | null>(null);
  problem = $state<string | null>(null);

  /** The one that waits for the others; what comes before it is under way. */
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /**
   * While one is under way another one is not begun: two taps are one command.
   * @returns the outcome's value in a box when it was done, null when it was refused or not answered.
   */
  async run<T>(call: () => Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    if (this.busy) return null;
    this.clear();
    return this.#do(call);
  }

  /**
   * Each is done, one after the other: for taps on different things (the points of a checklist, start and abort) that come
   * faster than the station answers. What one was refused for stays until all are done.
   */
  inTurn<T>(call: () => Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    if (this.#waiting === 0) this.clear();
    this.#waiting += 1;
    const mine = this.#last.then(() => this.#do(call));
    this.#last = mine.finally(() => (this.#waiting -= 1));
    return mine;
  }

  async #do<T>(call: () => Promise<Outcome<T>>): Promise<{ readonly value: T } | null> {
    this.busy = true;
    try {
      const outcome = await call();
      if (outcome.ok) return { value: outcome.value };
      this.refusal = outcome.refusal;
      beep('refused');
    } catch (error) {
      this.problem = problemText(error);
      beep('refused');
    } finally {
      this.busy = false;
    }
    return null;
  }

  clear(): void {
    this.refusal = null;
    this.problem = null;
  }
}
