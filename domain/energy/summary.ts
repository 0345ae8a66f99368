/**
 * What a machine used in a window of time: by state, by order, per good piece, idling, by quarters. All of it are sums over
 * the same told energy, in whole steps of the meter: states and what is open add up exactly to all that was used.
 */
import type { MachineState } from '#contract/machine-state.ts';
import { piecesIn, type Count, type Pieces } from '#domain/machines/counted.ts';
import type { Ended } from '#domain/machines/series.ts';
import { attribute, type Slice } from './attribute.ts';
import { inUnit, type Span } from './counter.ts';
import { quarters, type Quarter } from './figures.ts';
import { spansOfTold, type Told } from './observe.ts';
import { clipped, partOf, type EnergyPart } from './parts.ts';

/** Switched on, and making nothing that anybody asked for. */
const idleStates: readonly MachineState[] = ['waiting', 'starved', 'blocked', 'held', 'fault'];

export interface Meter {
  readonly unit: string;
  /** The meter's last digit in `unit`. */
  readonly step: number;
}
export interface Summed {
  /** In the meter's unit. */
  readonly energy: number;
  readonly ms: number;
  /** ms of which the meter tells. */
  readonly knownMs: number;
}
export interface OrderEnergy extends Summed {
  /** null: no order ran. */
  readonly orderId: string | null;
  readonly definitionId: string | null;
  /** null: nothing counts pieces. */
  readonly good: number | null;
  readonly perGood: number | null;
}
export interface EnergySummary {
  readonly unit: string;
  /** Everything, with `open`. */
  readonly energy: number;
  /** Known how much, not when within the window. */
  readonly open: number;
  readonly knownMs: number;
  readonly byState: readonly (Summed & { readonly state: MachineState })[];
  readonly byOrder: readonly OrderEnergy[];
  /** null: nothing counts pieces. */
  readonly good: number | null;
  /** Energy per good piece; null: nothing counts them, or there is none. */
  readonly perGood: number | null;
  /** `share` of what could be told by state, 0 to 1; null: nothing could. */
  readonly idle: { readonly energy: number; readonly ms: number; readonly share: number | null };
  /** `perHour`: mean, in the unit per hour. */
  readonly quarters: readonly (Omit<Quarter, 'steps'> & { readonly energy: number })[];
  /** The whole quarter with the highest mean; null: none is whole. */
  readonly peak: { readonly from: number; readonly perHour: number } | null;
}

/** All of `EnergySummary` that parts of a stretch add up to. */
export type EnergyFigures = Omit<EnergySummary, 'byOrder' | 'quarters'>;

const goodOf = (pieces: Pieces | null): number | null =>
  pieces === null ? null : (pieces.good ?? Math.max(0, pieces.produced - (pieces.scrap ?? 0)));
const perGoodOf = (energy: number, good: number | null): number | null =>
  good === null || good === 0 ? null : energy / good;

/**
 * Energy per piece is near to "comprehensive energy consumption" of ISO 22400-2:2014 (energy of a production cycle over its
 * produced quantity); here it is per *good* piece, as field-guide section 25 asks. ISO 20140-1 tells energy that adds value from
 * the rest; `idle` is the part of the rest that a machine takes while it waits.
 */
export function figuresOf({ unit, step }: Meter, part: EnergyPart): EnergyFigures {
  const known = part.byState.reduce((sum, { steps }) => sum + steps, 0);
  const idle = part.byState.filter(({ state }) => idleStates.includes(state));
  const idleSteps = idle.reduce((sum, { steps }) => sum + steps, 0);
  const energy = inUnit(known + part.openSteps, step);
  const good = goodOf(part.pieces);
  return {
    unit,
    energy,
    open: inUnit(part.openSteps, step),
    knownMs: part.byState.reduce((sum, one) => sum + one.knownMs, 0),
    byState: part.byState
      .map(({ state, steps, ms, knownMs }) => ({ state, energy: inUnit(steps, step), ms, knownMs }))
      .toSorted((a, b) => b.energy - a.energy || b.ms - a.ms),
    good,
    perGood: perGoodOf(energy, good),
    idle: {
      energy: inUnit(idleSteps, step),
      ms: idle.reduce((sum, { ms }) => sum + ms, 0),
      share: known === 0 ? null : idleSteps / known,
    },
    peak: part.peak === null ? null : { from: part.peak.from, perHour: inUnit(part.peak.steps * 4, step) },
  };
}

/**
 * @param spans told energy that touches the window, oldest first (`spansOfTold`)
 * @param slices tile it
 * @param counts that touch the window; null: nothing counts pieces
 */
export function summarise(
  meter: Meter,
  within: Slice,
  spans: readonly Span[],
  slices: readonly Ended[],
  counts: readonly Count[] | null,
): EnergySummary {
  const { step } = meter;
  const tiles = slices.map((slice) => ({ from: slice.beganAt, to: slice.endAt, slice }));
  const used = attribute(spans, tiles).slices;
  const byOrder = [...Map.groupBy(used, ({ slice }) => slice.slice.context.orderId)].map(
    ([orderId, group]): OrderEnergy => {
      const energy = inUnit(
        group.reduce((sum, { steps }) => sum + steps, 0),
        step,
      );
      const own = counts?.filter(({ context }) => context.orderId === orderId) ?? null;
      const good = goodOf(own === null ? null : piecesIn(own, within.from, within.to));
      return {
        orderId,
        definitionId: group.at(-1)?.slice.slice.context.definitionId ?? null,
        energy,
        ms: group.reduce((sum, { slice }) => sum + slice.to - slice.from, 0),
        knownMs: group.reduce((sum, one) => sum + one.knownMs, 0),
        good,
        perGood: perGoodOf(energy, good),
      };
    },
  );
  return {
    ...figuresOf(meter, partOf(within, spans, slices, counts)),
    byOrder: byOrder.filter(({ energy, good: made }) => energy > 0 || (made ?? 0) > 0),
    // Quarters that the window cuts are told as far as it goes, and are not whole.
    quarters: quarters(clipped(spans, within)).map(({ from, steps, perHour, whole }) => ({
      from,
      energy: inUnit(steps, step),
      perHour: inUnit(perHour, step),
      whole,
    })),
  };
}

/**
 * What this meter told. Another one, before it was changed, told in another unit or of other steps, which nothing can be added
 * to: `otherMeter` says that it did.
 */
export function toldBy(
  { unit, step }: Meter,
  told: readonly (Pick<Told, 'from' | 'to' | 'steps' | 'openSteps'> & Meter)[],
): { readonly spans: readonly Span[]; readonly otherMeter: boolean } {
  const own = told.filter((one) => one.unit === unit && one.step === step);
  return { spans: spansOfTold(own), otherMeter: own.length < told.length };
}

/** What a stretch of time used, e.g. "this stop cost 4.2 kWh". */
export function energyOf(
  { step }: Meter,
  within: Slice,
  spans: readonly Span[],
): { energy: number; open: number; knownMs: number } {
  const [used] = attribute(spans, [within]).slices;
  // Outages over its edges: nobody knows how much of them was in it.
  const across = spans.filter(({ kind, from, to }) => kind === 'gap' && from < within.to && to > within.from);
  const open = across.reduce(
    (sum, span) => sum + (span.from >= within.from && span.to <= within.to ? 0 : span.steps),
    0,
  );
  return { energy: inUnit(used?.steps ?? 0, step), open: inUnit(open, step), knownMs: used?.knownMs ?? 0 };
}
