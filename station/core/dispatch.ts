/**
 * The one way in (design law 1): a command goes to its decider with everything it may know; what it accepts is on disk
 * before the caller is told.
 */
import type { Actor } from '#contract/envelope.ts';
import type { Outcome, Reason } from '#contract/refusal.ts';
import type { StoreState } from '#contract/rpc/system.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Command } from '#domain/commands.ts';
import { accept, reason, type Decision } from '#domain/decision.ts';
import { decideAndon } from '#domain/andon/decide.ts';
import { decideContainment } from '#domain/containments/decide.ts';
import { followContainments } from '#domain/containments/follow.ts';
import { decideControl } from '#domain/control/decide.ts';
import { followUp } from '#domain/control/follow.ts';
import { decideEnergy } from '#domain/energy/decide.ts';
import { decideExecution } from '#domain/execution/decide.ts';
import { decideBench } from '#domain/bench/decide.ts';
import { followSamples } from '#domain/bench/follow.ts';
import { decideGauge } from '#domain/gauges/decide.ts';
import { followRecalls } from '#domain/gauges/recall.ts';
import type { Facts } from '#domain/facts.ts';
import { decideHandover } from '#domain/handover/decide.ts';
import { decideMachine } from '#domain/machines/decide.ts';
import { decideNonconformance } from '#domain/nonconformances/decide.ts';
import { followNonconformances } from '#domain/nonconformances/follow.ts';
import { decideOrder } from '#domain/orders/decide.ts';
import { decidePeople } from '#domain/people/decide.ts';
import { isReport } from '#domain/steps/step-type.ts';
import { decideStop } from '#domain/stops/decide.ts';
import { decideStudy } from '#domain/studies/decide.ts';
import { decideUnit } from '#domain/units/decide.ts';
import { decideTakeLabel } from '#domain/units/label.ts';
import type { Clock } from '#station/clock.ts';
import type { Log } from '#station/log.ts';
import { StoreNotWritableError } from '#station/store/errors.ts';
import {
  readArrival,
  readExecution,
  readOpenExecution,
  readOrder,
  readUnit,
  readUnitOrder,
  type KnownPassport,
} from '#station/store/projections/aggregates.ts';
import { factsAt, sessionOf, type FactSources } from './facts.ts';
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
      case 'order.receive':
      case 'order.receive-block':
      case 'execution.follow':
      case 'signal.follow':
      case 'sample.complete':
      case 'nonconformance.follow':
      case 'call.escalate':
      case 'call.follow':
      case 'machine.observe':
      case 'energy.observe':
      case 'stop.follow':
        return { kind: 'system' };
      // Allowed with the station locked: then nobody's hand is known, whoever signed in before.
      case 'call.raise':
      case 'call.close':
        return sessionOf(store).locked ? { kind: 'system' } : null;
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
        const consequences = followed(decision, facts, store);
        store.append(withArrival(command, decision, facts, store), meta, consequences);
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

/** Serial of the unit that a command acts on; null: of none. */
function unitOf(command: Command, facts: Facts, { read }: Pick<CoreStore, 'read'>): string | null {
  switch (command.type) {
    case 'unit.hold':
    case 'unit.lift-hold':
    case 'unit.scrap':
    case 'unit.take-label':
    case 'execution.start':
      return command.serial;
    case 'execution.follow':
    case 'step.act':
    case 'step.retry':
      return readOpenExecution(read, facts.station.id)?.serial ?? null;
    default:
      return null;
  }
}

/**
 * What was decided rests on what is known of the unit from elsewhere too: that is written before, so that this log alone
 * explains it and a rebuild comes to the same.
 */
function withArrival(
  command: Command,
  { ok, events }: Decision,
  facts: Facts,
  store: Pick<CoreStore, 'read'>,
): readonly DomainEvent[] {
  if (!ok) return events;
  const many = command.type.startsWith('nonconformance.') || command.type.startsWith('containment.');
  const serials = many ? serialsIn(events) : [unitOf(command, facts, store)];
  const arrivals = serials.flatMap((serial) => {
    const known = serial === null ? null : readArrival(store.read, serial);
    return serial === null || known === null ? [] : [arrival(serial, known)];
  });
  return [...arrivals, ...events];
}

