/**
 * Facts up: greets the server, compares both ends, and sends what it does not have, old epochs first, one batch at a time
 * in order. While a batch is under way the next one is read and compressed.
 */
import { helloEveryMs, syncLimits } from '#contract/sync/protocol.ts';
import type { BatchAnswer, Hello } from '#contract/sync/up.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import { faultOf, StoreNotWritableError } from '#station/store/errors.ts';
import type { Outbox, OutboxStream } from '#station/store/outbox.ts';
import { Signal } from '#station/streams/signal.ts';
import { makeBatch, type Batch } from './batch.ts';
import type { SyncClient } from './client.ts';
import type { LinkState } from './link-state.ts';
import { LinkCut, LinkError, linkErrorOf, ServerError } from './problem.ts';
import { Reconciler } from './reconcile.ts';
import { Retry, type RetryPaces } from './retry.ts';
import { Wake } from './wake.ts';

export interface SenderOptions extends RetryPaces {
  readonly outbox: Outbox;
  readonly link: LinkState;
  /** What the station says of itself; streams and unsent are added. */
  readonly about: () => Omit<Hello, 'streams' | 'unsent' | 'now'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly helloMs?: number;
  /** Most events of a batch. */
  readonly batchEvents?: number;
}

/** Unpacked; far below what the server takes, so that the next batch is ready when this one is acknowledged. */
const batchBytes = 4 * 1024 * 1024;
/** After a failure a batch is halved down to this: a road that loses long answers may let short ones through. */
const leastEvents = 50;
const keepAckMs = 2_000;
/** Rounds of greeting and comparing within one greeting: a branch, its epoch, and room. */
const mostRounds = 8;

export class Sender {
  /** The server has more than before. */
  readonly acknowledged: Signal<void>;
  readonly #o: SenderOptions;
  readonly #wake: Wake;
  #client: SyncClient | null = null;
  #reconciler: Reconciler | null = null;
  #stopped = false;
  #running: Promise<void> | null = null;
  readonly #retry: Retry<'greeting' | 'batch'>;
  /** What is asked now; the greeting also stands for making the batch and comparing both ends. */
  #step: 'greeting' | 'batch' = 'greeting';
  #greetedAt = Number.NEGATIVE_INFINITY;
  #urgent = false;
  /** The server greets us and does not take the batch: that it greets is no reason to say that all is well. */
  #batchRefused = false;
  #size: number;
  #ahead: { readonly epochId: number; readonly first: number; readonly batch: Promise<Batch | Error> } | null = null;
  #keepAck: { cancel(): void } | null = null;

  constructor(options: SenderOptions) {
    this.#o = options;
    this.#wake = new Wake(options.clock);
    this.#retry = new Retry(options, options.random);
    this.#size = this.#mostEvents;
    this.acknowledged = new Signal<void>((error) =>
      options.log.error({ err: error }, 'a listener of the sender failed'),
    );
  }

