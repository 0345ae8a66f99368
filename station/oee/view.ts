/** A window of a machine's time with everything that its figures are made of. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { OeeView, OeeWindow, RateView } from '#contract/rpc/oee.ts';
import type { Facts } from '#domain/facts.ts';
import { pieceInstants } from '#domain/machines/counted.ts';
import { rateOf } from '#domain/machines/rate.ts';
import { calendarSpans, clockHours } from '#domain/oee/calendar.ts';
import { timeModel, wholeStops, type StopPart } from '#domain/oee/time-model.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readCounts, readSliceAt, readSlices } from '#station/store/projections/machines.ts';
import { readRetoldAt } from '#station/store/projections/oee.ts';
import { windowOf } from './windows.ts';

export interface OeeSources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

export function rateView(machine: MachineFile, definitionId: string | null): RateView | null {
  const rate = rateOf(machine, definitionId);
  return rate === null ? null : { cycleMs: rate.cycleMs, taktMs: rate.taktMs ?? rate.cycleMs, revision: rate.revision };
}

/** What people said of stops. */
function stopParts(_machineId: string, _from: number, _to: number, _sources: OeeSources): readonly StopPart[] {
  return [];
}

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
  const parts = stopParts(machineId, first, last, sources);
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
    readRetoldAt(read, machineId, from, to),
    ...parts.filter((part) => part.from < to && (part.to ?? to) > from).map(({ at }) => at),
  ].filter((at) => at !== null && at > window.to);
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
    restatedAt: changed.length === 0 ? null : Math.max(...changed.map(Number)),
    planned: plan.planned.filter(({ id }) => plannedIds.has(id)).map(({ id, title }) => ({ id, title })),
  };
}
