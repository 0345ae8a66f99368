/** Gauges: joined with what was known, and told to every station of the plant with what they measured in times of recalls. */
import {
  foundGoodAfter,
  joinGauges,
  newGauge,
  recallsOf,
  withStudyTimes,
  type GaugeBody,
} from '#domain/gauges/gauge.ts';
import { takenAtOf, type StudyPart } from '#domain/studies/study.ts';
import type { Queries } from '../db/db.ts';
import type { NewDocument } from '../downlink/publish.ts';
import type { PageChanges } from './fold.ts';

/** A time whose values are asked for: of a finding as it is known now, or of a recall in force. UTC ms, both ends count. */
export interface Window {
  readonly recallId: string;
  readonly from: number;
  /** null: to this day. */
  readonly to: number | null;
}

export function windowsOf(part: GaugeBody): readonly Window[] {
  const found = recallsOf(part).map(({ recallId, since, until }) => ({ recallId, from: since ?? 0, to: until }));
  const inForce = part.recalls
    .filter(({ recallId }) => !found.some((each) => each.recallId === recallId))
    .map(({ recallId, since, foundAt }) => ({ recallId, from: since ?? 0, to: foundGoodAfter(part, foundAt) }));
  return [...found, ...inForce];
}

export async function writeGauges(tx: Queries, { gauges, measured, samples }: PageChanges): Promise<NewDocument[]> {
  const sampled = samples.filter(({ body }) => body.gaugeId !== null);
  if (sampled.length > 0)
    await tx.execute(
      `INSERT INTO gauge_sample
         (stream_id, seq, gauge_id, serial, station_id, at, sample_id, characteristic_id, attempt, index)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
         $8::text[], $9::int[], $10::int[])
       ON CONFLICT DO NOTHING`,
      [
        sampled.map(({ streamId }) => streamId),
        sampled.map(({ seq }) => seq),
        sampled.map(({ body }) => body.gaugeId),
        sampled.map(({ body }) => body.serial),
        sampled.map(({ stationId }) => stationId),
        sampled.map(({ at }) => at),
        sampled.map(({ body }) => body.sampleId),
        sampled.map(({ body }) => body.characteristicId),
        sampled.map(({ body }) => body.attempt),
        sampled.map(({ body }) => body.index),
      ],
    );
  const told = [...gauges.keys()].sort();
  if (told.length > 0)
    await tx.execute('INSERT INTO gauge (gauge_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [told]);
  const used = [...new Set([...measured, ...sampled].flatMap(({ body }) => body.gaugeId ?? []))];
  if (told.length + used.length === 0) return [];
  // Everybody locks gauges in one order. A value with a gauge that nobody ever found bad changes nothing of it.
  const rows = await tx.query<{ gauge_id: string; part: string }>(
    `SELECT gauge_id, part FROM gauge
     WHERE gauge_id = ANY($1) OR (gauge_id = ANY($2) AND watched_since IS NOT NULL) ORDER BY gauge_id FOR UPDATE`,
    [told, used],
  );
  if (rows.length === 0) return [];
  const joined = rows.map(({ gauge_id: id, part }) => {
    const before = part === '' ? newGauge(id) : (JSON.parse(part) as GaugeBody);
    return joinGauges(before, gauges.get(id) ?? newGauge(id));
  });
  const since = (part: GaugeBody): number | null => {
    const windows = windowsOf(part);
    return windows.length === 0 ? null : Math.min(...windows.map(({ from }) => from));
  };
  await tx.execute(
    `UPDATE gauge SET part = n.part, watched_since = n.watched_since
     FROM unnest($1::text[], $2::text[], $3::bigint[]) AS n (gauge_id, part, watched_since)
     WHERE gauge.gauge_id = n.gauge_id`,
    [
      joined.map(({ gaugeId }) => gaugeId),
      joined.map((part) => JSON.stringify(part)),
      joined.map((part) => since(part)).map((at) => (at === null ? null : Math.trunc(at))),
    ],
  );
  const units = await unitsIn(tx, joined);
  const times = await studyTimes(tx, joined);
  return joined.map((part): NewDocument<'gauge'> => ({
    scope: 'plant',
    kind: 'gauge',
    id: part.gaugeId,
    body: withStudyTimes({ ...part, measured: units.get(part.gaugeId) ?? [] }, (id) => times.get(id) ?? []),
  }));
}

/** When the values of the studies were taken, by study: what of them is told to stations that have no part of it. */
async function studyTimes(tx: Queries, parts: readonly GaugeBody[]): Promise<ReadonlyMap<string, readonly number[]>> {
  const ids = parts.flatMap(({ studies }) => studies.map(({ studyId }) => studyId));
  if (ids.length === 0) return new Map();
  const rows = await tx.query<{ study_id: string; part: string }>(
    "SELECT study_id, part FROM study WHERE study_id = ANY($1) AND part <> ''",
    [ids],
  );
  return new Map(rows.map(({ study_id, part }) => [study_id, takenAtOf(JSON.parse(part) as StudyPart)]));
}

/** Serials measured in each window, by gauge. */
export async function unitsIn(
  tx: Queries,
  parts: readonly GaugeBody[],
  stations: readonly string[] | null = null,
): Promise<Map<string, { recallId: string; units: string[] }[]>> {
  const watched = parts.map((part) => ({ part, windows: windowsOf(part) })).filter(({ windows }) => windows.length > 0);
  const found = new Map<string, { recallId: string; units: string[] }[]>();
  for (const { part, windows } of watched) {
    const lists: { recallId: string; units: string[] }[] = [];
    for (const { recallId, from, to } of windows) {
      const rows = await tx.query<{ serial: string }>(
        `SELECT DISTINCT serial FROM gauge_use
         WHERE gauge_id = $1 AND at >= $2 AND ($3::bigint IS NULL OR at <= $3)
           AND ($4::text[] IS NULL OR station_id = ANY($4))
         ORDER BY serial`,
        [part.gaugeId, Math.trunc(from), to === null ? null : Math.trunc(to), stations],
      );
      lists.push({ recallId, units: rows.map(({ serial }) => serial) });
    }
    found.set(part.gaugeId, lists);
  }
  return found;
}
