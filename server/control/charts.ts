/** Control charts over all stations, as the plant view sees them: pages of points, or the whole from afar. */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { ChartedValue } from '#contract/events/shared.ts';
import type { ChartColumn, PlantChartRow, PlantChartView } from '#contract/plant/control.ts';
import type { Reason } from '#contract/refusal.ts';
import type { ChartCondition, ChartSignal, PhaseView, PointNote, PointView } from '#contract/rpc/control.ts';
import { chartKeyText, type ChartKey } from '#domain/control/chart.ts';
import { ofDefinition, plannedChart, plannedCharts, untitled, type PlannedChart } from '#domain/control/planned.ts';
import { averagingOf, countsUnits } from '#domain/control/statistics.ts';
import { isRaised, type SignalPart } from '#domain/control/signal.ts';
import { suspectPoints } from '#domain/control/suspect.ts';
import { usedKey, type Used } from '#domain/gauges/suspect.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { suspicionOn } from '../gauges/read.ts';
import type { Sight } from '../rpc/sight.ts';

interface Standing {
  readonly points: number;
  readonly newestAt: number | null;
  /** Kind of the newest phase; null: there is none. */
  readonly phase: string | null;
  readonly openSignal: string | null;
}
const nothing: Standing = { points: 0, newestAt: null, phase: null, openSignal: null };

/** Of the plans in force, each at every station where its operation is done and that the person sees. */
export async function listCharts(db: Queries, force: InForce, sight: Sight): Promise<readonly PlantChartRow[]> {
  const found = force.catalogue.controlPlans
    .filter(({ status }) => status === 'released')
    .flatMap(plannedCharts)
    .flatMap((planned) => {
      const { plan, characteristicId, operationId } = planned;
      const { operation } = ofDefinition(plan.definition, characteristicId, operationId, force);
      return (operation?.stations ?? []).filter((id) => sees(sight, id)).map((stationId) => ({ planned, stationId }));
    });
  const standings = await standingOf(
    db,
    found.map(({ planned, stationId }) => chartKeyText(keyOf(planned, stationId))),
  );
  return found.map(({ planned, stationId }) => rowOf(planned, stationId, standings, force));
}

export const sees = ({ stations }: Sight, stationId: string): boolean =>
  stations === null || stations.includes(stationId);
const keyOf = ({ plan, characteristicId, chart }: PlannedChart, stationId: string): ChartKey => ({
  planId: plan.id,
  characteristicId,
  chartId: chart.id,
  stationId,
});

async function standingOf(db: Queries, keys: readonly string[]): Promise<ReadonlyMap<string, Standing>> {
  const rows = await db.query<{ chart_key: string; points: number; newest_at: number; phase: string | null }>(
    `SELECT chart_key, points, newest_at,
       (SELECT body FROM chart_phase p WHERE p.chart_key = c.chart_key ORDER BY at DESC LIMIT 1) AS phase
     FROM chart c WHERE chart_key = ANY($1)`,
    [keys],
  );
  const open = await db.query<{ part: string }>('SELECT part FROM signal WHERE open AND raised_at IS NOT NULL', []);
  const signals = new Map(
    open
      .map(({ part }) => JSON.parse(part) as SignalPart)
      .filter(isRaised)
      .map(({ signalId, raised }) => [chartKeyText(raised.chart), signalId]),
  );
  const known = new Map(rows.map((row) => [row.chart_key, row]));
  return new Map(
    keys.map((key) => {
      const row = known.get(key);
      const openSignal = signals.get(key) ?? null;
      if (row === undefined) return [key, { ...nothing, openSignal }];
      const phase = row.phase === null ? null : (JSON.parse(row.phase) as BodyOf<'phase.begun'>).kind;
      return [key, { points: row.points, newestAt: row.newest_at, phase, openSignal }];
    }),
  );
}

function rowOf(
  planned: PlannedChart,
  stationId: string,
  standings: ReadonlyMap<string, Standing>,
  force: InForce,
): PlantChartRow {
  const { plan, characteristicId, operationId, chart } = planned;
  const key = keyOf(planned, stationId);
  const of = ofDefinition(plan.definition, characteristicId, operationId, force);
  const standing = standings.get(chartKeyText(key)) ?? nothing;
  return {
    chart: key,
    revision: plan.revision,
    kind: chart.kind,
    title: planned.title ?? of.characteristic?.title ?? untitled(characteristicId),
    definition: { id: plan.definition, title: of.title },
    operation: { id: operationId, title: of.operation?.title ?? untitled(operationId) },
    class: planned.class,
    condition: conditionOf(standing, chart),
    points: standing.points,
    newestAt: standing.newestAt,
    lineId: force.lineOf(stationId)?.id ?? null,
  };
}

