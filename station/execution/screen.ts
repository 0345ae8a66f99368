/** Which page the work screen shows: what is not a fact but must survive a reload of the screen. */
import type { StoredEvent } from '#contract/events/index.ts';
import type { Refusal } from '#contract/refusal.ts';
import type { Push } from '#station/steps/measure/pushes.ts';

export type Page =
  | { readonly kind: 'work' }
  /** A start that was refused, for that serial. */
  | { readonly kind: 'refused'; readonly serial: string; readonly refusal: Refusal }
  | { readonly kind: 'passed'; readonly executionId: string; readonly unitDone: boolean }
  /** A failed step put the unit on hold. */
  | { readonly kind: 'held'; readonly executionId: string };

const work: Page = { kind: 'work' };

export class Screen {
  #page: Page = work;
  #push: Push | null = null;

  get page(): Page {
    return this.#page;
  }

  /** The last push of a gauge that changed nothing. */
  get refusedPush(): Push | null {
    return this.#push;
  }

  pushed(push: Push): void {
    this.#push = push.refusal === null ? null : push;
  }

  refused(serial: string, refusal: Refusal): void {
    this.#page = { kind: 'refused', serial, refusal };
  }

  /** To the open run, or to "scan a unit". */
  dismiss(): void {
    this.#page = work;
  }

  appended(events: readonly StoredEvent[]): void {
    const failed = events.some((e) => e.type === 'step.failed' && e.body.consequence === 'hold');
    for (const event of events) {
      if (event.type === 'measurement.recorded' || event.type === 'step.started') this.#push = null;
      if (event.type === 'execution.started') this.#page = work;
      if (event.type === 'execution.passed')
        this.#page = {
          kind: 'passed',
          executionId: event.body.executionId,
          unitDone: events.some((e) => e.type === 'unit.completed'),
        };
      // Held or scrapped by hand: the person who did it needs no page to learn it.
      if (event.type === 'execution.stopped')
        this.#page = failed ? { kind: 'held', executionId: event.body.executionId } : work;
    }
  }
}
