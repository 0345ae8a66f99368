/** Nonconformances as the plant view sees them. */
import type { Localized } from '#contract/config/text.ts';
import type { Passport } from '#contract/passport.ts';
import type { PlantNonconformance } from '#contract/plant/nonconformances.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { ParetoKey, ParetoView } from '#contract/rpc/nonconformances.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { defectText, picturesOf, proposedFor } from '#domain/nonconformances/defects.ts';
import {
  closedAtOf,
  dispositionOf,
  isRecorded,
  isReworkDone,
  nonconformanceHoldId,
  returnHoldId,
  serialsOf,
  shares,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from '#domain/nonconformances/nonconformance.ts';
import { actorName } from '#domain/units/holder.ts';
import { readPhotoBytes } from '../blobs/photo.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';

export async function listNonconformances(
  db: Queries,
  force: InForce,
  query: { readonly cursor: string | null; readonly limit: number; readonly open: boolean },
  { stations }: Sight,
): Promise<Page<PlantNonconformance>> {
  const skip = Number(query.cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  // Their order changes as they are decided: a place in the list is cursor enough.
  const rows = await db.query<{ part: string; total: number }>(
    `SELECT part, count(*) OVER ()::int AS total FROM nonconformance
     WHERE recorded_at IS NOT NULL AND ($1::text[] IS NULL OR station_id = ANY($1)) AND (NOT $4::text::boolean OR status < 2)
     ORDER BY status, recorded_at DESC, nonconformance_id OFFSET $2 LIMIT $3`,
    [stations, offset, query.limit, String(query.open)],
  );
  const found = rows.map(({ part }) => JSON.parse(part) as NonconformancePart).filter(isRecorded);
  const units = await unitsOf(db, found);
  const photos = await photosHere(db, found);
  const total = rows[0]?.total ?? 0;
  return {
    items: found.map((nc) => viewOf(nc, units, photos, force)),
    next: offset + rows.length < total ? String(offset + rows.length) : null,
    total,
  };
}

interface KnownUnit {
  readonly status: UnitStatus;
  readonly holds: Passport['holds'];
}

async function unitsOf(db: Queries, all: readonly Nonconformance[]): Promise<ReadonlyMap<string, KnownUnit>> {
  const rows = await db.query<{ serial: string; status: UnitStatus; passport: string }>(
    'SELECT serial, status, passport FROM unit WHERE serial = ANY($1)',
    [[...new Set(all.flatMap(serialsOf))]],
  );
  return new Map(
    rows.map(({ serial, status, passport }) => [
      serial,
      { status, holds: passport === '' ? [] : (JSON.parse(passport) as Passport).holds },
    ]),
  );
}

/** Hashes of the photos that came up the side road whole. */
async function photosHere(db: Queries, all: readonly Nonconformance[]): Promise<ReadonlySet<string>> {
  const hashes = all.flatMap(({ amended }) => amended.flatMap(({ photo }) => photo?.sha256 ?? []));
  if (hashes.length === 0) return new Set();
  const rows = await db.query<{ sha256: string }>(
    'SELECT DISTINCT sha256 FROM blob WHERE sha256 = ANY($1) AND complete_at IS NOT NULL',
    [hashes],
  );
  return new Set(rows.map(({ sha256 }) => sha256));
}

function viewOf(
  nc: Nonconformance,
  units: ReadonlyMap<string, KnownUnit>,
  photos: ReadonlySet<string>,
  force: InForce,
): PlantNonconformance {
  const { catalogue } = force;
  const { recorded, amended, nonconformanceId } = nc;
  const { definition, subject, mark } = recorded;
  const { status, quantity, waiting } = standingOf(nc);
  const counts = shares(nc);
  const routing = definition === null ? null : catalogue.definition(definition.id, definition.revision);
  const named = (one: { at: number; by: typeof recorded.by; stationId: string }) => ({
    at: one.at,
    by: actorName(one.by, one.stationId, { catalogue }),
  });
  const picture = picturesOf(definition?.id ?? null, catalogue).find(({ id }) => id === mark?.picture);
  const { kind, operations } = proposedFor(recorded.defectId, definition?.id ?? null, catalogue);
  return {
    nonconformanceId,
    title: defectText(recorded.defectId, catalogue),
    severity: recorded.severity,
    status,
    lineId: force.lineOf(recorded.stationId)?.id ?? null,
    stationId: recorded.stationId,
    operationId: recorded.operationId,
    product: definition === null ? null : productOf(definition, force),
    material:
      subject.kind === 'units'
        ? null
        : {
            id: subject.materialId,
            title: catalogue.material(subject.materialId)?.title ?? untitled(subject.materialId),
            lot: subject.lot,
          },
    orderId: recorded.orderId,
    placeText: picture?.places.find(({ id }) => id === mark?.placeId)?.title ?? null,
    quantity,
    waiting,
    ...named(recorded),
    notes: [recorded, ...amended]
      .filter(({ note }) => note !== '')
      .map((each) => ({ text: each.note, ...named(each) })),
    photos: amended.flatMap(({ photo }) => (photo === null ? [] : [{ ...photo, here: photos.has(photo.sha256) }])),
    units: serialsOf(nc).map((serial) => {
      const disposition = dispositionOf(nc, serial);
      const known = units.get(serial);
      const ids = [nonconformanceHoldId(nonconformanceId, serial), returnHoldId(nonconformanceId, serial)];
      return {
        serial,
        status: known?.status ?? null,
        disposition: disposition?.kind ?? null,
        reworked: disposition !== null && isReworkDone(nc, disposition.dispositionId, serial),
        held: (known?.holds ?? []).some(({ holdId, lifted }) => lifted === null && ids.includes(holdId)),
      };
    }),
    dispositions: nc.disposed.map((one) => ({
      dispositionId: one.dispositionId,
      kind: one.kind,
      serials: one.serials,
      quantity: one.quantity,
      counts: counts.get(one.dispositionId) ?? 0,
      operations: one.operations,
      reason: one.reason,
      concession: one.concession,
      stationId: one.stationId,
      ...named(one),
    })),
    operations: (routing?.operations ?? []).map(({ id, title }) => ({ id, title })),
    proposed: {
      kind: kind ?? null,
      operations: operations.length > 0 || recorded.operationId === null ? operations : [recorded.operationId],
    },
    closedAt: status === 'closed' ? closedAtOf(nc) : null,
  };
}

const untitled = (id: string): Localized => ({ en: id, de: id });

function productOf({ id, revision }: { id: string; revision: string }, { catalogue }: InForce) {
  const title = catalogue.definitions.findLast((each) => each.id === id)?.title ?? untitled(id);
  return { definitionId: id, revision, title };
}

/** @returns null when it is not one of this nonconformance's, is not to be seen, or has not come yet. */
export async function readPhoto(
  db: Queries,
  { nonconformanceId, sha256 }: { readonly nonconformanceId: string; readonly sha256: string },
  { stations }: Sight,
): Promise<{ readonly url: string } | null> {
  const [row] = await db.query<{ part: string }>(
    `SELECT part FROM nonconformance
     WHERE nonconformance_id = $1 AND recorded_at IS NOT NULL AND ($2::text[] IS NULL OR station_id = ANY($2))`,
    [nonconformanceId, stations],
  );
  const nc = row === undefined ? null : (JSON.parse(row.part) as NonconformancePart);
  const photo = nc?.amended.find((each) => each.photo?.sha256 === sha256)?.photo ?? null;
  if (photo === null) return null;
  const bytes = await readPhotoBytes(db, sha256);
  return bytes === null ? null : { url: `data:${photo.contentType};base64,${bytes.toString('base64')}` };
}

const columns = { defect: 'defect_id', station: 'station_id', product: 'definition_id' } as const satisfies Record<
  ParetoKey,
  string
>;
const dayMs = 86_400_000;

/** Pieces that were found within the last days, most first. */
export async function paretoOf(
  db: Queries,
  force: InForce,
  { by, days }: { readonly by: ParetoKey; readonly days: number },
  toAt: number,
  { stations }: Sight,
): Promise<ParetoView> {
  const fromAt = toAt - days * dayMs;
  const rows = await db.query<{ key: string | null; count: number }>(
    `SELECT ${columns[by]} AS key, sum(quantity)::int AS count FROM nonconformance
     WHERE recorded_at >= $1 AND ($2::text[] IS NULL OR station_id = ANY($2))
     GROUP BY ${columns[by]} ORDER BY count DESC, key`,
    [Math.trunc(fromAt), stations],
  );
  const { catalogue } = force;
  const titleOf = (key: string | null): Localized => {
    if (key === null) return { en: 'Components', de: 'Komponenten' };
    if (by === 'defect') return defectText(key, catalogue);
    if (by === 'product') return catalogue.definitions.findLast(({ id }) => id === key)?.title ?? untitled(key);
    return untitled(key);
  };
  const bars = rows.map(({ key, count }) => ({ key: key ?? '', title: titleOf(key), count }));
  return { by, fromAt, toAt, bars, total: bars.reduce((sum, { count }) => sum + count, 0) };
}
