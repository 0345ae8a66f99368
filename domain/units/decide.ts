/** Hold, lift, scrap: decisions of people about a unit, wherever it stands. */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Next, Reason } from '#contract/refusal.ts';
import type { UnitCommand } from '#domain/commands.ts';
import { signalOpen } from '#domain/control/decide.ts';
import { isRaised, isSignalOpen, type Signal } from '#domain/control/signal.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import { currentRun, isOpen, type Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { defectText } from '#domain/nonconformances/defects.ts';
import { dispositionOf, isRecorded } from '#domain/nonconformances/nonconformance.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { cycleOpen, type MachineCycleProgress } from '#domain/steps/machine-cycle/kind.ts';
import type { Hold, Unit } from './unit-state.ts';
import { openHold, openHolds, unitStatusAfter } from './unit.ts';
import { holderName, holdReason } from './holder.ts';

export interface UnitState {
  readonly unit: Unit | null;
  /** The run the unit is in, null when in none. */
  readonly execution: Execution | null;
}

type Act = Exclude<UnitCommand, { type: 'unit.take-label' }>;

export function decideUnit({ unit, execution }: UnitState, command: Act, facts: Facts): Decision {
  const { serial } = command;
  const permission = command.type;
  const faults: Reason[] = [...permissionFaults(facts, permission)];
  if (unit === null) return refuse([...faults, reason('unit.unknown', { serial })]);
  if (command.type === 'unit.lift-hold') {
    const holds = openHolds(unit);
    const locks = holds.map((hold) => lockOf(hold, serial, facts));
    const hold = holds.find((_hold, at) => locks[at] === null);
    if (holds.length === 0) faults.push(reason('unit.not-held', { serial }));
    if (hold === undefined) faults.push(...locks.flatMap((lock) => lock ?? []));
    if (hold === undefined || faults.length > 0) return refuse(faults, { next: whatOf(faults) });
    return accept([event('unit.hold-lifted', { serial, holdId: hold.holdId, reason: command.reason })]);
  }
  faults.push(...standFaults(unit, command.type === 'unit.hold' ? 'unit.held' : 'unit.scrapped', facts));
  const running = machineBusy(execution, facts);
  if (running !== null) faults.push(running);
  if (faults.length > 0) return refuse(faults);
  const open = execution !== null && isOpen(execution) ? execution : null;
  const events: DomainEvent[] =
    command.type === 'unit.hold'
      ? [
          event('unit.held', {
            serial,
            holdId: facts.ids.hold,
            reason: command.reason,
            executionId: open?.executionId ?? null,
            stepId: open?.currentStep ?? null,
            reasons: [],
          }),
        ]
      : [event('unit.scrapped', { serial, reason: command.reason })];
  if (open !== null)
    events.push(
      event('execution.stopped', {
        executionId: open.executionId,
        serial,
        operationId: open.operationId,
        cause: command.type === 'unit.hold' ? 'held' : 'scrapped',
      }),
    );
  return accept(events);
}

/** What keeps a hold from being lifted; null: nothing. */
function lockOf(hold: Hold, serial: string, facts: Facts): Reason | null {
  const signal = signalOfHold(hold, facts);
  return signal === null ? undisposed(hold, serial, facts) : signalOpen(signal, null, facts);
}

/** The hold of a nonconformance ends with the disposition of the unit, and not before. */
function undisposed({ reasons }: Hold, serial: string, facts: Facts): Reason | null {
  const id = reasons.find(({ code }) => code === 'unit.nonconforming')?.params['nonconformance'];
  const nc = typeof id === 'string' ? facts.nonconformances.find(id) : null;
  if (!isRecorded(nc) || dispositionOf(nc, serial) !== null) return null;
  return reason('nonconformance.open', {
    nonconformance: nc.nonconformanceId,
    serial,
    defectText: defectText(nc.recorded.defectId, facts.catalogue),
  });
}

/** The open signal that a hold is of: it is not lifted before the signal is closed. null: none that is known to be open. */
function signalOfHold({ reasons }: Hold, facts: Facts): Signal | null {
  const id = reasons.find(({ code }) => code === 'process.signal')?.params['signal'];
  const signal = typeof id === 'string' ? facts.control.signal(id) : null;
  return isRaised(signal) && isSignalOpen(signal) ? signal : null;
}

const whatOf = (faults: readonly Reason[]): readonly Next[] =>
  faults.flatMap(({ code, params }) =>
    code === 'process.signal-open'
      ? [next('open-signal', { signal: params['signal'] ?? null })]
      : code === 'nonconformance.open'
        ? [next('open-nonconformance', { nonconformance: params['nonconformance'] ?? null })]
        : [],
  );

/** Why the unit's own state stands against it. */
function standFaults(unit: Unit, wanted: 'unit.held' | 'unit.scrapped', facts: Facts): readonly Reason[] {
  // A second hold of a person would say nothing new.
  if (unit.status !== 'held' || wanted !== 'unit.held') if (unitStatusAfter(unit, wanted) !== null) return [];
  return unitFaults(unit, facts);
}

/** A held or scrapped unit, with who and when. */
export function unitFaults(unit: Unit, facts: Pick<Facts, 'catalogue'>): readonly Reason[] {
  const { serial } = unit;
  if (unit.status === 'scrapped') return [reason('unit.scrapped', { serial, scrappedAt: unit.scrappedAt })];
  const hold = openHold(unit);
  if (hold === null) return [];
  const because = holdReason(hold, unit, facts);
  return [reason('unit.held', { serial, reason: because, by: holderName(hold, facts), heldAt: hold.at })];
}

/**
 * A unit is not taken out from under a machine that runs on it: the cycle is aborted first. A cycle whose definition,
 * machine or recipe is no longer in the configuration is run by nobody, so it keeps no unit.
 */
export function machineBusy(execution: Execution | null, { catalogue }: Pick<Facts, 'catalogue'>): Reason | null {
  const run = execution === null ? null : currentRun(execution);
  if (execution === null || run === null || run.stepType !== 'machine-cycle' || run.status !== 'current') return null;
  const progress = run.progress as MachineCycleProgress;
  const step = catalogue
    .definitionOf(execution.definition)
    ?.operations.flatMap((o) => o.steps)
    .find((s) => s.id === run.stepId);
  const runs =
    step?.type === 'machine-cycle' &&
    Boolean(catalogue.device(step.device)?.machine) &&
    catalogue.recipe(step.recipe, step.recipeRevision) !== null;
  return runs && cycleOpen(progress) ? reason('machine.busy', { cycle: progress.cycleId }) : null;
}
