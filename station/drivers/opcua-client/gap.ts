/** Which tags were last told to be out of reach: said once per gap, and undone per tag by the next thing known of it. */
import type { TagReading } from '#contract/reading.ts';

/** A reading that says that nothing is known of a tag, and why. */
export function badReading(tag: number, status: string, receivedAt: number): TagReading {
  return { tag, value: null, quality: 'bad', status, sourceAt: null, serverAt: null, receivedAt };
}

export class Gap {
  readonly #count: number;
  /** Per tag 1 = still out of reach; null outside of gaps, which is nearly always. */
  #marks: Uint8Array | null = null;

  constructor(count: number) {
    this.#count = count;
  }

  get open(): boolean {
    return this.#marks !== null;
  }

  /**
   * @returns a bad reading for every tag that is not out of reach already, so that history keeps the interval: all of
   *   them at first, none when the same gap is told again, those that came back meanwhile when the link flaps.
   */
  begin(status: string, receivedAt: number): TagReading[] {
    const marks = (this.#marks ??= new Uint8Array(this.#count));
    const readings: TagReading[] = [];
    for (let tag = 0; tag < this.#count; tag++) {
      if (marks[tag] === 1) continue;
      marks[tag] = 1;
      readings.push(badReading(tag, status, receivedAt));
    }
    return readings;
  }

  told(tag: number): void {
    if (this.#marks !== null) this.#marks[tag] = 0;
  }

  has(tag: number): boolean {
    return this.#marks !== null && this.#marks[tag] === 1;
  }

  tags(): number[] {
    return Array.from({ length: this.#count }, (_, tag) => tag).filter((tag) => this.has(tag));
  }

  end(): void {
    this.#marks = null;
  }
}
