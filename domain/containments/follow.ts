/** Holds of containments in force on a unit whose run ended here, decided in the same transaction. */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Criterion } from '#contract/containment.ts';
import type { Execution } from '#domain/execution/execution.ts';
import type { Facts } from '#domain/facts.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { containmentHoldId, containmentReason, type Containment } from './containment.ts';
import { devicesOf } from './devices.ts';

/** None where it was put on already, also where a person lifted it since: what was looked at stays free. */
export function holdBy(
  containment: Containment,
  unit: Unit | null,
  running: Execution | null,
  { catalogue }: Pick<Facts, 'catalogue'>,
): readonly DomainEvent[] {
  if (unit === null || unit.status === 'scrapped') return [];
  const { serial } = unit;
  const holdId = containmentHoldId(containment.containmentId, serial);
  if (unit.holds.some((hold) => hold.holdId === holdId)) return [];
  return [
    event('unit.held', {
      serial,
      holdId,
      reason: '',
      executionId: running?.executionId ?? null,
      stepId: running?.currentStep ?? null,
      reasons: [containmentReason(containment, catalogue)],
    }),
  ];
}

/**
 * @param open the run that was open before these facts; null: none.
 * @returns what must be written after them.
 */
export function followContainments(
  open: Execution | null,
  events: readonly DomainEvent[],
  facts: Facts,
): readonly DomainEvent[] {
  if (open === null) return [];
  const { serial, executionId } = open;
  const ends = events.some(
    (e) => (e.type === 'execution.passed' || e.type === 'execution.stopped') && e.body.executionId === executionId,
  );
  const unit = ends ? facts.control.unit(serial) : null;
  if (unit === null || events.some(({ type }) => type === 'unit.scrapped')) return [];
  return facts.containments
    .inForce()
    .filter(({ containmentId }) => !events.some((e) => e.type === 'unit.held' && isOf(e.body, containmentId, serial)))
    .filter(
      ({ begun: { criterion } }) =>
        fitsBy(criterion, open, events, facts) || facts.containments.fitting(criterion).includes(serial),
    )
    .flatMap((containment) => holdBy(containment, unit, null, facts));
}

const isOf = (body: { readonly holdId: string }, containmentId: string, serial: string): boolean =>
  body.holdId === containmentHoldId(containmentId, serial);

/** Whether these facts, which nobody has read yet, make the unit of the run fit. */
function fitsBy(
  criterion: Criterion,
  { definition, operationId }: Execution,
  events: readonly DomainEvent[],
  { now, station }: Facts,
): boolean {
  if ('from' in criterion && (now < criterion.from || (criterion.until !== null && now > criterion.until)))
    return false;
  switch (criterion.kind) {
    case 'operation':
      return (
        definition.id === criterion.definitionId &&
        operationId === criterion.operationId &&
        (criterion.stationId === null || criterion.stationId === station.id) &&
        events.some(({ type }) => type === 'execution.passed')
      );
    case 'gauge':
      return events.some((e) => e.type === 'measurement.recorded' && e.body.gaugeId === criterion.gaugeId);
    case 'device':
      return (
        (criterion.stationId === null || criterion.stationId === station.id) &&
        events.some((e) => devicesOf(e).includes(criterion.deviceId))
      );
    // A contained lot is not fitted, and the order of a unit was known before.
    case 'lot':
    case 'order':
      return false;
  }
}
