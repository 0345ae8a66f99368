/** The small line under a step's title: what was recorded. */
import type { StepSummary } from '#contract/rpc/execution.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';

export function summaryText(summary: StepSummary): string {
  switch (summary.kind) {
    case 'component': {
      const parts = [summary.material];
      if (summary.lot !== null) parts.push(t.summary_lot({ lot: summary.lot }));
      if (summary.serial !== null) parts.push(t.summary_serial({ serial: summary.serial }));
      if (summary.entry === 'typed') parts.push(t.measure_typed_mark());
      return parts.join(' · ');
    }
    case 'values': {
      const values = summary.values.map((value) => format.number(value, summary.decimals)).join(' · ');
      const unit = format.quantity(null, 0, summary.unit).slice(1);
      return `${values}${unit}${summary.typed ? ` · ${t.measure_typed_mark()}` : ''}`;
    }
    case 'cycle':
      return [summary.recipe, ...summary.values.map((one) => format.quantity(one.value, one.decimals, one.unit))].join(
        ' · ',
      );
    case 'checks':
      return summary.notOk === 0
        ? t.summary_checks({ ok: String(summary.ok), total: String(summary.total) })
        : t.summary_checks_bad({ bad: String(summary.notOk), total: String(summary.total) });
    case 'choice':
      return localized(summary.title);
    case 'text':
      return summary.text === '' ? '–' : summary.text;
    case 'confirmed':
      return t.summary_confirmed();
  }
}
