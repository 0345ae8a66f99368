/** Words of the bench. */
import type { DueReason } from '#contract/config/control-plan.ts';
import type { SampledView, UpcomingView } from '#contract/rpc/bench.ts';
import type { Verdict } from '#contract/events/shared.ts';
import { lasting } from '../../i18n/ago.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

export const dueWords = (reason: DueReason): string =>
  ({
    units: t.bench_due_units(),
    minutes: t.bench_due_minutes(),
    'set-up': t.bench_due_set_up(),
    'tool-change': t.bench_due_tool_change(),
    'shift-start': t.bench_due_shift_start(),
    'first-piece': t.bench_due_first_piece(),
    'last-piece': t.bench_due_last_piece(),
    asked: t.bench_due_asked(),
  })[reason];

export const whatOf = ({ characteristics }: SampledView): string =>
  characteristics.map(({ title }) => localized(title)).join(', ');

export const whereOf = ({ definition, operation, station }: Omit<SampledView, 'characteristics'>): string =>
  [definition.id, station.id, t.control_operation_short({ operation: operation.id })].join(' · ');

/** @param passedMs since it was judged. */
export function countdown({ units, ms, running }: UpcomingView, passedMs: number): string {
  if (units !== null) return t.bench_in_units({ count: format.count(units) });
  const left = Math.max(0, (ms ?? 0) - (running ? Math.max(0, passedMs) : 0));
  return running ? t.bench_in_time({ time: lasting(left) }) : t.bench_in_time_standing({ time: lasting(left) });
}

export const verdictLook = (verdict: Verdict): { shape: IconName; word: string; tone: 'quiet' | 'bad' } =>
  verdict === 'ok'
    ? { shape: 'done', word: t.bench_verdict_ok(), tone: 'quiet' }
    : { shape: 'failed', word: verdict === 'below' ? t.band_below() : t.band_above(), tone: 'bad' };
