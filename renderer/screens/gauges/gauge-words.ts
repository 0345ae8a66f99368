/** How a gauge stands, in words and as a mark. */
import type { GaugeRow, GaugeView, RecallView } from '#contract/rpc/gauges.ts';
import { format, t } from '../../i18n/index.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

interface Look {
  readonly shape: IconName;
  readonly word: string;
  readonly tone: 'quiet' | 'warn' | 'bad';
}

export function dueWords({ dueDays }: Pick<GaugeRow, 'dueDays'>): string {
  if (dueDays === null) return t.gauges_due_none();
  if (dueDays < 0) return t.gauges_overdue_days({ days: format.count(-dueDays) });
  return dueDays === 0 ? t.gauges_due_today() : t.gauges_due_days({ days: format.count(dueDays) });
}

export function standingLook(row: Pick<GaugeRow, 'standing' | 'dueDays'>): Look {
  switch (row.standing) {
    case 'condemned':
      return { shape: 'hold', word: t.gauges_condemned(), tone: 'bad' };
    case 'calibration-failed':
      return { shape: 'failed', word: t.gauges_calibration_failed(), tone: 'bad' };
    case 'never-calibrated':
      return { shape: 'failed', word: t.gauges_never_calibrated(), tone: 'bad' };
    case 'overdue':
      return { shape: 'warning', word: dueWords(row), tone: 'bad' };
    case 'check-failed':
      return { shape: 'failed', word: t.gauges_check_failed(), tone: 'bad' };
    case 'check-missing':
      return { shape: 'warning', word: t.gauges_check_missing(), tone: 'warn' };
    case 'due-soon':
      return { shape: 'warning', word: dueWords(row), tone: 'warn' };
    case 'ready':
      return { shape: 'done', word: t.gauges_ready(), tone: 'quiet' };
  }
}

/** With its sign, because the direction says where the gauge went: +0.004 mm. */
export function signed(value: number, decimals: number, unit: string): string {
  return `${value > 0 ? '+' : ''}${format.quantity(value, decimals, unit)}`;
}

/** A day of the calendar as the language writes it; noon, so that no zone moves it. */
export const dayWords = (iso: string): string => format.date(Date.parse(`${iso}T12:00:00Z`));

export const recallTitle = ({ kind }: Pick<RecallView, 'kind'>): string =>
  ({
    calibration: t.gauges_recall_calibration(),
    check: t.gauges_recall_check(),
    condemned: t.gauges_recall_condemned(),
  })[kind];

/** "Measured with G-114 since its last good check, 25.11. 06:02". */
export function recallText(view: Pick<GaugeView, 'gaugeId'>, { since }: Pick<RecallView, 'since'>, at: number): string {
  return since === null
    ? t.gauges_recall_since_ever({ gauge: view.gaugeId })
    : t.gauges_recall_since({ gauge: view.gaugeId, time: format.instant(since, at) });
}
