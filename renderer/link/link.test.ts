import { describe, expect, it, vi } from 'vitest';
import { CallTimedOut, LinkLost, NotConnected } from './errors.ts';
import { createLink, type Link, type LinkClock, type LinkOptions } from './link.ts';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '#contract/rpc/index.ts';
import type { SystemView } from '#contract/rpc/system.ts';
import type { TransportEvents, TransportFactory, Wire } from './transport.ts';

/** Timers that fire when the test says so. */
class TestClock implements LinkClock {
  #now = 0;
  #timers: { at: number; run: () => void }[] = [];
  now(): number {
    return this.#now;
  }
  setTimer(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = this.#timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = next.at;
      next.run();
      await settle();
    }
    this.#now = until;
    await settle();
  }
}
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
};

/** A pushed stream, as the far side would give it. */
class Source<T> {
  #waiting: T[] = [];
  #wake: (() => void) | null = null;
  #over = false;
  push(value: T): void {
    this.#waiting.push(value);
    this.#wake?.();
  }
  end(): void {
    this.#over = true;
    this.#wake?.();
  }
  async *iterate(): AsyncGenerator<T> {
    for (;;) {
      const value = this.#waiting.shift();
      if (value !== undefined) yield value;
      else if (this.#over) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

interface FakeWire {
  readonly heartbeat: Source<unknown>;
  readonly streams: Source<unknown>[];
  readonly calls: { readonly path: string; answer(value: unknown): void }[];
  readonly wire: Wire;
}
function fakeWire(): FakeWire {
  const heartbeat = new Source<unknown>();
  const streams: Source<unknown>[] = [];
  const calls: FakeWire['calls'] = [];
  const wire: Wire = {
    call(path) {
      const name = path.join('.');
      if (name === 'system.watch') return Promise.resolve(heartbeat.iterate());
      if (name.endsWith('.watch')) {
        const source = new Source<unknown>();
        streams.push(source);
        return Promise.resolve(source.iterate());
      }
      return new Promise((resolve) => calls.push({ path: name, answer: resolve }));
    },
  };
  return { heartbeat, streams, calls, wire };
}

type Client = ContractRouterClient<Contract>;
interface Setup {
  readonly clock: TestClock;
  readonly link: Link<Client, SystemView>;
  readonly attempts: TransportEvents[];
  readonly closed: () => number;
  /** Opens the newest attempt on a fresh wire and lets the station be heard. */
  connect(): Promise<FakeWire>;
}
function setup(options: LinkOptions = {}): Setup {
  const clock = new TestClock();
  const attempts: TransportEvents[] = [];
  let closed = 0;
  const factory: TransportFactory = (events) => {
    attempts.push(events);
    return { close: () => (closed += 1) };
  };
  const link = createLink<Client, SystemView>(
    factory,
    (client, streaming) => client.system.watch(undefined, streaming),
    {
      clock,
      timeoutMs: 5_000,
      heartbeatLimitMs: 8_000,
      ...options,
    },
  );
  link.start();
  return {
    clock,
    link,
    attempts,
    closed: () => closed,
    async connect() {
      const fake = fakeWire();
      attempts.at(-1)!.open(fake.wire);
      await settle();
      fake.heartbeat.push({ clock: { now: 1 } });
      await settle();
      return fake;
    },
  };
}
/** Takes the rejection now, so that it is never unhandled while the test goes on. */
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    (value) => ({ value }),
    (error: unknown) => error,
  );

describe('calls', () => {
  it('are rejected at once while there is no link, and never sent later', async () => {
    const { link, connect } = setup();
    expect(await outcome(link.client.people.active())).toBeInstanceOf(NotConnected);
    const wire = await connect();
    expect(link.state.status).toBe('live');
    expect(wire.calls).toEqual([]);
  });

  it('time out', async () => {
    const { link, clock, connect } = setup();
    const wire = await connect();
    const call = outcome(link.client.people.active());
    await settle();
    expect(wire.calls).toHaveLength(1);
    wire.heartbeat.push({});
    await clock.pass(4_999);
    wire.heartbeat.push({});
    await clock.pass(2);
    const error = await call;
    expect(error).toBeInstanceOf(CallTimedOut);
    expect(error).toMatchObject({ limitMs: 5_000, message: expect.stringContaining('people.active') });
  });

  it('under way when the link goes are rejected as lost, and not sent again on the next one', async () => {
    const { link, clock, attempts, connect } = setup();
    const first = await connect();
    const call = outcome(link.client.people.active());
    await settle();
    attempts.at(-1)!.close();
    expect(await call).toBeInstanceOf(LinkLost);
    expect(link.state.status).toBe('lost');
    expect(await outcome(link.client.people.active())).toBeInstanceOf(NotConnected);
    await clock.pass(250);
    const second = await connect();
    expect(first.calls).toHaveLength(1);
    expect(second.calls).toEqual([]);
  });

  it('bring their answer', async () => {
    const { link, connect } = setup();
    const wire = await connect();
    const call = link.client.execution.get();
    await settle();
    wire.calls[0]!.answer({ revision: 7 });
    expect(await call).toEqual({ revision: 7 });
  });
});

describe('link', () => {
  it('is live only when the station was heard, and lost when it falls silent, whatever the socket says', async () => {
    const { link, clock, attempts, closed } = setup();
    const fake = fakeWire();
    attempts[0]!.open(fake.wire);
    await settle();
    expect(link.state.status).toBe('connecting');
    fake.heartbeat.push({});
    await settle();
    expect(link.state.status).toBe('live');
    await clock.pass(7_999);
    expect(link.state.status).toBe('live');
    await clock.pass(1);
    expect(link.state).toEqual({ status: 'lost', since: 8_000 });
    expect(closed()).toBe(1);
    await clock.pass(250);
    expect(attempts).toHaveLength(2);
  });

  it('tries again after 250 ms, then slower, at most every 2 s; quickly again once it was live', async () => {
    const { clock, attempts, connect } = setup();
    const pauses: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      const before = attempts.length;
      attempts.at(-1)!.close();
      let waited = 0;
      while (attempts.length === before) {
        await clock.pass(50);
        waited += 50;
      }
      pauses.push(waited);
    }
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
    await connect();
    attempts.at(-1)!.close();
    const before = attempts.length;
    await clock.pass(250);
    expect(attempts).toHaveLength(before + 1);
  });

  it('gives up an attempt that hangs', async () => {
    const { clock, attempts, closed } = setup();
    await clock.pass(8_000);
    expect(closed()).toBe(1);
    await clock.pass(250);
    expect(attempts).toHaveLength(2);
  });

  it('ignores what an abandoned attempt still says', async () => {
    const { link, clock, attempts, connect } = setup();
    attempts[0]!.close();
    await clock.pass(250);
    await connect();
    attempts[0]!.close();
    attempts[0]!.open(fakeWire().wire);
    await settle();
    expect(link.state.status).toBe('live');
  });

  it('takes a new wire in place of the old one: calls of the old are lost, streams move over', async () => {
    const { link, attempts, connect } = setup();
    const first = await connect();
    const values: unknown[] = [];
    link.stream((options) => link.client.people.watch(undefined, options), {
      value: (value) => values.push(value),
      status: () => undefined,
    });
    await settle();
    first.streams[0]!.push('old');
    await settle();
    const call = outcome(link.client.people.active());
    await settle();
    const second = fakeWire();
    attempts[0]!.open(second.wire);
    second.heartbeat.push({});
    await settle();
    expect(await call).toBeInstanceOf(LinkLost);
    second.streams[0]!.push('new');
    first.streams[0]!.push('ghost');
    await settle();
    expect(values).toEqual(['old', 'new']);
    expect(attempts).toHaveLength(1);
    expect(link.state.status).toBe('live');
  });
});

describe('streams', () => {
  it('are opened again after a reconnect, tell that they are lost in between, and stop when asked', async () => {
    const { link, clock, attempts, connect } = setup();
    const log: unknown[] = [];
    const stop = link.stream((options) => link.client.settings.watch(undefined, options), {
      value: (value) => log.push(value),
      status: (status) => log.push(status),
    });
    const first = await connect();
    first.streams[0]!.push(1);
    await settle();
    attempts.at(-1)!.close();
    await settle();
    expect(log.at(-1)).toBe('lost');
    await clock.pass(250);
    const second = await connect();
    second.streams[0]!.push(2);
    await settle();
    expect(log.filter((entry) => typeof entry === 'number')).toEqual([1, 2]);
    expect(log.at(-2)).toBe('live');
    stop();
    second.streams[0]!.push(3);
    await settle();
    expect(log).not.toContain(3);
  });

  it('that end by themselves are opened again', async () => {
    const { link, clock, connect } = setup();
    const status = vi.fn();
    link.stream((options) => link.client.settings.watch(undefined, options), { value: () => undefined, status });
    const wire = await connect();
    expect(wire.streams).toHaveLength(1);
    wire.streams[0]!.end();
    await settle();
    await clock.pass(250);
    expect(wire.streams).toHaveLength(2);
  });

  it('tell why they are refused, as often as they are, and not that somebody stopped them', async () => {
    const { link, clock, connect } = setup();
    const failed = vi.fn();
    let refuse = true;
    const stop = link.stream(
      (options) => (refuse ? Promise.reject(new Error('no database')) : link.client.settings.watch(undefined, options)),
      { value: () => undefined, status: () => undefined, failed },
    );
    await connect();
    expect(failed).toHaveBeenCalledTimes(1);
    await clock.pass(250);
    expect(failed).toHaveBeenCalledTimes(2);
    expect(failed).toHaveBeenLastCalledWith(expect.objectContaining({ message: 'no database' }));
    refuse = false;
    await clock.pass(500);
    stop();
    await settle();
    expect(failed).toHaveBeenCalledTimes(2);
  });
});
