/** What the tests of the rules share: a world of aggregates that commands are decided on and events folded into. */
import type { Configuration } from '#contract/config/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { DomainEvent } from '#contract/events/index.ts';
import type { LiveReading, TagValue } from '#contract/reading.ts';
import { catalogueOf, type Catalogue } from './catalogue.ts';
import type { Command } from './commands.ts';
import type { Decision } from './decision.ts';
import { decideAndon } from './andon/decide.ts';
import { AndonMemory } from './andon/test-memory.ts';
import { decideBench } from './bench/decide.ts';
import { followSamples } from './bench/follow.ts';
import { BenchMemory } from './bench/test-memory.ts';
import { decideContainment } from './containments/decide.ts';
import { followContainments } from './containments/follow.ts';
import { ContainmentMemory } from './containments/test-memory.ts';
import { decideControl } from './control/decide.ts';
import { followUp } from './control/follow.ts';
import { ControlMemory } from './control/test-memory.ts';
import { decideEnergy } from './energy/decide.ts';
import { decideExecution } from './execution/decide.ts';
import { evolveExecution, isOpen, type Execution } from './execution/execution.ts';
import type { CaseFact, DeviceFact, Facts, ServerFact } from './facts.ts';
import { asHappened, type Happened } from './happened.ts';
import { decideGauge } from './gauges/decide.ts';
import { followRecalls } from './gauges/recall.ts';
import { GaugeMemory } from './gauges/test-memory.ts';
import { decideHandover } from './handover/decide.ts';
import { HandoverMemory } from './handover/test-memory.ts';
import { decideMachine } from './machines/decide.ts';
import { MachineMemory } from './machines/test-memory.ts';
import { decideNonconformance } from './nonconformances/decide.ts';
import { followNonconformances } from './nonconformances/follow.ts';
import { NonconformanceMemory } from './nonconformances/test-memory.ts';
import { decideOrder } from './orders/decide.ts';
import { evolveOrder, type Order } from './orders/order.ts';
import { decidePeople } from './people/decide.ts';
import { evolveSession, nobody, type Session } from './people/session.ts';
import { decideStop } from './stops/decide.ts';
import { StopMemory } from './stops/test-memory.ts';
import { decideStudy } from './studies/decide.ts';
import { evolveStudy, takenAtOf, type StudyPart } from './studies/study.ts';
import { decideUnit } from './units/decide.ts';
import { decideTakeLabel } from './units/label.ts';
import type { Unit } from './units/unit-state.ts';
import { evolveUnit } from './units/unit.ts';
import { startAt, testConfiguration } from './test-plant.ts';

export { startAt, testConfiguration, testDefinition } from './test-plant.ts';

export const reading = (tagId: string, value: TagValue, more: Partial<LiveReading> = {}): LiveReading => ({
  tagId,
  value,
  unit: null,
  quality: 'good',
  status: 'Good',
  sourceAt: startAt,
  serverAt: null,
  receivedAt: startAt,
  stale: false,
  lastGoodAt: startAt,
  ...more,
});

/** The aggregates of one station in memory: commands are decided on them, events folded into them. */
export class World {
  readonly catalogue: Catalogue;
  readonly log: Happened[] = [];
  readonly orders = new Map<string, Order>();
  readonly units = new Map<string, Unit>();
  readonly executions = new Map<string, Execution>();
  readonly readings = new Map<string, LiveReading>();
  readonly devices = new Map<string, DeviceFact>();
  readonly cases = new Map<string, readonly CaseFact[]>();
  readonly heardAt = new Map<string, number>();
  readonly control = new ControlMemory(this.units);
  readonly gauges = new GaugeMemory((studyId) => {
    const study = this.studies.get(studyId);
    return study === undefined ? [] : takenAtOf(study);
  });
  readonly bench = new BenchMemory();
  readonly nonconformances = new NonconformanceMemory();
  readonly containments = new ContainmentMemory();
  readonly andon = new AndonMemory();
  readonly handovers = new HandoverMemory();
  readonly machines = new MachineMemory();
  readonly stops = new StopMemory();
  readonly studies = new Map<string, StudyPart>();
  server: ServerFact = { configured: false, linked: false, sinceAt: startAt, current: false };
  session: Session = nobody;
  now = startAt;
  stationId: string;
  #ids = 0;