  /** null: there is no server. Greets at once. */
  use(client: SyncClient | null): void {
    this.#client = client;
    this.#reconciler =
      client === null
        ? null
        : new Reconciler({ outbox: this.#o.outbox, client, now: () => this.#o.clock.now(), log: this.#o.log });
    this.#ahead = null;
    if (client === null) this.#o.link.notConfigured();
    else this.#o.link.configured();
    this.retryNow();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** New facts. */
  wake(): void {
    this.#wake.now();
  }

  /** Without waiting for the pause after a failure. */
  retryNow(): void {
    this.#retry.clear();
    this.#greetedAt = Number.NEGATIVE_INFINITY;
    this.#urgent = true;
    this.#wake.now();
  }

  /** The cut was made or given back. */
  linkChanged(): void {
    if (this.#client?.isCut) this.#o.link.cut();
    this.retryNow();
  }

  /** What was acknowledged is kept; what is under way ends with the client. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake.now();
    await this.#running;
    this.#flushAcks();
  }

  /** One greeting with what follows from it, before the station records anything. @throws what hello throws */
  async greet(signal: AbortSignal): Promise<void> {
    if (this.#client !== null) await this.#greet(this.#client, signal);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const client = this.#client;
      if (client === null || client.isCut) {
        await this.#wake.wait(null);
        continue;
      }
      try {
        if (!this.#o.link.linked || this.#sinceGreeting() >= this.#helloMs) await this.#greet(client);
        await this.#drain(client);
        if (client === this.#client && !client.isCut && !this.#stopped && this.#nextUnsent() === null)
          await this.#wake.wait(Math.max(1, this.#helloMs - this.#sinceGreeting()));
      } catch (error) {
        await this.#failed(client, error);
      }
    }
  }

  async #greet(client: SyncClient, signal?: AbortSignal): Promise<void> {
    const { outbox, clock, about, link } = this.#o;
    this.#step = 'greeting';
    for (let round = 0; round < mostRounds; round += 1) {
      const askedAt = clock.now();
      const streams = outbox.streams().map((stream) => {
        const { epoch, branch, first, last } = stream;
        return { epoch, branch, seq: last, hash: outbox.hashAt(stream, last < first ? first - 1 : last) };
      });
      const answer = await client.hello({ ...about(), now: askedAt, streams, unsent: outbox.unsent() }, signal);
      const drift = Math.round((askedAt + clock.now()) / 2 - answer.server.now);
      if (client !== this.#client || client.isCut) throw new LinkCut();
      const again = await this.#reconciler?.run(answer.streams);
      if (again === true) continue;
      this.#greetedAt = clock.monotonic();
      this.#keepAcks();
      link.clockDriftMs = drift;
      this.#retry.succeeded('greeting');
      if (this.#nextUnsent() === null) {
        this.#batchRefused = false;
        this.#retry.clear();
      }
      if (!this.#batchRefused) link.linkedNow();
      this.acknowledged.emit();
      return;
    }
    throw new LinkError('answer-not-understood', `both ends did not come to terms in ${mostRounds} greetings`);
  }

  /** Sends until nothing waits or it is time to greet. */
  async #drain(client: SyncClient): Promise<void> {
    while (!this.#stopped && client === this.#client && this.#sinceGreeting() < this.#helloMs) {
      const place = this.#nextUnsent();
      if (place === null) return;
      const batch = await this.#batch(place.stream, place.first);
      this.#prepareAfter(batch);
      const { head } = await this.#sent(client, batch);
      this.#take(batch, head);
      this.#batchRefused = false;
      this.#retry.clear();
      this.#o.link.linkedNow();
      this.#size = Math.min(this.#mostEvents, this.#size * 2);
    }
  }

  async #sent(client: SyncClient, batch: Batch): Promise<BatchAnswer> {
    this.#step = 'batch';
    try {
      return await client.events(batch.body, batch.encoding);
    } catch (error) {
      this.#batchRefused = error instanceof ServerError;
      throw error;
    }
  }

  /** @throws LinkError when the server's head is not ours: the next greeting sorts it out. */
  #take(batch: Batch, head: { readonly seq: number; readonly hash: string }): void {
    const { outbox, clock } = this.#o;
    const stream = outbox.streams().find((one) => sameStream(one, batch.stream));
    if (stream === undefined) return;
    const known =
      head.seq === batch.last ? batch.lastHash : head.seq <= stream.last ? outbox.hashAt(stream, head.seq) : '';
    if (head.seq < batch.last || known !== head.hash) {
      throw new LinkError('answer-not-understood', `after ${batch.last} the server's head is ${head.seq} ${head.hash}`);
    }
    outbox.acknowledge(stream, head.seq, clock.now());
    this.#keepAcks();
    this.acknowledged.emit();
  }

  async #batch(stream: OutboxStream, first: number): Promise<Batch> {
    const ahead = this.#ahead;
    this.#ahead = null;
    if (ahead?.epochId === stream.epochId && ahead.first === first) {
      const ready = await ahead.batch;
      if (!(ready instanceof Error) && ready.stream.branch === stream.branch) return ready;
    }
    return this.#make(stream, first);
  }

  /** Only a full batch is worth making ahead: of a few facts more will have come by then. */
  #prepareAfter(batch: Batch): void {
    const place = this.#nextUnsent(batch);
    if (place === null || place.stream.last - place.first + 1 < this.#size) return;
    const { stream, first } = place;
    const made = this.#make(stream, first).catch((error: unknown) => linkErrorOf(error));
    this.#ahead = { epochId: stream.epochId, first, batch: made };
  }

  async #make(stream: OutboxStream, first: number): Promise<Batch> {
    try {
      return await makeBatch(this.#o.outbox, stream, first, { events: this.#size, bytes: batchBytes });
    } catch (error) {
      throw new LinkError('store-unreadable', error instanceof Error ? error.message : String(error));
    }
  }

  /** @param after as if this batch were acknowledged. */
  #nextUnsent(after?: Batch): { readonly stream: OutboxStream; readonly first: number } | null {
    for (const stream of this.#o.outbox.streams()) {
      const acked = after && sameStream(stream, after.stream) ? after.last : stream.acked;
      if (stream.last > acked) return { stream, first: acked + 1 };
    }
    return null;
  }

  async #failed(client: SyncClient, error: unknown): Promise<void> {
    this.#ahead = null;
    if (this.#stopped || client !== this.#client || error instanceof LinkCut || client.isCut) return;
    this.#urgent = false;
    const waitMs = error instanceof ServerError ? this.#refusal(error) : this.#notReached(error);
    this.#greetedAt = Number.NEGATIVE_INFINITY;
    if (waitMs > 0) await this.#wake.pause(waitMs, () => this.#urgent || this.#stopped);
    this.#urgent = false;
  }

  /** @returns ms to wait. */
  #refusal(error: ServerError): number {
    const { link, log } = this.#o;
    const { kind, code, status, message: detail } = error;
    if (code === 'batch-too-large' && this.#size > 1) {
      this.#size = Math.max(1, Math.floor(this.#size / 4));
      log.info({ events: this.#size }, 'the server takes smaller batches only');
      return 0;
    }
    if (kind === 'retry') {
      link.unreachable(code, detail);
      log.warn({ code, status, detail }, 'the server cannot take anything now');
      return this.#retry.failed(this.#step, 'unreached').waitMs;
    }
    if (kind === 'stop') {
      const { believed, waitMs } = this.#retry.failed(this.#step, 'refused');
      if (believed) {
        link.refused(code, detail);
        log.error({ code, status, detail }, 'the server refuses this station');
      } else log.warn({ code, status, detail }, 'the server does not take what was sent; sending it again');
      return waitMs;
    }
    log.warn({ code, head: error.body.head }, 'the server is elsewhere in the stream; comparing both ends');
    return this.#retry.failed(this.#step, 'parted').waitMs;
  }

  /** @returns ms to wait. */
  #notReached(error: unknown): number {
    const { link, log } = this.#o;
    const problem = storeProblem(error) ?? linkErrorOf(error);
    if (this.#step === 'batch')
      this.#size = Math.max(Math.min(leastEvents, this.#mostEvents), Math.floor(this.#size / 2));
    link.unreachable(problem.code, problem.message);
    const { first, waitMs } = this.#retry.failed(this.#step, 'unreached');
    log[first ? 'warn' : 'debug'](
      { code: problem.code, detail: problem.message, err: error },
      'the server was not reached',
    );
    return waitMs;
  }

  get #mostEvents(): number {
    return this.#o.batchEvents ?? syncLimits.batchEvents;
  }
  get #helloMs(): number {
    return this.#o.helloMs ?? helloEveryMs;
  }
  #sinceGreeting(): number {
    return this.#o.clock.monotonic() - this.#greetedAt;
  }

  #keepAcks(): void {
    this.#keepAck ??= this.#o.clock.setTimer(keepAckMs, () => {
      this.#keepAck = null;
      this.#flushAcks();
    });
  }

  #flushAcks(): void {
    this.#keepAck?.cancel();
    this.#keepAck = null;
    try {
      this.#o.outbox.flush();
    } catch (error) {
      // A store that takes nothing has its own screen; the acknowledgements are written once it does.
      if (!(error instanceof StoreNotWritableError)) throw error;
    }
  }
}

const sameStream = (a: OutboxStream, b: OutboxStream): boolean => a.epochId === b.epochId && a.branch === b.branch;

function storeProblem(error: unknown): LinkError | null {
  if (error instanceof StoreNotWritableError || faultOf(error) !== null) {
    return new LinkError('store-unreadable', error instanceof Error ? error.message : String(error));
  }
  return null;
}
