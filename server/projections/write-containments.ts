/** Containments: joined with what was known, and told to all stations of the plant. */
import type { ContainmentBody } from '#contract/sync/down.ts';
import {
  isBegun,
  joinContainments,
  noContainment,
  type Containment,
  type ContainmentPart,
} from '#domain/containments/containment.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from './fold.ts';

/** @returns documents for the plant. */
export async function writeContainments(
  tx: Queries,
  { containments }: Pick<PageChanges, 'containments'>,
): Promise<NewDocument[]> {
  if (containments.size === 0) return [];
  // Everybody locks containments in one order.
  const ids = [...containments.keys()].sort();
  await tx.execute('INSERT INTO containment (containment_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ containment_id: string; part: string }>(
    'SELECT containment_id, part FROM containment WHERE containment_id = ANY($1) ORDER BY containment_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ containment_id: id, part }) => {
    const before = part === '' ? noContainment(id) : (JSON.parse(part) as ContainmentPart);
    return joinContainments(before, containments.get(id) ?? noContainment(id));
  });
  const of = joined.map(columnsOf);
  await tx.execute(
    `UPDATE containment SET part = n.part, kind = n.kind, material_id = n.material_id, lot = n.lot,
       definition_id = n.definition_id, operation_id = n.operation_id, at_station = n.at_station, order_id = n.order_id,
       gauge_id = n.gauge_id, device_id = n.device_id, from_at = n.from_at, until_at = n.until_at, begun_at = n.begun_at, lifted_at = n.lifted_at,
       documented = n.kind IS NOT NULL
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
       $9::text[], $10::text[], $11::text[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[])
       AS n (containment_id, part, kind, material_id, lot, definition_id, operation_id, at_station, order_id, gauge_id,
         device_id, from_at, until_at, begun_at, lifted_at)
     WHERE containment.containment_id = n.containment_id`,
    [
      joined.map(({ containmentId }) => containmentId),
      joined.map((part) => JSON.stringify(part)),
      of.map(({ kind }) => kind),
      of.map(({ materialId }) => materialId ?? null),
      of.map(({ lot }) => lot ?? null),
      of.map(({ definitionId }) => definitionId ?? null),
      of.map(({ operationId }) => operationId ?? null),
      of.map(({ stationId }) => stationId ?? null),
      of.map(({ orderId }) => orderId ?? null),
      of.map(({ gaugeId }) => gaugeId ?? null),
      of.map(({ deviceId }) => deviceId ?? null),
      of.map(({ from }) => instant(from)),
      of.map(({ until }) => instant(until)),
      joined.map(({ begun }) => instant(begun?.at)),
      joined.map(({ lifted }) => instant(lifted?.at)),
    ],
  );
  return containmentDocuments(tx, joined.filter(isBegun));
}

const instant = (at: number | null | undefined): number | null => (typeof at === 'number' ? Math.trunc(at) : null);

interface Columns {
  readonly kind: string | null;
  readonly materialId?: string;
  readonly lot?: string;
  readonly definitionId?: string;
  readonly operationId?: string;
  readonly stationId?: string | null;
  readonly orderId?: string;
  readonly gaugeId?: string;
  readonly deviceId?: string;
  readonly from?: number;
  readonly until?: number | null;
}
const columnsOf = ({ begun }: ContainmentPart): Columns => begun?.criterion ?? { kind: null };

const mostSerials = 500;

/** Each with how many units it holds by now. */
export async function containmentDocuments(tx: Queries, all: readonly Containment[]): Promise<NewDocument[]> {
  if (all.length === 0) return [];
  const rows = await tx.query<{ containment_id: string; n: number; serials: readonly string[] }>(
    `SELECT containment_id, count(*)::int AS n, (array_agg(serial ORDER BY serial))[1:${mostSerials}] AS serials
     FROM containment_hold WHERE containment_id = ANY($1) GROUP BY containment_id`,
    [all.map(({ containmentId }) => containmentId)],
  );
  const held = new Map(rows.map(({ containment_id: id, n, serials }) => [id, { count: n, serials: [...serials] }]));
  return all.map(({ containmentId, begun, lifted }): NewDocument<'containment'> => ({
    scope: 'plant',
    kind: 'containment',
    id: containmentId,
    body: { containmentId, begun, lifted, held: held.get(containmentId) ?? nothing } satisfies ContainmentBody,
  }));
}
const nothing = { count: 0, serials: [] };
