import { Mailbox } from '#station/streams/mailbox.ts';
import { Signal } from '#station/streams/signal.ts';

/** A value that a scripted server shows, and tells whoever watches when it is set. */
export class Shown<T> {
  #value: T;
  readonly #changed = new Signal<T>();
  constructor(value: T) {
    this.#value = value;
  }
  get value(): T {
    return this.#value;
  }
  set(value: T): void {
    this.#value = value;
    this.#changed.emit(value);
  }
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<T, void, undefined> {
    const box = new Mailbox<T>();
    box.put(this.#value);
    const stop = this.#changed.listen((value) => box.put(value));
    signal?.addEventListener('abort', () => box.close(), { once: true });
    try {
      yield* box;
    } finally {
      stop();
    }
  }
}
