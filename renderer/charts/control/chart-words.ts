/** A control chart in words, for who listens and for paper. */
import { format, t } from '../../i18n/index.svelte.ts';
import { limitsAt, type ControlSeries, type Track } from './series.ts';

/** One decimal more than the values: means lie between them. */
export const formatY = (track: Track, value: number): string => format.number(value, Math.min(9, track.decimals + 1));

/** A point in words: number, time, values, the rules it completed, what is said of it. @param index from 0 */
export function pointWords(series: ControlSeries, index: number, ruleName: (rule: string) => string): string {
  const parts: string[] = [
    t.chart_point({
      number: format.count(index + 1),
      time: `${format.date(series.at[index] ?? 0)} ${format.time(series.at[index] ?? 0)}`,
    }),
  ];
  for (const track of [series.location, series.spread]) {
    const value = track?.values[index];
    if (track === null || value === undefined) continue;
    parts.push(
      `${track.name} ${Number.isNaN(value) ? t.chart_no_value() : format.quantity(value, track.decimals + 1, track.unit)}`,
    );
  }
  const found = [...new Set(series.signals.filter(({ at }) => at === index).map(({ rule }) => ruleName(rule)))];
  parts.push(...found);
  const mark = series.marks.get(index);
  if (mark?.outOfTolerance === true) parts.push(t.chart_point_out());
  if (mark?.replaced === true) parts.push(t.chart_point_replaced());
  if (mark?.excluded !== undefined) parts.push(t.chart_point_excluded({ reason: mark.excluded }));
  if (mark?.suspect !== undefined) parts.push(t.chart_point_suspect({ reason: mark.suspect }));
  if (mark?.note !== undefined) parts.push(t.chart_point_note({ note: mark.note }));
  return parts.join(' · ');
}

/** The chart in a sentence: points, the newest value, signals, limits. */
export function summaryWords(series: ControlSeries): string {
  const count = series.location.values.length;
  if (count === 0) return t.chart_empty();
  const value = series.location.values[count - 1] ?? Number.NaN;
  const limits = limitsAt(series.location, count - 1);
  return [
    series.title,
    t.chart_control_summary({
      count: format.count(count),
      newest: format.quantity(value, series.location.decimals + 1, series.location.unit),
      signals: format.count(series.signals.length),
    }),
    limits === null
      ? t.chart_no_limits()
      : t.chart_limits({
          center: formatY(series.location, limits.center),
          lower: limits.lower === null ? '–' : formatY(series.location, limits.lower),
          upper: limits.upper === null ? '–' : formatY(series.location, limits.upper),
        }),
  ].join(' · ');
}
