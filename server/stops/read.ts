/** Stops as the plant view sees them. */
import type { PlantStop, PlantStopRow } from '#contract/plant/stops.ts';
import type { Page } from '#contract/rpc/base.ts';
import { partEnd, type StopCard } from '#domain/stops/card.ts';
import { historyEntry, partView, stopRow } from '#domain/stops/view.ts';
import { readPhotoBytes } from '../blobs/photo.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { readRootOfStop } from '../machines/roots.ts';
import type { Sight } from '../rpc/sight.ts';

export interface StopQuery {
  readonly cursor: string | null;
  readonly limit: number;
  readonly show: 'unexplained' | 'all';
  readonly lineId: string | null;
  readonly machineId: string | null;
}

const shown = 'from_at IS NOT NULL AND NOT withdrawn';

const rowOf = (card: StopCard, force: InForce): PlantStopRow => ({
  ...stopRow(card, force),
  stationId: card.stationId,
  lineId: force.lineOf(card.stationId)?.id ?? null,
});

/** Unexplained ones first, then the newest. */
export async function listStops(
  db: Queries,
  force: InForce,
  { cursor, limit, show, lineId, machineId }: StopQuery,
  { stations }: Sight,
): Promise<Page<PlantStopRow>> {
  const skip = Number(cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  const ofLine = lineId === null ? null : (force.configuration.lines.find(({ id }) => id === lineId)?.stations ?? []);
  const wanted = [stations, ofLine, machineId, show];
  const where = `${shown} AND ($1::text[] IS NULL OR station_id = ANY($1)) AND ($2::text[] IS NULL OR station_id = ANY($2))
    AND ($3::text IS NULL OR machine_id = $3) AND ($4 = 'all' OR unexplained > 0)`;
  const [count] = await db.query<{ n: number }>(`SELECT count(*)::int AS n FROM stop WHERE ${where}`, wanted);
  // Their order changes as they are explained: a place in the list is cursor enough.
  const rows = await db.query<{ card: string }>(
    `SELECT card FROM stop WHERE ${where}
     ORDER BY (unexplained > 0) DESC, from_at DESC, stop_id DESC OFFSET $5 LIMIT $6`,
    [...wanted, offset, limit],
  );
  const total = count?.n ?? 0;
  return {
    items: rows.map(({ card }) => rowOf(JSON.parse(card) as StopCard, force)),
    next: offset + rows.length < total ? String(offset + rows.length) : null,
    total,
  };
}

async function readCard(db: Queries, stopId: string, { stations }: Sight): Promise<StopCard | null> {
  const [row] = await db.query<{ card: string }>(
    `SELECT card FROM stop WHERE stop_id = $1 AND from_at IS NOT NULL AND ($2::text[] IS NULL OR station_id = ANY($2))`,
    [stopId, stations],
  );
  return row === undefined ? null : (JSON.parse(row.card) as StopCard);
}

/** @param now UTC ms. @returns null: no such stop, or of a station that the person does not see. */
export async function readStop(
  db: Queries,
  force: InForce,
  stopId: string,
  now: number,
  sight: Sight,
): Promise<PlantStop | null> {
  const card = await readCard(db, stopId, sight);
  if (card === null) return null;
  return {
    ...rowOf(card, force),
    partViews: card.parts.map((part, at) => partView(card, part, partEnd(card, at), now, force)),
    history: card.history.map((deed) => historyEntry(deed, card, force)),
    waitsFor: await readRootOfStop(db, force, card, now),
  };
}

/** @returns null when it is not one of this stop's, is not to be seen, or has not come yet. */
export async function readStopPhoto(
  db: Queries,
  { stopId, sha256 }: { readonly stopId: string; readonly sha256: string },
  sight: Sight,
): Promise<{ readonly url: string } | null> {
  const card = await readCard(db, stopId, sight);
  const photo = card?.history
    .flatMap((deed) => (deed.kind === 'noted' && deed.photo !== null ? [deed.photo] : []))
    .find((each) => each.sha256 === sha256);
  if (photo === undefined) return null;
  const bytes = await readPhotoBytes(db, sha256);
  return bytes === null ? null : { url: `data:${photo.contentType};base64,${bytes.toString('base64')}` };
}
