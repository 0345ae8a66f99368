/** Asks a gauge again and again: one question at a time, the next after the answer or after its time is up. */
import type { DriverHost, DriverResult } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import type { DriverLine } from '../kit/driver-line.ts';
import type { DigimaticSettings } from './manifest.ts';

type Answer = DriverResult<readonly TagReading[]>;

/** One lost answer is a counted problem; this many in a row and the device is `silent`. */
const missesUntilSilent = 2;

export class Poller {
  readonly #host: DriverHost;
  readonly #line: DriverLine;
  readonly #settings: DigimaticSettings;
  readonly #request: Uint8Array;
  #timer: { cancel(): void } | null = null;
  #waiting = false;
  #misses = 0;
  /** Whoever asks waits for the answer to a question put after they asked. */
  #asking: { sent: boolean; readonly done: (answer: Answer) => void }[] = [];

  constructor(host: DriverHost, line: DriverLine, settings: DigimaticSettings, request: string) {
    this.#host = host;
    this.#line = line;
    this.#settings = settings;
    this.#request = Buffer.from(request, 'latin1');
  }

  start(): void {
    this.#misses = 0;
    this.#put();
  }

  /** Stops asking; whoever waits is told why. */
  end(status: string, message: string): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting = false;
    for (const { done } of this.#asking.splice(0)) done({ ok: false, status, message });
  }

  /** Resolves with the answer to a question put from now on. */
  ask(): Promise<Answer> {
    if (!this.#line.isOpen) {
      return Promise.resolve({ ok: false, status: 'not-connected', message: 'the gauge is not connected' });
    }
    return new Promise((done) => {
      this.#asking.push({ sent: false, done });
      if (!this.#waiting) this.#put();
    });
  }

  /** Something came: an answer, or a press of the gauge's button, which is as good. */
  answered(readings: readonly TagReading[]): void {
    if (this.#misses > 0) {
      this.#misses = 0;
      this.#line.report(this.#line.connected());
    }
    this.#settle({ ok: true, value: readings });
  }

  #put(): void {
    this.#timer?.cancel();
    this.#waiting = true;
    for (const one of this.#asking) one.sent = true;
    // Before sending: over a fast line the answer is there before send() returns.
    this.#timer = this.#host.clock.setTimer(this.#settings.answerTimeoutMs, () => this.#missed());
    void this.#line.send(this.#request);
  }

  #missed(): void {
    this.#misses += 1;
    const params = { answerTimeoutMs: this.#settings.answerTimeoutMs };
    if (this.#misses < missesUntilSilent) this.#host.problem('no-answer', params);
    else this.#line.report({ state: 'silent', problem: 'no-answer', params });
    const message = `no answer within ${this.#settings.answerTimeoutMs} ms`;
    this.#settle({ ok: false, status: 'no-answer', message });
  }

  #settle(answer: Answer): void {
    this.#timer?.cancel();
    this.#waiting = false;
    const settled = this.#asking.filter(({ sent }) => sent);
    this.#asking = this.#asking.filter(({ sent }) => !sent);
    for (const { done } of settled) done(answer);
    if (this.#asking.length > 0) return this.#put();
    this.#timer = this.#host.clock.setTimer(this.#settings.pollMs, () => this.#put());
  }
}
