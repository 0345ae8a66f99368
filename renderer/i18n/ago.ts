import { now } from '../state/time.svelte.ts';
import { format, t } from './index.svelte.ts';

/** How long ago, in whole seconds or minutes: what flickers is not read. Re-renders with the clock. */
export function ago(at: number): string {
  const age = now.at - at;
  return age < 3_000 ? t.time_just_now() : t.time_ago({ duration: lasting(age) });
}
/** How long something lasts by now: whole seconds, from a minute on whole minutes. */
export function lasting(ms: number): string {
  const seconds = Math.max(1, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}\u00A0s` : format.duration(Math.floor(seconds / 60) * 60_000);
}
