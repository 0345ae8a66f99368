/** Tells "connected but silent": the session claims to be up and nothing is heard for longer than it may be. */
import type { DriverClock } from '#contract/driver.ts';

export interface WatchdogEvents {
  /** Nothing heard for the limit. */
  silent(silentMs: number): void;
  /** Heard again after `silent`. */
  back(): void;
  /** Nothing heard for twice the limit. `ever`: whether anything was heard since the watch began. */
  dead(silentMs: number, ever: boolean): void;
}

export class Watchdog {
  readonly #clock: DriverClock;
  readonly #silentAfterMs: number;
  readonly #events: WatchdogEvents;
  #timer: { cancel(): void } | null = null;
  #limit = 0;
  #heardAt = 0;
  #ever = false;
  #silent = false;

  constructor(clock: DriverClock, silentAfterMs: number, events: WatchdogEvents) {
    this.#clock = clock;
    this.#silentAfterMs = silentAfterMs;
    this.#events = events;
  }

  get silent(): boolean {
    return this.#silent;
  }

  /** @param keepAliveMs how long the server may say nothing when nothing changes. */
  begin(keepAliveMs: number): void {
    this.end();
    this.#limit = Math.max(this.#silentAfterMs, 2.5 * keepAliveMs);
    this.#heardAt = this.#clock.monotonic();
    this.#ever = false;
    this.#look(this.#heardAt);
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#silent = false;
  }

  heard(): void {
    if (this.#timer === null) return;
    this.#heardAt = this.#clock.monotonic();
    this.#ever = true;
    if (!this.#silent) return;
    this.#silent = false;
    this.#events.back();
  }

  #look(lookedAt: number): void {
    const period = Math.min(500, this.#silentAfterMs / 4);
    this.#timer = this.#clock.setTimer(period, () => {
      const now = this.#clock.monotonic();
      this.#look(now);
      // When this program itself was held up, what the server sent meanwhile is still waiting to be read.
      if (now - lookedAt < period * 3) this.#judge(Math.round(now - this.#heardAt));
    });
  }

  #judge(silentMs: number): void {
    if (silentMs >= this.#limit && !this.#silent) {
      this.#silent = true;
      this.#events.silent(silentMs);
    }
    if (silentMs >= 2 * this.#limit) this.#events.dead(silentMs, this.#ever);
  }
}
