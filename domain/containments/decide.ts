/** What people decide about containments. */
import type { Criterion } from '#contract/containment.ts';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { ContainmentCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import { isOpen, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { machineBusy } from '#domain/units/decide.ts';
import { actorName } from '#domain/units/holder.ts';
import { openHolds } from '#domain/units/unit.ts';
import { containmentHoldId, evolveContainment, isBegun, sameCriterion, type Containment } from './containment.ts';
import { holdBy } from './follow.ts';

type Of<T extends ContainmentCommand['type']> = Extract<ContainmentCommand, { type: T }>;

/** @param open the run that is open at this station now; null: none. */
export function decideContainment(command: ContainmentCommand, open: Execution | null, facts: Facts): Decision {
  return command.type === 'containment.begin' ? begin(command, open, facts) : lift(command, facts);
}

/** Holds what this station knows at once; what other stations know, and what is told later, the server holds. */
function begin(
  { criterion, reason: words, nonconformanceId }: Of<'containment.begin'>,
  open: Execution | null,
  facts: Facts,
): Decision {
  const why = words.trim();
  const fitting = facts.containments.fitting(criterion);
  const faults: Reason[] = [
    ...permissionFaults(facts, 'containment.begin'),
    ...criterionFaults(criterion, facts, fitting.length > 0),
  ];
  if (why === '') faults.push(reason('containment.words-missing', {}));
  if (nonconformanceId !== null && facts.nonconformances.find(nonconformanceId) === null)
    faults.push(reason('nonconformance.unknown', { nonconformance: nonconformanceId }));
  const already = facts.containments.inForce().find(({ begun }) => sameCriterion(begun.criterion, criterion));
  if (already !== undefined) {
    const { containmentId: containment, begun } = already;
    const by = actorName(begun.by, begun.stationId, facts);
    faults.push(reason('containment.begun-already', { containment, by, begunAt: begun.at }));
    return refuse(faults, { next: [next('open-containment', { containment })] });
  }
  if (faults.length > 0) return refuse(faults);
  const containmentId = facts.ids.fresh('containment');
  const begun = event('containment.begun', { containmentId, criterion, reason: why, nonconformanceId });
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const containment = evolveContainment(null, asHappened(begun, stamp));
  const held = isBegun(containment) ? fitting.flatMap((serial) => holdNow(containment, serial, open, facts)) : [];
  return accept([begun, ...held], { containmentId });
}

/**
 * What stands against a criterion by itself, at a station and on the plant view.
 * @param isHeardOf facts tell of its device: it is contained also when it is configured no more.
 */
export function criterionFaults(
  criterion: Criterion,
  { catalogue }: Pick<Facts, 'catalogue'>,
  isHeardOf = false,
): readonly Reason[] {
  const faults: Reason[] = [];
  if ('from' in criterion && criterion.until !== null && criterion.until < criterion.from)
    faults.push(reason('containment.window-empty', { fromAt: criterion.from, untilAt: criterion.until }));
  if (criterion.kind === 'lot' && catalogue.material(criterion.materialId) === null)
    faults.push(reason('material.unknown', { code: criterion.materialId }));
  if (criterion.kind === 'gauge' && catalogue.gauge(criterion.gaugeId) === null)
    faults.push(reason('gauge.unknown', { gauge: criterion.gaugeId }));
  if (criterion.kind === 'device' && !isHeardOf && catalogue.device(criterion.deviceId) === null)
    faults.push(reason('containment.device-unknown', { device: criterion.deviceId }));
  if (criterion.kind === 'operation') {
    const { definitionId, operationId } = criterion;
    const known = catalogue.definitions.some(
      ({ id, operations }) => id === definitionId && operations.some((operation) => operation.id === operationId),
    );
    if (!known)
      faults.push(reason('containment.operation-unknown', { definition: definitionId, operation: operationId }));
  }
  return faults;
}

/** A unit in its run here leaves it; while a machine runs on it, it is put on hold at the end of the run (follow.ts). */
function holdNow(
  containment: Containment,
  serial: string,
  open: Execution | null,
  facts: Facts,
): readonly DomainEvent[] {
  const running = open !== null && open.serial === serial && isOpen(open) ? open : null;
  if (machineBusy(running, facts) !== null) return [];
  const held = holdBy(containment, facts.control.unit(serial), running, facts);
  if (running === null || held.length === 0) return held;
  const { executionId, operationId } = running;
  return [...held, event('execution.stopped', { executionId, serial, operationId, cause: 'held' })];
}

function lift({ containmentId, reason: words }: Of<'containment.lift'>, facts: Facts): Decision {
  const why = words.trim();
  const faults: Reason[] = [...permissionFaults(facts, 'containment.lift')];
  const containment = facts.containments.find(containmentId);
  if (!isBegun(containment)) return refuse([...faults, reason('containment.unknown', { containment: containmentId })]);
  if (containment.lifted !== null) {
    const { at, by, stationId } = containment.lifted;
    faults.push(reason('containment.lifted-already', { by: actorName(by, stationId, facts), liftedAt: at }));
  }
  if (why === '') faults.push(reason('containment.words-missing', {}));
  if (faults.length > 0) return refuse(faults);
  const lifted = facts.containments.held(containmentId).flatMap((serial) => {
    const unit = facts.control.unit(serial);
    const holdId = containmentHoldId(containmentId, serial);
    const open = unit !== null && openHolds(unit).some((hold) => hold.holdId === holdId);
    return open ? [event('unit.hold-lifted', { serial, holdId, reason: why })] : [];
  });
  return accept([event('containment.lifted', { containmentId, reason: why }), ...lifted]);
}
