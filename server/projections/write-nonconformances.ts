/** Nonconformances: joined with what was known, and told to the lines that their units go over. */
import {
  closedAtOf,
  isRecorded,
  joinNonconformances,
  noNonconformance,
  shares,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from '#domain/nonconformances/nonconformance.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument, Scope } from '../downlink/publish.ts';
import type { PageChanges } from './fold.ts';

const ranks = { open: 0, rework: 1, closed: 2 } as const;

/** @returns documents for the lines concerned. */
export async function writeNonconformances(
  tx: Queries,
  { nonconformances }: PageChanges,
  force: InForce,
): Promise<NewDocument[]> {
  if (nonconformances.size === 0) return [];
  // Everybody locks them in one order.
  const ids = [...nonconformances.keys()].sort();
  await tx.execute('INSERT INTO nonconformance (nonconformance_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
    ids,
  ]);
  const rows = await tx.query<{ nonconformance_id: string; part: string }>(
    'SELECT nonconformance_id, part FROM nonconformance WHERE nonconformance_id = ANY($1) ORDER BY nonconformance_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ nonconformance_id: id, part }) => {
    const before = part === '' ? noNonconformance(id) : (JSON.parse(part) as NonconformancePart);
    return joinNonconformances(before, nonconformances.get(id) ?? noNonconformance(id));
  });
  const standing = joined.map((part) => (isRecorded(part) ? standingOf(part) : null));
  await tx.execute(
    `UPDATE nonconformance SET part = n.part, station_id = n.station_id, defect_id = n.defect_id,
       definition_id = n.definition_id, quantity = n.quantity, recorded_at = n.recorded_at, status = n.status,
       closed_at = n.closed_at, documented = n.recorded_at IS NOT NULL
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[], $7::bigint[], $8::int[],
       $9::bigint[])
       AS n (id, part, station_id, defect_id, definition_id, quantity, recorded_at, status, closed_at)
     WHERE nonconformance.nonconformance_id = n.id`,
    [
      joined.map(({ nonconformanceId }) => nonconformanceId),
      joined.map((part) => JSON.stringify(part)),
      joined.map(({ recorded }) => recorded?.stationId ?? null),
      joined.map(({ recorded }) => recorded?.defectId ?? null),
      joined.map(({ recorded }) => recorded?.definition?.id ?? null),
      standing.map((each) => each?.quantity ?? null),
      joined.map(({ recorded }) => (recorded === null ? null : Math.trunc(recorded.at))),
      standing.map((each) => (each === null ? null : ranks[each.status])),
      joined.map((part, at) =>
        isRecorded(part) && standing[at]?.status === 'closed' ? Math.trunc(closedAtOf(part)) : null,
      ),
    ],
  );
  const known = joined.filter(isRecorded);
  await writeConcessions(tx, known);
  await writeScrap(tx, known);
  // Without its recording nobody could act on it; the stations get it when that was heard.
  return known.flatMap((nc) =>
    scopesOf(nc, force).map((scope): NewDocument<'nonconformance'> => ({
      scope,
      kind: 'nonconformance',
      id: nc.nonconformanceId,
      body: nc,
    })),
  );
}

/** Lines of the product's routing, and the one where it was found. */
function scopesOf({ recorded }: Nonconformance, force: InForce): readonly Scope[] {
  const { definition, stationId } = recorded;
  const routed = definition === null ? null : force.scopesOfDefinition(definition.id, definition.revision);
  const found = stationId.startsWith('@') ? [] : [force.scopeOfStation(stationId)];
  return [...new Set([...(routed ?? []), ...found])].sort();
}

async function writeConcessions(tx: Queries, all: readonly Nonconformance[]): Promise<void> {
  const uses = all.flatMap((nc) => {
    const counts = shares(nc);
    const byNumber = new Map<string, number>();
    for (const { concession, dispositionId } of nc.disposed)
      if (concession !== null)
        byNumber.set(concession.number, (byNumber.get(concession.number) ?? 0) + (counts.get(dispositionId) ?? 0));
    return [...byNumber].map(([number, pieces]) => ({ number, id: nc.nonconformanceId, pieces }));
  });
  if (uses.length === 0) return;
  await tx.execute(
    `INSERT INTO concession_use (number, nonconformance_id, pieces)
     SELECT * FROM unnest($1::text[], $2::text[], $3::int[])
     ON CONFLICT (number, nonconformance_id) DO UPDATE SET pieces = excluded.pieces`,
    [uses.map(({ number }) => number), uses.map(({ id }) => id), uses.map(({ pieces }) => pieces)],
  );
}

/** Dispositions are only added, and the earliest recording tells where it was found. */
async function writeScrap(tx: Queries, all: readonly Nonconformance[]): Promise<void> {
  const scrap = all.flatMap(({ nonconformanceId, recorded, disposed }) =>
    [...new Set(disposed.flatMap(({ kind, serials }) => (kind === 'scrap' ? serials : [])))].map((serial) => ({
      serial,
      nonconformanceId,
      operationId: recorded.operationId,
    })),
  );
  if (scrap.length === 0) return;
  await tx.execute(
    `INSERT INTO nonconformance_scrap (serial, nonconformance_id, operation_id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
     ON CONFLICT (serial, nonconformance_id) DO UPDATE SET operation_id = excluded.operation_id`,
    [
      scrap.map(({ serial }) => serial),
      scrap.map(({ nonconformanceId }) => nonconformanceId),
      scrap.map(({ operationId }) => operationId),
    ],
  );
}
