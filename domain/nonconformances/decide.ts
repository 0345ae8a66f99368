/** What people decide about pieces that do not conform. */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { NonconformanceCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import { isOpen, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { mayEver, permissionFaults } from '#domain/people/access.ts';
import { actorName } from '#domain/units/holder.ts';
import { machineBusy } from '#domain/units/decide.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { defectOf, isFoundAt, markAt, picturesOf } from './defects.ts';
import { checkDisposition, dispositionEvents, type DisposeGround } from './dispose.ts';
import { heldBy } from './follow.ts';
import {
  closedAtOf,
  dispositionOf,
  evolveNonconformance,
  isRecorded,
  needsWork,
  nonconformanceHoldId,
  quantityOf,
  returnHoldId,
  serialsOf,
  shares,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from './nonconformance.ts';
import { dispositionPermissions, recordPermission } from './rights.ts';

type Of<T extends NonconformanceCommand['type']> = Extract<NonconformanceCommand, { type: T }>;

/** Photos of one nonconformance. */
export const mostPhotos = 6;

/** @param open the run that is open at this station now; null: none. */
export function decideNonconformance(command: NonconformanceCommand, open: Execution | null, facts: Facts): Decision {
  switch (command.type) {
    case 'nonconformance.record':
      return record(command, open, facts);
    case 'nonconformance.amend':
      return amend(command, open, facts);
    case 'nonconformance.dispose':
      return dispose(command, open, facts);
    case 'nonconformance.rework-done':
      return reworkDone(command, facts);
    case 'nonconformance.follow':
      return follow(command, facts);
  }
}

/** Where a defect of this unit is found now: in its run here, in the last sample here that it is in, else after its last run here. */
export function foundAt(
  unit: Unit | null,
  open: Execution | null,
  facts: Pick<Facts, 'station' | 'bench'>,
): Pick<Nonconformance['recorded'], 'operationId' | 'executionId' | 'stepId'> {
  if (open !== null && unit !== null && open.serial === unit.serial && isOpen(open))
    return { operationId: open.operationId, executionId: open.executionId, stepId: open.currentStep };
  const sample = facts.bench.newest();
  if (sample !== null && sample.units.some(({ serial }) => serial === unit?.serial))
    return { operationId: sample.operationId, executionId: null, stepId: null };
  // A run that ended by a hold is where the next defect is found too.
  const here = [
    ...(unit?.passed ?? []),
    ...(unit?.holds.filter(({ operationId }) => operationId !== null) ?? []),
  ].filter(({ stationId }) => stationId === facts.station.id);
  const last = here.reduce<(typeof here)[number] | null>(
    (newest, pass) => (newest === null || (pass.at ?? 0) >= (newest.at ?? 0) ? pass : newest),
    null,
  );
  return { operationId: last?.operationId ?? null, executionId: null, stepId: null };
}

function record(command: Of<'nonconformance.record'>, open: Execution | null, facts: Facts): Decision {
  const { catalogue } = facts;
  const faults: Reason[] = [...permissionFaults(facts, recordPermission)];
  const defect = defectOf(command.defectId, catalogue);
  if (defect === null) faults.push(reason('defect.unknown', { defect: command.defectId }));
  const { subject } = command;
  const serials = subject.kind === 'units' ? [...new Set(subject.serials)] : [];
  const units = serials.map((serial) => facts.control.unit(serial));
  faults.push(...unitsFaults(serials, units));
  const [unit = null] = units;
  if (subject.kind === 'quantity' && catalogue.material(subject.materialId) === null)
    faults.push(reason('material.unknown', { code: subject.materialId }));
  const definition = unit === null ? null : { id: unit.definitionId, revision: unit.revision };
  const place = foundAt(unit, open, facts);
  if (defect !== null && !isFoundAt(defect, definition?.id ?? null, place.operationId))
    faults.push(reason('defect.not-here', { defectText: defect.title, operation: place.operationId }));
  const picture =
    command.mark === null
      ? null
      : (picturesOf(definition?.id ?? null, catalogue).find(({ id }) => id === command.mark?.picture) ?? null);
  if (command.mark !== null && picture === null)
    faults.push(reason('mark.unknown-picture', { picture: command.mark.picture }));
  if (faults.length > 0 || defect === null) return refuse(faults);
  const nonconformanceId = facts.ids.fresh('nonconformance');
  const recorded = event('nonconformance.recorded', {
    nonconformanceId,
    defectId: defect.id,
    severity: defect.severity,
    definition,
    orderId: unit?.orderId ?? null,
    subject: subject.kind === 'units' ? { kind: 'units', serials } : { ...subject },
    ...place,
    mark: command.mark === null || picture === null ? null : markAt(picture, command.mark),
    note: command.note.trim(),
  });
  const nc = after(null, [recorded], facts);
  const holds = isRecorded(nc) ? serials.flatMap((serial) => holdNow(nc, serial, open, facts)) : [];
  return accept([recorded, ...holds], { nonconformanceId });
}

function unitsFaults(serials: readonly string[], units: readonly (Unit | null)[]): readonly Reason[] {
  return serials.flatMap((serial, at) => {
    const unit = units[at] ?? null;
    if (unit === null) return [reason('unit.unknown', { serial })];
    if (unit.status === 'scrapped') return [reason('unit.scrapped', { serial, scrappedAt: unit.scrappedAt })];
    return [];
  });
}

/**
 * A unit is on hold at once. In its run here: by a minor defect, or while a machine runs on it, at the end of the run; else the
 * run ends with it.
 */
function holdNow(nc: Nonconformance, serial: string, open: Execution | null, facts: Facts): readonly DomainEvent[] {
  const running = open !== null && open.serial === serial && isOpen(open) ? open : null;
  const later = running !== null && (nc.recorded.severity === 'minor' || machineBusy(running, facts) !== null);
  const unit = facts.control.unit(serial);
  if (unit === null || later) return [];
  const held = heldBy(nc, unit, facts);
  if (running === null || held.length === 0) return held;
  const { executionId, operationId } = running;
  return [...held, event('execution.stopped', { executionId, serial, operationId, cause: 'held' })];
}

/** The nonconformance, or every reason why nothing can be done with it. */
function known(nonconformanceId: string, faults: readonly Reason[], facts: Facts): Nonconformance | Decision {
  const nc = facts.nonconformances.find(nonconformanceId);
  if (!isRecorded(nc))
    return refuse([...faults, reason('nonconformance.unknown', { nonconformance: nonconformanceId })]);
  return nc;
}
const isDecision = (found: Nonconformance | Decision): found is Decision => 'ok' in found;

/** As it is once these events are facts. */
function after(nc: NonconformancePart | null, events: readonly DomainEvent[], facts: Facts): NonconformancePart | null {
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  return events.reduce<NonconformancePart | null>((part, e) => evolveNonconformance(part, asHappened(e, stamp)), nc);
}

/** Closes it in the same breath when nothing is left to do. */
function withClosing(nc: Nonconformance, events: readonly DomainEvent[], facts: Facts): readonly DomainEvent[] {
  const then = after(nc, events, facts);
  if (!isRecorded(then) || then.closed !== null || standingOf(then).status !== 'closed') return events;
  return [...events, event('nonconformance.closed', { nonconformanceId: nc.nonconformanceId })];
}

function amend(command: Of<'nonconformance.amend'>, open: Execution | null, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, recordPermission)];
  const nc = known(command.nonconformanceId, faults, facts);
  if (isDecision(nc)) return nc;
  const { photo, quantity } = command;
  const note = command.note.trim();
  const serials = [...new Set(command.serials)];
  const grows = quantity !== null || serials.length > 0;
  // Words and photos may come at any time; pieces only while something is to be decided.
  if (grows && standingOf(nc).status === 'closed')
    faults.push(reason('nonconformance.closed-already', { closedAt: closedAtOf(nc) }));
  if (note === '' && photo === null && !grows) faults.push(reason('nonconformance.nothing-added', {}));
  if (photo !== null && nc.amended.filter((each) => each.photo !== null).length >= mostPhotos)
    faults.push(reason('photo.too-many', { limit: mostPhotos }));
  const ofUnits = nc.recorded.subject.kind === 'units';
  if (quantity !== null && ofUnits) faults.push(reason('nonconformance.of-units', {}));
  else if (quantity !== null && quantity < quantityOf(nc))
    faults.push(reason('nonconformance.quantity-below', { quantity, least: quantityOf(nc) }));
  if (serials.length > 0 && !ofUnits) faults.push(reason('nonconformance.not-of-units', {}));
  faults.push(
    ...unitsFaults(
      serials,
      serials.map((serial) => facts.control.unit(serial)),
    ),
    ...serials
      .filter((serial) => serialsOf(nc).includes(serial))
      .map((serial) => reason('nonconformance.unit-in-it-already', { serial })),
  );
  if (faults.length > 0) return refuse(faults);
  const { nonconformanceId } = nc;
  const amendmentId = facts.ids.fresh('amendment');
  const amended = event('nonconformance.amended', { nonconformanceId, amendmentId, note, photo, quantity, serials });
  return accept([amended, ...serials.flatMap((serial) => holdNow(nc, serial, open, facts))]);
}

/** What of the station's knowledge a disposition rests on. */
const groundOf = (facts: Facts): DisposeGround => ({
  now: facts.now,
  catalogue: facts.catalogue,
  unit: (serial) => facts.control.unit(serial),
  conceded: (number) => facts.nonconformances.conceded(number),
});

function dispose(command: Of<'nonconformance.dispose'>, open: Execution | null, facts: Facts): Decision {
  const nc = known(command.nonconformanceId, permissionFaults(facts, 'nonconformance.dispose'), facts);
  if (isDecision(nc)) return nc;
  const ground = groundOf(facts);
  const { faults: against, beyond } = checkDisposition(nc, command, ground);
  const lacking = dispositionPermissions(command.kind, beyond.length > 0).flatMap((permission) =>
    permissionFaults(facts, permission),
  );
  // Who may go beyond the limit does; to everybody else it is told.
  const limit = mayEver(facts, 'rework.exceed') ? [] : beyond;
  const scrapped = command.kind === 'scrap' && open !== null && command.serials.includes(open.serial) ? open : null;
  const busy = machineBusy(scrapped, facts);
  const faults = [...withoutDoubles(lacking), ...against, ...limit, ...(busy === null ? [] : [busy])];
  if (faults.length > 0) return refuse(faults, { next: nextOf(faults) });
  const events = [...dispositionEvents(nc, command, facts.ids.fresh('disposition'), ground)];
  if (scrapped !== null) {
    const { executionId, serial, operationId } = scrapped;
    events.push(event('execution.stopped', { executionId, serial, operationId, cause: 'scrapped' }));
  }
  return accept(withClosing(nc, events, facts));
}

/** Nobody signed in is one reason, however many rights it leaves open. */
const withoutDoubles = (faults: readonly Reason[]): readonly Reason[] => [
  ...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values(),
];

const nextOf = (faults: readonly Reason[]) =>
  faults.some(({ code }) => code === 'operator.nobody' || code === 'pin.required') ? [next('sign-in', {})] : [];

/** Somebody says that rework or repair of a quantity is done; of units their operations say it. */
function reworkDone(command: Of<'nonconformance.rework-done'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, recordPermission)];
  const nc = known(command.nonconformanceId, faults, facts);
  if (isDecision(nc)) return nc;
  const { dispositionId } = command;
  const disposition = nc.disposed.find((each) => each.dispositionId === dispositionId);
  const done = nc.reworked.find((each) => each.dispositionId === dispositionId && each.serial === null);
  const waits =
    disposition !== undefined &&
    needsWork(disposition.kind) &&
    nc.recorded.subject.kind === 'quantity' &&
    (shares(nc).get(dispositionId) ?? 0) > 0;
  if (done !== undefined)
    faults.push(reason('rework.done-already', { doneAt: done.at, by: actorName(done.by, done.stationId, facts) }));
  else if (!waits) faults.push(reason('rework.unknown', { disposition: dispositionId }));
  if (faults.length > 0) return refuse(faults);
  const { nonconformanceId } = nc;
  const made = event('nonconformance.rework-done', {
    nonconformanceId,
    dispositionId,
    serial: null,
    note: command.note.trim(),
  });
  return accept(withClosing(nc, [made], facts));
}

