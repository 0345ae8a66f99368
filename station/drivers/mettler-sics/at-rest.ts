/** Those who asked for a weight and wait until the balance sends one at rest. */
import type { DriverClock, DriverResult } from '#contract/driver.ts';
import type { Line } from './presses.ts';

/** Loading goes on: what is still moving, off the scale or busy may come to rest. */
const passing: ReadonlySet<string> = new Set(['not-stable', 'overload', 'underload', 'not-ready']);

interface Waiting {
  /** Status of what was heard meanwhile. */
  last: string;
  done(answer: DriverResult<Line>): void;
}

export class AtRest {
  readonly #clock: DriverClock;
  readonly #waiting = new Set<Waiting>();

  constructor(clock: DriverClock) {
    this.#clock = clock;
  }

  /** Resolves with the next line that will not change by waiting; after `limitMs` with why there was none. */
  wait(limitMs: number): Promise<DriverResult<Line>> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(limitMs, () => {
        one.done({ ok: false, status: one.last, message: `no weight at rest within ${limitMs} ms` });
      });
      const one: Waiting = {
        last: 'no-answer',
        done: (answer) => {
          timer.cancel();
          this.#waiting.delete(one);
          resolve(answer);
        },
      };
      this.#waiting.add(one);
    });
  }

  /** @param status what `judge` made of the line. */
  heard(line: Line, status: string): void {
    for (const one of this.#waiting) {
      one.last = status;
      if (!passing.has(status)) one.done({ ok: true, value: line });
    }
  }

  end(status: string, message: string): void {
    for (const one of this.#waiting) one.done({ ok: false, status, message });
  }
}
