import type { DriverClock } from '#contract/driver.ts';

/** Tells when a line that owes the end of a frame went quiet. */
export class QuietTimer {
  readonly #clock: DriverClock;
  readonly #halfMs: number;
  readonly #quiet: () => void;
  #timer: { cancel(): void } | null = null;

  constructor(clock: DriverClock, quietMs: number, quiet: () => void) {
    this.#clock = clock;
    this.#halfMs = Math.ceil(quietMs / 2);
    this.#quiet = quiet;
  }

  /** Something came; waits again if it left a frame open. */
  heard(open: boolean): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (!open) return;
    // In two halves: after a stalled event loop timers run before input, and the rest of the frame may already be there.
    this.#timer = this.#clock.setTimer(this.#halfMs, () => {
      this.#timer = this.#clock.setTimer(this.#halfMs, () => {
        this.#timer = null;
        this.#quiet();
      });
    });
  }
}