/**
 * Of one that was recorded here, after something was heard of it: it is closed when everything is done, and a unit that goes
 * back is on hold again where another station had let it go on in the meantime.
 */
function follow({ nonconformanceId }: Of<'nonconformance.follow'>, facts: Facts): Decision {
  const nc = facts.nonconformances.find(nonconformanceId);
  if (!isRecorded(facts.nonconformances.own(nonconformanceId)) || !isRecorded(nc)) return accept([]);
  const held = serialsOf(nc).flatMap((serial) => {
    const unit = facts.control.unit(serial);
    const returned = dispositionOf(nc, serial)?.kind === 'return';
    if (!returned || unit === null || unit.status === 'scrapped' || unit.open?.stationId === facts.station.id)
      return [];
    const ids = [nonconformanceHoldId(nonconformanceId, serial), returnHoldId(nonconformanceId, serial)];
    const own = unit.holds.filter(({ holdId }) => ids.includes(holdId));
    // Lifted by the other disposition, not by a person who knew of the return.
    const overruled = nc.disposed.some(({ kind, serials }) => kind !== 'return' && serials.includes(serial));
    if (!overruled || own.some(({ holdId, liftedAt }) => liftedAt === null || holdId === ids[1])) return [];
    return heldBy(nc, unit, facts, returnHoldId(nonconformanceId, serial));
  });
  return accept(withClosing(nc, held, facts));
}
