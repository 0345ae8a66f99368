/**
 * Keeps one OPC UA server connected and its tags subscribed, whatever happens to the network or the server. The order
 * of keeping things after a break: the session (ActivateSession), else the subscription in a new session
 * (TransferSubscriptions), else everything new. In the first two nothing is lost as far as the server's queues reach.
 */
import type { MonitoredItemNotification } from 'node-opcua-client';
import type {
  DeviceProblem,
  DeviceState,
  Driver,
  DriverArgument,
  DriverHost,
  DriverResult,
  TagBinding,
} from '#contract/driver.ts';
import type { TagReading, TagValue } from '#contract/reading.ts';
import type { ReasonParams } from '#contract/refusal.ts';
import { hasOverflow, toReading } from './codec.ts';
import { Connection, SettingsFault } from './connection.ts';
import { type ServerFacts, readFacts } from './facts.ts';
import { Gap, badReading } from './gap.ts';
import type { OpcuaSettings } from './manifest.ts';
import { Nodes, type Subscribed } from './nodes.ts';
import { readNow } from './operations.ts';
import { connectProblem, statusOf, textOf } from './problems.ts';
import { Requests } from './requests.ts';
import { type RawSession, Subscription } from './subscription.ts';
import { Watchdog } from './watchdog.ts';

const firstRetryMs = 100;
/** Wrong credentials or certificates do not heal in a second, and some servers lock accounts. */
const personRetryMs = 10_000;
const unknownRetryMs = 10_000;
/** A connection that held this long was a good one. */
const steadyMs = 1_000;

export class OpcuaDriver implements Driver {
  readonly #host: DriverHost;
  readonly #settings: OpcuaSettings;
  readonly #tags: readonly TagBinding[];
  readonly #types: readonly TagBinding['type'][];
  readonly #now = (): number => this.#host.clock.now();

  #running = false;
  #connection: Connection | null = null;
  /** Set while values can flow; everything that is asked of the device needs it. */
  #session: RawSession | null = null;
  #keptSession: RawSession | null = null;
  #subscription: Subscription | null = null;
  #facts: ServerFacts | null = null;
  /** The subscription has all its items; one that broke off before is not worth keeping. */
  #complete = false;
  readonly #nodes: Nodes;
  readonly #requests: Requests;

  #failures = 0;
  #lastProblem: DeviceProblem | null = null;
  #retry: { cancel(): void } | null = null;
  #unknownRetry: { cancel(): void } | null = null;

  readonly #watchdog: Watchdog;
  #upAt = 0;
  /** The kept session is of no use: end it at the next chance. */
  #discard = false;
  readonly #gap: Gap;
  #refreshing = false;

