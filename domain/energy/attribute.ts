/** Energy by slices of time: what a state, an order, a unit, a quarter of an hour has used. */
import type { Span } from './counter.ts';

export interface Slice {
  /** UTC ms; `to` is outside. */
  readonly from: number;
  readonly to: number;
}
export interface Used<S extends Slice> {
  readonly slice: S;
  /** Steps of the counter. */
  readonly steps: number;
  /** ms of the slice of which the counter says how much was used. */
  readonly knownMs: number;
}
export interface Attributed<S extends Slice> {
  readonly slices: readonly Used<S>[];
  /** Steps that were used, but in no slice, or in a gap that more than one slice or none covers whole: known how much, not when. */
  readonly open: number;
}

/** Steps of a span that were used before `at`, as if they were used evenly. Whole, so that parts add up to all. */
export function stepsBefore({ from, to, steps }: Span, at: number): number {
  if (at <= from) return 0;
  return at >= to ? steps : Math.round((steps * (at - from)) / (to - from));
}

/**
 * Within a span the energy is taken as used evenly; a gap, of which nobody knows when it was used, is given whole to a
 * slice that covers it and to nobody else. Over slices that do not overlap, the steps of all slices and `open` add up
 * exactly to those of the spans, however the slices are cut.
 * @param spans of `spansOf`, in order
 * @param slices in order of `from`, none overlapping the next
 * @throws RangeError where slices overlap or end before they begin
 */
export function attribute<S extends Slice>(spans: readonly Span[], slices: readonly S[]): Attributed<S> {
  let open = spans.reduce((sum, { steps }) => sum + steps, 0);
  let first = 0;
  let end = -Infinity;
  const used = slices.map((slice) => {
    if (slice.to < slice.from) throw new RangeError(`a slice ends (${slice.to}) before it begins (${slice.from})`);
    if (slice.from < end) throw new RangeError(`slices overlap at ${slice.from}`);
    end = slice.to;
    while ((spans[first]?.to ?? Infinity) <= slice.from) first += 1;
    let steps = 0;
    let knownMs = 0;
    for (let at = first; at < spans.length; at += 1) {
      const span = spans[at];
      if (span === undefined || span.from >= slice.to) break;
      if (span.kind === 'reset' || span.kind === 'impossible') continue;
      const whole = slice.from <= span.from && span.to <= slice.to;
      if (span.kind === 'gap' && !whole) continue;
      steps += stepsBefore(span, slice.to) - stepsBefore(span, slice.from);
      knownMs += Math.min(span.to, slice.to) - Math.max(span.from, slice.from);
    }
    open -= steps;
    return { slice, steps, knownMs };
  });
  return { slices: used, open };
}

/** Adds up what slices of one key have used, e.g. by state, order or unit. Keys in order of first use. */
export function byKey<S extends Slice>(
  used: readonly Used<S>[],
  key: (slice: S) => string,
): ReadonlyMap<string, { readonly steps: number; readonly knownMs: number; readonly ms: number }> {
  const sums = new Map<string, { steps: number; knownMs: number; ms: number }>();
  for (const { slice, steps, knownMs } of used) {
    const name = key(slice);
    const sum = sums.get(name) ?? { steps: 0, knownMs: 0, ms: 0 };
    sums.set(name, { steps: sum.steps + steps, knownMs: sum.knownMs + knownMs, ms: sum.ms + slice.to - slice.from });
  }
  return sums;
}
