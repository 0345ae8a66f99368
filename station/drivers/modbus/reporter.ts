/** Makes readings of what was read: changes at once, what stays the same once in a while as a sign of life. */
import type { DriverHost, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import type { Said } from './values.ts';

/** A value that does not change is said again after this, so that a limit on its age holds. */
const repeatMs = 1_000;

export class Reporter {
  readonly #host: DriverHost;
  readonly #tags: readonly TagBinding[];
  readonly #last: (Said & { readonly at: number })[] = [];
  #ended = false;

  constructor(host: DriverHost, tags: readonly TagBinding[]) {
    this.#host = host;
    this.#tags = tags;
  }

  reading(tag: number, said: Said): TagReading {
    return { tag, ...said, sourceAt: null, serverAt: null, receivedAt: this.#host.clock.now() };
  }

  say(all: readonly (readonly [tag: number, said: Said])[]): void {
    if (this.#ended) return;
    const now = this.#host.clock.monotonic();
    const batch: TagReading[] = [];
    for (const [tag, said] of all) {
      const last = this.#last[tag];
      if (last && now - last.at < repeatMs && this.#isSame(tag, last, said)) continue;
      this.#last[tag] = { ...said, at: now };
      batch.push(this.reading(tag, said));
    }
    if (batch.length > 0) this.#host.readings(batch);
  }

  /** Once per gap and reason: history keeps the interval. */
  sayBad(tags: readonly number[], status: string): void {
    if (this.#ended) return;
    const now = this.#host.clock.monotonic();
    const batch: TagReading[] = [];
    for (const tag of tags) {
      if (this.#last[tag]?.status === status) continue;
      const said = { value: null, quality: 'bad', status } as const;
      this.#last[tag] = { ...said, at: now };
      batch.push(this.reading(tag, said));
    }
    if (batch.length > 0) this.#host.readings(batch);
  }

  end(): void {
    this.#ended = true;
  }

  #isSame(tag: number, last: Said, said: Said): boolean {
    if (last.quality !== said.quality || last.status !== said.status) return false;
    const deadband = this.#tags[tag]?.deadband ?? 0;
    if (deadband > 0 && typeof last.value === 'number' && typeof said.value === 'number') {
      return Math.abs(last.value - said.value) < deadband;
    }
    return Array.isArray(said.value)
      ? JSON.stringify(last.value) === JSON.stringify(said.value)
      : last.value === said.value;
  }
}
