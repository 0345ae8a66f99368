/**
 * The one connection between this screen and the program behind it: the station, or the plant server. While it is down
 * every call is rejected at once and nothing is kept for later: an act made on a dead screen must never happen by itself
 * afterwards (design law 4).
 */
import { createORPCClient, type ClientOptions, type NestedClient } from '@orpc/client';
import { callTimeoutMs } from '#contract/rpc/base.ts';
import { CallTimedOut, LinkLost, NotConnected } from './errors.ts';
import type { Transport, TransportFactory, Wire } from './transport.ts';

/** `live`: the other side was heard within `heartbeatLimitMs`. `lost`: it was there and is not now. */
export type LinkStatus = 'connecting' | 'live' | 'lost';
export interface LinkState {
  readonly status: LinkStatus;
  /** UTC ms by this screen's clock. */
  readonly since: number;
}
export type StreamStatus = LinkStatus;
export interface StreamListener<T> {
  value(value: T): void;
  status(status: StreamStatus): void;
  /** The other side answered with an error; it is asked again. A value afterwards means that all is well again. */
  failed?(error: unknown): void;
}
export interface StreamOptions {
  readonly signal: AbortSignal;
}
/** Opens a stream: `(options) => client.orders.watch(undefined, options)`. */
export type OpenStream<T> = (options: StreamOptions) => Promise<AsyncIterator<T>>;
/** Opens the stream whose messages are the sign of life of the other side. */
export type OpenHeartbeat<C, B> = (client: C, options: StreamOptions) => Promise<AsyncIterator<B>>;
type AnyClient = NestedClient<Record<never, never>>;