  constructor(configuration: Configuration = testConfiguration(), stationId = 'ST10') {
    this.catalogue = catalogueOf(configuration);
    this.stationId = stationId;
    for (const id of ['press', 'gauge', 'dial'])
      this.devices.set(id, { state: 'connected', since: startAt - 60_000, pushes: id === 'gauge' });
    this.readings.set('press.state', reading('press.state', 'Idle'));
    this.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm' }));
    for (const order of configuration.orders)
      this.do({ type: 'order.import', orderId: order.id, order }, { kind: 'import', source: 'test' });
  }

  facts(actor?: Actor): Facts {
    const signedIn = this.session.person;
    const station = this.catalogue.station(this.stationId);
    if (station === null) throw new Error(this.stationId);
    this.#ids += 1;
    const n = this.#ids;
    return {
      now: this.now,
      actor: actor ?? (signedIn === null ? { kind: 'system' } : { kind: 'person', id: signedIn.personId }),
      station,
      catalogue: this.catalogue,
      session: this.session,
      ids: { execution: `X${n}`, hold: `H${n}`, cycle: `C${n}`, fresh: (what) => `${what} ${n}` },
      control: this.control,
      gauges: this.gauges,
      bench: this.bench,
      nonconformances: this.nonconformances,
      containments: this.containments,
      andon: this.andon,
      handovers: this.handovers,
      machines: this.machines,
      stops: this.stops,
      studies: { study: (id) => this.studies.get(id) ?? null },
      reading: (tagId) => this.readings.get(tagId) ?? null,
      device: (id) => this.devices.get(id) ?? null,
      server: this.server,
      cases: (serial) => this.cases.get(serial) ?? [],
      heardAt: (serial) => this.heardAt.get(serial) ?? null,
      fittedIn: (materialId, serial) =>
        [...this.units.values()].find((u) =>
          u.components.some((c) => c.materialId === materialId && c.serial === serial),
        )?.serial ?? null,
    };
  }

  open(): Execution | null {
    return [...this.executions.values()].find((e) => isOpen(e) && e.stationId === this.stationId) ?? null;
  }

  decide(command: Command, actor?: Actor): Decision {
    const facts = this.facts(actor);
    switch (command.type) {
      case 'order.create':
      case 'order.release':
      case 'order.hold':
      case 'order.close':
      case 'order.import':
      case 'order.receive':
      case 'order.receive-block':
      case 'unit.create': {
        const order = this.orders.get(command.orderId) ?? null;
        return decideOrder({ order, unitOrder: (serial) => this.units.get(serial)?.orderId ?? null }, command, facts);
      }
      case 'unit.hold':
      case 'unit.lift-hold':
      case 'unit.scrap': {
        const unit = this.units.get(command.serial) ?? null;
        const execution = unit?.open ? (this.executions.get(unit.open.executionId) ?? null) : null;
        return decideUnit({ unit, execution }, command, facts);
      }
      case 'unit.take-label':
        return decideTakeLabel(this.units.get(command.serial) ?? null, command);
      case 'execution.start':
      case 'execution.follow':
      case 'step.act':
      case 'step.retry': {
        const open = this.open();
        const serial = command.type === 'execution.start' ? command.serial : open?.serial;
        const unit = serial === undefined ? null : (this.units.get(serial) ?? null);
        const order = unit === null ? null : (this.orders.get(unit.orderId) ?? null);
        return decideExecution({ unit, order, open }, command, facts);
      }
      case 'operator.sign-in':
      case 'operator.sign-out':
      case 'operator.refuse-sign-in':
      case 'pin.given':
      case 'station.lock':
        return decidePeople(this.session, command, facts);
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
        return decideNonconformance(command, this.open(), facts);
      case 'containment.begin':
      case 'containment.lift':
        return decideContainment(command, this.open(), facts);
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
        return decideAndon(command, this.open(), facts);
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
        return { ok: true, events: [command.event] };
    }
  }

