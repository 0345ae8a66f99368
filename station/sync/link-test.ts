/**
 * The unplug test: cuts the link in software, lets people work on and writes facts of its own meanwhile, gives the link
 * back, waits until everything is acknowledged, and compares both ends.
 */
import { randomBytes } from 'node:crypto';
import { event } from '#contract/events/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { LinkTestReport, RunningLinkTest } from '#contract/rpc/sync.ts';
import type { StationFact } from '#domain/commands.ts';
import { reason } from '#domain/decision.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import type { Outbox, OutboxStream } from '#station/store/outbox.ts';
import { Signal } from '#station/streams/signal.ts';
import type { SyncClient } from './client.ts';
import { compareStream } from './compare.ts';
import type { LinkTestFiles, UnderWay } from './link-test-files.ts';

export interface LinkTestOptions {
  readonly outbox: Outbox;
  readonly files: LinkTestFiles;
  readonly stationId: string;
  readonly timeZone: string;
  readonly client: () => SyncClient | null;
  readonly linked: () => boolean;
  /** The cut was made or given back. */
  readonly linkChanged: () => void;
  readonly record: (fact: StationFact, actor: Actor | null) => Outcome<unknown>;
  /** Who stands before the station: for the facts, and the name for the report. */
  readonly person: () => { readonly actor: Actor; readonly name: string } | null;
  readonly clock: Clock;
  readonly log: Log;
  /** How long it is waited for everything to arrive, in ms. */
  readonly catchUpMs?: number;
}

interface Test extends UnderWay {
  phase: RunningLinkTest['phase'];
  own: number;
  wanted: number;
  timers: { cancel(): void }[];
}

const lookMs = 100;

export class LinkTest {
  readonly changed: Signal<void>;
  readonly #o: LinkTestOptions;
  #test: Test | null = null;
  #stopped = false;
  #finishing: Promise<void> | null = null;

  constructor(options: LinkTestOptions) {
    this.#o = options;
    this.changed = new Signal<void>((error) =>
      options.log.error({ err: error }, 'a listener of the unplug test failed'),
    );
  }

