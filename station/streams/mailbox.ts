/**
 * The one way from a changing thing in the station to a screen. A stream over the wire has no backpressure (design
 * law 12), so what waits for a slow reader is merged into one pending value instead of queued.
 */

/** Merges what is waiting with what just came; must not grow without bound. */
export type Merge<T> = (waiting: T, next: T) => T;

/** Keep only the newest. */
export const newest = <T>(_waiting: T, next: T): T => next;

export class Mailbox<T> implements AsyncIterable<T> {
  readonly #merge: Merge<T>;
  readonly #minIntervalMs: number;
  #waiting: { value: T } | null = null;
  #wake: (() => void) | null = null;
  #closed = false;
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param minIntervalMs least time between two deliveries, in ms; 0 = as fast as the reader takes them. */
  constructor(merge: Merge<T> = newest, minIntervalMs = 0) {
    this.#merge = merge;
    this.#minIntervalMs = minIntervalMs;
  }

  put(value: T): void {
    if (this.#closed) return;
    this.#waiting = this.#waiting === null ? { value } : { value: this.#merge(this.#waiting.value, value) };
    this.#wake?.();
  }

  /** Ends the stream after what is waiting now. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      if (this.#waiting === null) {
        if (this.#closed) return;
        await new Promise<void>((resolve) => (this.#wake = resolve));
        this.#wake = null;
        continue;
      }
      const rest = this.#lastAt + this.#minIntervalMs - performance.now();
      if (rest > 0 && !this.#closed) {
        await new Promise<void>((resolve) => setTimeout(resolve, rest));
        continue;
      }
      const { value } = this.#waiting;
      this.#waiting = null;
      this.#lastAt = performance.now();
      yield value;
    }
  }
}

/**
 * Runs a mailbox for one reader: `attach` feeds it and returns how to detach. Ends when the reader goes (its signal
 * aborts or it stops iterating); the source is always detached.
 */
export async function* watching<T>(
  attach: (box: Mailbox<T>) => () => void,
  signal: AbortSignal | undefined,
  merge: Merge<T> = newest,
  minIntervalMs = 0,
): AsyncGenerator<T, void, undefined> {
  const box = new Mailbox<T>(merge, minIntervalMs);
  const end = (): void => box.close();
  signal?.addEventListener('abort', end, { once: true });
  const detach = attach(box);
  try {
    if (!signal?.aborted) yield* box;
  } finally {
    detach();
    signal?.removeEventListener('abort', end);
  }
}
