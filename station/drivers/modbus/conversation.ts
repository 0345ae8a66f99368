/**
 * One question at a time, also over TCP, where many devices take no second one. Writes and reads of people go before
 * polling. Retries, late answers and answers of others are dealt with here.
 */
import type { DriverHost, DriverResult } from '#contract/driver.ts';
import type { DriverLine } from '../kit/driver-line.ts';
import { QuietTimer } from '../kit/quiet-timer.ts';
import { MbapFraming, RtuFraming, readAnswer, type Answer, type Frame, type Framing, type Pdu } from './codec.ts';
import type { ModbusSettings } from './manifest.ts';

interface Question {
  readonly unit: number;
  readonly pdu: Pdu;
  readonly tries: number;
  readonly done: (answer: DriverResult<Answer>) => void;
}

/** An answer over a serial port whose rest does not come; longer than the pauses of USB converters inside a frame. */
const idleMs = 60;

export class Conversation {
  readonly #host: DriverHost;
  readonly #line: DriverLine;
  readonly #settings: ModbusSettings;
  readonly #rtu: boolean;
  readonly #framing: Framing;
  readonly #quiet: QuietTimer;
  readonly #urgent: Question[] = [];
  readonly #usual: Question[] = [];
  #open: (Question & { readonly transaction: number; triesLeft: number }) | null = null;
  #timer: { cancel(): void } | null = null;
  #transaction = 0;
  /** Since when the line has been free, monotonic ms; the next question keeps its distance. */
  #freeAt = 0;
  #late = 0;

  constructor(host: DriverHost, line: DriverLine, settings: ModbusSettings) {
    this.#host = host;
    this.#line = line;
    this.#settings = settings;
    this.#rtu = settings.framing === 'rtu' || (settings.framing === 'auto' && settings.link.kind === 'serial');
    this.#framing = this.#rtu ? new RtuFraming() : new MbapFraming();
    this.#quiet = new QuietTimer(host.clock, idleMs, () => {
      // A socket loses nothing: there the rest of a frame may come as long as its answer is waited for.
      if (this.#rtu) for (const frame of this.#framing.idle()) this.#take(frame);
    });
  }

  /** Resolves with the device's answer, an exception too; never rejects. */
  ask(
    unit: number,
    pdu: Pdu,
    how: { readonly urgent: boolean; readonly tries: number },
  ): Promise<DriverResult<Answer>> {
    if (!this.#line.isOpen) return Promise.resolve(notConnected);
    return new Promise((done) => {
      (how.urgent ? this.#urgent : this.#usual).push({ unit, pdu, tries: how.tries, done });
      if (!this.#open && !this.#timer) this.#next();
    });
  }

  heard(bytes: Uint8Array): void {
    for (const frame of this.#framing.push(bytes)) this.#take(frame);
    this.#quiet.heard(this.#framing.pending);
  }

  /** The line is gone, or the driver ends: whoever waits is told. */
  end(tell: boolean): void {
    this.#quiet.heard(false);
    this.#timer?.cancel();
    this.#timer = null;
    const rest = this.#framing.idle();
    if (tell) for (const frame of rest) this.#count(frame);
    const waiting = [...(this.#open ? [this.#open] : []), ...this.#urgent.splice(0), ...this.#usual.splice(0)];
    this.#open = null;
    for (const { done } of waiting) done(notConnected);
  }

  #next(): void {
    const wait = this.#freeAt + this.#restMs() - this.#host.clock.monotonic();
    if (wait > 0) {
      this.#timer = this.#host.clock.setTimer(Math.ceil(wait), () => {
        this.#timer = null;
        this.#next();
      });
      return;
    }
    const question = this.#urgent.shift() ?? this.#usual.shift();
    if (!question) return;
    this.#put({ ...question, triesLeft: question.tries });
  }

  #put(question: Question & { triesLeft: number }): void {
    // What is still held belongs to nothing that is asked now.
    for (const frame of this.#framing.idle()) this.#count(frame);
    this.#transaction = (this.#transaction + 1) & 0xffff;
    this.#open = { ...question, transaction: this.#transaction, triesLeft: question.triesLeft - 1 };
    const bytes = this.#framing.encode(question.unit, this.#transaction, question.pdu);
    // Before sending: over a fast line the answer is there before send() returns.
    const limitMs = this.#settings.answerTimeoutMs + this.#onTheWireMs(bytes.length + 256);
    // In two halves: after a stalled event loop timers run before input, and the answer may already be there.
    this.#timer = this.#host.clock.setTimer(Math.ceil(limitMs / 2), () => {
      this.#timer = this.#host.clock.setTimer(Math.ceil(limitMs / 2), () => this.#missed());
    });
    void this.#line.send(bytes);
  }

  #missed(): void {
    const open = this.#open;
    if (!open) return;
    this.#timer = null;
    for (const frame of this.#framing.idle()) this.#count(frame);
    this.#open = null;
    const again = open.triesLeft > 0;
    // On a serial line an answer carries no number: one that comes late must not meet a question that it would fit.
    const listenMs = this.#rtu ? this.#settings.answerTimeoutMs : 0;
    this.#timer = this.#host.clock.setTimer(listenMs, () => {
      this.#timer = null;
      this.#freeAt = this.#host.clock.monotonic();
      if (again) this.#put(open);
      else this.#next();
    });
    if (!again) {
      const message = `unit ${open.unit} did not answer within ${this.#settings.answerTimeoutMs} ms`;
      open.done({ ok: false, status: 'no-answer', message });
    }
  }

  #take(frame: Frame): void {
    if (frame.kind === 'invalid') return this.#count(frame);
    const open = this.#open;
    if (!open || (frame.transaction !== null && frame.transaction !== open.transaction)) {
      this.#late += 1;
      return this.#host.info({ lateAnswers: this.#late });
    }
    if (frame.unit !== open.unit) {
      return this.#host.problem('frame-invalid', { fault: 'other-unit', expected: open.unit, found: frame.unit });
    }
    const answer = readAnswer(open.pdu, frame.pdu);
    if (!answer) {
      const frameShown = Buffer.from(frame.pdu.subarray(0, 24)).toString('hex').toUpperCase();
      return this.#host.problem('frame-invalid', { fault: 'unasked', frame: frameShown });
    }
    this.#timer?.cancel();
    this.#timer = null;
    this.#open = null;
    this.#freeAt = this.#host.clock.monotonic();
    open.done({ ok: true, value: answer });
    if (!this.#open && !this.#timer) this.#next();
  }

  #count(frame: Frame): void {
    if (frame.kind === 'invalid') this.#host.problem('frame-invalid', { fault: frame.fault, frame: frame.shown });
  }

  /** 3.5 characters of silence end a frame (serial line V1.02, 2.5.1.1); above 19200 baud 1.75 ms for all. */
  #restMs(): number {
    const { link, turnaroundMs } = this.#settings;
    if (link.kind !== 'serial') return turnaroundMs;
    return Math.max(turnaroundMs, link.baudRate > 19_200 ? 1.75 : this.#onTheWireMs(3.5));
  }

  #onTheWireMs(characters: number): number {
    const { link } = this.#settings;
    return link.kind === 'serial' ? (characters * 11_000) / link.baudRate : 0;
  }
}

export const notConnected = { ok: false, status: 'not-connected', message: 'the device is not connected' } as const;
