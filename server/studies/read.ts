/** Studies as the plant view sees them. */
import type { PlantStudy } from '#contract/plant/studies.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { StudyView } from '#contract/rpc/studies.ts';
import { isBegun, type StudyPart } from '#domain/studies/study.ts';
import { reportOf, rowOf } from '#domain/studies/view.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { suspicionOn } from '../gauges/read.ts';
import type { Sight } from '../rpc/sight.ts';

export async function listStudies(
  db: Queries,
  force: InForce,
  query: { readonly cursor: string | null; readonly limit: number },
  { stations }: Sight,
): Promise<Page<PlantStudy>> {
  const skip = Number(query.cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  // Few, and their order changes as they end: a place in the list is cursor enough.
  const rows = await db.query<{ readonly part: string; readonly total: number }>(
    `SELECT part, count(*) OVER ()::int AS total FROM study
     WHERE begun_at IS NOT NULL AND ($1::text[] IS NULL OR station_id = ANY($1))
     ORDER BY running DESC, begun_at DESC, study_id DESC OFFSET $2 LIMIT $3`,
    [stations, offset, query.limit],
  );
  const total = rows[0]?.total ?? 0;
  const studies = rows.map(({ part }) => JSON.parse(part) as StudyPart).filter(isBegun);
  const suspectOf = await suspicionOn(db);
  return {
    items: studies.map((study) => ({
      ...rowOf(study, force.catalogue, suspectOf),
      stationId: study.begun.stationId,
      lineId: force.lineOf(study.begun.stationId)?.id ?? null,
    })),
    next: offset + rows.length < total ? String(offset + rows.length) : null,
    total,
  };
}

/** @returns null: no such study that is over, or of a station that the person does not see. Before its end it is blind here too. */
export async function readStudyReport(
  db: Queries,
  force: InForce,
  studyId: string,
  { stations }: Sight,
): Promise<StudyView | null> {
  const [row] = await db.query<{ readonly part: string }>(
    'SELECT part FROM study WHERE study_id = $1 AND NOT running AND ($2::text[] IS NULL OR station_id = ANY($2))',
    [studyId, stations],
  );
  const part = row === undefined ? null : (JSON.parse(row.part) as StudyPart);
  return isBegun(part) ? reportOf(part, force.catalogue, await suspicionOn(db)) : null;
}
