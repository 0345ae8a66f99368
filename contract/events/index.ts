/** Every event type there is. A test holds that each file of this folder is here and has its goldens. */
import { stationStarted } from './station.started.ts';
import { stationStopped } from './station.stopped.ts';
import { stationLocked } from './station.locked.ts';
import { clockStepped } from './clock.stepped.ts';
import { operatorSignedIn } from './operator.signed-in.ts';
import { operatorSignedOut } from './operator.signed-out.ts';
import { operatorSignInRefused } from './operator.sign-in-refused.ts';
import { workOrderCreated } from './work-order.created.ts';
import { workOrderReleased } from './work-order.released.ts';
import { workOrderHeld } from './work-order.held.ts';
import { workOrderClosed } from './work-order.closed.ts';
import { workOrderReceived } from './work-order.received.ts';
import { serialBlockReceived } from './serial-block.received.ts';
import { unitCreated } from './unit.created.ts';
import { unitArrived } from './unit.arrived.ts';
import { unitCounted } from './unit.counted.ts';
import { unitHeld } from './unit.held.ts';
import { unitHoldLifted } from './unit.hold-lifted.ts';
import { unitScrapped } from './unit.scrapped.ts';
import { unitCompleted } from './unit.completed.ts';
import { executionStarted } from './execution.started.ts';
import { executionPassed } from './execution.passed.ts';
import { executionStopped } from './execution.stopped.ts';
import { stepStarted } from './step.started.ts';
import { stepPassed } from './step.passed.ts';
import { stepFailed } from './step.failed.ts';
import { instructionConfirmed } from './instruction.confirmed.ts';
import { componentFitted } from './component.fitted.ts';
import { componentRemoved } from './component.removed.ts';
import { measurementRecorded } from './measurement.recorded.ts';
import { checkRecorded } from './check.recorded.ts';
import { choiceRecorded } from './choice.recorded.ts';
import { numberRecorded } from './number.recorded.ts';
import { textRecorded } from './text.recorded.ts';
import { machineCycleRequested } from './machine-cycle.requested.ts';
import { machineCyclePrepared } from './machine-cycle.prepared.ts';
import { machineCycleStarted } from './machine-cycle.started.ts';
import { machineCycleFinished } from './machine-cycle.finished.ts';
import { machineCycleAborted } from './machine-cycle.aborted.ts';
import { pointCharted } from './point.charted.ts';
import { phaseBegun } from './phase.begun.ts';
import { pointExcluded } from './point.excluded.ts';
import { pointNoted } from './point.noted.ts';
import { signalRaised } from './signal.raised.ts';
import { reactionStepDone } from './reaction.step-done.ts';
import { signalClosed } from './signal.closed.ts';
import { unitReworkOrdered } from './unit.rework-ordered.ts';
import { unitConceded } from './unit.conceded.ts';
import { setUpRecorded } from './set-up.recorded.ts';
import { sampleStarted } from './sample.started.ts';
import { sampleValueRecorded } from './sample.value-recorded.ts';
import { sampleFinished } from './sample.finished.ts';
import { sampleSkipped } from './sample.skipped.ts';
import { nonconformanceRecorded } from './nonconformance.recorded.ts';
import { nonconformanceAmended } from './nonconformance.amended.ts';
import { nonconformanceDisposed } from './nonconformance.disposed.ts';
import { nonconformanceReworkDone } from './nonconformance.rework-done.ts';
import { nonconformanceClosed } from './nonconformance.closed.ts';
import { containmentBegun } from './containment.begun.ts';
import { containmentLifted } from './containment.lifted.ts';
import { gaugeCalibrated } from './gauge.calibrated.ts';
import { gaugeChecked } from './gauge.checked.ts';
import { gaugeCondemned } from './gauge.condemned.ts';
import { gaugeReturned } from './gauge.returned.ts';
import { gaugeRecalled } from './gauge.recalled.ts';
import { studyBegun } from './study.begun.ts';
import { studyValueRecorded } from './study.value-recorded.ts';
import { studyVerdictRecorded } from './study.verdict-recorded.ts';
import { studyFinished } from './study.finished.ts';
import { studyAbandoned } from './study.abandoned.ts';
import { sliceBegun } from './slice.begun.ts';
import { slicesRestated } from './slices.restated.ts';
import { piecesCounted } from './pieces.counted.ts';
import { machineDoubted } from './machine.doubted.ts';
import { machineDoubtSeen } from './machine.doubt-seen.ts';
import { stopOpened } from './stop.opened.ts';
import { stopEnded } from './stop.ended.ts';
import { stopClassified } from './stop.classified.ts';
import { stopSplit } from './stop.split.ts';
import { stopMerged } from './stop.merged.ts';
import { stopEdgeMoved } from './stop.edge-moved.ts';
import { stopNoted } from './stop.noted.ts';
import { stopRestated } from './stop.restated.ts';
import { preparationBegun } from './preparation.begun.ts';
import { preparationEnded } from './preparation.ended.ts';
import { energyUsed } from './energy.used.ts';
import { callRaised } from './call.raised.ts';
import { callAnswered } from './call.answered.ts';
import { callEscalated } from './call.escalated.ts';
import { callClosed } from './call.closed.ts';
import { callTicketed } from './call.ticketed.ts';
import { handoverWritten } from './handover.written.ts';
import { handoverTaken } from './handover.taken.ts';
import { linkTestStarted } from './link-test.started.ts';
import { linkTestRecorded } from './link-test.recorded.ts';
import { linkTestEnded } from './link-test.ended.ts';
import type { z } from 'zod';
import type { EventRecord } from '../envelope.ts';
import type { EventDefinition } from './define.ts';

