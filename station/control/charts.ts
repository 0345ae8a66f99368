/** Control charts as the screen sees them. */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type {
  ChartCondition,
  ChartRow,
  ChartSignal,
  ChartView,
  PhaseView,
  PointNote,
  PointView,
} from '#contract/rpc/control.ts';
import { chartKeyText, type ChartKey, type ChartState } from '#domain/control/chart.ts';
import { ofDefinition, plannedChart, plannedCharts, untitled, type PlannedChart } from '#domain/control/planned.ts';
import { averagingOf, countsUnits } from '#domain/control/statistics.ts';
import type { Signal } from '#domain/control/signal.ts';
import { suspectHere } from '#domain/control/suspect.ts';
import type { Facts } from '#domain/facts.ts';
import { actorName } from '#domain/units/holder.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readChart } from '#station/store/projections/control.ts';
import { pointOf, signalsWhere, type PointRow } from './facts.ts';

export interface ChartSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

/** The charts of this station: of the plans in force for what is done here. */
export function chartList(sources: ChartSources): readonly ChartRow[] {
  const { catalogue, station } = sources.facts;
  return catalogue.controlPlans
    .filter(({ status }) => status === 'released')
    .flatMap(plannedCharts)
    .flatMap((planned) => {
      const { plan, characteristicId, operationId } = planned;
      const { operation } = ofDefinition(plan.definition, characteristicId, operationId, sources.facts);
      return operation?.stations.includes(station.id) === true ? [chartRow(planned, station.id, sources)] : [];
    });
}

/** @returns null when no plan in force has such a chart. */
export function chartRowOf(key: ChartKey, sources: ChartSources): ChartRow | null {
  const found = plannedChart(key, sources.facts);
  return found === null ? null : chartRow(found, key.stationId, sources);
}

function chartRow(planned: PlannedChart, stationId: string, { read, facts }: ChartSources): ChartRow {
  const { plan, characteristicId, operationId, chart } = planned;
  const key: ChartKey = { planId: plan.id, characteristicId, chartId: chart.id, stationId };
  const of = ofDefinition(plan.definition, characteristicId, operationId, facts);
  const counted = read.get<{ readonly n: number; readonly at: number | null }>(
    'SELECT count(*) AS n, max(at) AS at FROM control_point WHERE chart_key = ?',
    chartKeyText(key),
  );
  return {
    chart: key,
    revision: plan.revision,
    kind: chart.kind,
    title: planned.title ?? of.characteristic?.title ?? untitled(characteristicId),
    definition: { id: plan.definition, title: of.title },
    operation: { id: operationId, title: of.operation?.title ?? untitled(operationId) },
    class: planned.class,
    condition: conditionOf(readChart(read, key), chart),
    points: counted?.n ?? 0,
    newestAt: counted?.at ?? null,
  };
}

function conditionOf(
  { openSignal, phase, waiting }: ChartState,
  { limits, kind }: PlannedChart['chart'],
): ChartCondition {
  if (openSignal !== null) return { kind: 'signal', signalId: openSignal };
  if (phase?.kind === kind || limits.from === 'given') return { kind: 'in-control' };
  return { kind: 'collecting', have: Math.min(waiting.length, limits.minimum), need: limits.minimum };
}

interface NoteRow {
  readonly pointId: string;
  readonly kind: PointNote['kind'];
  readonly text: string;
  readonly at: number;
  readonly actor: string;
}

export function pointViews(rows: readonly PointRow[], { read, facts }: ChartSources): readonly PointView[] {
  const points = rows.map(pointOf);
  const suspect = suspectHere(
    points.map(({ body }) => body),
    facts,
  );
  return points.map(({ body, at, excluded, replaced }) => {
    const notes = read.all<NoteRow>(
      'SELECT point_id AS pointId, kind, text, at, actor FROM control_note WHERE point_id = ? ORDER BY id',
      body.pointId,
    );
    return {
      pointId: body.pointId,
      at,
      values: body.values,
      counted: body.counted,
      plots: body.plots,
      phaseId: body.phaseId,
      excluded,
      replaced,
      suspect: suspect.get(body.pointId) ?? null,
      notes: notes.map(({ kind, text, at: notedAt, actor }) => ({
        kind,
        text,
        at: notedAt,
        by: actorName(JSON.parse(actor) as Actor, facts.station.id, facts),
      })),
    };
  });
}

/** @returns null when no plan in force has such a chart. */
export function chartView(
  query: { readonly chart: ChartKey; readonly limit: number; readonly before: string | null },
  sources: ChartSources,
): ChartView | null {
  const { read, facts } = sources;
  const found = plannedChart(query.chart, facts);
  if (found === null) return null;
  const { plan, characteristicId, operationId, chart } = found;
  const key = chartKeyText(query.chart);
  const rows = read
    .all<PointRow>(
      `SELECT id, at, excluded, replaced, body FROM control_point
       WHERE chart_key = ? AND id < coalesce((SELECT id FROM control_point WHERE point_id = ?), 9007199254740991)
       ORDER BY id DESC LIMIT ?`,
      key,
      query.before,
      query.limit + 1,
    )
    .reverse();
  const more = rows.length > query.limit;
  const shown = pointViews(more ? rows.slice(1) : rows, sources);
  const ids = new Set(shown.map(({ pointId }) => pointId));
  const { characteristic } = ofDefinition(plan.definition, characteristicId, operationId, facts);
  return {
    ...chartRow(found, query.chart.stationId, sources),
    unit: characteristic?.unit ?? '1',
    decimals: characteristic?.decimals ?? (countsUnits(chart.kind) ? 0 : 3),
    lower: characteristic?.lower ?? null,
    upper: characteristic?.upper ?? null,
    nominal: characteristic?.nominal ?? null,
    rules: chart.rules,
    averaging: averagingOf(chart),
    shown,
    more,
    phases: phasesOf(key, shown, sources),
    signals: signalsWhere(read, 'chart_key = ? ORDER BY raised_at', key)
      .filter(({ raised }) => ids.has(raised.pointId))
      .map(mark),
  };
}

const mark = ({ signalId, raised, closed }: Signal): ChartSignal => ({
  signalId,
  pointId: raised.pointId,
  at: raised.at,
  rules: raised.rules,
  closedAt: closed?.at ?? null,
});

interface PhaseRow {
  readonly at: number;
  readonly actor: string;
  readonly body: string;
}

/** Phases of the points, and the newest, which the next point is judged by. */
function phasesOf(key: string, shown: readonly PointView[], { read, facts }: ChartSources): readonly PhaseView[] {
  const wanted = new Set(shown.flatMap(({ phaseId }) => phaseId ?? []));
  const rows = read.all<PhaseRow>('SELECT at, actor, body FROM control_phase WHERE chart_key = ? ORDER BY id', key);
  return rows.flatMap(({ at, actor, body }, index) => {
    const { phaseId, cause, reason, mean, sigma, size, points } = JSON.parse(body) as BodyOf<'phase.begun'>;
    if (!wanted.has(phaseId) && index < rows.length - 1) return [];
    const by = actorName(JSON.parse(actor) as Actor, facts.station.id, facts);
    return [{ phaseId, at, by, cause, reason, mean, sigma, size, from: points.length }];
  });
}
