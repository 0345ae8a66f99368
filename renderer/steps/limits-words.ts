/** "23.98 to 24.03 mm", "at least 5 mm", "at most 3 mm"; a dash where there are no limits. */
import { format, t } from '../i18n/index.svelte.ts';
import { nothing } from '../state/format.ts';

export function limitsWords(lower: number | null, upper: number | null, decimals: number, unit: string): string {
  if (lower !== null && upper !== null)
    return t.limits_between({ lower: format.number(lower, decimals), upper: format.quantity(upper, decimals, unit) });
  if (lower !== null) return t.limits_at_least({ lower: format.quantity(lower, decimals, unit) });
  return upper === null ? nothing : t.limits_at_most({ upper: format.quantity(upper, decimals, unit) });
}
