/** A shift or a day of a machine in words: "Early · 26 Nov 2026 · 06:00–now". */
import type { Localized } from '#contract/config/text.ts';
import { format, localized, t } from '../../i18n/index.svelte.ts';

interface Window {
  /** UTC ms; `to` is now while it is under way. */
  readonly from: number;
  readonly to: number;
  readonly endsAt: number;
  readonly shift: { readonly title: Localized } | null;
}

/** 14:07 */
export const clock = (at: number): string => format.time(at).slice(0, 5);

/** @param day it is a day, and of no shift */
export function windowTitle({ from, to, endsAt, shift }: Window, day = false): string {
  const name = shift === null ? t.oee_between_shifts() : localized(shift.title);
  const until = endsAt > to ? t.oee_now() : clock(endsAt);
  return [...(day ? [] : [name]), format.date(from), `${clock(from)}–${until}`].join(' · ');
}
