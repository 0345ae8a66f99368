/** What a driver told about a problem, in one line for whoever repairs it: names and known words translated. */
import type { ReasonParams } from '#contract/refusal.ts';
import { message, words } from '../../i18n/index.svelte.ts';
import { writtenParams } from '../../i18n/reason.ts';

export function factName(name: string): string {
  return message(`devices_info_${name}`) ?? name;
}

export function factsLine(params: ReasonParams): string {
  return Object.entries(writtenParams(params, words))
    .filter(([, value]) => value !== '')
    .map(
      ([name, value]) =>
        `${factName(name)}: ${name === 'fault' ? (message(`devices_fault_${value}`) ?? value) : value}`,
    )
    .join(' · ');
}
