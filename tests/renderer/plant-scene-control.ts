/** Invented charts and signals of the plant view: those of the station's scene, measured at two stations, and a long one. */
import type { ChartColumn, PlantChartRow, PlantChartView, PlantSignal } from '#contract/plant/control.ts';
import type { ChartRow } from '#contract/rpc/control.ts';
import { controlScene } from './control-scene.ts';

const long = 1_000_000;
const charts: readonly PlantChartRow[] = controlScene.charts.map((row) => ({
  ...row,
  lineId: 'L1',
  points: row.chart.chartId === 'peak-force' ? long : row.points,
}));
const first = controlScene.signal('sg-01');
const signals: readonly PlantSignal[] = ['sg-01', 'sg-00'].map((id) => {
  const of = controlScene.signal(id);
  return {
    signalId: id,
    chart: of.chart,
    title: of.title,
    lineId: 'L1',
    stationId: of.stationId,
    toldBy: 'QB10',
    operationId: of.operationId,
    raisedAt: id === 'sg-01' ? of.raisedAt : of.raisedAt - 86_400_000,
    rules: of.rules,
    steps: { done: of.reaction.steps.filter(({ done }) => done !== null).length, total: of.reaction.steps.length },
    closed: of.closed === null ? null : { ...of.closed, cause: of.closed.cause ?? { en: '', de: '' } },
    units: of.units.map(({ serial, status, hold }) => ({ serial, status, held: hold === 'held' })),
  };
});

export const plantControl = {
  charts,
  signals,
  chart(key: ChartRow['chart']): PlantChartView | null {
    const view = controlScene.chart(key);
    if (view === null) return null;
    return {
      ...view,
      points: key.chartId === 'peak-force' ? long : view.points,
      lineId: 'L1',
      measuredAt: view.shown.map((_, at) => (at % 4 === 0 ? 'QB10' : 'ST10')),
      more: key.chartId === 'peak-force',
      earlier: key.chartId === 'peak-force' ? '1 a' : null,
    };
  },
  overview: (): readonly ChartColumn[] =>
    Array.from({ length: 600 }, (_, i) => ({
      points: Math.round(long / 600),
      least: 24.004 - 0.012 - 0.002 * Math.sin(i / 40),
      greatest: 24.004 + 0.012 + 0.003 * Math.sin(i / 31),
      from: first.raisedAt - (600 - i) * 3_600_000,
      to: first.raisedAt - (599 - i) * 3_600_000,
      page: `${first.raisedAt - (599 - i) * 3_600_000} `,
    })),
};
