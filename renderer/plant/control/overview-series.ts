/** A whole chart from afar, as a series of which each stretch is its greatest and its least value. */
import type { ChartColumn, PlantChartView } from '#contract/plant/control.ts';
import type { ControlSeries } from '../../charts/control/series.ts';

export interface Afar {
  readonly series: ControlSeries;
  /** Page that ends with the stretch of this point of the series. */
  page(index: number): string;
}

/** Limits are those of the newest point: one line over all, as older phases had others. */
export function overviewSeries(
  columns: readonly ChartColumn[],
  view: Pick<PlantChartView, 'shown' | 'unit' | 'decimals'>,
  title: string,
): Afar {
  const two = columns.flatMap((column) => [column.greatest, column.least]);
  const [newest] = view.shown.at(-1)?.plots ?? [];
  const limits = newest?.limits ?? null;
  return {
    page: (index) => columns[Math.min(columns.length - 1, index >> 1)]?.page ?? '',
    series: {
      title,
      at: columns.flatMap(({ from, to }) => [from, to]),
      location: {
        name: '',
        unit: view.unit,
        decimals: view.decimals,
        values: Float64Array.from(two, (value) => value ?? Number.NaN),
        phases: limits === null ? [] : [{ from: 0, to: two.length, name: '', ...limits }],
      },
      spread: null,
      marks: new Map(),
      signals: [],
    },
  };
}
