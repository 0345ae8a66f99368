/**
 * What a machine used in one stretch of time, in whole steps of the meter, so that parts that follow each other can be kept and
 * added up later. Added up they are exactly what the whole stretch gives, but for outages over a border between two parts, which
 * are in neither of them: `withOutages` puts them in.
 */
import type { MachineState } from '#contract/machine-state.ts';
import { piecesIn, type Count, type Pieces } from '#domain/machines/counted.ts';
import type { Ended } from '#domain/machines/series.ts';
import { attribute, type Slice } from './attribute.ts';
import type { Span } from './counter.ts';
import { peak, quarters } from './figures.ts';

export interface StateSteps {
  readonly state: MachineState;
  readonly steps: number;
  readonly ms: number;
  /** ms of which the meter tells. */
  readonly knownMs: number;
}
export interface EnergyPart {
  /** Each state once. */
  readonly byState: readonly StateSteps[];
  /** Known how much, not when. */
  readonly openSteps: number;
  /** The whole quarter with the most steps, the first of equal ones. UTC ms. */
  readonly peak: { readonly from: number; readonly steps: number } | null;
  /** null: nothing counts them. */
  readonly pieces: Pieces | null;
}

const nothing: EnergyPart = { byState: [], openSteps: 0, peak: null, pieces: null };

/**
 * @param within begins and ends with a quarter, unless nothing is known beyond
 * @param spans told energy that touches it, oldest first (`spansOfTold`)
 * @param slices tile it
 * @param counts that touch it; null: nothing counts pieces
 */
export function partOf(
  within: Slice,
  spans: readonly Span[],
  slices: readonly Ended[],
  counts: readonly Count[] | null,
): EnergyPart {
  const tiles = slices.map((slice) => ({ from: slice.beganAt, to: slice.endAt, slice }));
  const states = attribute(spans, tiles).slices.map(({ slice: { from, to, slice }, steps, knownMs }): StateSteps => {
    return { state: slice.state, steps, ms: to - from, knownMs };
  });
  const gaps = spans.filter(({ kind, from, to }) => kind === 'gap' && from >= within.from && to <= within.to);
  const open = gaps.filter((gap) => !tiles.some(({ from, to }) => from <= gap.from && gap.to <= to));
  const most = peak(quarters(clipped(spans, within)));
  return {
    byState: byState(states),
    openSteps: open.reduce((sum, { steps }) => sum + steps, 0),
    peak: most === null ? null : { from: most.from, steps: most.steps },
    pieces: counts === null ? null : piecesIn(counts, within.from, within.to),
  };
}

/** @param parts oldest first, none overlapping another */
export function addParts(parts: readonly EnergyPart[]): EnergyPart {
  return parts.reduce(
    (sum, one) => ({
      byState: byState([...sum.byState, ...one.byState]),
      openSteps: sum.openSteps + one.openSteps,
      peak: one.peak !== null && (sum.peak === null || one.peak.steps > sum.peak.steps) ? one.peak : sum.peak,
      pieces: sum.pieces === null || one.pieces === null ? (sum.pieces ?? one.pieces) : added(sum.pieces, one.pieces),
    }),
    nothing,
  );
}

export interface Outage extends Slice {
  readonly steps: number;
  /** Of the slice that covers all of it; null: none does. */
  readonly state: MachineState | null;
}

/** @param outages in none of the parts */
export function withOutages(part: EnergyPart, outages: readonly Outage[]): EnergyPart {
  const placed = outages.flatMap(({ state, steps, from, to }) =>
    state === null ? [] : [{ state, steps, ms: 0, knownMs: to - from }],
  );
  const open = outages.reduce((sum, { state, steps }) => sum + (state === null ? steps : 0), 0);
  return { ...part, byState: byState([...part.byState, ...placed]), openSteps: part.openSteps + open };
}

/** Spans as far as they lie within; an outage over the border is of neither side. */
export function clipped(spans: readonly Span[], { from, to }: Slice): readonly Span[] {
  const inside = spans.filter((span) => span.kind !== 'gap' || (span.from >= from && span.to <= to));
  const used = attribute(
    inside,
    inside.map((span) => ({
      from: Math.max(span.from, from),
      to: Math.max(Math.min(span.to, to), Math.max(span.from, from)),
    })),
  ).slices;
  return inside.flatMap((span, n) => {
    const { slice, steps } = used[n] ?? { slice: span, steps: 0 };
    return slice.to > slice.from ? [{ ...span, from: slice.from, to: slice.to, steps }] : [];
  });
}

function byState(all: readonly StateSteps[]): readonly StateSteps[] {
  const sums = new Map<MachineState, StateSteps>();
  for (const one of all) {
    const sum = sums.get(one.state) ?? { state: one.state, steps: 0, ms: 0, knownMs: 0 };
    sums.set(one.state, {
      state: one.state,
      steps: sum.steps + one.steps,
      ms: sum.ms + one.ms,
      knownMs: sum.knownMs + one.knownMs,
    });
  }
  return [...sums.values()];
}

const added = (a: Pieces, b: Pieces): Pieces => ({
  produced: a.produced + b.produced,
  good: a.good === null ? b.good : a.good + (b.good ?? 0),
  scrap: a.scrap === null ? b.scrap : a.scrap + (b.scrap ?? 0),
});
