/** A time of day that a person keys in, as an instant within a stop. Pure. */
import { localInstant } from '#domain/shifts/shifts.ts';

const dayMs = 86_400_000;

/**
 * @param digits `1440` or `144030`: hours, minutes and, where told, seconds by the plant's clock.
 * @param within UTC ms; the instant lies between the two, at neither.
 * @returns the first such instant; null: it is no time of day, or not within.
 */
export function instantOfDigits(
  digits: string,
  within: { readonly from: number; readonly to: number },
  timeZone: string,
): number | null {
  const [, hours, minutes, seconds = '0'] = /^(\d{2})(\d{2})(\d{2})?$/.exec(digits) ?? [];
  if (!(Number(hours) <= 23 && Number(minutes) <= 59 && Number(seconds) <= 59)) return null;
  const { from, to } = within;
  // A day earlier and later: the plant's days do not begin when those of UTC do.
  const first = Math.floor(from / dayMs) * dayMs - dayMs;
  for (let day = first; day <= to + dayMs; day += dayMs) {
    const at = localInstant(day, Number(hours) * 60 + Number(minutes), timeZone) + Number(seconds) * 1_000;
    if (at > from && at < to) return at;
  }
  return null;
}