function conditionOf({ openSignal, phase, points }: Standing, { limits, kind }: PlannedChart['chart']): ChartCondition {
  if (openSignal !== null) return { kind: 'signal', signalId: openSignal };
  if (phase === kind || limits.from === 'given') return { kind: 'in-control' };
  return { kind: 'collecting', have: Math.min(points, limits.minimum), need: limits.minimum };
}

interface PointRow {
  readonly point_id: string;
  readonly at: number;
  readonly told_by: string;
  readonly body: string;
}
interface MarkRow {
  readonly point_id: string;
  readonly kind: 'note' | 'excluded' | 'replaced';
  readonly words: string;
  readonly at: number;
  readonly told_by: string;
  readonly actor: string;
}

/** Where a page ends: before this point. A point id has no space in front. */
const cursorOf = (at: number, pointId: string): string => `${at} ${pointId}`;
function cursorFrom(text: string | null): readonly [at: number, pointId: string] {
  const [, at, pointId] = /^(\d{1,15}) (.*)$/s.exec(text ?? '') ?? [];
  return at === undefined || pointId === undefined ? [Number.MAX_SAFE_INTEGER, ''] : [Number(at), pointId];
}

/** @returns null when no plan in force has such a chart, or the person does not see its station. */
export async function chartPage(
  db: Queries,
  force: InForce,
  query: { readonly chart: ChartKey; readonly limit: number; readonly before: string | null },
  sight: Sight,
): Promise<PlantChartView | null> {
  const planned = plannedChart(query.chart, force);
  const { stationId } = query.chart;
  if (planned === null || !sees(sight, stationId)) return null;
  const key = chartKeyText(query.chart);
  const [beforeAt, beforeId] = cursorFrom(query.before);
  const rows = await db.query<PointRow>(
    `SELECT point_id, at, told_by, body FROM chart_point WHERE chart_key = $1 AND (at, point_id) < ($2, $3)
     ORDER BY at DESC, point_id DESC LIMIT $4`,
    [key, beforeAt, beforeId, query.limit + 1],
  );
  const more = rows.length > query.limit;
  const page = rows.slice(0, query.limit).reverse();
  const shown = await withMarks(db, page, force);
  const { plan, characteristicId, operationId, chart } = planned;
  const { characteristic } = ofDefinition(plan.definition, characteristicId, operationId, force);
  const [first] = page;
  return {
    ...rowOf(planned, stationId, await standingOf(db, [key]), force),
    unit: characteristic?.unit ?? '1',
    decimals: characteristic?.decimals ?? (countsUnits(chart.kind) ? 0 : 3),
    lower: characteristic?.lower ?? null,
    upper: characteristic?.upper ?? null,
    nominal: characteristic?.nominal ?? null,
    rules: chart.rules,
    averaging: averagingOf(chart),
    shown,
    measuredAt: page.map(({ told_by }) => told_by),
    more,
    earlier: more && first !== undefined ? cursorOf(first.at, first.point_id) : null,
    phases: await phasesOf(db, key, shown, force),
    signals: await signalsOn(db, stationId, shown),
  };
}

/** Which gauge gave each value, of runs and of samples, in the order of the values. */
async function usedFor(
  db: Queries,
  characteristicId: string,
  values: readonly ChartedValue[],
): Promise<readonly (Used | null)[]> {
  const rows = await db.query<{
    serial: string;
    execution_id: string | null;
    step_id: string | null;
    sample_id: string | null;
    attempt: number;
    index: number;
    gauge_id: string;
    at: number;
  }>(
    `SELECT e.serial, m.execution_id, m.step_id, NULL AS sample_id, m.attempt, m.index, m.gauge_id, m.at
     FROM measured_value m JOIN execution e ON e.execution_id = m.execution_id
     WHERE m.execution_id = ANY($1) AND m.characteristic_id = $3 AND m.gauge_id IS NOT NULL AND e.serial IS NOT NULL
     UNION ALL
     SELECT serial, NULL, NULL, sample_id, attempt, index, gauge_id, at FROM gauge_sample
     WHERE sample_id = ANY($2) AND characteristic_id = $3`,
    [
      [...new Set(values.flatMap((value) => (value.sampleId === undefined ? (value.executionId ?? []) : [])))],
      [...new Set(values.flatMap(({ sampleId }) => sampleId ?? []))],
      characteristicId,
    ],
  );
  const known = new Map(
    rows.map(({ serial, execution_id, step_id, sample_id, attempt, index, gauge_id: gaugeId, at }) => {
      const of = { serial, executionId: execution_id, stepId: step_id, attempt, index };
      return [usedKey(sample_id === null ? of : { ...of, sampleId: sample_id }), { gaugeId, at }] as const;
    }),
  );
  return values.map((value) => known.get(usedKey(value)) ?? null);
}

