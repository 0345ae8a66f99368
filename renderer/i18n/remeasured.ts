/** Why a value was measured again: somebody's own words, or what the station itself kept (domain/gauges/suspect.ts) as a sentence. */
import { suspectOfText } from '#domain/gauges/suspect.ts';
import { reason } from './index.svelte.ts';

export function remeasuredBecause(text: string): string {
  const known = suspectOfText(text);
  return known === null ? text : reason(known).text;
}