/** Serials of the units that these facts change. */
const serialsIn = (events: readonly DomainEvent[]): readonly string[] => [
  ...new Set(
    events.flatMap(({ type, body }) =>
      type.startsWith('unit.') && 'serial' in body && typeof body.serial === 'string' ? [body.serial] : [],
    ),
  ),
];

/** Points, signals and holds that follow from what was decided, each with what is known from elsewhere of the unit it holds. */
function followed({ ok, events }: Decision, facts: Facts, { read }: Pick<CoreStore, 'read'>): readonly DomainEvent[] {
  const ends = events.some(
    ({ type }) =>
      type === 'measurement.recorded' ||
      type === 'machine-cycle.finished' ||
      type === 'execution.passed' ||
      type === 'execution.stopped' ||
      type === 'sample.value-recorded' ||
      type === 'nonconformance.recorded' ||
      type === 'nonconformance.amended',
  );
  if (!ok || !ends) return [];
  const open = readOpenExecution(read, facts.station.id);
  const ofCharts = [...followUp(open, events, facts), ...followSamples(events, facts)];
  const ofNonconformances = followNonconformances(open, [...events, ...ofCharts], facts);
  const ofContainments = followContainments(open, [...events, ...ofNonconformances], facts);
  const ofRecalls = followRecalls(open, events, facts);
  return [...ofCharts, ...ofNonconformances, ...ofRecalls, ...ofContainments].flatMap((made) => {
    if (made.type !== 'unit.held' || made.body.serial === open?.serial) return made;
    const known = readArrival(read, made.body.serial);
    return known === null ? made : [arrival(made.body.serial, known), made];
  });
}

function arrival(serial: string, { version, passport }: KnownPassport): DomainEvent {
  return event('unit.arrived', { serial, passport, via: 'server', version, keyId: null, issuedAt: null });
}

function decide(command: Command, facts: Facts, { read }: Pick<CoreStore, 'read'>): Decision {
  switch (command.type) {
    case 'order.create':
    case 'order.release':
    case 'order.hold':
    case 'order.close':
    case 'order.import':
    case 'order.receive':
    case 'order.receive-block':
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
    case 'unit.take-label':
      return decideTakeLabel(readUnit(read, command.serial), command);
    case 'execution.start':
    case 'execution.follow':
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
    case 'reaction.do-step':
    case 'signal.close':
    case 'signal.lift-holds':
    case 'signal.follow':
    case 'phase.begin':
    case 'point.exclude':
    case 'point.note':
      return decideControl(command, facts);
    case 'sample.start':
    case 'sample.skip':
    case 'sample.measure':
    case 'sample.stop':
    case 'sample.complete':
    case 'set-up.record':
      return decideBench(command, facts);
    case 'gauge.calibrate':
    case 'gauge.check':
    case 'gauge.condemn':
    case 'gauge.return':
    case 'gauge.recall':
      return decideGauge(command, facts);
    case 'nonconformance.record':
    case 'nonconformance.amend':
    case 'nonconformance.dispose':
    case 'nonconformance.rework-done':
    case 'nonconformance.follow':
      return decideNonconformance(command, readOpenExecution(read, facts.station.id), facts);
    case 'containment.begin':
    case 'containment.lift':
      return decideContainment(command, readOpenExecution(read, facts.station.id), facts);
    case 'stop.classify':
    case 'stop.split':
    case 'stop.merge':
    case 'stop.move-edge':
    case 'stop.note':
    case 'stop.follow':
    case 'preparation.begin':
    case 'preparation.end':
      return decideStop(command, facts);
    case 'study.begin':
    case 'study.record':
    case 'study.judge':
    case 'study.finish':
    case 'study.abandon':
      return decideStudy(command, facts);
    case 'call.raise':
    case 'call.answer':
    case 'call.close':
    case 'call.escalate':
    case 'call.follow':
      return decideAndon(command, readOpenExecution(read, facts.station.id), facts);
    case 'handover.write':
    case 'handover.take':
      return decideHandover(command, facts);
    case 'energy.observe':
      return decideEnergy(command, facts);
    case 'machine.observe':
    case 'machine.tell':
    case 'machine.see-doubt':
      return decideMachine(command, facts);
    case 'station.record':
      return accept([command.event]);
  }
}
