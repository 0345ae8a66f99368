/** Printing a label passport and taking one in. */
import { event } from '#contract/events/index.ts';
import type { Passport, PassportHold, PassportRework, PassportRun } from '#contract/passport.ts';
import type { Reason } from '#contract/refusal.ts';
import type { UnitCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { nonconformanceHoldId } from '#domain/nonconformances/nonconformance.ts';
import { unitFaults } from './decide.ts';
import type { LabelPassport } from './label-passport.ts';
import { mergeUnit } from './merge.ts';
import { liftingOf } from './passport.ts';
import type { Unit } from './unit-state.ts';

export function decideTakeLabel(
  unit: Unit | null,
  { serial, label, check }: Extract<UnitCommand, { type: 'unit.take-label' }>,
): Decision {
  const { keyId, issuedAt, orderId } = label;
  const { stationId: station, revokedAt } = check;
  const faults: Reason[] = [];
  if (check.signature === 'key-unknown') faults.push(reason('label.key-unknown', { serial, key: keyId }));
  if (check.signature === 'wrong') faults.push(reason('label.signature-wrong', { serial, station }));
  if (revokedAt !== null && issuedAt >= revokedAt)
    faults.push(reason('label.key-revoked', { serial, station, revokedAt, issuedAt }));
  if (unit !== null && unit.orderId !== orderId)
    faults.push(reason('unit.already-exists', { serial, order: unit.orderId }));
  if (unit?.label && unit.label.issuedAt > issuedAt)
    faults.push(reason('label.outdated', { serial, issuedAt, newestAt: unit.label.issuedAt }));
  if (faults.length > 0) return refuse(faults, { next: [next('scan-another-unit', {})] });
  const passport = { ...passportOfLabel(label), runs: endedRuns(unit, label, station) };
  const newer = unit === null || unit.label === null || unit.label.issuedAt < issuedAt;
  if (!newer && mergeUnit(unit, passport) === unit) return accept([]);
  return accept([event('unit.arrived', { serial, passport, via: 'label', version: null, keyId, issuedAt })]);
}

/**
 * No label is printed of a unit in work (`labelOfUnit`): whatever ran at the printing station is over, although only its
 * beginning was heard of here. A time that is not too early: the true end, once it is heard of, is earlier and counts.
 */
function endedRuns(unit: Unit | null, { issuedAt, passed }: LabelPassport, station: string | null): PassportRun[] {
  const open = unit?.open ?? null;
  const last = issuedAt + 999;
  if (open === null || open.stationId !== station || open.startedAt > last) return [];
  const { operationId, startedAt } = open;
  const how = passed.some(
    (pass) => pass.operationId === operationId && pass.stationId === station && (pass.at ?? 0) >= startedAt - 999,
  );
  return [{ ...open, ended: { at: last, how: how ? 'passed' : 'stopped' } }];
}

function passportOfLabel(label: LabelPassport): Passport {
  const { serial, orderId, materialId, definitionId, revision, origin, passed, reworks, completed, issuedAt } = label;
  const { concessions = [] } = label;
  const [first, ...others] = reworks;
  const [given, ...more] = concessions;
  const knew = reworks.map(({ reworkId }) => reworkId).sort();
  return {
    serial,
    origins: [{ orderId, materialId, definitionId, revision, ...origin, imported: false }],
    passed: passed.map(({ reworks: known, ...pass }) => ({
      ...pass,
      executionId: null,
      ...(known === undefined ? {} : { reworks: [...known] }),
    })),
    runs: [],
    holds: [...reworks, ...concessions].map((disposition) => liftedBy(disposition, serial)),
    scrapped: null,
    // A completion stands on a label only when it knew all orders.
    completed: completed
      ? { at: issuedAt, stationId: origin.stationId, ...(first === undefined ? {} : { reworks: knew }) }
      : null,
    ...(first === undefined ? {} : { reworks: [first, ...others] }),
    ...(given === undefined ? {} : { concessions: [given, ...more] }),
  };
}

/**
 * An order, or a concession, is a disposition of its nonconformance, which lifts that hold (domain/nonconformances/dispose.ts): it is over here too,
 * where it may have been heard of before the server went away. A time that is not too early, as of runs.
 */
const liftedBy = (
  { nonconformanceId, stationId, at }: Pick<PassportRework, 'nonconformanceId' | 'stationId' | 'at'>,
  serial: string,
): PassportHold =>
  liftingOf(nonconformanceHoldId(nonconformanceId, serial), { at: at + 999, stationId, by: { kind: 'system' } });

/**
 * What a label of this unit would say now, or why there can be none: a label vouches for a unit that may go on.
 * @param keyId of this station; null: it has no key.
 */
export function labelOfUnit(
  unit: Unit,
  keyId: string | null,
  facts: Facts,
): { readonly label: LabelPassport } | { readonly reasons: readonly Reason[] } {
  const { serial, orderId, materialId, definitionId, revision, passed, reworks, createdAt, arrived, completedAt } =
    unit;
  const { concessions } = unit;
  const reasons: Reason[] = [...unitFaults(unit, facts)];
  if (unit.open !== null) reasons.push(reason('unit.in-work-elsewhere', { serial, station: unit.open.stationId }));
  for (const { caseId, kind, openedAt } of facts.cases(serial))
    reasons.push(reason('unit.contradiction', { serial, kind, openedAt, case: caseId }));
  if (keyId === null) reasons.push(reason('label.no-key', {}));
  if (keyId === null || reasons.length > 0) return { reasons };
  const [first] = arrived?.origins ?? [];
  const origin = { stationId: first?.stationId ?? facts.station.id, at: first?.at ?? createdAt };
  const completed = completedAt !== null;
  const issuedAt = Math.floor(facts.now / 1000) * 1000;
  return {
    label: {
      serial,
      orderId,
      materialId,
      definitionId,
      revision,
      origin,
      passed,
      reworks,
      ...(concessions.length === 0 ? {} : { concessions }),
      completed,
      issuedAt,
      keyId,
    },
  };
}