  constructor(host: DriverHost, settings: OpcuaSettings, tags: readonly TagBinding[]) {
    this.#host = host;
    this.#settings = settings;
    this.#tags = tags;
    this.#types = tags.map((tag) => tag.type);
    this.#gap = new Gap(tags.length);
    this.#nodes = new Nodes(tags, settings);
    this.#watchdog = new Watchdog(host.clock, settings.silentAfterMs, {
      silent: (silentMs) => {
        this.#beginGap('BadNoCommunication');
        this.#problem('silent', { silentMs });
        this.#condition('silent', 'silent', { silentMs });
      },
      back: () => this.#condition('connected', null, {}),
      dead: (silentMs, ever) => this.#dead(silentMs, ever),
    });
    this.#requests = new Requests(
      () => ({
        session: this.#watchdog.silent ? null : this.#session,
        status: this.#watchdog.silent ? 'BadNoCommunication' : 'BadNotConnected',
        namespaces: this.#facts?.namespaces ?? [],
        nodesPerRead: this.#facts?.nodesPerRead ?? 0,
        target: (tag) => this.#nodes.target(tag),
      }),
      (direction, line) => this.#running && host.trace(direction, line),
      this.#now,
    );
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#condition('connecting', null, {});
    void this.#connect();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#condition('stopped', null, {});
    this.#running = false;
    this.#retry?.cancel();
    this.#watchdog.end();
    this.#unknownRetry?.cancel();
    this.#subscription?.detach();
    this.#subscription = null;
    this.#keptSession = null;
    this.#session = null;
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  async #connect(): Promise<void> {
    const connection: Connection = new Connection(this.#host.clock, this.#settings, () => {
      if (this.#connection !== connection) return;
      if (this.#session === null) this.#connectFailed(connection, new Error('closed by the server'));
      else this.#broken('closed-by-device', 'BadConnectionClosed', {});
    });
    this.#connection = connection;
    const current = (): boolean => this.#running && this.#connection === connection;
    try {
      const resumed = await connection.open(this.#settings, this.#keptSession, this.#discard);
      this.#discard = false;
      const session = connection.session;
      if (!current() || session === null) return void connection.close();
      if (!resumed && this.#keptSession !== null) this.#problem('session-lost', {});
      this.#keptSession = session;
      if (!(await this.#takeUp(session, resumed))) await this.#build(session, current);
      if (!current()) return void connection.close();
      this.#up(session);
    } catch (error) {
      if (current()) this.#connectFailed(connection, error);
      else connection.abandon();
    }
  }

  /** @returns whether the subscription lives on; its backlog is on its way then. */
  async #takeUp(session: RawSession, resumed: boolean): Promise<boolean> {
    const subscription = this.#subscription;
    if (subscription === null) return false;
    if (!this.#complete) {
      this.#subscription = null;
      subscription.drop(session);
      return false;
    }
    let alive = resumed;
    if (!resumed) {
      try {
        alive = await subscription.transferTo(session);
      } catch (error) {
        if (/Connection|Timeout/.test(statusOf(error))) throw error;
      }
    }
    alive = alive && (await subscription.resume(session));
    if (alive) subscription.attach(session);
    else {
      this.#subscription = null;
      this.#problem('subscription-lost', {});
    }
    return alive;
  }

  /** Resolves all addresses anew, since indexes may have moved, and subscribes everything. */
  async #build(session: RawSession, current: () => boolean): Promise<void> {
    const facts = await readFacts(session);
    if (!current()) return;
    this.#facts = facts;
    this.#requests.forgetTypes();
    const subscription: Subscription = await Subscription.create(
      session,
      {
        publishingIntervalMs: this.#settings.publishingIntervalMs,
        keepAliveMs: this.#settings.keepAliveMs,
        lifetimeMs: this.#settings.subscriptionLifetimeMs,
      },
      {
        heard: () => this.#watchdog.heard(),
        values: (items, sequenceNumber) => this.#values(items, sequenceNumber),
        drained: () => void (this.#gap.open && this.#refresh()),
        lost: (status) => this.#subscription === subscription && this.#subscriptionLost(status),
        sessionLost: (status) => {
          if (this.#subscription !== subscription) return;
          this.#keptSession = null;
          this.#broken('session-lost', 'BadSessionIdInvalid', { status });
        },
        missing: (messages) => this.#problem('queue-overflow', { messages }),
      },
    );
    if (!current()) return;
    this.#subscription = subscription;
    subscription.attach(session);
    this.#complete = false;
    const subscribed = await this.#nodes.subscribeAll(session, subscription, facts);
    if (!current()) return;
    if (this.#subscription !== subscription) throw new Error('the subscription was lost while it was made');
    this.#complete = true;
    this.#subscribed(subscribed, facts);
  }

  #subscribed({ grants, refused }: Subscribed, facts: ServerFacts): void {
    const readings = refused.map(({ tag, status }) => {
      this.#gap.told(tag);
      return badReading(tag, status, this.#now());
    });
    if (readings.length > 0) this.#host.readings(readings);
    for (const { tag, problem, status } of refused) {
      const { id = '', address = '' } = this.#tags[tag] ?? {};
      this.#problem(problem, { tag: id, address, status });
    }
    if (grants.revised.count > 0) this.#problem('revised-by-server', grants.revised.params);
    const tagsUnknown = this.#nodes.unknownCount;
    this.#host.info({
      server: facts.product === '' ? 'unknown' : `${facts.product} ${facts.version}`.trim(),
      tags: this.#tags.length - tagsUnknown,
      tagsUnknown,
      ...grants.info,
    });
    if (tagsUnknown > 0) this.#retryUnknownLater();
  }

  #retryUnknownLater(): void {
    this.#unknownRetry?.cancel();
    this.#unknownRetry = this.#host.clock.setTimer(unknownRetryMs, () => void this.#retryUnknown());
  }

  /** A machine that is still loading its program gets its nodes later. */
  async #retryUnknown(): Promise<void> {
    const session = this.#session;
    const subscription = this.#subscription;
    if (session === null || subscription === null) return this.#retryUnknownLater();
    const current = (): boolean => this.#running && this.#session === session && this.#subscription === subscription;
    try {
      const facts = await readFacts(session);
      if (!current()) return;
      const subscribed = await this.#nodes.subscribeUnknown(session, subscription, facts);
      if (current()) this.#subscribed(subscribed, facts);
    } catch {
      if (this.#running) this.#retryUnknownLater();
    }
  }

  #up(session: RawSession): void {
    this.#session = session;
    this.#lastProblem = null;
    this.#upAt = this.#host.clock.monotonic();
    this.#watchdog.begin(this.#subscription?.keepAliveMs ?? 0);
    this.#condition('connected', null, {});
  }

  #connectFailed(connection: Connection, error: unknown): void {
    connection.abandon();
    this.#connection = null;
    this.#subscription?.detach();
    const { problem, needsPerson } =
      error instanceof SettingsFault
        ? { problem: 'settings-invalid' as const, needsPerson: true }
        : connectProblem(error);
    const params = { endpoint: this.#settings.endpoint, detail: textOf(error).split('\n')[0] ?? '' };
    this.#condition(needsPerson ? 'faulted' : 'disconnected', problem, params);
    if (problem !== this.#lastProblem) this.#problem(problem, params);
    this.#lastProblem = problem;
    this.#connectIn(needsPerson ? personRetryMs : this.#backoff());
  }

  #backoff(): number {
    const ms = Math.min(this.#settings.reconnectMaxMs, firstRetryMs * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    return ms;
  }

  #connectIn(ms: number): void {
    this.#retry?.cancel();
    this.#retry = this.#host.clock.setTimer(ms, () => void this.#connect());
  }

  /** The connection is of no use any more; session and subscription may live on at the server. */
  #broken(problem: DeviceProblem, status: string, params: ReasonParams): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#session = null;
    this.#watchdog.end();
    this.#subscription?.detach();
    connection?.abandon();
    this.#beginGap(status);
    this.#problem(problem, params);
    this.#lastProblem = problem;
    this.#condition('disconnected', problem, params);
    // At once, unless the server throws us out right after it took us.
    const steady = this.#host.clock.monotonic() - this.#upAt > steadyMs;
    if (steady) this.#failures = 0;
    this.#connectIn(steady ? 0 : this.#backoff());
  }

  #subscriptionLost(status: string): void {
    const session = this.#session;
    this.#subscription?.detach();
    this.#subscription = null;
    this.#problem('subscription-lost', { status });
    // While connecting the attempt under way fails or builds anew by itself.
    if (session === null) return;
    this.#beginGap('BadNoCommunication');
    this.#condition('connecting', 'subscription-lost', { status });
    const current = (): boolean => this.#running && this.#session === session;
    this.#build(session, current).then(
      () => current() && this.#up(session),
      (error: unknown) => current() && this.#broken('session-lost', 'BadSessionIdInvalid', { status: statusOf(error) }),
    );
  }

  #dead(silentMs: number, ever: boolean): void {
    // Taken up again once and still nothing: what the server keeps of us is of no use.
    if (!ever) {
      this.#discard = true;
      this.#subscription?.detach();
      this.#subscription = null;
    }
    this.#broken('silent', 'BadNoCommunication', { silentMs });
  }

  #values(items: readonly MonitoredItemNotification[], sequenceNumber: number): void {
    if (!this.#running) return;
    const receivedAt = this.#now();
    const inGap = this.#gap.open;
    const readings: TagReading[] = [];
    let overflows = 0;
    let overflowed = 0;
    for (const { clientHandle, value } of items) {
      const tag = clientHandle - 1;
      const type = this.#types[tag];
      if (type === undefined) continue;
      if (inGap) this.#gap.told(tag);
      if (hasOverflow(value)) {
        overflows += 1;
        overflowed = tag;
      }
      readings.push(toReading(tag, type, value, receivedAt));
    }
    this.#host.readings(readings);
    this.#host.trace('in', `notification ${sequenceNumber}: ${readings.length} values`);
    if (overflows > 0) this.#problem('queue-overflow', { tag: this.#tags[overflowed]?.id ?? '', tags: overflows });
  }

  /** From here on nothing can be received. */
  #beginGap(status: string): void {
    const readings = this.#gap.begin(status, this.#now());
    if (readings.length > 0 && this.#running) this.#host.readings(readings);
  }

  /** After the backlog: tags that did not change in the gap say nothing by themselves, so they are asked. */
  async #refresh(): Promise<void> {
    const session = this.#session;
    if (session === null || this.#refreshing) return;
    const targets = this.#gap.tags().flatMap((tag) => this.#nodes.target(tag) ?? []);
    if (targets.length > 0) {
      this.#refreshing = true;
      const answer = await readNow(session, targets, this.#facts?.nodesPerRead ?? 0, this.#now);
      this.#refreshing = false;
      if (!answer.ok || this.#session !== session || this.#watchdog.silent || !this.#running) return;
      const quiet = answer.value.filter(({ tag }) => this.#gap.has(tag));
      if (quiet.length > 0) this.#host.readings(quiet);
    }
    this.#gap.end();
  }

  // --- what is asked of the device

  read(tags: readonly number[]): Promise<DriverResult<readonly TagReading[]>> {
    return this.#requests.read(tags);
  }

  write(tag: number, value: TagValue): Promise<DriverResult<TagValue>> {
    return this.#requests.write(tag, this.#tags[tag]?.address ?? `tag ${tag}`, value);
  }

  call(object: string, method: string, args: readonly DriverArgument[]): Promise<DriverResult<readonly TagValue[]>> {
    return this.#requests.call(object, method, args);
  }

  // --- to the host, never after stop

  #problem(problem: DeviceProblem, params: ReasonParams): void {
    if (this.#running) this.#host.problem(problem, params);
  }

  #condition(state: DeviceState, problem: DeviceProblem | null, params: ReasonParams): void {
    if (this.#running) this.#host.condition({ state, problem, params });
  }
}
