/**
 * What a machine used in a window of time: by state, by order, per good piece, idling, by quarters. All of it are sums over
 * the same told energy, in whole steps of the meter: states and what is open add up exactly to all that was used.
 */
import type { MachineState } from '#contract/machine-state.ts';
import { piecesIn, type Count } from '#domain/machines/counted.ts';
import type { Ended } from '#domain/machines/series.ts';
import { attribute, type Slice } from './attribute.ts';
import { inUnit, type Span } from './counter.ts';
import { idleWaste, peak, quarters, type Quarter } from './figures.ts';
import { spansOfTold, type Told } from './observe.ts';

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

/**
 * @param spans told energy that touches the window, oldest first (`spansOfTold`)
 * @param slices tile it
 * @param counts that touch the window; null: nothing counts pieces
 */
export function summarise(
  { unit, step }: Meter,
  within: Slice,
  spans: readonly Span[],
  slices: readonly Ended[],
  counts: readonly Count[] | null,
): EnergySummary {
  const tiles = slices.map((slice) => ({ from: slice.beganAt, to: slice.endAt, slice }));
  const { slices: used } = attribute(spans, tiles);
  const known = used.reduce((sum, { steps }) => sum + steps, 0);
  const open = openIn(spans, within) - gapsGiven(spans, tiles);
  const goodOf = (of: readonly Count[] | null): number | null => {
    if (of === null) return null;
    const { produced, good, scrap } = piecesIn(of, within.from, within.to);
    return good ?? Math.max(0, produced - (scrap ?? 0));
  };
  const perGood = (steps: number, good: number | null): number | null =>
    good === null || good === 0 ? null : inUnit(steps, step) / good;
  const summed = (group: typeof used): Summed & { readonly steps: number } => {
    const steps = group.reduce((sum, one) => sum + one.steps, 0);
    return {
      steps,
      energy: inUnit(steps, step),
      ms: group.reduce((sum, { slice }) => sum + slice.to - slice.from, 0),
      knownMs: group.reduce((sum, one) => sum + one.knownMs, 0),
    };
  };
  const byState = [...Map.groupBy(used, ({ slice }) => slice.slice.state)].map(([state, group]) => {
    const { steps: _steps, ...sum } = summed(group);
    return { state, ...sum };
  });
  const byOrder = [...Map.groupBy(used, ({ slice }) => slice.slice.context.orderId)].map(([orderId, group]) => {
    const { steps, ...sum } = summed(group);
    const good = goodOf(counts?.filter(({ context }) => context.orderId === orderId) ?? null);
    const definitionId = group.at(-1)?.slice.slice.context.definitionId ?? null;
    return { orderId, definitionId, ...sum, good, perGood: perGood(steps, good) };
  });
  const idle = idleWaste(used, ({ slice }) => idleStates.includes(slice.state));
  // Quarters that the window cuts are told as far as it goes, and are not whole.
  const inQuarters = quarters(clipped(spans, within));
  const most = peak(inQuarters);
  const good = goodOf(counts);
  return {
    unit,
    energy: inUnit(known + open, step),
    open: inUnit(open, step),
    knownMs: used.reduce((sum, one) => sum + one.knownMs, 0),
    byState: byState.toSorted((a, b) => b.energy - a.energy || b.ms - a.ms),
    byOrder: byOrder.filter(({ energy, good: made }) => energy > 0 || (made ?? 0) > 0),
    good,
    perGood: perGood(known + open, good),
    idle: { energy: inUnit(idle.steps, step), ms: idle.idleMs, share: idle.share },
    quarters: inQuarters.map(({ from, steps, perHour, whole }) => ({
      from,
      energy: inUnit(steps, step),
      perHour: inUnit(perHour, step),
      whole,
    })),
    peak: most === null ? null : { from: most.from, perHour: inUnit(most.perHour, step) },
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

/** Steps of outages that lie whole in the window. */
const openIn = (spans: readonly Span[], { from, to }: Slice): number =>
  spans.reduce((sum, span) => sum + (span.kind === 'gap' && span.from >= from && span.to <= to ? span.steps : 0), 0);

/** Those of them that one slice covers: it got them. */
const gapsGiven = (spans: readonly Span[], slices: readonly Slice[]): number =>
  spans.reduce((sum, span) => {
    const whole = span.kind === 'gap' && slices.some(({ from, to }) => from <= span.from && span.to <= to);
    return sum + (whole ? span.steps : 0);
  }, 0);

function clipped(spans: readonly Span[], { from, to }: Slice): readonly Span[] {
  const inside = attribute(
    spans,
    spans.map((span) => ({
      from: Math.max(span.from, from),
      to: Math.max(Math.min(span.to, to), Math.max(span.from, from)),
    })),
  ).slices;
  return spans.flatMap((span, n) => {
    const { slice, steps } = inside[n] ?? { slice: span, steps: 0 };
    return slice.to > slice.from ? [{ ...span, from: slice.from, to: slice.to, steps }] : [];
  });
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
