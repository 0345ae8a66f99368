/** A window of a machine's time with everything that its figures are made of, from slices, cards of stops and counts. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { MadeUnit, OeeView, RateView } from '#contract/rpc/oee.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { pieceInstants, type Count } from '#domain/machines/counted.ts';
import { rateOf } from '#domain/machines/rate.ts';
import type { Slice } from '#domain/machines/series.ts';
import { partEnd, type StopCard } from '#domain/stops/card.ts';
import { actorName } from '#domain/units/holder.ts';
import { calendarSpans, clockHours } from './calendar.ts';
import { timeModel, type StopPart } from './time-model.ts';
import { counterOf } from './units.ts';
import type { TimeWindow } from './windows.ts';

export function rateView(machine: MachineFile, definitionId: string | null): RateView | null {
  const rate = rateOf(machine, definitionId);
  return rate === null ? null : { cycleMs: rate.cycleMs, taktMs: rate.taktMs ?? rate.cycleMs, revision: rate.revision };
}

/** What people said of stops, in order. */
export const partsOf = (cards: readonly StopCard[], catalogue: Catalogue): readonly StopPart[] =>
  cards.flatMap((card) =>
    card.parts.map(({ partId, from, classified }, n): StopPart => {
      const reason = classified?.reason ?? null;
      // As the tree calls it now; one that is no longer in it, as it was called then.
      const title = reason === null ? null : (catalogue.reasons.find(reason.id)?.title ?? reason.title);
      return {
        stopId: card.stopId,
        partId,
        from,
        to: partEnd(card, n),
        reason: reason === null || title === null ? null : { ...reason, title },
        by: classified === null ? null : actorName(classified.by, card.stationId, { catalogue }),
        at: classified?.at ?? null,
      };
    }),
  );

/** UTC ms of what people or late facts made of cards: opening and ending is not such. */
const editsOf = (cards: readonly StopCard[]): readonly number[] =>
  cards.flatMap(({ history }) =>
    history.filter(({ kind }) => !['opened', 'ended', 'noted'].includes(kind)).map(({ at }) => at),
  );

/** What is known of the machine's time in and around a window. */
export interface WindowFacts {
  /** Those that touch the window, oldest first, with the whole of the stops that cross its edges (`wholeStops`). */
  readonly slices: readonly Slice[];
  /** That touch the slices, in order; withdrawn ones left out. */
  readonly cards: readonly StopCard[];
  readonly counts: readonly Count[];
  /** Whose run on the machine ended in the window, oldest first. */
  readonly units: readonly MadeUnit[];
  /** When slices in the window were last told anew; null: never. */
  readonly retoldAt: number | null;
}

/** UTC ms from the beginning of the first slice, or of the window, to the end of the last; one under way ends at `to`. */
export const rangeOf = (
  slices: readonly Slice[],
  from: number,
  to: number,
): { readonly from: number; readonly to: number } => ({
  from: Math.min(from, slices[0]?.beganAt ?? from),
  to: Math.max(to, slices.at(-1)?.endAt ?? to),
});

export function oeeViewOf(
  machine: MachineFile,
  asked: TimeWindow,
  facts: WindowFacts,
  { catalogue, now }: { readonly catalogue: Catalogue; readonly now: number },
): OeeView {
  const { slices, cards, counts, units, retoldAt } = facts;
  const plan = catalogue.calendar;
  const { from } = asked;
  const to = Math.min(asked.to, now);
  const range = rangeOf(slices, from, to);
  const counter = counterOf(machine);
  const place = { machineId: machine.id, lineId: catalogue.lineOf(machine.station)?.id ?? null };
  const spans = timeModel({
    machineId: machine.id,
    from,
    to,
    calendar: calendarSpans(range.from, range.to, plan, place),
    // The slice under way ends now, for the time being.
    slices,
    parts: partsOf(cards, catalogue),
    counts,
    units,
    counter,
    rateOf: (definitionId) => rateView(machine, definitionId),
    microUnderMs: machine.stops.microUnderMs,
    cuts: clockHours(from, to, plan.timeZone),
  });
  const newest = counts.findLast(({ produced }) => produced > 0);
  const newestUnit = counter === 'nothing' ? (units.at(-1)?.at ?? null) : null;
  const changed = [
    retoldAt ?? 0,
    ...units.map(({ toldAt }) => toldAt),
    ...editsOf(cards.filter((card) => card.from < to && (card.to ?? to) > from)),
  ].filter((at) => at > asked.to);
  const running = slices.at(-1)?.context.definitionId ?? null;
  const plannedIds = new Set(spans.map(({ plannedId }) => plannedId));
  return {
    machineId: machine.id,
    title: machine.title,
    from,
    to,
    endsAt: asked.to,
    timeZone: plan.timeZone,
    shift: asked.shift,
    spans,
    counts: counts.map(({ kind, produced, good, scrap, ...count }) => ({
      from: count.from,
      to: count.to,
      kind,
      produced,
      good,
      scrap,
    })),
    ahead:
      asked.to <= now
        ? []
        : calendarSpans(now, asked.to, plan, place).map((span) => ({ from: span.from, to: span.to, kind: span.kind })),
    rate: rateView(machine, running),
    lastPieceAt: newest === undefined ? newestUnit : (pieceInstants(newest).at(-1) ?? null),
    costPerHour: machine.costPerHour ?? null,
    restatedAt: changed.length === 0 ? null : Math.max(...changed),
    planned: plan.planned.filter(({ id }) => plannedIds.has(id)).map(({ id, title }) => ({ id, title })),
  };
}
