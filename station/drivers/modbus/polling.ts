/** Asks groups when they are due, the one that waits longest first, so that too much work slows all of them alike. */
import type { DriverHost } from '#contract/driver.ts';
import type { Group } from './groups.ts';

/** A unit that is away, or an address that is refused, costs a time-out each: asked this seldom. */
const seldomMs = 5_000;
/** How long the true period is watched before it is compared with the wanted one. */
const watchMs = 10_000;

interface Item {
  readonly group: Group;
  dueAt: number;
  asked: number;
}

export class Polling {
  readonly #host: DriverHost;
  readonly #with: {
    ask(group: Group): Promise<readonly Group[] | null>;
    dead(unit: number): boolean;
  };
  #items: Item[] = [];
  #timer: { cancel(): void } | null = null;
  /** Counts starts; what was begun under an older one ends by itself. */
  #run = 0;
  #watchedSince = 0;
  #told = false;

  constructor(
    host: DriverHost,
    callbacks: { ask(group: Group): Promise<readonly Group[] | null>; dead(unit: number): boolean },
  ) {
    this.#host = host;
    this.#with = callbacks;
  }

  start(groups: readonly Group[]): void {
    this.stop();
    const now = this.#host.clock.monotonic();
    this.#items = groups.map((group) => ({ group, dueAt: now, asked: 0 }));
    this.#watchedSince = now;
    this.#told = false;
    this.#host.info({ requests: groups.length });
    this.#next(this.#run);
  }

  stop(): void {
    this.#run += 1;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #next(run: number): void {
    if (run !== this.#run || this.#items.length === 0) return;
    const item = this.#items.reduce((first, one) => (one.dueAt < first.dueAt ? one : first));
    const wait = item.dueAt - this.#host.clock.monotonic();
    if (wait > 0) {
      this.#timer = this.#host.clock.setTimer(Math.ceil(wait), () => {
        this.#timer = null;
        this.#next(run);
      });
      return;
    }
    this.#with.ask(item.group).then(
      (instead) => {
        if (run !== this.#run) return;
        this.#done(item, instead);
        this.#next(run);
      },
      (error: unknown) => {
        // Out of the promise: the runner sees what a timer throws, and ends the driver.
        this.#host.clock.setTimer(0, () => {
          throw error;
        });
      },
    );
  }

  #done(item: Item, instead: readonly Group[] | null): void {
    const now = this.#host.clock.monotonic();
    item.asked += 1;
    if (instead !== null) {
      this.#items = this.#items.flatMap((one) =>
        one === item ? instead.map((group) => ({ group, dueAt: now, asked: 0 })) : [one],
      );
      this.#host.info({ requests: this.#items.length });
      this.#watchedSince = now;
      for (const one of this.#items) one.asked = 0;
      return;
    }
    const everyMs = this.#with.dead(item.group.unit) ? Math.max(seldomMs, item.group.everyMs) : item.group.everyMs;
    // From when it was due, so that periods do not drift; what is behind by more than one is left out, not caught up.
    item.dueAt = Math.max(item.dueAt + everyMs, now);
    if (now - this.#watchedSince >= watchMs) this.#watch(now);
  }

  /** Says once per connection when the line cannot keep up with what was asked. */
  #watch(now: number): void {
    const passedMs = now - this.#watchedSince;
    let worst: { wantedMs: number; grantedMs: number } | null = null;
    for (const { group, asked } of this.#items) {
      if (this.#with.dead(group.unit)) continue;
      const grantedMs = Math.round(passedMs / Math.max(asked, 1));
      const late = grantedMs > group.everyMs * 1.5 && passedMs > group.everyMs * 3;
      if (late && (worst === null || grantedMs > worst.grantedMs)) worst = { wantedMs: group.everyMs, grantedMs };
    }
    for (const item of this.#items) item.asked = 0;
    this.#watchedSince = now;
    this.#host.info({ behind: worst !== null });
    if (worst === null || this.#told) return;
    this.#told = true;
    this.#host.info({ grantedMs: worst.grantedMs });
    this.#host.problem('revised-by-server', { ...worst, requests: this.#items.length });
  }
}
