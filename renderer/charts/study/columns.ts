/** What the pictures of a Gage R&R study show: its values by part, by appraiser, and the averages and ranges of its cells. Pure. */
import type { StudyView } from '#contract/rpc/studies.ts';
import { suspectText } from '#domain/gauges/suspect.ts';
import { chartConstants } from '#domain/spc/constants.ts';
import { csvField as cell } from '../../ui/csv.ts';

export interface Column {
  readonly label: string;
  /** `mark`: whose value it is, by their place in the study; it gives the shape. */
  readonly values: readonly { readonly y: number; readonly mark: number }[];
  /** Joined over the columns of a panel; null: nothing there. */
  readonly mean: number | null;
}
export interface Line {
  readonly y: number;
  readonly kind: 'control' | 'center';
}
export interface Plot {
  readonly columns: readonly Column[];
  /** Where a new panel begins, with what stands over it. */
  readonly panels: readonly { readonly from: number; readonly label: string }[];
  readonly lines: readonly Line[];
  readonly low: number;
  readonly high: number;
}

const average = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

interface Counted {
  readonly part: string;
  readonly appraiser: string;
  readonly y: number;
}
/** Values that count: nothing took their place, and while the study runs they can be relied on. */
const counted = ({ values, study: { endedAt } }: StudyView): readonly Counted[] =>
  (values ?? []).flatMap(({ part, appraiser, value, replaced, suspect }) =>
    value === null || replaced !== null || (suspect !== null && endedAt === null)
      ? []
      : [{ part, appraiser, y: value }],
  );

function plot(
  columns: readonly Column[],
  panels: Plot['panels'] = [],
  lines: readonly Line[] = [],
  floor: number | null = null,
): Plot | null {
  const all = [
    ...columns.flatMap(({ values, mean }) => [...values.map(({ y }) => y), ...(mean === null ? [] : [mean])]),
    ...lines.map(({ y }) => y),
  ];
  if (all.length === 0) return null;
  const [least, most] = [floor ?? Math.min(...all), Math.max(...all)];
  const air = (most - least || Math.abs(most) * 1e-3 || 1) * 0.08;
  return { columns, panels, lines, low: floor ?? least - air, high: most + air };
}

/** Every value by part, in the order of the study; the line joins the parts' averages. */
export function byPart(view: StudyView): Plot | null {
  const all = counted(view);
  const who = view.study.appraisers.map(({ personId }) => personId);
  return plot(
    view.parts.map(({ label }) => {
      const own = all.filter(({ part }) => part === label);
      return {
        label,
        values: own.map(({ y, appraiser }) => ({ y, mark: who.indexOf(appraiser) })),
        mean: average(own.map(({ y }) => y)),
      };
    }),
  );
}

export function byAppraiser(view: StudyView): Plot | null {
  const all = counted(view);
  return plot(
    view.study.appraisers.map(({ personId, name }, mark) => {
      const own = all.filter(({ appraiser }) => appraiser === personId);
      return { label: name, values: own.map(({ y }) => ({ y, mark })), mean: average(own.map(({ y }) => y)) };
    }),
  );
}

/** Of every cell, part by part within each appraiser. */
function cells(view: StudyView, of: (values: readonly number[]) => number | null) {
  const all = counted(view);
  const panels: { from: number; label: string }[] = [];
  const columns: Column[] = [];
  view.study.appraisers.forEach(({ personId, name }, mark) => {
    panels.push({ from: columns.length, label: name });
    for (const { label } of view.parts) {
      const y = of(all.filter((each) => each.part === label && each.appraiser === personId).map((each) => each.y));
      columns.push({ label, values: y === null ? [] : [{ y, mark }], mean: y });
    }
  });
  return { panels, columns };
}

const range = (values: readonly number[]): number | null =>
  values.length < 2 ? null : Math.max(...values) - Math.min(...values);
const meansOf = (columns: readonly Column[]): readonly number[] => columns.flatMap(({ mean }) => mean ?? []);

/** Ranges of the cells with D4 of their mean (AIAG MSA 4th ed., chapter III section B): above it a value is worth a look. */
export function rangeChart(view: StudyView): Plot | null {
  const { columns, panels } = cells(view, range);
  const center = average(meansOf(columns));
  const constants = chartConstants(view.study.trials);
  if (center === null || 'refused' in constants) return null;
  const lines: Line[] = [
    { y: center, kind: 'center' },
    { y: constants.D4 * center, kind: 'control' },
  ];
  return plot(columns, panels, lines, 0);
}

/** Averages of the cells with limits of the ranges: about half of them or more should lie outside, else parts drown in the gauge. */
export function averageChart(view: StudyView): Plot | null {
  const { columns, panels } = cells(view, average);
  const center = average(meansOf(columns));
  const spread = average(meansOf(cells(view, range).columns));
  const constants = chartConstants(view.study.trials);
  if (center === null || spread === null || 'refused' in constants) return null;
  const { A2 } = constants;
  const lines: Line[] = [
    { y: center, kind: 'center' },
    { y: center + A2 * spread, kind: 'control' },
    { y: center - A2 * spread, kind: 'control' },
  ];
  return plot(columns, panels, lines);
}

/** Every value as a line of RFC 4180 CSV with a byte order mark; numbers with a dot, instants in UTC (ISO 8601). */
export function studyCsv(view: StudyView): string {
  const name = new Map(view.study.appraisers.map((each) => [each.personId, each.name]));
  const unit = view.unit === null ? '' : ` [${view.unit}]`;
  const rows = [['study', 'part', 'appraiser', 'trial', `value${unit}`, 'at', 'typed', 'replaced', 'suspect']];
  for (const { part, appraiser, trial, value, verdict, at, typed, replaced, suspect } of view.values ?? [])
    rows.push([
      view.study.studyId,
      part,
      name.get(appraiser) ?? appraiser,
      String(trial),
      value === null ? (verdict ?? '') : String(value),
      new Date(at).toISOString(),
      typed ? 'yes' : '',
      replaced ?? '',
      suspect === null ? '' : suspectText(suspect),
    ]);
  return `\u{FEFF}${rows.map((row) => row.map(numberOrWords).join(',')).join('\r\n')}\r\n`;
}

/** A negative number is no formula. */
const numberOrWords = (text: string): string => (/^-?\d+(?:\.\d+)?(?:e-?\d+)?$/.test(text) ? text : cell(text));
