/** The server's refusals become sentences here. */
import type { PlantFault } from '#contract/plant/base.ts';
import { message, words } from '../../i18n/index.svelte.ts';
import { t } from '../../i18n/plant.svelte.ts';
import { messageKey, writtenParams, type ReasonWords } from '../../i18n/reason.ts';
import { accountName } from './names.svelte.ts';

/** `line:L1` as words. */
export function scopeText(scope: string): string {
  if (scope === '*') return t.scope_all();
  const [kind = '', id = ''] = scope.split(':');
  return message(`scope_${kind}`, { id }) ?? scope;
}

/** A code that this page does not know (newer server) is said to be so, never swallowed. */
export function faultWords({ code, params }: PlantFault): ReasonWords {
  const written: Record<string, string> = { ...writtenParams(params, words) };
  const { right, scope } = params;
  if (typeof right === 'string') written['right'] = message(`right_${messageKey(right)}`) ?? right;
  if (typeof scope === 'string') written['scope'] = scopeText(scope);
  if (typeof params['by'] === 'string') written['by'] = accountName(params['by']);
  const key = `plant_reason_${messageKey(code)}`;
  const [title, text] = [message(key, written), message(`${key}_text`, written)];
  if (title !== null && text !== null) return { title, text };
  const values = Object.entries(params).map(([name, value]) => `${name}: ${value}`);
  return {
    title: t.plant_reason_unknown(),
    text: t.plant_reason_unknown_text({ code: [code, ...values].join(', ') }),
  };
}
