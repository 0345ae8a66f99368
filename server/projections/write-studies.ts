/** Measurement system studies: joined with what was known. Stations hear of their results through the gauge. */
import { isOver, joinStudies, noStudy, type StudyPart } from '#domain/studies/study.ts';
import type { Queries } from '../db/db.ts';
import type { PageChanges } from './fold.ts';

export async function writeStudies(tx: Queries, { studies }: PageChanges): Promise<void> {
  if (studies.size === 0) return;
  // Everybody locks studies in one order.
  const ids = [...studies.keys()].sort();
  await tx.execute('INSERT INTO study (study_id) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [ids]);
  const rows = await tx.query<{ study_id: string; part: string }>(
    'SELECT study_id, part FROM study WHERE study_id = ANY($1) ORDER BY study_id FOR UPDATE',
    [ids],
  );
  const joined = rows.map(({ study_id: id, part }) => {
    const before = part === '' ? noStudy(id) : (JSON.parse(part) as StudyPart);
    return joinStudies(before, studies.get(id) ?? noStudy(id));
  });
  await tx.execute(
    `UPDATE study SET part = n.part, station_id = n.station_id, begun_at = n.begun_at, running = n.running::boolean
     FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
       AS n (study_id, part, station_id, begun_at, running)
     WHERE study.study_id = n.study_id`,
    [
      joined.map(({ studyId }) => studyId),
      joined.map((part) => JSON.stringify(part)),
      joined.map(({ begun }) => begun?.stationId ?? null),
      joined.map(({ begun }) => (begun === null ? null : Math.trunc(begun.at))),
      joined.map((part) => String(!isOver(part))),
    ],
  );
}
