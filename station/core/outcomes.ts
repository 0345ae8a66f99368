/** What commands were answered, so that one that comes again is answered the same and not done twice. */
import type { StoredEvent } from '#contract/events/index.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';

export type CommandValue = Readonly<Record<string, string>> | undefined;

/** Refusals leave no fact behind, so they are remembered here; a repeated click or a resent call comes within seconds. */
const remembered = 1_000;

export class Outcomes {
  /** Insertion order is age. */
  readonly #outcomes = new Map<string, Outcome<CommandValue>>();

  find(commandId: string): Outcome<CommandValue> | undefined {
    return this.#outcomes.get(commandId);
  }

  note(commandId: string, outcome: Outcome<CommandValue>): void {
    this.#outcomes.set(commandId, outcome);
    if (this.#outcomes.size <= remembered) return;
    for (const oldest of this.#outcomes.keys()) {
      this.#outcomes.delete(oldest);
      break;
    }
  }
}

/** The answer given before a restart, made again from what the command wrote. */
export function outcomeOf(command: string, events: readonly StoredEvent[]): Outcome<CommandValue> {
  for (const event of events) {
    if (event.type === 'operator.sign-in-refused') {
      const reasons: readonly Reason[] = event.body.reasons;
      return { ok: false, refusal: { command, at: event.at, reasons, met: [], next: [] } };
    }
    if (event.type === 'unit.created' && command === 'unit.create')
      return { ok: true, value: { serial: event.body.serial } };
    if (event.type === 'study.begun') return { ok: true, value: { studyId: event.body.studyId } };
    if (event.type === 'call.raised') return { ok: true, value: { callId: event.body.callId } };
    if (event.type === 'handover.written') return { ok: true, value: { handoverId: event.body.handoverId } };
    if (event.type === 'containment.begun') return { ok: true, value: { containmentId: event.body.containmentId } };
    if (event.type === 'nonconformance.recorded')
      return { ok: true, value: { nonconformanceId: event.body.nonconformanceId } };
  }
  return { ok: true, value: undefined };
}

/** For calls whose answer is only "done" or the refusal. */
export const done = (outcome: Outcome<CommandValue>): Outcome =>
  outcome.ok ? { ok: true, value: undefined } : outcome;