  /** Decides and, whatever came of it, folds the events. */
  do(command: Command, actor?: Actor): Decision {
    const open = this.open();
    const decision = this.decide(command, actor);
    const facts = this.facts(actor);
    const ofCharts = decision.ok
      ? [...followUp(open, decision.events, facts), ...followSamples(decision.events, facts)]
      : [];
    const ofOthers = decision.ok
      ? [
          ...followNonconformances(open, [...decision.events, ...ofCharts], facts),
          ...followRecalls(open, decision.events, facts),
          ...followContainments(open, decision.events, facts),
        ]
      : [];
    this.take(decision.events, actor);
    this.take([...ofCharts, ...ofOthers], { kind: 'system' });
    return decision;
  }

  take(events: readonly DomainEvent[], actor?: Actor): void {
    for (const event of events) {
      const stamp = { at: this.now, actor: actor ?? this.facts().actor, stationId: this.stationId };
      this.fold(asHappened(event, stamp));
    }
  }

  fold(event: Happened): void {
    this.log.push(event);
    this.control.fold(event);
    this.gauges.fold(event);
    this.bench.fold(event);
    this.nonconformances.fold(event);
    this.containments.fold(event);
    this.andon.fold(event);
    this.handovers.fold(event);
    this.machines.fold(event);
    this.stops.fold(event);
    const { studyId } = event.body as { readonly studyId?: string };
    const study = studyId === undefined ? null : evolveStudy(this.studies.get(studyId) ?? null, event);
    if (study !== null) this.studies.set(study.studyId, study);
    this.session = evolveSession(this.session, event);
    const body: Readonly<Record<string, unknown>> = event.body;
    const executionId = typeof body['executionId'] === 'string' ? body['executionId'] : null;
    const execution = executionId === null ? null : evolveExecution(this.executions.get(executionId) ?? null, event);
    if (execution !== null) this.executions.set(execution.executionId, execution);
    const serial = typeof body['serial'] === 'string' ? body['serial'] : (execution?.serial ?? null);
    const unit = serial === null ? null : evolveUnit(this.units.get(serial) ?? null, event);
    if (unit !== null) this.units.set(unit.serial, unit);
    const orderId = typeof body['orderId'] === 'string' ? body['orderId'] : null;
    const order = orderId === null ? null : evolveOrder(this.orders.get(orderId) ?? null, event);
    if (order !== null) this.orders.set(order.orderId, order);
  }

  signIn(id: string, pin: 'none' | 'right' = 'none'): Decision {
    return this.do({ type: 'operator.sign-in', badge: `BDG-${id}`, pin, entry: 'scanned' });
  }

  /** An act in whatever step is current. */
  act(
    action: Extract<Command, { type: 'step.act' }>['action'],
    component: Extract<Command, { type: 'step.act' }>['component'] = null,
  ): Decision {
    const open = this.open();
    const run = open?.currentStep ? open.steps[open.currentStep] : undefined;
    if (!open || !run) throw new Error('no open step');
    return this.do({
      type: 'step.act',
      executionId: open.executionId,
      stepId: run.stepId,
      attempt: run.attempt,
      action,
      component,
    });
  }

  retry(): Decision {
    const open = this.open();
    const run = open?.currentStep ? open.steps[open.currentStep] : undefined;
    if (!open || !run) throw new Error('no open step');
    return this.do({ type: 'step.retry', executionId: open.executionId, stepId: run.stepId, attempt: run.attempt });
  }
}

export const codes = (decision: Decision): readonly string[] =>
  decision.ok ? [] : decision.reasons.map((r) => r.code);
