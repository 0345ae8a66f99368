/** Containments as the plant view sees them. */
import type { Passport } from '#contract/passport.ts';
import type { PlantContainment } from '#contract/plant/containments.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import {
  containmentHoldId,
  isBegun,
  type Containment,
  type ContainmentPart,
} from '#domain/containments/containment.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { unitSeen, unitValues, type Sight } from '../rpc/sight.ts';

const mostUnits = 200;

/** What is contained is everybody's to know, because every line must keep it out; of the units each sees their own. */
export async function listContainments(
  db: Queries,
  force: InForce,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  sight: Sight,
): Promise<Page<PlantContainment>> {
  const skip = Number(cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  const rows = await db.query<{ part: string; total: number; held: number }>(
    `SELECT part, count(*) OVER ()::int AS total,
       (SELECT count(*)::int FROM containment_hold h WHERE h.containment_id = k.containment_id) AS held
     FROM containment k WHERE kind IS NOT NULL
     ORDER BY lifted_at IS NOT NULL, begun_at DESC, containment_id OFFSET $1 LIMIT $2`,
    [offset, limit],
  );
  const items: PlantContainment[] = [];
  for (const { part, held } of rows) {
    const containment = JSON.parse(part) as ContainmentPart;
    if (isBegun(containment)) items.push(await viewOf(db, containment, held, force, sight));
  }
  const total = rows[0]?.total ?? 0;
  return { items, next: offset + rows.length < total ? String(offset + rows.length) : null, total };
}

async function viewOf(
  db: Queries,
  { containmentId, begun, lifted }: Containment,
  held: number,
  { catalogue }: InForce,
  sight: Sight,
): Promise<PlantContainment> {
  const units = await db.query<{ serial: string; status: UnitStatus; station_id: string | null; passport: string }>(
    `SELECT u.serial, u.status, u.station_id, u.passport FROM containment_hold h JOIN unit u ON u.serial = h.serial
     WHERE h.containment_id = $1 AND u.order_id IS NOT NULL AND ${unitSeen('u', 2)} ORDER BY u.serial LIMIT $5`,
    [containmentId, ...unitValues(sight), mostUnits],
  );
  const nameOf = ({ by, stationId }: Pick<Containment['begun'], 'by' | 'stationId'>): string =>
    actorName(by, stationId, { catalogue });
  return {
    containmentId,
    criterion: begun.criterion,
    reason: begun.reason,
    nonconformanceId: begun.nonconformanceId,
    at: begun.at,
    by: nameOf(begun),
    stationId: begun.stationId,
    lifted: lifted === null ? null : { at: lifted.at, by: nameOf(lifted), reason: lifted.reason },
    held,
    units: units.map(({ serial, status, station_id: stationId, passport }) => ({
      serial,
      status,
      stationId,
      held: (JSON.parse(passport) as Passport).holds.some(
        (hold) => hold.lifted === null && hold.holdId === containmentHoldId(containmentId, serial),
      ),
    })),
  };
}