export const eventDefinitions = [
  stationStarted,
  stationStopped,
  stationLocked,
  clockStepped,
  operatorSignedIn,
  operatorSignedOut,
  operatorSignInRefused,
  workOrderCreated,
  workOrderReleased,
  workOrderHeld,
  workOrderClosed,
  workOrderReceived,
  serialBlockReceived,
  unitCreated,
  unitArrived,
  unitCounted,
  unitHeld,
  unitHoldLifted,
  unitScrapped,
  unitCompleted,
  executionStarted,
  executionPassed,
  executionStopped,
  stepStarted,
  stepPassed,
  stepFailed,
  instructionConfirmed,
  componentFitted,
  componentRemoved,
  measurementRecorded,
  checkRecorded,
  choiceRecorded,
  numberRecorded,
  textRecorded,
  machineCycleRequested,
  machineCyclePrepared,
  machineCycleStarted,
  machineCycleFinished,
  machineCycleAborted,
  pointCharted,
  phaseBegun,
  pointExcluded,
  pointNoted,
  signalRaised,
  reactionStepDone,
  signalClosed,
  unitReworkOrdered,
  unitConceded,
  nonconformanceRecorded,
  nonconformanceAmended,
  nonconformanceDisposed,
  nonconformanceReworkDone,
  nonconformanceClosed,
  containmentBegun,
  containmentLifted,
  gaugeCalibrated,
  gaugeChecked,
  gaugeCondemned,
  gaugeReturned,
  gaugeRecalled,
  setUpRecorded,
  sampleStarted,
  sampleValueRecorded,
  sampleFinished,
  sampleSkipped,
  studyBegun,
  studyValueRecorded,
  studyVerdictRecorded,
  studyFinished,
  studyAbandoned,
  sliceBegun,
  slicesRestated,
  piecesCounted,
  machineDoubted,
  machineDoubtSeen,
  stopOpened,
  stopEnded,
  stopClassified,
  stopSplit,
  stopMerged,
  stopEdgeMoved,
  stopNoted,
  stopRestated,
  preparationBegun,
  preparationEnded,
  energyUsed,
  callRaised,
  callAnswered,
  callEscalated,
  callClosed,
  callTicketed,
  handoverWritten,
  handoverTaken,
  linkTestStarted,
  linkTestRecorded,
  linkTestEnded,
] as const;

type Definitions = (typeof eventDefinitions)[number];
export type EventType = Definitions['type'];
export type BodyOf<T extends EventType> = z.infer<Extract<Definitions, { type: T }>['schema']>;
/** A new event, discriminated by `type`, before the store gives it its key. */
export type DomainEvent = {
  [T in EventType]: { readonly type: T; readonly version: number; readonly body: BodyOf<T> };
}[EventType];
/** A stored event, discriminated by `type`, lifted to its newest version. */
export type StoredEvent = { [T in EventType]: EventRecord<T, BodyOf<T>> }[EventType];

const byType = new Map<string, EventDefinition>(eventDefinitions.map((d) => [d.type, d as unknown as EventDefinition]));

export function eventDefinition(type: string): EventDefinition | undefined {
  return byType.get(type);
}

/**
 * Makes a new event at its newest version. The body is checked by the store when it is appended, so that an invalid
 * body can never be written whoever made it.
 */
export function event<T extends EventType>(type: T, body: BodyOf<T>): Extract<DomainEvent, { type: T }> {
  const definition = byType.get(type);
  if (!definition) throw new Error(`unknown event type ${type}`);
  return { type, version: definition.version, body } as Extract<DomainEvent, { type: T }>;
}

/** Lifts a stored record to the newest version of its type. Unknown types and newer versions are returned as they are. */
export function upcast(record: EventRecord): EventRecord {
  const definition = byType.get(record.type);
  if (!definition) return record;
  let { version, body } = record;
  while (version < definition.version) {
    const lift = definition.upcasters[version];
    if (!lift) throw new Error(`no upcaster from ${record.type}@${version}`);
    body = lift(body);
    version += 1;
  }
  return version === record.version ? record : { ...record, version, body };
}
