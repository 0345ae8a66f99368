/** Why values cannot be relied on, and were measured again, in words (domain/gauges/suspect.ts). */
import { suspectOfText } from '#domain/gauges/suspect.ts';
import type { Reason } from '#contract/refusal.ts';
import { stationNow } from '../state/time.svelte.ts';
import { format, reason, t } from './index.svelte.ts';

/** Somebody's own words, or what the station itself kept as a sentence. */
export function remeasuredBecause(text: string): string {
  const known = suspectOfText(text);
  return known === null ? text : reason(known).text;
}

/** Why a value cannot be relied on, in few words: since when its gauge was good stands once, where it is measured again. */
export function suspectShort({ params }: Reason): string {
  const { gauge, foundAt } = params;
  return t.bench_suspect_because({
    gauge: String(gauge),
    time: typeof foundAt === 'number' ? format.instant(foundAt, stationNow()) : '',
  });
}
