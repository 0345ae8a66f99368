/** What people decide about signals and charts. */
import { event } from '#contract/events/index.ts';
import type { Localized } from '#contract/config/text.ts';
import type { Reason } from '#contract/refusal.ts';
import type { ControlCommand } from '#domain/commands.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { actorName } from '#domain/units/holder.ts';
import { openHolds } from '#domain/units/unit.ts';
import { chartKeyText, mostWaiting } from './chart.ts';
import { characteristicText } from './follow.ts';
import { plannedChart } from './planned.ts';
import { isRaised, isSignalOpen, openSteps, signalHoldId, type Signal } from './signal.ts';
import { suspectHere } from './suspect.ts';
import { basisOf, figuresOf } from './statistics.ts';

/** The signal stands against what is asked for: a start of its operation, or the lifting of its holds. */
export const signalOpen = (signal: Signal, operationText: Localized | null, facts: Facts): Reason =>
  reason('process.signal-open', {
    signal: signal.signalId,
    characteristicText: characteristicText(signal.raised, facts),
    operation: signal.raised.operationId,
    operationText,
    station: signal.raised.chart.stationId,
    raisedAt: signal.raised.at,
  });

export function decideControl(command: ControlCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'reaction.do-step':
      return doStep(command, facts);
    case 'signal.close':
      return close(command, facts);
    case 'signal.lift-holds':
      return liftHolds(command, facts);
    case 'signal.follow':
      return follow(command, facts);
    case 'phase.begin':
      return beginPhase(command, facts);
    case 'point.exclude':
    case 'point.note':
      return atPoint(command, facts);
  }
}

type Of<T extends ControlCommand['type']> = Extract<ControlCommand, { type: T }>;

/** The signal, or every reason why nothing can be done with it. */
function knownSignal(signalId: string, faults: readonly Reason[], facts: Facts): Signal | Decision {
  const signal = facts.control.signal(signalId);
  if (!isRaised(signal)) return refuse([...faults, reason('signal.unknown', { signal: signalId })]);
  return signal;
}
const isDecision = (found: Signal | Decision): found is Decision => 'ok' in found;

function closedAlready({ closed }: Signal, facts: Facts): readonly Reason[] {
  if (closed === null) return [];
  return [reason('signal.closed-already', { closedAt: closed.at, by: actorName(closed.by, closed.stationId, facts) })];
}

function doStep({ signalId, stepId }: Of<'reaction.do-step'>, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'reaction.do-step')];
  const signal = knownSignal(signalId, faults, facts);
  if (isDecision(signal)) return signal;
  faults.push(...closedAlready(signal, facts));
  const done = signal.steps.find((step) => step.stepId === stepId);
  if (!signal.raised.reaction.steps.includes(stepId)) faults.push(reason('signal.step-unknown', { step: stepId }));
  else if (done !== undefined)
    faults.push(reason('signal.step-done-already', { doneAt: done.at, by: actorName(done.by, done.stationId, facts) }));
  return faults.length > 0 ? refuse(faults) : accept([event('reaction.step-done', { signalId, stepId })]);
}

function close({ signalId, causeId, note }: Of<'signal.close'>, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'signal.close')];
  const signal = knownSignal(signalId, faults, facts);
  if (isDecision(signal)) return signal;
  faults.push(...closedAlready(signal, facts));
  const { chart, reaction } = signal.raised;
  const open = openSteps(signal).length;
  if (open > 0) faults.push(reason('signal.steps-open', { open, total: reaction.steps.length }));
  const plan = facts.catalogue.controlPlan(chart.planId, chart.revision);
  const causes = plan?.reactions.find((r) => r.id === reaction.id)?.causes ?? [];
  const words = note.trim();
  if (causeId !== 'other' && !causes.some((cause) => cause.id === causeId))
    faults.push(reason('signal.cause-unknown', { cause: causeId }));
  if (causeId === 'other' && words === '') faults.push(reason('signal.words-missing', {}));
  if (faults.length > 0) return refuse(faults);
  return accept([event('signal.closed', { signalId, chart, causeId, note: words, elsewhere: null })]);
}

