/**
 * Containments in force: what fits at any station is put on hold by facts of the plant, also what arrives late; when one is lifted,
 * all of its holds are, also those that are heard of later (docs/quality.md).
 */
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import {
  containmentHoldId,
  containmentOfHold,
  containmentReason,
  isBegun,
  isInForce,
  type Containment,
  type ContainmentPart,
} from '#domain/containments/containment.ts';
import type { ReleasedConfiguration } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { PageChanges } from '../projections/fold.ts';
import type { React } from '../projections/projector.ts';
import { containmentDocuments } from '../projections/write-containments.ts';
import type { PlantStream } from '../units/plant-stream.ts';
import { fittingUnits, type Fitting } from './fitting.ts';

/** @param now the server's clock, UTC ms. */
export function createContainmentReactions(
  configuration: ReleasedConfiguration,
  plantStream: PlantStream,
  now: () => number,
): React {
  return async (tx, changes) => {
    const told = heldByOthers(changes);
    const noted = await note(tx, told);
    const found = await fittingUnits(tx, {
      containments: [...changes.containments.keys()],
      executions: [
        ...new Set([
          ...changes.executions.keys(),
          ...changes.components.map(({ body }) => body.executionId),
          ...changes.measured.map(({ body }) => body.executionId),
          ...changes.deviceWork.flatMap(({ executionId }) => executionId ?? []),
        ]),
      ],
      serials: [...new Set([...changes.units.keys(), ...changes.samples.map(({ body }) => body.serial)])],
    });
    const known = await containmentsOf(tx, [
      ...new Set([
        ...changes.containments.keys(),
        ...told.map((each) => each.containment_id),
        ...found.map((each) => each.containment_id),
      ]),
    ]);
    const events = [
      ...(await holds(tx, found, known, configuration)),
      ...(await lifts(
        tx,
        [...known.values()].filter((each) => !isInForce(each)),
      )),
    ];
    if (events.length > 0)
      await plantStream.append(tx, { actor: { kind: 'system' }, commandId: null, at: now() }, events);
    const concerned = new Set([
      ...noted,
      ...events.flatMap(({ type, body }) => (type === 'unit.held' ? (containmentOfHold(body.reasons) ?? []) : [])),
    ]);
    return containmentDocuments(
      tx,
      [...known.values()].filter(({ containmentId }) => concerned.has(containmentId)),
    );
  };
}

/** Holds of containments that this page told of: a station knows of the containment before the plant does. */
const heldByOthers = ({ units }: PageChanges): readonly Fitting[] =>
  [...units].flatMap(([serial, { part }]) =>
    part.holds.flatMap(({ holdId, reasons }) => {
      const id = containmentOfHold(reasons);
      return id !== null && holdId === containmentHoldId(id, serial) ? [{ containment_id: id, serial }] : [];
    }),
  );

/** @returns ids of containments of which something was new. What was decided once is not decided again. */
async function note(tx: Queries, found: readonly Fitting[]): Promise<readonly string[]> {
  return (await fresh(tx, found)).map((each) => each.containment_id);
}

async function fresh(tx: Queries, found: readonly Fitting[]): Promise<readonly Fitting[]> {
  if (found.length === 0) return [];
  return tx.query<Fitting>(
    `INSERT INTO containment_hold (containment_id, serial) SELECT * FROM unnest($1::text[], $2::text[])
     ON CONFLICT DO NOTHING RETURNING containment_id, serial`,
    [found.map((each) => each.containment_id), found.map(({ serial }) => serial)],
  );
}

async function containmentsOf(tx: Queries, ids: readonly string[]): Promise<ReadonlyMap<string, Containment>> {
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ part: string }>(
    'SELECT part FROM containment WHERE containment_id = ANY($1) AND kind IS NOT NULL',
    [ids],
  );
  const parts = rows.map(({ part }) => JSON.parse(part) as ContainmentPart).filter(isBegun);
  return new Map(parts.map((each) => [each.containmentId, each]));
}

async function holds(
  tx: Queries,
  found: readonly Fitting[],
  known: ReadonlyMap<string, Containment>,
  configuration: ReleasedConfiguration,
): Promise<readonly DomainEvent[]> {
  if (found.length === 0) return [];
  const rows = await tx.query<{ serial: string; passport: string }>(
    "SELECT serial, passport FROM unit WHERE serial = ANY($1) AND passport <> ''",
    [[...new Set(found.map(({ serial }) => serial))]],
  );
  const passports = new Map(rows.map(({ serial, passport }) => [serial, JSON.parse(passport) as Passport]));
  const wanted = found.filter(({ containment_id: id, serial }) => {
    const passport = passports.get(serial);
    // One whose beginning was not heard of is held when it is.
    if (passport === undefined || passport.origins.length === 0 || passport.scrapped !== null) return false;
    return !passport.holds.some(({ holdId }) => holdId === containmentHoldId(id, serial));
  });
  const { catalogue } = configuration();
  return (await fresh(tx, wanted)).flatMap(({ containment_id: id, serial }) => {
    const containment = known.get(id);
    if (containment === undefined) return [];
    return [
      event('unit.held', {
        serial,
        holdId: containmentHoldId(id, serial),
        reason: '',
        executionId: null,
        stepId: null,
        reasons: [containmentReason(containment, catalogue)],
      }),
    ];
  });
}

/** Of what is over: holds that nobody lifted since. */
async function lifts(tx: Queries, over: readonly Containment[]): Promise<readonly DomainEvent[]> {
  if (over.length === 0) return [];
  const rows = await tx.query<Fitting>(
    `UPDATE containment_hold SET lifted = true WHERE containment_id = ANY($1) AND NOT lifted
     RETURNING containment_id, serial`,
    [over.map(({ containmentId }) => containmentId)],
  );
  const reasons = new Map(over.map(({ containmentId, lifted }) => [containmentId, lifted?.reason ?? '']));
  return rows
    .toSorted((a, b) => (a.serial < b.serial ? -1 : 1))
    .map(({ containment_id: id, serial }) =>
      event('unit.hold-lifted', { serial, holdId: containmentHoldId(id, serial), reason: reasons.get(id) ?? '' }),
    );
}
