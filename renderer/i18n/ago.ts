import { now } from '../state/time.svelte.ts';
import { format, t } from './index.svelte.ts';

/** How long ago, in whole seconds or more: what flickers in tenths is not read. Re-renders with the clock. */
export function ago(at: number): string {
  const age = now.at - at;
  return age < 3_000 ? t.time_just_now() : t.time_ago({ duration: lasting(age) });
}
/** How long something lasts by now, in whole seconds or more. */
export function lasting(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  return seconds < 10 ? `${seconds}\u00A0s` : format.duration(seconds * 1000);
}
