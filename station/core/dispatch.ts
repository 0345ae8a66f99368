/**
 * The one way in (design law 1): a command goes to its decider with everything it may know; what it accepts is on disk
 * before the caller is told.
 */
import type { Actor } from '#contract/envelope.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { StoreState } from '#contract/rpc/system.ts';
import type { Command } from '#domain/commands.ts';
import { accept, reason, type Decision } from '#domain/decision.ts';
import { decideExecution } from '#domain/execution/decide.ts';
import type { Facts } from '#domain/facts.ts';
import { decideOrder } from '#domain/orders/decide.ts';
import { decidePeople } from '#domain/people/decide.ts';
import { isReport } from '#domain/steps/step-type.ts';
import { decideUnit } from '#domain/units/decide.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import { StoreNotWritableError } from '#station/store/errors.ts';
import {
  readExecution,
  readOpenExecution,
  readOrder,
  readUnit,
  readUnitOrder,
} from '#station/store/projections/aggregates.ts';
import { factsAt, type FactSources } from './facts.ts';
import { Outcomes, outcomeOf, type CommandValue } from './outcomes.ts';
import type { CoreStore } from './ports.ts';

export interface DispatchParts extends FactSources {
  readonly store: CoreStore;
  readonly clock: Clock;
  /** Changes with every start of the machine. */
  readonly bootId: string;
  readonly log: Log;
}

/** Synchronous. @param actor default: whoever is signed in; of what the station does by itself, the station. */
export type Dispatch = (command: Command, commandId: string | null, actor?: Actor) => Outcome<CommandValue>;

export function createDispatch(parts: DispatchParts): Dispatch {
  const { store, clock, bootId, log, catalogue } = parts;
  const outcomes = new Outcomes();

  /** Whose name stands under the facts; null: whoever is signed in. What nobody's hand did never carries a person's. */
  function actorOf(command: Command): Actor | null {
    switch (command.type) {
      case 'step.act':
        return isReport(command.action) ? { kind: 'system' } : null;
      case 'station.record':
        return { kind: 'system' };
      case 'station.lock':
        return command.reason === 'idle' ? { kind: 'system' } : null;
      case 'operator.sign-in': {
        const person = catalogue.personByBadge(command.badge);
        return person === null ? { kind: 'system' } : { kind: 'person', id: person.id };
      }
      default:
        return null;
    }
  }
  function refusal(command: Command, at: number, reasons: readonly Reason[]): Outcome<CommandValue> {
    return { ok: false, refusal: { command: command.type, at, reasons, met: [], next: [] } };
  }
  const notWritable = (command: Command, at: number, state: StoreState): Outcome<CommandValue> =>
    refusal(command, at, [reason('store.not-writable', { state })]);

  function run(command: Command, commandId: string | null, actor: Actor | null): Outcome<CommandValue> {
    const at = clock.now();
    if (store.state !== 'ok') return notWritable(command, at, store.state);
    const facts = factsAt(parts, at, actor ?? actorOf(command));
    const decision = decide(command, facts, store);
    if (decision.events.length > 0) {
      const meta = { actor: facts.actor, commandId, at, bootId, monoMs: clock.monotonic(), config: catalogue.hash };
      try {
        store.append(decision.events, meta);
      } catch (error) {
        if (!(error instanceof StoreNotWritableError)) throw error;
        log.error({ err: error, command: command.type }, 'the store takes no events');
        return notWritable(command, at, error.state);
      }
    }
    if (decision.ok) return { ok: true, value: decision.value };
    const { reasons, met, next } = decision;
    log.info({ command: command.type, reasons }, 'refused');
    return { ok: false, refusal: { command: command.type, at, reasons, met, next } };
  }

  return (command, commandId, actor) => {
    if (commandId !== null) {
      const known = outcomes.find(commandId);
      if (known !== undefined) return known;
      const events = store.eventsOfCommand(commandId);
      if (events !== null) return outcomeOf(command.type, events);
    }
    const outcome = run(command, commandId, actor ?? null);
    // A command that met a full disk was not judged: the same click may come again once there is room.
    const judged = outcome.ok || !outcome.refusal.reasons.some((r) => r.code === 'store.not-writable');
    if (commandId !== null && judged) outcomes.note(commandId, outcome);
    return outcome;
  };
}

function decide(command: Command, facts: Facts, { read }: Pick<CoreStore, 'read'>): Decision {
  switch (command.type) {
    case 'order.create':
    case 'order.release':
    case 'order.hold':
    case 'order.close':
    case 'order.import':
    case 'unit.create':
      return decideOrder(
        { order: readOrder(read, command.orderId), unitOrder: (serial) => readUnitOrder(read, serial) },
        command,
        facts,
      );
    case 'unit.hold':
    case 'unit.lift-hold':
    case 'unit.scrap': {
      const unit = readUnit(read, command.serial);
      const execution = unit?.open ? readExecution(read, unit.open.executionId) : null;
      return decideUnit({ unit, execution }, command, facts);
    }
    case 'execution.start':
    case 'step.act':
    case 'step.retry': {
      const open = readOpenExecution(read, facts.station.id);
      const serial = command.type === 'execution.start' ? command.serial : (open?.serial ?? null);
      const unit = serial === null ? null : readUnit(read, serial);
      const order = unit === null ? null : readOrder(read, unit.orderId);
      return decideExecution({ unit, order, open }, command, facts);
    }
    case 'operator.sign-in':
    case 'operator.sign-out':
    case 'operator.refuse-sign-in':
    case 'pin.given':
    case 'station.lock':
      return decidePeople(facts.session, command, facts);
    case 'station.record':
      return accept([command.event]);
  }
}