  running(): RunningLinkTest | null {
    const test = this.#test;
    if (test === null) return null;
    const { testId, phase, startedAt, untilAt, own } = test;
    return { testId, phase, startedAt, untilAt, recorded: this.#recordedSince(test), ownRecorded: own };
  }

  /** A test that the end of the program ended: said in the log of facts and in a report. Call after the station started. */
  resume(): void {
    const { files } = this.#o;
    const before = files.underWay();
    if (before === null) {
      files.over();
      return;
    }
    this.#test = { ...before, phase: 'cut', own: this.#ownSince(before), wanted: 0, timers: [] };
    this.#end('restart', null);
  }

  start(forMs: number, facts: number): Outcome {
    const { clock, files, linked, record, person, client, outbox } = this.#o;
    const refused = this.#whyNot();
    if (refused !== null) return this.#refusal('sync.startTest', refused);
    const testId = randomBytes(6).toString('hex');
    const startedAt = clock.now();
    const who = person();
    const untilAt = startedAt + forMs;
    // The first fact of the test is recorded before the cut is made: a store that takes nothing refuses the test.
    const began = record(event('link-test.started', { testId, untilAt, facts }), who?.actor ?? null);
    if (!began.ok) return began;
    const now = outbox.streams().find(({ current }) => current);
    if (now === undefined || !linked())
      return this.#refusal('sync.startTest', reason('server.not-linked', { state: 'unreachable' }));
    const from = { epoch: now.epoch, seq: now.last };
    const test: Test = {
      testId,
      startedAt,
      untilAt,
      startedBy: who?.name ?? null,
      from,
      phase: 'cut',
      own: 0,
      wanted: facts,
      timers: [],
    };
    files.begin({ testId, startedAt, untilAt, startedBy: test.startedBy, from });
    client()?.cut();
    this.#test = test;
    this.#o.linkChanged();
    test.timers.push(clock.setTimer(forMs, () => this.#end('time', null)));
    if (facts > 0) this.#writeOwn(test, forMs / (facts + 1));
    this.changed.emit();
    return { ok: true, value: undefined };
  }

  end(): Outcome {
    if (this.#test === null || this.#test.phase !== 'cut') {
      return this.#refusal('sync.endTest', reason('server.no-test-running', {}));
    }
    this.#end('button', this.#o.person());
    return { ok: true, value: undefined };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#test?.timers ?? []) timer.cancel();
    await this.#finishing;
  }

  #whyNot(): Reason | null {
    if (this.#o.client() === null) return reason('server.not-configured', {});
    if (this.#test !== null) return reason('server.test-running', {});
    if (!this.#o.linked()) return reason('server.not-linked', { state: 'unreachable' });
    return null;
  }

  #writeOwn(test: Test, everyMs: number): void {
    const { clock, record } = this.#o;
    const startedAt = clock.monotonic();
    const tick = (): void => {
      if (this.#test !== test || test.phase !== 'cut') return;
      // Timers may come late; what is due by now is written.
      const due = Math.min(test.wanted, Math.floor((clock.monotonic() - startedAt) / everyMs));
      while (test.own < due) {
        const fact = event('link-test.recorded', { testId: test.testId, number: test.own + 1, of: test.wanted });
        if (!record(fact, null).ok) break;
        test.own += 1;
      }
      if (test.own < test.wanted) test.timers[1] = clock.setTimer(Math.max(lookMs, everyMs), tick);
      this.changed.emit();
    };
    test.timers[1] = clock.setTimer(Math.max(lookMs, everyMs), tick);
  }

  #end(ended: LinkTestReport['ended'], who: { readonly actor: Actor; readonly name: string } | null): void {
    const test = this.#test;
    if (test === null || test.phase !== 'cut') return;
    const { record, client, clock, log } = this.#o;
    for (const timer of test.timers) timer.cancel();
    const outcome = record(
      event('link-test.ended', { testId: test.testId, ended, facts: test.own }),
      who?.actor ?? null,
    );
    if (!outcome.ok) log.warn({ reasons: outcome.refusal.reasons }, 'the end of the unplug test was not recorded');
    const endedAt = clock.now();
    const streams = this.#written(test);
    test.phase = 'catching-up';
    client()?.giveBack();
    this.#o.linkChanged();
    this.changed.emit();
    this.#finishing = this.#finish(test, streams, { ended, endedAt, endedBy: who?.name ?? null }).finally(() => {
      this.#finishing = null;
    });
  }

  async #finish(
    test: Test,
    streams: readonly OutboxStream[],
    end: Pick<LinkTestReport, 'ended' | 'endedAt' | 'endedBy'>,
  ): Promise<void> {
    const { outbox, client, clock, files, log, stationId, timeZone, catchUpMs = 15 * 60_000 } = this.#o;
    const untilMono = clock.monotonic() + catchUpMs;
    const { from, testId, startedAt, startedBy, own } = test;
    const firstOf = (stream: OutboxStream): number =>
      stream.epoch === from.epoch ? Math.max(from.seq, stream.first) : stream.first;
    const there = (): boolean => streams.every(({ epoch, last }) => outbox.has(epoch, last));
    while (!there() && clock.monotonic() < untilMono && !this.#stopped) {
      await new Promise<void>((resolve) => void clock.setTimer(lookMs, resolve));
    }
    // The next start finds the test and ends it again.
    if (this.#stopped) return;
    const caughtUpAt = there() ? clock.now() : null;
    test.phase = 'comparing';
    this.changed.emit();
    const compared: LinkTestReport['compared'] = [];
    let problem: string | null = null;
    try {
      const server = client();
      if (server === null) throw new Error('this station was taken off its server meanwhile');
      for (const stream of streams) {
        const found = await compareStream(server, stream, firstOf(stream), stream.last, (first, count) =>
          outbox.hashes(stream, first, count),
        );
        compared.push({ epoch: stream.epoch, ...found });
      }
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    const total = streams.reduce((sum, stream) => sum + stream.last - firstOf(stream) + 1, 0);
    const enrolment = client()?.membership.enrolment;
    const report: LinkTestReport = {
      v: 1,
      testId,
      stationId,
      plantId: enrolment?.plantId ?? '',
      server: enrolment?.url ?? '',
      startedAt,
      startedBy,
      ...end,
      caughtUpAt,
      facts: { total, own, others: total - own - 2 },
      compared,
      passed: caughtUpAt !== null && problem === null && compared.every(({ equal }) => equal),
      problem,
    };
    try {
      files.write(report, timeZone);
    } catch (error) {
      log.error({ err: error, report }, 'the report of the unplug test could not be written');
    }
    files.over();
    this.#test = null;
    this.changed.emit();
  }

  /** Streams with what was recorded from the beginning of the test until now. */
  #written(test: Test): OutboxStream[] {
    const streams = this.#o.outbox.streams();
    const begun = streams.findIndex(({ epoch, last }) => epoch === test.from.epoch && last >= test.from.seq);
    return streams.slice(Math.max(0, begun)).filter(({ first, last }) => last >= first);
  }

  #recordedSince(test: Test): number {
    return this.#written(test).reduce(
      (sum, { epoch, first, last }) => sum + last - Math.max(first - 1, epoch === test.from.epoch ? test.from.seq : 0),
      0,
    );
  }

  /** After a crash: what the test had written, from the log. */
  #ownSince(test: UnderWay): number {
    const { outbox } = this.#o;
    let own = 0;
    for (const stream of outbox.streams().filter(({ epoch }) => epoch === test.from.epoch)) {
      for (let first = Math.max(stream.first, test.from.seq); first <= stream.last; first += 500) {
        const lines = outbox
          .lines(stream, first, Math.min(stream.last, first + 499))
          .toString()
          .split('\n');
        own += lines.filter((line) => line.includes('"link-test.recorded"') && line.includes(test.testId)).length;
      }
    }
    return own;
  }

  #refusal(command: string, why: Reason): Outcome {
    return { ok: false, refusal: { command, at: this.#o.clock.now(), reasons: [why], met: [], next: [] } };
  }
}
