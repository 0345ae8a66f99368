/** A trend as rows: for the table on the screen, the file and the workbook the same words and numbers. */
import type { TrendPeriod, TrendStep, TrendView } from '#contract/plant/oee.ts';
import { timeElements } from '#contract/rpc/oee.ts';
import { figureIds, figuresOf, type Figure, type FigureId } from '#domain/oee/figures.ts';
import { elementName, figureName } from '../../charts/oee/words.ts';
import { format, localized } from '../../i18n/index.svelte.ts';
import { t } from '../../i18n/plant.svelte.ts';
import { csv } from '../../ui/csv.ts';
import { save } from '../../ui/save.ts';
import { workbook, type Cell } from '../../ui/xlsx.ts';

/** How many are asked for: a month of days, half a year of weeks, a year of months and the one before it. */
export const trendCounts: Readonly<Record<TrendStep, number>> = { day: 31, week: 26, month: 13 };

export interface TrendRow extends TrendPeriod {
  /** A day, a week by its Monday, a month. */
  readonly name: string;
  readonly figures: Readonly<Record<FigureId, Figure>>;
  /** The period is not over. */
  readonly underWay: boolean;
  /** The machine was watched in it, or at its end. */
  readonly watched: boolean;
}

export const trendRows = (view: TrendView): readonly TrendRow[] =>
  view.periods.map((period, n) => ({
    ...period,
    name: periodName(view.step, period.from),
    figures: figuresOf(period.sums),
    underWay: n === view.periods.length - 1,
    watched: view.watchedFrom !== null && period.to > view.watchedFrom,
  }));

function periodName(step: TrendStep, from: number): string {
  if (step === 'week') return t.trend_week_of({ date: format.date(from) });
  return step === 'month' ? format.month(from) : format.day(from);
}

const unitOf: Readonly<Record<Figure['unit'], string>> = { ratio: '%', 'per-hour': '1/h', ms: 's' };
function plain({ value, unit }: Figure): number | null {
  if (value === null) return null;
  return { ratio: value * 100, 'per-hour': value, ms: value / 1_000 }[unit];
}

/** One head, then a row per period; ratios in percent, times in seconds. What is not known is empty. */
export function trendTable(view: TrendView): readonly (readonly Cell[])[] {
  const rows = trendRows(view);
  const units = rows[0]?.figures;
  const ids = figureIds.filter((id) => rows.some(({ figures }) => figures[id].value !== null));
  return [
    [
      t.stops_plant_machine(),
      t.trend_from(),
      t.trend_to(),
      ...ids.map((id) => `${figureName(id)} [${unitOf[units?.[id].unit ?? 'ratio']}]`),
      t.oee_term_PQ(),
      t.oee_term_GQ(),
      t.oee_term_SQ(),
      ...timeElements.map((element) => `${elementName(element)} [s]`),
      t.trend_anew_at(),
      t.trend_remark(),
    ],
    ...rows.map((row): Cell[] => [
      localized(view.title),
      { at: row.from },
      { at: row.to },
      ...ids.map((id) => plain(row.figures[id])),
      row.sums.produced,
      row.sums.good,
      row.sums.scrap,
      ...timeElements.map((element) => row.sums.ms[element] / 1_000),
      row.anewAt === null ? null : { at: row.anewAt },
      [...(row.underWay ? [t.trend_under_way()] : []), ...(row.watched ? [] : [t.trend_not_watched()])].join(', '),
    ]),
  ];
}

const fileName = ({ machineId, step }: TrendView): string => `oee-${machineId}-${step}`;

export function saveTrendCsv(view: TrendView): void {
  save(`${fileName(view)}.csv`, csv(trendTable(view)), 'text/csv');
}

/** Instants as the plant's clocks show them. */
export async function saveTrendXlsx(view: TrendView): Promise<void> {
  const file = await workbook(localized(view.title), trendTable(view), view.timeZone);
  save(`${fileName(view)}.xlsx`, file, file.type);
}
