/** Rules, plots and conditions of charts in words. */
import type { FiredRule, PlotId } from '#contract/events/shared.ts';
import type { ChartRow } from '#contract/rpc/control.ts';
import { format, t } from '../../i18n/index.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

const plots: Readonly<Record<PlotId, () => string>> = {
  mean: () => t.control_plot_mean(),
  range: () => t.control_plot_range(),
  deviation: () => t.control_plot_deviation(),
  value: () => t.control_plot_value(),
  'moving-range': () => t.control_plot_moving_range(),
  ewma: () => t.control_plot_ewma(),
  'cusum-upper': () => t.control_plot_cusum_upper(),
  'cusum-lower': () => t.control_plot_cusum_lower(),
  proportion: () => t.control_plot_proportion(),
  nonconforming: () => t.control_plot_nonconforming(),
  defects: () => t.control_plot_defects(),
  'defects-per-unit': () => t.control_plot_defects_per_unit(),
};
export const plotWords = (plot: PlotId): string => plots[plot]();

/** Names of charts are the same in all languages. */
const kinds: Readonly<Record<ChartRow['kind'], string>> = {
  'xbar-r': 'X̄-R',
  'xbar-s': 'X̄-s',
  'i-mr': 'I-MR',
  ewma: 'EWMA',
  cusum: 'CUSUM',
  p: 'p',
  np: 'np',
  c: 'c',
  u: 'u',
};
export const kindName = (kind: ChartRow['kind']): string => kinds[kind];

const sets: Readonly<Record<string, string>> = {
  nelson: 'Nelson',
  'western-electric': 'Western Electric',
  aiag: 'AIAG',
};
/** A rule's name of its source, e.g. "Nelson 2". */
export const ruleName = ({ set, id }: Pick<FiredRule, 'set' | 'id'>): string => `${sets[set] ?? set} ${id}`;

/** What the points of a rule do. */
export function ruleWords({ kind, count, points, sigmas }: FiredRule): string {
  const params = { count: format.count(count ?? 0), points: format.count(points ?? 0), sigmas: String(sigmas ?? 3) };
  switch (kind) {
    case 'beyond':
      return t.control_rule_beyond();
    case 'same-side':
      return t.control_rule_same_side(params);
    case 'trend':
      return t.control_rule_trend(params);
    case 'alternating':
      return t.control_rule_alternating(params);
    case 'most-beyond':
      return t.control_rule_most_beyond(params);
    case 'within':
      return t.control_rule_within(params);
    case 'outside':
      return t.control_rule_outside(params);
  }
}

export function conditionLook({ condition }: Pick<ChartRow, 'condition'>): {
  readonly shape: IconName;
  readonly word: string;
  readonly tone: 'quiet' | 'bad';
} {
  switch (condition.kind) {
    case 'in-control':
      return { shape: 'done', word: t.control_in_control(), tone: 'quiet' };
    case 'signal':
      return { shape: 'warning', word: t.control_signal(), tone: 'bad' };
    case 'collecting':
      return {
        shape: 'open',
        word: t.control_collecting({ have: format.count(condition.have), need: format.count(condition.need) }),
        tone: 'quiet',
      };
  }
}

/** How a chart is named in the address: its ids have no space. */
export const chartItem = ({ planId, characteristicId, chartId, stationId }: ChartRow['chart']): string =>
  ['chart', planId, characteristicId, chartId, stationId].join(' ');
export function chartOfItem(item: string): ChartRow['chart'] | null {
  const [word, planId, characteristicId, chartId, stationId] = item.split(' ');
  if (word !== 'chart' || !planId || !characteristicId || !chartId || !stationId) return null;
  return { planId, characteristicId, chartId, stationId };
}