/** Points whose values cannot be relied on, by what all stations told of the gauges. */
async function suspectOn(db: Queries, page: readonly PointRow[]): Promise<ReadonlyMap<string, Reason>> {
  const points = page
    .map(({ body }) => JSON.parse(body) as BodyOf<'point.charted'>)
    .filter(({ counted }) => counted === null);
  const [first] = points;
  if (first === undefined) return new Map();
  const values = points.flatMap((point) => point.values);
  return suspectPoints(points, await usedFor(db, first.chart.characteristicId, values), await suspicionOn(db));
}

async function withMarks(db: Queries, page: readonly PointRow[], { catalogue }: InForce): Promise<PointView[]> {
  const rows = await db.query<MarkRow>(
    `SELECT point_id, kind, words, at, told_by, actor FROM chart_mark WHERE point_id = ANY($1) ORDER BY at, seq`,
    [page.map(({ point_id }) => point_id)],
  );
  const marks = Map.groupBy(rows, ({ point_id }) => point_id);
  const suspect = await suspectOn(db, page);
  return page.map(({ point_id, at, body }) => {
    const { values, counted, plots, phaseId } = JSON.parse(body) as BodyOf<'point.charted'>;
    const of = marks.get(point_id) ?? [];
    return {
      pointId: point_id,
      at,
      values,
      counted,
      plots,
      phaseId,
      excluded: of.some(({ kind }) => kind === 'excluded'),
      replaced: of.some(({ kind }) => kind === 'replaced'),
      suspect: suspect.get(point_id) ?? null,
      notes: of.flatMap(({ kind, words, at: notedAt, told_by, actor }): PointNote[] =>
        kind === 'replaced'
          ? []
          : [
              {
                kind,
                text: words,
                at: notedAt,
                by: actorName(JSON.parse(actor) as Actor, told_by, { catalogue }),
              },
            ],
      ),
    };
  });
}

/** Phases of the points, and the newest, which the next point is judged by. */
async function phasesOf(
  db: Queries,
  key: string,
  shown: readonly PointView[],
  { catalogue }: InForce,
): Promise<readonly PhaseView[]> {
  const rows = await db.query<{ phase_id: string; at: number; told_by: string; actor: string; body: string }>(
    `SELECT phase_id, at, told_by, actor, body FROM chart_phase WHERE chart_key = $1
       AND (phase_id = ANY($2) OR at = (SELECT max(at) FROM chart_phase WHERE chart_key = $1)) ORDER BY at`,
    [key, [...new Set(shown.flatMap(({ phaseId }) => phaseId ?? []))]],
  );
  return rows.map(({ phase_id: phaseId, at, told_by, actor, body }) => {
    const { cause, reason, mean, sigma, size, points } = JSON.parse(body) as BodyOf<'phase.begun'>;
    const by = actorName(JSON.parse(actor) as Actor, told_by, { catalogue });
    return { phaseId, at, by, cause, reason, mean, sigma, size, from: points.length };
  });
}

/** A signal is told in the transaction of its point, so it stands near it in time. */
async function signalsOn(db: Queries, stationId: string, shown: readonly PointView[]): Promise<readonly ChartSignal[]> {
  const [first, last] = [shown[0], shown.at(-1)];
  if (first === undefined || last === undefined) return [];
  const rows = await db.query<{ part: string }>(
    'SELECT part FROM signal WHERE station_id = $1 AND raised_at BETWEEN $2 AND $3 ORDER BY raised_at',
    [stationId, first.at, last.at + 60_000],
  );
  const ids = new Set(shown.map(({ pointId }) => pointId));
  return rows
    .map(({ part }) => JSON.parse(part) as SignalPart)
    .filter(isRaised)
    .filter(({ raised }) => ids.has(raised.pointId))
    .map(({ signalId, raised, closed }) => ({
      signalId,
      pointId: raised.pointId,
      at: raised.at,
      rules: raised.rules,
      closedAt: closed?.at ?? null,
    }));
}

/** The whole chart in equal stretches of time: one pass over an index, whatever the bodies weigh. */
export async function chartOverview(
  db: Queries,
  force: InForce,
  { chart, columns }: { readonly chart: ChartKey; readonly columns: number },
  sight: Sight,
): Promise<readonly ChartColumn[]> {
  if (plannedChart(chart, force) === null || !sees(sight, chart.stationId)) return [];
  const rows = await db.query<{
    points: number;
    least: number | null;
    greatest: number | null;
    from: number;
    to: number;
  }>(
    `WITH ends AS (SELECT min(at) AS low, max(at) AS high FROM chart_point WHERE chart_key = $1)
     SELECT count(*)::int AS points, min(value) AS least, max(value) AS greatest, min(at) AS "from", max(at) AS "to"
     FROM chart_point, ends WHERE chart_key = $1
     GROUP BY (at - low) * $2::bigint / (high - low + 1) ORDER BY min(at)`,
    [chartKeyText(chart), columns],
  );
  return rows.map((row) => ({ ...row, page: cursorOf(row.to + 1, '') }));
}
