/** Delivers messages to one receiver, again and again until they are taken or given up. */
import { randomUUID } from 'node:crypto';
import type { IntegrationTarget } from '#contract/config/integration.ts';
import type { Clock } from '../../clock.ts';
import type { Db } from '../../db/db.ts';
import type { Log } from '../../log.ts';
import { circuitOf, claim, finish, nextDue, targetAnswered, targetFailed, type Claim } from './lanes.ts';
import { post, type PostParts, type Verdict } from './post.ts';

export interface DeliveryTimes {
  /** Pause after the first failure of a message; doubled with each. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** Failures in a row after which the receiver is left alone for a while. */
  readonly failuresToOpen: number;
  readonly firstOpenMs: number;
  readonly longestOpenMs: number;
  /** Longest time without a look, also when nothing was heard. */
  readonly pollMs: number;
  /** Time that a lease lasts beyond the longest request. */
  readonly leaseMarginMs: number;
}
export const deliveryTimes: DeliveryTimes = {
  firstPauseMs: 2_000,
  longestPauseMs: 30 * 60_000,
  failuresToOpen: 5,
  firstOpenMs: 15_000,
  longestOpenMs: 10 * 60_000,
  pollMs: 5_000,
  leaseMarginMs: 30_000,
};

const answeredEveryMs = 10_000;

export interface DeliverParts {
  readonly db: Db;
  readonly target: IntegrationTarget;
  readonly post: PostParts;
  readonly clock: Clock;
  readonly log: Log;
  /** 0 to 1; spreads the tries of many messages. */
  readonly random: () => number;
  readonly times: DeliveryTimes;
}

/** Doubles from `first`, at most `longest`, and takes a random part of its upper half: many that failed together part. */
export function pauseMs(failures: number, first: number, longest: number, random: number): number {
  const whole = Math.min(longest, first * 2 ** Math.min(failures - 1, 30));
  return Math.round(whole / 2 + (whole / 2) * random);
}

export class Deliverer {
  readonly #parts: DeliverParts;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #woken: (() => void) | null = null;
  #called = false;
  #loop: Promise<void> = Promise.resolve();
  #failures = 0;
  #notedAt = 0;

  constructor(parts: DeliverParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#work();
  }

  /** Something new may be there. */
  wake(): void {
    this.#called = true;
    this.#woken?.();
  }

  /** Ends requests under way; their messages stay and are sent by whoever comes next. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.wake();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #work(): Promise<void> {
    const { db, target, clock, log, times } = this.#parts;
    while (!this.#stop.signal.aborted) {
      this.#called = false;
      let waitMs = times.pollMs;
      try {
        const now = clock.now();
        const circuit = await circuitOf(db, target.id);
        this.#failures = circuit.failures;
        if (circuit.openUntil > now) waitMs = circuit.openUntil - now;
        else {
          // After failures one message tries whether the receiver is back.
          const most = circuit.failures >= times.failuresToOpen ? 1 : target.parallel;
          const claims = await this.#claim(most - this.#running.size, now);
          for (const claimed of claims) this.#send(claimed);
          if (claims.length > 0) continue;
          const due = await nextDue(db, target.id);
          if (due !== null && this.#running.size < most) waitMs = Math.max(due - now, 10);
        }
      } catch (error) {
        log.warn({ target: target.id, problem: (error as Error).message }, 'messages cannot be looked up');
      }
      await this.#pause(Math.min(waitMs, times.pollMs));
    }
  }

  async #claim(most: number, now: number): Promise<readonly Claim[]> {
    if (most <= 0) return [];
    const { db, target, times } = this.#parts;
    const leaseUntil = now + target.timeoutMs + times.leaseMarginMs;
    return claim(db, { target: target.id, most, lease: randomUUID(), leaseUntil, now });
  }

  #send(claimed: Claim): void {
    const { db, target, clock, log } = this.#parts;
    const sending = (async () => {
      const posting = { target, message: claimed.message, number: claimed.number };
      const verdict = await post(posting, this.#parts.post, this.#stop.signal);
      const now = clock.now();
      if (this.#stop.signal.aborted && verdict.kind === 'failed') {
        await finish(db, claimed, { kind: 'again', problem: verdict.problem, at: now, counts: false }, now);
        return;
      }
      await this.#note(verdict, now);
      await this.#finish(claimed, verdict, now);
    })().catch((error: unknown) => {
      // The lease ends by itself; then the message is sent again.
      log.warn({ target: target.id, problem: (error as Error).message }, 'the end of a delivery could not be noted');
    });
    const tracked = sending.finally(() => {
      this.#running.delete(tracked);
      this.wake();
    });
    this.#running.add(tracked);
  }

  async #note(verdict: Verdict, now: number): Promise<void> {
    const { db, target, log, times, random } = this.#parts;
    if (verdict.kind !== 'failed' || !verdict.down) {
      // Not at every message: one write in a while says that it answers.
      if (this.#failures === 0 && now - this.#notedAt < answeredEveryMs) return;
      if (this.#failures > 0) log.info({ target: target.id }, 'the receiver answers again');
      this.#failures = 0;
      this.#notedAt = now;
      await targetAnswered(db, target.id, now);
      return;
    }
    const { failures, openUntil } = await targetFailed(db, target.id, verdict.problem, now, (count) =>
      count < times.failuresToOpen
        ? 0
        : Math.max(
            verdict.retryAfterMs ?? 0,
            pauseMs(count - times.failuresToOpen + 1, times.firstOpenMs, times.longestOpenMs, random()),
          ),
    );
    this.#failures = failures;
    if (openUntil > 0)
      log.warn({ target: target.id, problem: verdict.problem, failures, untilAt: openUntil }, 'the receiver fails');
  }

  async #finish(claimed: Claim, verdict: Verdict, now: number): Promise<void> {
    const { db, target, log, times, random } = this.#parts;
    if (verdict.kind === 'sent') {
      await finish(db, claimed, { kind: 'sent' }, now);
      return;
    }
    const { problem } = verdict;
    const givenUp = now - (claimed.firstTryAt ?? now) >= target.giveUpAfterMs;
    if (verdict.kind === 'refused' || givenUp) {
      log.warn({ target: target.id, message: claimed.message.key, problem }, 'a message was given up');
      await finish(db, claimed, { kind: 'dead', problem }, now);
      return;
    }
    const pause = pauseMs(claimed.tries + 1, times.firstPauseMs, times.longestPauseMs, random());
    const at = now + Math.max(pause, verdict.retryAfterMs ?? 0);
    await finish(db, claimed, { kind: 'again', problem, at, counts: true }, now);
  }

  async #pause(ms: number): Promise<void> {
    if (this.#called || this.#stop.signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.setTimer(ms, resolve);
      this.#woken = () => {
        timer.cancel();
        resolve();
      };
    });
    this.#woken = null;
  }
}
