/** A wait that ends by time or because something happened, whichever is first; what happens before the wait counts too. */
import type { Clock } from '#station/clock.ts';

export class Wake {
  readonly #clock: Pick<Clock, 'setTimer'>;
  #pending = false;
  #end: (() => void) | null = null;

  constructor(clock: Pick<Clock, 'setTimer'>) {
    this.#clock = clock;
  }

  now(): void {
    this.#pending = true;
    this.#end?.();
  }

  /** @param ms null: until woken. */
  async wait(ms: number | null): Promise<void> {
    if (!this.#pending) {
      await new Promise<void>((resolve) => {
        const timer = ms === null ? null : this.#clock.setTimer(ms, resolve);
        this.#end = () => {
          timer?.cancel();
          resolve();
        };
      });
      this.#end = null;
    }
    this.#pending = false;
  }

  /** Waits the whole time, whatever happens, unless `urgent` says so on a wake. */
  async pause(ms: number, urgent: () => boolean): Promise<void> {
    let over = false;
    const timer = this.#clock.setTimer(ms, () => {
      over = true;
      this.now();
    });
    while (!over && !urgent()) await this.wait(null);
    timer.cancel();
  }
}

/** Doubling from `firstMs` to `mostMs`, half of it by chance, so that stations do not come back all at once. */
export function backoffMs(failures: number, firstMs: number, mostMs: number, random: () => number): number {
  const whole = Math.min(mostMs, firstMs * 2 ** Math.min(20, Math.max(0, failures - 1)));
  return whole * (0.5 + 0.5 * random());
}
