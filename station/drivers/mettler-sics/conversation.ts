/** One question at a time: several at once and the balance may confuse or drop them (manual 2.2). */
import type { DriverHost, DriverResult } from '#contract/driver.ts';
import type { DriverLine } from '../kit/driver-line.ts';
import type { SicsFrame } from './codec.ts';

export interface Question {
  readonly command: string;
  answeredBy(frame: SicsFrame): boolean;
  readonly limitMs: number;
  /** A damaged line ends it: waiting for a weight at rest takes seconds, and that line may have been the answer. */
  readonly endsWhenDamaged?: true;
}

export class Conversation {
  readonly #host: DriverHost;
  readonly #line: DriverLine;
  #open: { readonly question: Question; readonly done: (answer: DriverResult<SicsFrame>) => void } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(host: DriverHost, line: DriverLine) {
    this.#host = host;
    this.#line = line;
  }

  /** Questions that belong together, after all that were begun before. */
  inTurn<T>(questions: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(questions);
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Only within a turn. Resolves with the answer, whatever it says; never rejects. */
  ask(question: Question): Promise<DriverResult<SicsFrame>> {
    if (!this.#line.isOpen || this.#closed) {
      return Promise.resolve({ ok: false, status: 'not-connected', message: 'the balance is not connected' });
    }
    return new Promise((done) => {
      // Before sending: over a fast line the answer is there before send() returns.
      const timer = this.#host.clock.setTimer(question.limitMs, () => {
        const message = `no answer to ${question.command} within ${question.limitMs} ms`;
        this.#settle({ ok: false, status: 'no-answer', message });
      });
      this.#open = {
        question,
        done: (answer) => {
          timer.cancel();
          done(answer);
        },
      };
      void this.#line.send(Buffer.from(`${question.command}\r\n`, 'latin1'));
    });
  }

  /** @returns the command that this line answers; null: nobody asked for it. */
  heard(frame: SicsFrame): string | null {
    const question = this.#open?.question;
    if (!question) return null;
    if (frame.kind === 'invalid') {
      if (question.endsWhenDamaged) {
        const message = `the answer to ${question.command} was damaged: ${frame.shown}`;
        this.#settle({ ok: false, status: 'frame-invalid', message });
      }
      return null;
    }
    // ES, ET and EL name no command; the open question is the only one they can be about.
    if (frame.kind !== 'error' && !question.answeredBy(frame)) return null;
    this.#settle({ ok: true, value: frame });
    return question.command;
  }

  /** The link is gone or the driver stops: who waits is told. */
  end(status: string, message: string): void {
    this.#settle({ ok: false, status, message });
  }

  /** The driver stops: nothing is asked any more. */
  close(): void {
    this.#closed = true;
  }

  #settle(answer: DriverResult<SicsFrame>): void {
    const open = this.#open;
    this.#open = null;
    open?.done(answer);
  }
}
