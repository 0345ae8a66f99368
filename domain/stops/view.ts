/** What a card says to whoever looks at it, at the station or in the plant view. */
import type { Localized } from '#contract/config/text.ts';
import type { StopReasonFact } from '#contract/events/shared.ts';
import type { StopHistoryEntry, StopPartView, StopReasonView, StopRow } from '#contract/rpc/stops.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import { unexplained, type StopCard, type StopDeed, type StopPart } from './card.ts';
import { titleOf } from './decide.ts';

interface Known {
  readonly catalogue: Catalogue;
}

const untitled = (id: string): Localized => ({ en: id, de: id });

export const machineTitle = (machineId: string, { catalogue }: Known): Localized =>
  catalogue.machine(machineId)?.title ?? untitled(machineId);

export const productOf = (definitionId: string | null, { catalogue }: Known): Localized | null =>
  definitionId === null
    ? null
    : (catalogue.definitions.findLast(({ id }) => id === definitionId)?.title ?? untitled(definitionId));

const reasonView = (given: StopReasonFact, known: Known): StopReasonView => ({
  id: given.id,
  title: titleOf(given, known),
  category: given.category,
  loss: given.loss,
});

export function stopRow(card: StopCard, known: Known): StopRow {
  const reasons = new Map(
    card.parts.flatMap(({ classified }) =>
      classified === null ? [] : [[classified.reason.id, reasonView(classified.reason, known)] as const],
    ),
  );
  return {
    stopId: card.stopId,
    machineId: card.machineId,
    machineTitle: machineTitle(card.machineId, known),
    from: card.from,
    to: card.to,
    state: card.state,
    alarm: card.alarm,
    product: productOf(card.context.definitionId, known),
    orderId: card.context.orderId,
    parts: card.parts.length,
    unexplained: unexplained(card),
    reasons: [...reasons.values()],
  };
}

/** A part as everybody sees it; `may` is for the signed-in person. */
export const partView = (
  card: StopCard,
  part: StopPart,
  to: number | null,
  now: number,
  known: Known,
): Omit<StopPartView, 'may'> => ({
  partId: part.partId,
  from: part.from,
  to,
  reason: part.classified && reasonView(part.classified.reason, known),
  note: part.classified?.note ?? '',
  by: part.classified && actorName(part.classified.by, card.stationId, known),
  at: part.classified?.at ?? null,
  pieces: shiftPieces(part.from, to, now, known),
});

/** Cut where one shift ends and the next begins; tiles the part exactly. */
function shiftPieces(from: number, to: number | null, now: number, { catalogue }: Known): StopPartView['pieces'] {
  const end = to ?? now;
  const pieces: StopPartView['pieces'][number][] = [];
  for (let at = from; ;) {
    const run = shiftAt(at, catalogue.calendar);
    const shift = run?.shift ? { key: run.key, title: run.shift.title } : null;
    // Nobody stands for a year; a plant without shifts in sight is not walked through.
    if (run === null || run.endAt >= end || pieces.length > 1_000) {
      pieces.push({ from: at, to, shift });
      return pieces;
    }
    pieces.push({ from: at, to: run.endAt, shift });
    at = run.endAt;
  }
}

export function historyEntry(deed: StopDeed, card: StopCard, known: Known): StopHistoryEntry {
  const told = { at: deed.at, by: actorName(deed.by, card.stationId, known) };
  switch (deed.kind) {
    case 'opened':
    case 'withdrawn':
      return { ...told, kind: deed.kind };
    case 'ended':
      return { ...told, kind: deed.kind, to: deed.to };
    case 'classified': {
      const { kind, from, note, offered } = deed;
      const before = deed.before && reasonView(deed.before, known);
      return { ...told, kind, from, reason: reasonView(deed.reason, known), before, note, offered };
    }
    case 'split':
    case 'merged':
      return { ...told, kind: deed.kind, edge: deed.edge };
    case 'edge-moved':
      return { ...told, kind: deed.kind, was: deed.was, edge: deed.edge };
    case 'restated':
      return { ...told, kind: deed.kind, from: deed.from, to: deed.to, lost: deed.lost };
    case 'noted':
      return { ...told, kind: deed.kind, note: deed.note, photo: deed.photo };
  }
}
