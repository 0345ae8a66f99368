/**
 * What follows for nonconformances from the facts of a run, decided in the same transaction: rework that is done, and holds on a
 * unit whose run ended.
 */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import type { Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import { asHappened } from '#domain/happened.ts';
import { isReworked } from '#domain/units/rework.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { evolveUnit } from '#domain/units/unit.ts';
import { defectText } from './defects.ts';
import {
  dispositionOf,
  evolveNonconformance,
  isRecorded,
  isReworkDone,
  nonconformanceHoldId,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from './nonconformance.ts';

/** Why a unit is on hold that does not conform. */
export const nonconformingReason = (
  { nonconformanceId, recorded }: Nonconformance,
  facts: Pick<Facts, 'catalogue'>,
): Reason =>
  reason('unit.nonconforming', {
    nonconformance: nonconformanceId,
    defect: recorded.defectId,
    defectText: defectText(recorded.defectId, facts.catalogue),
    operation: recorded.operationId,
    station: recorded.stationId,
  });

/** The hold of a nonconformance on one of its units; none where it is there already. */
export function heldBy(
  nc: Nonconformance,
  unit: Unit,
  facts: Pick<Facts, 'catalogue'>,
  holdId = nonconformanceHoldId(nc.nonconformanceId, unit.serial),
): readonly DomainEvent[] {
  if (unit.status === 'scrapped' || unit.holds.some((hold) => hold.holdId === holdId)) return [];
  return [
    event('unit.held', {
      serial: unit.serial,
      holdId,
      reason: '',
      executionId: unit.open?.executionId ?? null,
      stepId: null,
      reasons: [nonconformingReason(nc, facts)],
    }),
  ];
}

/**
 * @param open the run that was open at this station before these facts; null: none.
 * @param events what was decided, with all that follows from it otherwise.
 * @returns what must be written after them.
 */
export function followNonconformances(
  open: Execution | null,
  events: readonly DomainEvent[],
  facts: Facts,
): readonly DomainEvent[] {
  if (open === null) return [];
  const { serial, executionId } = open;
  const ends = events.filter(
    (e) => (e.type === 'execution.passed' || e.type === 'execution.stopped') && e.body.executionId === executionId,
  );
  if (ends.length === 0) return [];
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  const unit = events
    .filter((each) => (each.body as { readonly serial?: unknown }).serial === serial)
    .reduce<Unit | null>((state, each) => evolveUnit(state, asHappened(each, stamp)), facts.control.unit(serial));
  if (unit === null) return [];
  const passed = ends.some(({ type }) => type === 'execution.passed');
  const done = passed ? reworkDone(unit, open.operationId, facts) : [];
  const waiting = facts.nonconformances
    .on(serial)
    .map((nc) => after(nc, events, facts))
    .filter(isRecorded)
    .filter((nc) => dispositionOf(nc, serial) === null);
  return [...done, ...waiting.flatMap((nc) => heldBy(nc, unit, facts))];
}

/** Orders that this pass met, and nonconformances that are over by it. */
function reworkDone(unit: Unit, operationId: string, facts: Facts): readonly DomainEvent[] {
  return unit.reworks.flatMap((order): readonly DomainEvent[] => {
    const { reworkId, nonconformanceId, operations } = order;
    if (!operations.includes(operationId) || !isReworked(order, unit.passed)) return [];
    const nc = facts.nonconformances.find(nonconformanceId);
    const { serial } = unit;
    if (nc !== null && isReworkDone(nc, reworkId, serial)) return [];
    const done = event('nonconformance.rework-done', { nonconformanceId, dispositionId: reworkId, serial, note: '' });
    const then = after(nc, [done], facts);
    if (!isRecorded(then) || then.closed !== null || standingOf(then).status !== 'closed') return [done];
    return [done, event('nonconformance.closed', { nonconformanceId })];
  });
}

function after(
  nc: NonconformancePart | null,
  events: readonly DomainEvent[],
  facts: Pick<Facts, 'now' | 'actor' | 'station'>,
): NonconformancePart | null {
  const stamp = { at: facts.now, actor: facts.actor, stationId: facts.station.id };
  return events
    .filter((each) => {
      const { nonconformanceId } = each.body as { readonly nonconformanceId?: unknown };
      return nc === null || nonconformanceId === nc.nonconformanceId;
    })
    .reduce<NonconformancePart | null>((part, each) => evolveNonconformance(part, asHappened(each, stamp)), nc);
}