function liftHolds({ signalId, serials, reason: words }: Of<'signal.lift-holds'>, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'unit.lift-hold')];
  const signal = knownSignal(signalId, faults, facts);
  if (isDecision(signal)) return signal;
  if (isSignalOpen(signal)) faults.push(signalOpen(signal, null, facts));
  const held = (serials ?? signal.raised.suspects).flatMap((serial) => {
    const holdId = signalHoldId(signalId, serial);
    const unit = facts.control.unit(serial);
    return unit !== null && openHolds(unit).some((hold) => hold.holdId === holdId) ? [{ serial, holdId }] : [];
  });
  if (held.length === 0) faults.push(reason('signal.no-holds', {}));
  if (faults.length > 0) return refuse(faults);
  return accept(held.map(({ serial, holdId }) => event('unit.hold-lifted', { serial, holdId, reason: words })));
}

/** Closed at another station, heard from the server: written here too, so that this log alone explains its charts. */
function follow({ signalId, heard }: Of<'signal.follow'>, facts: Facts): Decision {
  const own = facts.control.ownSignal(signalId);
  const { closed } = heard;
  if (!isRaised(own) || own.closed !== null || closed === null) return accept([]);
  const { causeId, note, at, by, stationId } = closed;
  const { chart } = own.raised;
  return accept([event('signal.closed', { signalId, chart, causeId, note, elsewhere: { at, by, stationId } })]);
}

function beginPhase({ chart: key, since, reason: words }: Of<'phase.begin'>, facts: Facts): Decision {
  const faults = [...permissionFaults(facts, 'control.manage')];
  const found = plannedChart(key, facts);
  if (found === null) return refuse([...faults, reason('chart.unknown', { chart: chartKeyText(key) })]);
  const { plan, chart } = found;
  const need = chart.limits.from === 'data' ? chart.limits.minimum : 20;
  const known = facts.control
    .points(key, since, Math.max(need, mostWaiting))
    .filter(({ body }) => body.kind === chart.kind);
  // No limits rest on values that cannot be relied on.
  const suspect = suspectHere(
    known.map(({ body }) => body),
    facts,
  );
  const reliable = known.filter(({ body }) => !suspect.has(body.pointId));
  const points = since === null ? reliable.slice(-need) : reliable;
  if (points.length < need) faults.push(reason('chart.too-few-points', { have: points.length, need }));
  const basis = basisOf(
    chart.kind,
    points.map(({ body }) => figuresOf(body)),
  );
  if (basis === null && points.length >= need) faults.push(reason('chart.no-spread', { count: points.length }));
  if (faults.length > 0 || basis === null) return refuse(faults);
  const { id: planId, revision, hash } = plan;
  const newest = points.at(-1)?.body;
  return accept([
    event('phase.begun', {
      phaseId: facts.ids.fresh('phase'),
      chart: { ...key, planId, revision, hash },
      kind: chart.kind,
      cause: 'person',
      reason: words,
      ...basis,
      size: newest?.counted?.size ?? newest?.values.length ?? 1,
      points: points.map(({ body }) => body.pointId),
    }),
  ]);
}

function atPoint(command: Of<'point.exclude'> | Of<'point.note'>, facts: Facts): Decision {
  const { pointId } = command;
  const faults = [...permissionFaults(facts, 'control.manage')];
  const point = facts.control.point(pointId);
  if (point === null) return refuse([...faults, reason('point.unknown', { point: pointId })]);
  const { chart } = point.body;
  if (command.type === 'point.exclude' && point.excluded) faults.push(reason('point.excluded-already', {}));
  if (faults.length > 0) return refuse(faults);
  return accept([
    command.type === 'point.exclude'
      ? event('point.excluded', { pointId, chart, reason: command.reason })
      : event('point.noted', { pointId, chart, text: command.text }),
  ]);
}
