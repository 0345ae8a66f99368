/** A window of a machine's time with everything that its figures are made of. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { OeeView, OeeWindow, RateView } from '#contract/rpc/oee.ts';
import type { Facts } from '#domain/facts.ts';
import { pieceInstants } from '#domain/machines/counted.ts';
import { rateOf } from '#domain/machines/rate.ts';
import { calendarSpans, clockHours } from '#domain/oee/calendar.ts';
import { timeModel, wholeStops, type StopPart } from '#domain/oee/time-model.ts';
import { partEnd, type StopCard } from '#domain/stops/card.ts';
import { actorName } from '#domain/units/holder.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCounts, readSliceAt, readSlices } from '#station/store/projections/machines.ts';
import { readRetoldAt } from '#station/store/projections/oee.ts';
import { readStopsSince } from '#station/store/projections/stops.ts';
import { windowOf } from './windows.ts';

export interface OeeSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

export function rateView(machine: MachineFile, definitionId: string | null): RateView | null {
  const rate = rateOf(machine, definitionId);
  return rate === null ? null : { cycleMs: rate.cycleMs, taktMs: rate.taktMs ?? rate.cycleMs, revision: rate.revision };
}

/** What people said of stops, in order. */
const partsOf = (cards: readonly StopCard[], facts: Facts): readonly StopPart[] =>
  cards.flatMap((card) =>
    card.parts.map(({ partId, from, classified }, n): StopPart => {
      const reason = classified?.reason ?? null;
      // As the tree calls it now; one that is no longer in it, as it was called then.
      const title = reason === null ? null : (facts.catalogue.reasons.find(reason.id)?.title ?? reason.title);
      return {
        stopId: card.stopId,
        partId,
        from,
        to: partEnd(card, n),
        reason: reason === null || title === null ? null : { ...reason, title },
        by: classified === null ? null : actorName(classified.by, card.stationId, facts),
        at: classified?.at ?? null,
      };
    }),
  );

/** UTC ms of what people or late facts made of cards: opening and ending is not such. */
const editsOf = (cards: readonly StopCard[]): readonly number[] =>
  cards.flatMap(({ history }) =>
    history.filter(({ kind }) => !['opened', 'ended', 'noted'].includes(kind)).map(({ at }) => at),
  );

/** @returns null: this station watches no such machine, or there is no such window */
export function oeeView(
  { machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow },
  sources: OeeSources,
): OeeView | null {
  const { read, facts } = sources;
  const { now, catalogue, station } = facts;
  const machine = catalogue.machines.find(({ id }) => id === machineId);
  const plan = catalogue.calendar;
  const window = windowOf(asked, now, plan);
  if (machine?.station !== station.id || window === null) return null;
  const { from } = window;
  const to = Math.min(window.to, now);
  const slices = wholeStops(readSlices(read, machineId, from, to), (at) => readSliceAt(read, machineId, at));
  const first = Math.min(from, slices[0]?.beganAt ?? from);
  const last = Math.max(to, slices.at(-1)?.endAt ?? to);
  const place = {
    machineId,
    lineId: catalogue.lineOf(station.id)?.id ?? null,
  };
  const cards = readStopsSince(read, machineId, first).filter((card) => card.from < last);
  const parts = partsOf(cards, facts);
  const counts = readCounts(read, machineId, from, to + 1);
  const spans = timeModel({
    machineId,
    from,
    to,
    calendar: calendarSpans(first, last, plan, place),
    // The slice under way ends now, for the time being.
    slices,
    parts,
    counts,
    rateOf: (definitionId) => rateView(machine, definitionId),
    microUnderMs: machine.stops.microUnderMs,
    cuts: clockHours(from, to, plan.timeZone),
  });
  const newest = counts.findLast(({ produced }) => produced > 0);
  const changed = [
    readRetoldAt(read, machineId, from, to) ?? 0,
    ...editsOf(cards.filter((card) => card.from < to && (card.to ?? to) > from)),
  ].filter((at) => at > window.to);
  const running = slices.at(-1)?.context.definitionId ?? null;
  const plannedIds = new Set(spans.map(({ plannedId }) => plannedId));
  return {
    machineId,
    title: machine.title,
    from,
    to,
    endsAt: window.to,
    timeZone: plan.timeZone,
    shift: window.shift,
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
      window.to <= now
        ? []
        : calendarSpans(now, window.to, plan, place).map((span) => ({ from: span.from, to: span.to, kind: span.kind })),
    rate: rateView(machine, running),
    lastPieceAt: newest === undefined ? null : (pieceInstants(newest).at(-1) ?? null),
    costPerHour: machine.costPerHour ?? null,
    restatedAt: changed.length === 0 ? null : Math.max(...changed),
    planned: plan.planned.filter(({ id }) => plannedIds.has(id)).map(({ id, title }) => ({ id, title })),
  };
}
