/** Where things lie on the limits band, in percent of its width. Pure. */
export interface BandInput {
  readonly value: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  readonly nominal: number | null;
  readonly guard: number;
}
export interface BandPlaces {
  readonly lower: number;
  readonly upper: number;
  readonly nominal: number | null;
  readonly guard: number;
  /** Clamped to the band: a value far out stands at its end. */
  readonly needle: number | null;
  readonly side: 'inside' | 'below' | 'above';
  /** Between the limits, but too near to one to be accepted. */
  readonly inGuard: boolean;
}

/** The tolerance takes the middle three fifths; the rest shows how far out a value is. */
const inset = 20;

export function bandOf({ value, lower, upper, nominal, guard }: BandInput): BandPlaces {
  // With one limit only, the other end of the scale is as far from the limit as the nominal (or the value) needs.
  const anchor = lower ?? upper ?? nominal ?? 0;
  const reach = Math.max(Math.abs((nominal ?? anchor) - anchor), Math.abs((value ?? anchor) - anchor)) * 1.6 || 1;
  const from = lower ?? (upper ?? anchor) - reach;
  const to = upper ?? (lower ?? anchor) + reach;
  const span = to - from || 1;
  const place = (at: number): number => inset + ((at - from) / span) * (100 - 2 * inset);
  const clamp = (at: number): number => Math.min(100, Math.max(0, at));
  const side =
    value !== null && lower !== null && value < lower + guard - 1e-9
      ? 'below'
      : value !== null && upper !== null && value > upper - guard + 1e-9
        ? 'above'
        : 'inside';
  const nominalPlace = nominal === null ? null : place(nominal);
  return {
    lower: lower === null ? 0 : inset,
    upper: upper === null ? 100 : 100 - inset,
    nominal: nominalPlace !== null && nominalPlace > inset + 1 && nominalPlace < 99 - inset ? nominalPlace : null,
    guard: Math.min((guard / span) * (100 - 2 * inset), 50 - inset),
    needle: value === null ? null : clamp(place(value)),
    side,
    inGuard: side !== 'inside' && value !== null && !(value < (lower ?? value)) && !(value > (upper ?? value)),
  };
}