export interface LinkClock {
  now(): number;
  setTimer(ms: number, run: () => void): () => void;
}
export const windowClock: LinkClock = {
  now: () => Date.now(),
  setTimer(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

export interface LinkOptions {
  readonly timeoutMs?: number;
  /** No heartbeat for so long means that the other side is gone, whatever the socket says. */
  readonly heartbeatLimitMs?: number;
  readonly clock?: LinkClock;
}

const firstPauseMs = 250;
const longestPauseMs = 2_000;

interface Generation {
  readonly wire: Wire;
  /** Aborted when this wire is over. */
  readonly over: AbortController;
}

export class Link<C extends AnyClient = AnyClient, B = unknown> {
  readonly client: C;
  readonly #heartbeat: OpenHeartbeat<C, B>;
  readonly #factory: TransportFactory;
  readonly #timeoutMs: number;
  readonly #heartbeatLimitMs: number;
  readonly #clock: LinkClock;
  readonly #states = new Set<(state: LinkState) => void>();
  readonly #heartbeats = new Set<(beat: B) => void>();
  readonly #streams = new Set<() => void>();
  #state: LinkState;
  #generation: Generation | null = null;
  #transport: Transport | null = null;
  #attempt = 0;
  #pauseMs = firstPauseMs;
  #cancelPause: (() => void) | null = null;
  #cancelWatchdog: (() => void) | null = null;
  #closed = false;

  constructor(factory: TransportFactory, heartbeat: OpenHeartbeat<C, B>, options: LinkOptions = {}) {
    this.#factory = factory;
    this.#heartbeat = heartbeat;
    this.#timeoutMs = options.timeoutMs ?? callTimeoutMs;
    this.#heartbeatLimitMs = options.heartbeatLimitMs ?? 8_000;
    this.#clock = options.clock ?? windowClock;
    this.#state = { status: 'connecting', since: this.#clock.now() };
    this.client = createORPCClient<C>({
      call: (path, input, callOptions) => this.#call(path, input, callOptions),
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    this.#connect();
  }

  /** Ends everything; the link cannot be used again. */
  close(): void {
    this.#closed = true;
    this.#cancelPause?.();
    this.#drop();
  }

  /** @returns how to stop listening. The present state is told at once. */
  onState(listener: (state: LinkState) => void): () => void {
    this.#states.add(listener);
    listener(this.#state);
    return () => void this.#states.delete(listener);
  }

  /** The heartbeat stream is kept by the link itself; who wants what it brings listens here. */
  onHeartbeat(listener: (beat: B) => void): () => void {
    this.#heartbeats.add(listener);
    return () => void this.#heartbeats.delete(listener);
  }

  /** Keeps a stream open over every reconnect and swap until the returned function is called. */
  stream<T>(open: OpenStream<T>, listener: StreamListener<T>): () => void {
    let running: AbortController | null = null;
    let stopped = false;
    let seen = false;
    const run = (): void => {
      running?.abort();
      const generation = this.#generation;
      if (stopped) return;
      listener.status(seen ? 'lost' : 'connecting');
      if (generation === null) return;
      const mine = new AbortController();
      running = mine;
      const end = (): void => mine.abort();
      generation.over.signal.addEventListener('abort', end, { once: true });
      void (async () => {
        let pause = firstPauseMs;
        while (!mine.signal.aborted) {
          try {
            const iterator = await open({ signal: mine.signal });
            try {
              for (;;) {
                const step = await raced(iterator.next(), mine.signal);
                if (step.done || mine.signal.aborted) break;
                seen = true;
                pause = firstPauseMs;
                listener.status('live');
                listener.value(step.value);
              }
            } finally {
              void iterator.return?.()?.then(undefined, () => undefined);
            }
          } catch (error) {
            // It is opened again below, or with the next wire.
            if (!mine.signal.aborted) listener.failed?.(error);
          }
          if (mine.signal.aborted) break;
          listener.status(seen ? 'lost' : 'connecting');
          await this.#sleep(pause, mine.signal);
          pause = Math.min(pause * 2, longestPauseMs);
        }
        generation.over.signal.removeEventListener('abort', end);
      })();
      mine.signal.addEventListener('abort', () => {
        if (!stopped && running === mine) listener.status(seen ? 'lost' : 'connecting');
      });
    };
    this.#streams.add(run);
    run();
    return () => {
      stopped = true;
      this.#streams.delete(run);
      running?.abort();
    };
  }

  async #call(path: readonly string[], input: unknown, options: ClientOptions<Record<never, never>>): Promise<unknown> {
    const generation = this.#generation;
    if (generation === null) throw new NotConnected();
    const call = new AbortController();
    const giveUp = (): void => call.abort(options.signal?.reason);
    const lost = (): void => call.abort(new LinkLost());
    options.signal?.addEventListener('abort', giveUp, { once: true });
    generation.over.signal.addEventListener('abort', lost, { once: true });
    if (options.signal?.aborted) giveUp();
    const cancelTimer = this.#clock.setTimer(this.#timeoutMs, () =>
      call.abort(new CallTimedOut(path, this.#timeoutMs)),
    );
    let stream = false;
    try {
      const answer = await raced(generation.wire.call(path, input, { ...options, signal: call.signal }), call.signal);
      stream = isStream(answer);
      return answer;
    } finally {
      cancelTimer();
      // A stream lives on with its signal; a plain answer needs it no more.
      if (!stream) {
        options.signal?.removeEventListener('abort', giveUp);
        generation.over.signal.removeEventListener('abort', lost);
      }
    }
  }

  #connect(): void {
    if (this.#closed) return;
    this.#cancelPause = null;
    const attempt = (this.#attempt += 1);
    const current = (): boolean => attempt === this.#attempt && !this.#closed;
    this.#feedWatchdog();
    this.#transport = this.#factory({
      open: (wire) => {
        if (current()) this.#use(wire);
      },
      close: () => {
        if (current()) this.#lose();
      },
    });
  }

  #use(wire: Wire): void {
    this.#generation?.over.abort();
    const generation: Generation = { wire, over: new AbortController() };
    this.#generation = generation;
    this.#feedWatchdog();
    void this.#listenToHeartbeat(generation);
    for (const run of this.#streams) run();
  }

  async #listenToHeartbeat(generation: Generation): Promise<void> {
    const { signal } = generation.over;
    try {
      const beats = await this.#heartbeat(this.client, { signal });
      for (;;) {
        const step = await raced(beats.next(), signal);
        if (step.done || signal.aborted) break;
        this.#feedWatchdog();
        this.#pauseMs = firstPauseMs;
        this.#enter('live');
        for (const listener of this.#heartbeats) listener(step.value);
      }
    } catch {
      // Ends like a finished stream: without a heartbeat there is no link.
    }
    if (!signal.aborted && this.#generation === generation) this.#lose();
  }

  #feedWatchdog(): void {
    this.#cancelWatchdog?.();
    this.#cancelWatchdog = this.#clock.setTimer(this.#heartbeatLimitMs, () => this.#lose());
  }

  #lose(): void {
    if (this.#closed) return;
    this.#drop();
    this.#enter(this.#state.status === 'connecting' ? 'connecting' : 'lost');
    const pause = this.#pauseMs;
    this.#pauseMs = Math.min(pause * 2, longestPauseMs);
    this.#cancelPause?.();
    this.#cancelPause = this.#clock.setTimer(pause, () => this.#connect());
  }

  #drop(): void {
    this.#attempt += 1;
    this.#cancelWatchdog?.();
    this.#cancelWatchdog = null;
    const generation = this.#generation;
    this.#generation = null;
    const transport = this.#transport;
    this.#transport = null;
    generation?.over.abort();
    transport?.close();
  }

  #enter(status: LinkStatus): void {
    if (this.#state.status === status) return;
    this.#state = { status, since: this.#clock.now() };
    for (const listener of this.#states) listener(this.#state);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.setTimer(ms, resolve);
      signal.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}

/** Rejects as soon as the signal aborts: a promise over a closed port may never settle. */
function raced<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason instanceof Error ? signal.reason : new LinkLost());
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function isStream(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && Symbol.asyncIterator in answer;
}

export function createLink<C extends AnyClient, B>(
  factory: TransportFactory,
  heartbeat: OpenHeartbeat<C, B>,
  options?: LinkOptions,
): Link<C, B> {
  return new Link(factory, heartbeat, options);
}
