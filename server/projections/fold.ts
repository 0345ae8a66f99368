/** What a page of events changes, gathered in memory. Everything across streams is a join, so pages may come in any order. */
import type { Passport } from '#contract/passport.ts';
import type { BodyOf } from '#contract/events/index.ts';
import { evolveCall, type CallPart } from '#domain/andon/call.ts';
import { evolveHandover, type HandoverPart } from '#domain/handover/handover.ts';
import { devicesOf } from '#domain/containments/devices.ts';
import { evolveContainment, type ContainmentPart } from '#domain/containments/containment.ts';
import { evolveSignal, type SignalPart } from '#domain/control/signal.ts';
import { evolveGauge, type GaugeBody } from '#domain/gauges/gauge.ts';
import { evolveStudy, type StudyPart } from '#domain/studies/study.ts';
import { evolveNonconformance, type NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import type { OrderStep } from '#domain/orders/order.ts';
import { atRest, evolveWork, type WorkState } from '#domain/lines/station-work.ts';
import { emptyPart, evolvePassport, passportEvents, type PassportPart } from '#domain/units/passport.ts';
import type { Happened } from '#domain/happened.ts';
import type { FoldableEvent } from './read-event.ts';

export interface UnitChange {
  part: PassportPart;
  receivedAt: number;
  readonly shownPassed: Set<string>;
}
export interface ExecutionRow {
  executionId: string;
  serial: string | null;
  orderId: string | null;
  operationId: string | null;
  definitionId: string | null;
  revision: string | null;
  definitionHash: string | null;
  stationId: string | null;
  personId: string | null;
  startedAt: number | null;
  endedAt: number | null;
  outcome: 'passed' | 'stopped' | null;
  stopCause: string | null;
  /** JSON; null: none. */
  reworks: string | null;
}
export interface Span {
  readonly executionId: string;
  readonly streamId: number;
  from: number;
  to: number;
  month: string;
}
export type EventOf<T extends FoldableEvent['type']> = Extract<FoldableEvent, { type: T }>;
export type ChartFact = EventOf<'point.charted' | 'phase.begun' | 'point.excluded' | 'point.noted'>;
/** A fact of a stop with its place in its stream. */
export interface StopFact extends Pick<FoldableEvent, 'streamId' | 'seq'> {
  readonly fact: Happened;
}
export type MachineFact = EventOf<
  'slice.begun' | 'slices.restated' | 'pieces.counted' | 'machine.doubted' | 'machine.doubt-seen'
>;
export interface WorkChange {
  readonly stationId: string;
  seq: number;
  receivedAt: number;
  state: WorkState;
}

/** What a station said of an order of its own. */
export interface OrderStepTold {
  readonly orderId: string;
  readonly step: OrderStep;
  /** Of a hold. */
  readonly reason: string | null;
  readonly stationId: string;
  readonly streamId: number;
  readonly seq: number;
}

/** A device was at work on a unit: in a run, or for a sample. */
export interface DeviceWork {
  readonly streamId: number;
  readonly seq: number;
  readonly deviceId: string;
  /** null: for a sample. */
  readonly executionId: string | null;
  /** Of a sample; null: that of the run. */
  readonly serial: string | null;
  readonly stationId: string;
  readonly at: number;
}

export class PageChanges {
  readonly units = new Map<string, UnitChange>();
  readonly executions = new Map<string, ExecutionRow>();
  readonly spans = new Map<string, Span>();
  readonly facts: { serial: string; streamId: number; seq: number; month: string }[] = [];
  readonly components: (EventOf<'component.fitted'> | EventOf<'component.removed'>)[] = [];
  readonly measured: EventOf<'measurement.recorded'>[] = [];
  /** Besides what measured in runs. */
  readonly deviceWork: DeviceWork[] = [];
  /** By stream. */
  readonly work: Map<number, WorkChange>;
  readonly created: { serial: string; orderId: string; stationId: string }[] = [];
  readonly ordersSeen: { body: BodyOf<'work-order.created'>; stationId: string; streamId: number; seq: number }[] = [];
  readonly orderSteps: OrderStepTold[] = [];
  readonly blocks: { body: BodyOf<'serial-block.received'>; stationId: string; at: number }[] = [];
  readonly signals = new Map<string, SignalPart>();
  readonly gauges = new Map<string, GaugeBody>();
  readonly samples: EventOf<'sample.value-recorded'>[] = [];
  readonly charted: ChartFact[] = [];
  /** In the order of their streams. */
  readonly machineFacts: MachineFact[] = [];
  readonly energyUsed: EventOf<'energy.used'>[] = [];
  readonly studies = new Map<string, StudyPart>();
  readonly stops = new Map<string, StopFact[]>();
  readonly nonconformances = new Map<string, NonconformancePart>();
  readonly containments = new Map<string, ContainmentPart>();
  readonly calls = new Map<string, CallPart>();
  readonly handovers = new Map<string, HandoverPart>();

  /** @param work what the streams said before this page. */
  constructor(work: Map<number, WorkChange>) {
    this.work = work;
  }

  /** @throws what a fold throws; then nothing of this event is in. */
  add(event: FoldableEvent): void {
    // First everything that can throw, then what is kept.
    const unit = this.#unit(event);
    const work = this.#work(event);
    if (unit !== null) this.units.set(unit.serial, unit.change);
    if (work !== null) this.work.set(event.streamId, work);
    this.#run(event);
    this.#lists(event);
  }

  #unit(event: FoldableEvent): { serial: string; change: UnitChange } | null {
    const { body, type, receivedAt } = event;
    if (!('serial' in body) || typeof body.serial !== 'string') return null;
    const { serial } = body;
    const shown = shownPassed(event);
    if (!(passportEvents as readonly string[]).includes(type) && shown.length === 0) return null;
    const known = this.units.get(serial);
    const part = evolvePassport(known?.part ?? emptyPart(serial), event);
    return {
      serial,
      change: {
        part,
        receivedAt: Math.max(receivedAt, known?.receivedAt ?? 0),
        shownPassed: new Set([...(known?.shownPassed ?? []), ...shown]),
      },
    };
  }

  #work(event: FoldableEvent): WorkChange | null {
    const known = this.work.get(event.streamId);
    // Folded later, out of its order: the station has gone on since.
    if (known !== undefined && event.seq <= known.seq) return null;
    const before = known?.state ?? atRest;
    const state = evolveWork(before, event);
    if (state === before) return null;
    return { stationId: event.stationId, seq: event.seq, receivedAt: event.receivedAt, state };
  }

  #run(event: FoldableEvent): void {
    const { body, streamId, seq, month } = event;
    if (!('executionId' in body) || typeof body.executionId !== 'string') {
      if ('serial' in body && typeof body.serial === 'string')
        this.facts.push({ serial: body.serial, streamId, seq, month });
      return;
    }
    const { executionId } = body;
    const key = `${streamId} ${executionId}`;
    const span = this.spans.get(key);
    if (span === undefined) this.spans.set(key, { executionId, streamId, from: seq, to: seq, month });
    else {
      span.from = Math.min(span.from, seq);
      span.to = Math.max(span.to, seq);
      if (month < span.month) span.month = month;
    }
    if (event.type !== 'execution.started' && event.type !== 'execution.passed' && event.type !== 'execution.stopped')
      return;
    const row = this.executions.get(executionId) ?? noExecution(executionId);
    this.executions.set(executionId, row);
    row.serial = event.body.serial;
    row.operationId = event.body.operationId;
    row.stationId = event.stationId;
    if (event.type === 'execution.started') {
      const { orderId, definition, reworks } = event.body;
      row.orderId = orderId;
      row.definitionId = definition.id;
      row.revision = definition.revision;
      row.definitionHash = definition.hash;
      row.personId = event.actor.kind === 'person' ? event.actor.id : null;
      row.startedAt = event.at;
      if (reworks !== undefined) row.reworks = JSON.stringify(reworks);
    } else {
      row.endedAt = event.at;
      row.outcome = event.type === 'execution.passed' ? 'passed' : 'stopped';
      if (event.type === 'execution.stopped') row.stopCause = event.body.cause;
    }
  }

  #step(orderId: string, step: OrderStep, reason: string | null, event: FoldableEvent): void {
    this.orderSteps.push({ orderId, step, reason, ...placeOf(event) });
  }

  #gauge(gaugeId: string, event: FoldableEvent): void {
    const part = evolveGauge(this.gauges.get(gaugeId) ?? null, event);
    if (part !== null) this.gauges.set(gaugeId, part);
  }

  #stop(stopId: string, { type, body, at, actor, stationId, streamId, seq }: FoldableEvent): void {
    const fact = { type, body, at, actor, stationId } as Happened;
    this.stops.set(stopId, [...(this.stops.get(stopId) ?? []), { streamId, seq, fact }]);
  }

  #devices(event: EventOf<'machine-cycle.requested' | 'machine-cycle.finished' | 'sample.value-recorded'>): void {
    const { body, at, stationId, streamId, seq } = event;
    const of =
      'executionId' in body
        ? { executionId: body.executionId, serial: null }
        : { executionId: null, serial: body.serial };
    for (const deviceId of devicesOf(event)) this.deviceWork.push({ streamId, seq, deviceId, ...of, stationId, at });
  }

  #lists(event: FoldableEvent): void {
    switch (event.type) {
      case 'component.fitted':
      case 'component.removed':
        this.components.push(event);
        break;
      case 'measurement.recorded':
        this.measured.push(event);
        break;
      case 'unit.created':
        this.created.push({ serial: event.body.serial, orderId: event.body.orderId, stationId: event.stationId });
        break;
      case 'serial-block.received':
        this.blocks.push({ body: event.body, stationId: event.stationId, at: event.at });
        break;
      case 'signal.raised':
      case 'reaction.step-done':
      case 'signal.closed': {
        const { signalId } = event.body;
        const part = evolveSignal(this.signals.get(signalId) ?? null, event);
        if (part !== null) this.signals.set(signalId, part);
        break;
      }
      case 'study.begun':
      case 'study.value-recorded':
      case 'study.verdict-recorded':
      case 'study.finished':
      case 'study.abandoned': {
        const { studyId } = event.body;
        const part = evolveStudy(this.studies.get(studyId) ?? null, event);
        if (part !== null) this.studies.set(studyId, part);
        if (event.type === 'study.finished' && event.body.gaugeId !== null) this.#gauge(event.body.gaugeId, event);
        break;
      }
      case 'stop.opened':
      case 'stop.ended':
      case 'stop.classified':
      case 'stop.split':
      case 'stop.merged':
      case 'stop.edge-moved':
      case 'stop.noted':
      case 'stop.restated':
        this.#stop(event.body.stopId, event);
        break;
      case 'sample.value-recorded':
        this.samples.push(event);
        this.#devices(event);
        break;
      case 'machine-cycle.requested':
      case 'machine-cycle.finished':
        this.#devices(event);
        break;
      case 'gauge.calibrated':
      case 'gauge.checked':
      case 'gauge.condemned':
      case 'gauge.returned':
      case 'gauge.recalled':
        this.#gauge(event.body.gaugeId, event);
        break;
      case 'point.charted':
      case 'phase.begun':
      case 'point.excluded':
      case 'point.noted':
        this.charted.push(event);
        break;
      case 'nonconformance.recorded':
      case 'nonconformance.amended':
      case 'nonconformance.disposed':
      case 'nonconformance.rework-done':
      case 'nonconformance.closed': {
        const { nonconformanceId } = event.body;
        const part = evolveNonconformance(this.nonconformances.get(nonconformanceId) ?? null, event);
        if (part !== null) this.nonconformances.set(nonconformanceId, part);
        break;
      }
      case 'containment.begun':
      case 'containment.lifted': {
        const { containmentId } = event.body;
        const part = evolveContainment(this.containments.get(containmentId) ?? null, event);
        if (part !== null) this.containments.set(containmentId, part);
        break;
      }
      case 'call.raised':
      case 'call.answered':
      case 'call.escalated':
      case 'call.closed':
      case 'call.ticketed': {
        const { callId } = event.body;
        const part = evolveCall(this.calls.get(callId) ?? null, event);
        if (part !== null) this.calls.set(callId, part);
        break;
      }
      case 'handover.written':
      case 'handover.taken': {
        const { handoverId } = event.body;
        const part = evolveHandover(this.handovers.get(handoverId) ?? null, event);
        if (part !== null) this.handovers.set(handoverId, part);
        break;
      }
      case 'slice.begun':
      case 'slices.restated':
      case 'pieces.counted':
      case 'machine.doubted':
      case 'machine.doubt-seen':
        this.machineFacts.push(event);
        break;
      case 'energy.used':
        this.energyUsed.push(event);
        break;
      case 'work-order.created':
        this.ordersSeen.push({ body: event.body, ...placeOf(event) });
        break;
      case 'work-order.released':
        this.#step(event.body.orderId, 'release', null, event);
        break;
      case 'work-order.held':
        this.#step(event.body.orderId, 'hold', event.body.reason, event);
        break;
      case 'work-order.closed':
        this.#step(event.body.orderId, 'close', null, event);
        break;
    }
  }
}

const placeOf = ({ stationId, streamId, seq }: FoldableEvent) => ({ stationId, streamId, seq });

const noExecution = (executionId: string): ExecutionRow => ({
  executionId,
  serial: null,
  orderId: null,
  operationId: null,
  definitionId: null,
  revision: null,
  definitionHash: null,
  stationId: null,
  personId: null,
  startedAt: null,
  endedAt: null,
  outcome: null,
  stopCause: null,
  reworks: null,
});

/** Operations that a passport which came with the unit (`unit.arrived`) shows as passed. */
function shownPassed(event: FoldableEvent): readonly string[] {
  const { passport } = event.body as { readonly passport?: Pick<Passport, 'passed'> };
  return (event.type as string) === 'unit.arrived' && passport !== undefined
    ? passport.passed.map(({ operationId }) => operationId)
    : [];
}
