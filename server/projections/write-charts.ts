/** Points, phases and notes of control charts. Each is told once by one station, so nothing has to be joined. */
import { chartKeyText } from '#domain/control/chart.ts';
import type { Queries } from '../db/db.ts';
import type { ChartFact, EventOf } from './fold.ts';

export async function writeCharts(tx: Queries, facts: readonly ChartFact[]): Promise<void> {
  if (facts.length === 0) return;
  const points = facts.filter((fact) => fact.type === 'point.charted');
  await writePoints(tx, points);
  const phases = facts.filter((fact) => fact.type === 'phase.begun');
  if (phases.length > 0)
    await tx.execute(
      `INSERT INTO chart_phase (phase_id, chart_key, at, told_by, actor, body)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[])
       ON CONFLICT DO NOTHING`,
      [
        phases.map(({ body }) => body.phaseId),
        phases.map(({ body }) => chartKeyText(body.chart)),
        phases.map(({ at }) => Math.trunc(at)),
        phases.map(({ stationId }) => stationId),
        phases.map(({ actor }) => JSON.stringify(actor)),
        phases.map(({ body }) => JSON.stringify(body)),
      ],
    );
  const marks = facts.flatMap((fact) => markOf(fact) ?? []);
  if (marks.length > 0)
    await tx.execute(
      `INSERT INTO chart_mark (stream_id, seq, point_id, kind, words, at, told_by, actor)
       SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
       ON CONFLICT DO NOTHING`,
      [
        marks.map(({ fact }) => fact.streamId),
        marks.map(({ fact }) => fact.seq),
        marks.map(({ pointId }) => pointId),
        marks.map(({ kind }) => kind),
        marks.map(({ words }) => words),
        marks.map(({ fact }) => Math.trunc(fact.at)),
        marks.map(({ fact }) => fact.stationId),
        marks.map(({ fact }) => JSON.stringify(fact.actor)),
      ],
    );
}

async function writePoints(tx: Queries, points: readonly EventOf<'point.charted'>[]): Promise<void> {
  if (points.length === 0) return;
  // Folded again after a replay, a point is there already and must not count twice.
  await tx.execute(
    `WITH made AS (
       INSERT INTO chart_point (point_id, chart_key, at, told_by, value, body, stream_id, seq, month)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::float8[], $6::text[],
         $8::bigint[], $9::bigint[], $10::date[])
       ON CONFLICT DO NOTHING RETURNING chart_key, at
     ), told AS (SELECT DISTINCT * FROM unnest($2::text[], $7::text[]) AS t (chart_key, station_id))
     INSERT INTO chart (chart_key, station_id, points, newest_at)
     SELECT chart_key, station_id, count(*), max(at) FROM made JOIN told USING (chart_key)
     GROUP BY chart_key, station_id ORDER BY chart_key
     ON CONFLICT (chart_key) DO UPDATE SET points = chart.points + excluded.points,
       newest_at = greatest(chart.newest_at, excluded.newest_at)`,
    [
      points.map(({ body }) => body.pointId),
      points.map(({ body }) => chartKeyText(body.chart)),
      points.map(({ at }) => Math.trunc(at)),
      points.map(({ stationId }) => stationId),
      points.map(({ body }) => body.plots[0]?.value ?? null),
      points.map(({ body }) => JSON.stringify(body)),
      points.map(({ body }) => body.chart.stationId),
      points.map(({ streamId }) => streamId),
      points.map(({ seq }) => seq),
      points.map(({ month }) => month),
    ],
  );
}

function markOf(fact: ChartFact) {
  switch (fact.type) {
    case 'point.charted':
      return fact.body.replaces === null
        ? null
        : { fact, pointId: fact.body.replaces, kind: 'replaced' as const, words: '' };
    case 'point.excluded':
      return { fact, pointId: fact.body.pointId, kind: 'excluded' as const, words: fact.body.reason };
    case 'point.noted':
      return { fact, pointId: fact.body.pointId, kind: 'note' as const, words: fact.body.text };
    case 'phase.begun':
      return null;
  }
}
