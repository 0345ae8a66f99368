/**
 * Keeps one OPC UA server connected and its tags subscribed, whatever happens to the network or the server. The order
 * of keeping things after a break: the session (ActivateSession), else the subscription in a new session
 * (TransferSubscriptions), else everything new. In the first two nothing is lost as far as the server's queues reach.
 */
import type { DataType, MonitoredItemNotification } from 'node-opcua-client';
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
import { parseAddress, resolveAddress } from './address.ts';
import { hasOverflow, toReading } from './codec.ts';
import { Connection, SettingsFault } from './connection.ts';
import { type ServerFacts, readFacts } from './facts.ts';
import { type Grants, itemRequests, judgeGrants } from './grants.ts';
import type { OpcuaSettings } from './manifest.ts';
import { callMethod, dataTypeOf, readNow, type Target, writeAndReadBack } from './operations.ts';
import { connectProblem, statusOf, textOf } from './problems.ts';
import { type RawSession, Subscription } from './subscription.ts';

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
  #nodeIds: (string | null)[] = [];
  #unknown: number[] = [];
  readonly #dataTypes = new Map<number, DataType>();

  #failures = 0;
  #lastProblem: DeviceProblem | null = null;
  #retry: { cancel(): void } | null = null;
  #watching: { cancel(): void } | null = null;
  #unknownRetry: { cancel(): void } | null = null;

  #heardAt = 0;
  #heardSinceUp = false;
  #upAt = 0;
  /** The kept session is of no use: end it at the next chance. */
  #discard = false;
  #silent = false;
  #watchedAt = 0;
  /** Per tag 1: the last thing told about it is that nothing can be received; null outside of gaps. */
  #marked: Uint8Array | null = null;
  #refreshing = false;

  constructor(host: DriverHost, settings: OpcuaSettings, tags: readonly TagBinding[]) {
    this.#host = host;
    this.#settings = settings;
    this.#tags = tags;
    this.#types = tags.map((tag) => tag.type);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#condition('connecting', null, {});
    void this.#connect();
    this.#watch();
  }

  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#condition('stopped', null, {});
    this.#running = false;
    this.#retry?.cancel();
    this.#watching?.cancel();
    this.#unknownRetry?.cancel();
    this.#subscription?.detach();
    this.#subscription = null;
    this.#keptSession = null;
    this.#session = null;
    const connection = this.#connection;
    this.#connection = null;
    await connection?.close();
  }

  // --- connecting

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
    this.#dataTypes.clear();
    this.#resolve(facts.namespaces);
    const subscription: Subscription = await Subscription.create(
      session,
      {
        publishingIntervalMs: this.#settings.publishingIntervalMs,
        keepAliveMs: this.#settings.keepAliveMs,
        lifetimeMs: this.#settings.sessionTimeoutMs,
      },
      {
        heard: () => this.#heard(),
        values: (items, sequenceNumber) => this.#values(items, sequenceNumber),
        drained: () => void (this.#marked !== null && this.#refresh()),
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
    await this.#subscribe(
      session,
      subscription,
      facts,
      this.#tags.map((_, tag) => tag),
      current,
    );
  }

  #resolve(namespaces: readonly string[]): void {
    this.#nodeIds = this.#tags.map(({ address }) => {
      const parsed = parseAddress(address);
      return typeof parsed === 'string' ? null : resolveAddress(parsed, namespaces);
    });
  }

  async #subscribe(
    session: RawSession,
    subscription: Subscription,
    facts: ServerFacts,
    wanted: readonly number[],
    current: () => boolean,
  ): Promise<void> {
    const requests = itemRequests(this.#tags, wanted, this.#nodeIds);
    const results = await subscription.addItems(session, requests, facts.itemsPerCall);
    if (!current()) return;
    const grants = judgeGrants(requests, results, subscription, this.#settings);
    const absent = wanted.filter((tag) => this.#nodeIds[tag] === null);
    this.#reportUnknown(absent, grants, this.#unknown);
    this.#unknown = [...absent, ...grants.failed.map(({ tag }) => tag)];
    if (grants.revised.count > 0) this.#problem('revised-by-server', grants.revised.params);
    this.#host.info({
      server: facts.product === '' ? 'unknown' : `${facts.product} ${facts.version}`.trim(),
      tags: this.#tags.length - this.#unknown.length,
      tagsUnknown: this.#unknown.length,
      ...grants.info,
    });
    if (this.#unknown.length > 0) {
      this.#unknownRetry?.cancel();
      this.#unknownRetry = this.#host.clock.setTimer(unknownRetryMs, () => void this.#retryUnknown());
    }
  }

  #reportUnknown(absent: readonly number[], grants: Grants, known: readonly number[]): void {
    const receivedAt = this.#host.clock.now();
    const bad = (tag: number, status: string): TagReading => {
      this.#marked?.fill(0, tag, tag + 1);
      return { tag, value: null, quality: 'bad', status, sourceAt: null, serverAt: null, receivedAt };
    };
    const readings = [
      ...absent.map((tag) => bad(tag, 'BadNodeIdUnknown')),
      ...grants.failed.map(({ tag, status }) => bad(tag, status)),
    ];
    if (readings.length > 0) this.#host.readings(readings);
    const seen = new Set(known);
    for (const tag of absent) {
      const { id, address } = this.#tags[tag] ?? { id: '', address: '' };
      if (!seen.has(tag)) this.#problem('namespace-unknown', { tag: id, address });
    }
    for (const { tag, status } of grants.failed) {
      const { id, address } = this.#tags[tag] ?? { id: '', address: '' };
      if (!seen.has(tag)) this.#problem('address-unknown', { tag: id, address, status });
    }
  }

  /** A machine that is still loading its program gets its nodes later. */
  async #retryUnknown(): Promise<void> {
    const session = this.#session;
    const subscription = this.#subscription;
    if (session === null || subscription === null) return;
    const current = (): boolean => this.#running && this.#session === session && this.#subscription === subscription;
    try {
      const facts = await readFacts(session);
      if (!current()) return;
      const before = this.#nodeIds;
      this.#resolve(facts.namespaces);
      // Nodes that are subscribed keep what they were resolved to; only a new session may move them.
      this.#nodeIds = this.#nodeIds.map((id, tag) => (this.#unknown.includes(tag) ? id : (before[tag] ?? null)));
      await this.#subscribe(session, subscription, facts, this.#unknown, current);
    } catch {
      if (current()) this.#unknownRetry = this.#host.clock.setTimer(unknownRetryMs, () => void this.#retryUnknown());
    }
  }

  #up(session: RawSession): void {
    this.#session = session;
    this.#lastProblem = null;
    this.#silent = false;
    this.#heardSinceUp = false;
    this.#upAt = this.#host.clock.monotonic();
    this.#heardAt = this.#upAt;
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
    this.#retry = this.#host.clock.setTimer(ms, () => void (this.#running && this.#connect()));
  }

  // --- losing and supervising

  /** The connection is of no use any more; session and subscription may live on at the server. */
  #broken(problem: DeviceProblem, status: string, params: ReasonParams): void {
    const connection = this.#connection;
    this.#connection = null;
    this.#session = null;
    this.#subscription?.detach();
    connection?.abandon();
    this.#gap(status);
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
    this.#gap('BadNoCommunication');
    this.#condition('connecting', 'subscription-lost', { status });
    const current = (): boolean => this.#running && this.#session === session;
    this.#build(session, current).then(
      () => current() && this.#up(session),
      (error: unknown) => current() && this.#broken('session-lost', 'BadSessionIdInvalid', { status: statusOf(error) }),
    );
  }

  #watch(): void {
    const { clock } = this.#host;
    const period = Math.min(500, this.#settings.silentAfterMs / 4);
    this.#watchedAt = clock.monotonic();
    this.#watching = clock.setTimer(period, () => {
      const now = clock.monotonic();
      // When this program itself was held up, what the server sent meanwhile is still waiting to be read.
      if (now - this.#watchedAt < period * 3) this.#judgeSilence(now);
      if (this.#running) this.#watch();
    });
  }

  #judgeSilence(now: number): void {
    if (this.#session === null) return;
    const limit = Math.max(this.#settings.silentAfterMs, 2.5 * (this.#subscription?.keepAliveMs ?? 0));
    const silentMs = Math.round(now - this.#heardAt);
    if (silentMs < limit) return;
    if (!this.#silent) {
      this.#silent = true;
      this.#gap('BadNoCommunication');
      this.#problem('silent', { silentMs });
      this.#condition('silent', 'silent', { silentMs });
    }
    if (silentMs < 2 * limit) return;
    // Taken up again once and still nothing: what the server keeps of us is of no use.
    if (!this.#heardSinceUp) {
      this.#discard = true;
      this.#subscription?.detach();
      this.#subscription = null;
    }
    this.#broken('silent', 'BadNoCommunication', { silentMs });
  }

  #heard(): void {
    this.#heardAt = this.#host.clock.monotonic();
    this.#heardSinceUp = true;
    if (!this.#silent) return;
    this.#silent = false;
    if (this.#session !== null) this.#condition('connected', null, {});
  }

  // --- values

  #values(items: readonly MonitoredItemNotification[], sequenceNumber: number): void {
    if (!this.#running) return;
    const receivedAt = this.#host.clock.now();
    const marked = this.#marked;
    const readings: TagReading[] = [];
    let overflows = 0;
    let overflowed = 0;
    for (const { clientHandle, value } of items) {
      const tag = clientHandle - 1;
      const type = this.#types[tag];
      if (type === undefined) continue;
      if (marked !== null) marked[tag] = 0;
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

  /** From here on nothing can be received: said once per gap, for every tag, so that history keeps a bad interval. */
  #gap(status: string): void {
    if (this.#marked !== null || !this.#running) return;
    this.#marked = new Uint8Array(this.#tags.length).fill(1);
    const receivedAt = this.#host.clock.now();
    this.#host.readings(
      this.#tags.map((_, tag): TagReading => {
        return { tag, value: null, quality: 'bad', status, sourceAt: null, serverAt: null, receivedAt };
      }),
    );
  }

  /** After the backlog: tags that did not change in the gap say nothing by themselves, so they are asked. */
  async #refresh(): Promise<void> {
    const session = this.#session;
    const marked = this.#marked;
    if (session === null || marked === null || this.#refreshing) return;
    const open = this.#targets(this.#tags.map((_, tag) => tag).filter((tag) => marked[tag] === 1));
    if (open.length > 0) {
      this.#refreshing = true;
      const answer = await readNow(session, open, this.#facts?.nodesPerRead ?? 0, this.#now);
      this.#refreshing = false;
      if (!answer.ok || this.#session !== session || this.#silent || !this.#running) return;
      const quiet = answer.value.filter(({ tag }) => marked[tag] === 1);
      if (quiet.length > 0) this.#host.readings(quiet);
    }
    if (this.#marked === marked) this.#marked = null;
  }

  #targets(tags: readonly number[]): Target[] {
    return tags.flatMap((tag) => {
      const nodeId = this.#nodeIds[tag];
      const type = this.#types[tag];
      if (nodeId === null || nodeId === undefined || type === undefined || this.#unknown.includes(tag)) return [];
      return [{ tag, type, nodeId }];
    });
  }

  // --- what is asked of the device

  /** A request made while disconnected is refused, never kept for later (design law 4). */
  #ready(what: string): RawSession | { readonly ok: false; readonly status: string; readonly message: string } {
    if (this.#session !== null && !this.#silent) return this.#session;
    const status = this.#silent ? 'BadNoCommunication' : 'BadNotConnected';
    return { ok: false, status, message: `${what}: the device is not connected; nothing was sent` };
  }

  async read(tags: readonly number[]): Promise<DriverResult<readonly TagReading[]>> {
    const session = this.#ready('read');
    if ('ok' in session) return session;
    const targets = this.#targets(tags);
    if (targets.length < tags.length) {
      return {
        ok: false,
        status: 'BadNodeIdUnknown',
        message: 'read: the device does not have every one of these nodes',
      };
    }
    this.#host.trace('out', `read ${targets.length} nodes`);
    return await readNow(session, targets, this.#facts?.nodesPerRead ?? 0, this.#now);
  }

  async write(tag: number, value: TagValue): Promise<DriverResult<TagValue>> {
    const session = this.#ready('write');
    if ('ok' in session) return session;
    const [target] = this.#targets([tag]);
    const name = this.#tags[tag]?.address ?? `tag ${tag}`;
    if (target === undefined) {
      return { ok: false, status: 'BadNodeIdUnknown', message: `write ${name}: the device does not have this node` };
    }
    let dataType = this.#dataTypes.get(tag);
    if (dataType === undefined) {
      try {
        dataType = await dataTypeOf(session, target.nodeId);
      } catch (error) {
        return { ok: false, status: statusOf(error), message: `write ${name}: nothing was sent (${textOf(error)})` };
      }
      this.#dataTypes.set(tag, dataType);
    }
    this.#trace('out', `write ${name} = ${JSON.stringify(value)}`);
    const result = await writeAndReadBack(session, target, dataType, value);
    this.#trace('in', `write ${name}: ${result.ok ? `holds ${JSON.stringify(result.value)}` : result.status}`);
    return result;
  }

  async call(
    object: string,
    method: string,
    args: readonly DriverArgument[],
  ): Promise<DriverResult<readonly TagValue[]>> {
    const session = this.#ready(`call ${method}`);
    if ('ok' in session) return session;
    const ids = [object, method].map((address) => {
      const parsed = parseAddress(address);
      return typeof parsed === 'string' ? null : resolveAddress(parsed, this.#facts?.namespaces ?? []);
    });
    const [objectId, methodId] = ids;
    if (!objectId || !methodId) {
      return { ok: false, status: 'BadMethodInvalid', message: `call ${method}: the device does not have this node` };
    }
    this.#trace('out', `call ${method}(${args.map(({ value }) => JSON.stringify(value)).join(', ')})`);
    const result = await callMethod(session, objectId, methodId, args);
    this.#trace('in', `call ${method}: ${result.ok ? JSON.stringify(result.value) : result.status}`);
    return result;
  }

  // --- to the host, never after stop

  #trace(direction: 'in' | 'out', line: string): void {
    if (this.#running) this.#host.trace(direction, line);
  }

  #problem(problem: DeviceProblem, params: ReasonParams): void {
    if (this.#running) this.#host.problem(problem, params);
  }

  #condition(state: DeviceState, problem: DeviceProblem | null, params: ReasonParams): void {
    if (this.#running) this.#host.condition({ state, problem, params });
  }
}
