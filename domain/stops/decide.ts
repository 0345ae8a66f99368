/** What people say of stops. */
import { event } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StopCommand } from '#domain/commands.ts';
import { accept, next, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { permissionFaults } from '#domain/people/access.ts';
import { actorName } from '#domain/units/holder.ts';
import { partEnd, type StopCard, type StopDeed, type StopPart } from './card.ts';
import { followStops } from './follow.ts';
import { isOfMachine, reasonFact } from './reasons.ts';

type Of<T extends StopCommand['type']> = Extract<StopCommand, { type: T }>;

/** Photos of one stop. */
export const mostStopPhotos = 6;

export function decideStop(command: StopCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'stop.classify':
      return classify(command, facts);
    case 'stop.split':
      return split(command, facts);
    case 'stop.merge':
      return merge(command, facts);
    case 'stop.move-edge':
      return moveEdge(command, facts);
    case 'stop.note':
      return note(command, facts);
    case 'stop.follow':
      return accept(followStops(command.machineId, command.at, facts));
    case 'preparation.begin':
      return beginPreparation(command, facts);
    case 'preparation.end':
      return endPreparation(command, facts);
  }
}

/**
 * Who may give a part another reason: it has none, or it is one's own; else who may edit stops. So nobody is overruled by whoever
 * happens to stand there, and everybody may correct themselves.
 */
export function classifyPermission(part: StopPart, facts: Pick<Facts, 'actor'>): 'stop.classify' | 'stop.edit' {
  const { classified } = part;
  if (classified === null) return 'stop.classify';
  const own = classified.by.kind === 'person' && facts.actor.kind === 'person' && classified.by.id === facts.actor.id;
  return own ? 'stop.classify' : 'stop.edit';
}

/** The card as it was seen, or every reason why not. */
function seen(
  { stopId, revision }: { readonly stopId: string; readonly revision: number },
  faults: readonly Reason[],
  facts: Facts,
): StopCard | Decision {
  const card = facts.stops.find(stopId);
  if (card === null) return refuse([...faults, reason('stop.unknown', { stop: stopId })], nextOf(faults));
  if (card.withdrawn !== null)
    return refuse([...faults, reason('stop.withdrawn', { restatedAt: card.withdrawn.at })], nextOf(faults));
  if (card.revision === revision) return card;
  // Whoever saw more than there is (a station put back from a backup) is told that the past was told anew.
  const since = card.history.filter((deed) => deed.revision > revision).flatMap((deed) => changeOf(deed, card, facts));
  const changed =
    since.length > 0 ? since : [reason('stop.restated-meanwhile', { changedAt: card.history.at(-1)?.at ?? facts.now })];
  return refuse([...faults, ...changed], nextOf(faults));
}
const isDecision = (found: StopCard | Decision): found is Decision => 'ok' in found;

/** Deeds that do not raise the revision are no reason to refuse. */
function changeOf(deed: StopDeed, card: StopCard, facts: Facts): readonly Reason[] {
  const by = actorName(deed.by, card.stationId, facts);
  const changedAt = deed.at;
  switch (deed.kind) {
    case 'classified':
      return [
        reason('stop.classified-meanwhile', {
          by,
          changedAt,
          reasonText: titleOf(deed.reason, facts),
          fromAt: deed.from,
        }),
      ];
    case 'split':
      return [reason('stop.split-meanwhile', { by, changedAt, edgeAt: deed.edge })];
    case 'merged':
      return [reason('stop.merged-meanwhile', { by, changedAt, edgeAt: deed.edge })];
    case 'edge-moved':
      return [reason('stop.edge-moved-meanwhile', { by, changedAt, wasAt: deed.was, edgeAt: deed.edge })];
    case 'restated':
      return [reason('stop.restated-meanwhile', { changedAt })];
    case 'opened':
    case 'ended':
    case 'withdrawn':
    case 'noted':
      return [];
  }
}

/** As the tree says now; of one that is gone, as it was called when it was given. */
export const titleOf = (
  given: { readonly id: string; readonly title: { readonly en: string; readonly de: string } },
  { catalogue }: Pick<Facts, 'catalogue'>,
): { readonly en: string; readonly de: string } => catalogue.reasons.find(given.id)?.title ?? given.title;

const nextOf = (faults: readonly Reason[]) =>
  faults.some(({ code }) => code === 'operator.nobody') ? { next: [next('sign-in', {})] } : {};

const fail = (faults: readonly Reason[]): Decision => refuse(faults, nextOf(faults));

function classify(command: Of<'stop.classify'>, facts: Facts): Decision {
  const { stopId, partId, reasonId, revision, offered } = command;
  const part = facts.stops.find(stopId)?.parts.find((each) => each.partId === partId) ?? null;
  const permission = part === null ? 'stop.classify' : classifyPermission(part, facts);
  const faults: Reason[] = [...permissionFaults(facts, permission)];
  const card = seen(command, faults, facts);
  if (isDecision(card)) return card;
  if (part === null) faults.push(reason('stop.part-unknown', { part: partId }));
  const chosen = facts.catalogue.reasons.find(reasonId);
  const words = command.note.trim();
  if (chosen === null) faults.push(reason('stop.reason-unknown', { reason: reasonId }));
  else {
    if (!chosen.leaf) faults.push(reason('stop.reason-branch', { reasonText: chosen.title }));
    if (!isOfMachine(chosen, card.machineId))
      faults.push(reason('stop.reason-other-machine', { reasonText: chosen.title, machine: card.machineId }));
    if (chosen.leaf && chosen.note && words === '')
      faults.push(reason('stop.words-missing', { reasonText: chosen.title }));
  }
  if (faults.length > 0 || chosen === null) return fail(faults);
  const { machineId } = card;
  return accept([
    event('stop.classified', {
      stopId,
      machineId,
      partId,
      revision,
      reason: reasonFact(chosen),
      note: words,
      offered,
    }),
  ]);
}

/** An edge lies between two instants, at neither of them; what goes on ends now. */
function edgeFault(from: number, until: number | null, at: number, facts: Facts): readonly Reason[] {
  const end = until ?? facts.now;
  if (at > from && at < end) return [];
  return [reason('stop.edge-outside', { edgeAt: at, fromAt: from, untilAt: end })];
}

function split(command: Of<'stop.split'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.edit')];
  const card = seen(command, faults, facts);
  if (isDecision(card)) return card;
  const { stopId, partId, revision } = command;
  const at = Math.trunc(command.at);
  const here = card.parts.findIndex((each) => each.partId === partId);
  const part = card.parts[here];
  if (part === undefined) faults.push(reason('stop.part-unknown', { part: partId }));
  else faults.push(...edgeFault(part.from, partEnd(card, here), at, facts));
  if (faults.length > 0) return fail(faults);
  const newPartId = facts.ids.fresh('part');
  const { machineId } = card;
  return accept([event('stop.split', { stopId, machineId, partId, revision, at, newPartId })]);
}

function merge(command: Of<'stop.merge'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.edit')];
  const card = seen(command, faults, facts);
  if (isDecision(card)) return card;
  const { stopId, partId, revision } = command;
  const here = card.parts.findIndex((each) => each.partId === partId);
  const gone = card.parts[here + 1];
  if (here < 0) faults.push(reason('stop.part-unknown', { part: partId }));
  else if (gone === undefined) faults.push(reason('stop.parts-not-neighbours', {}));
  if (faults.length > 0 || gone === undefined) return fail(faults);
  const { machineId } = card;
  return accept([event('stop.merged', { stopId, machineId, revision, partId, gonePartId: gone.partId })]);
}

function moveEdge(command: Of<'stop.move-edge'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.edit')];
  const card = seen(command, faults, facts);
  if (isDecision(card)) return card;
  const { stopId, partId, revision } = command;
  const at = Math.trunc(command.at);
  const here = card.parts.findIndex((each) => each.partId === partId);
  const before = card.parts[here - 1];
  if (here < 0) faults.push(reason('stop.part-unknown', { part: partId }));
  // The stop itself begins and ends with what the machine said.
  else if (before === undefined) faults.push(reason('stop.parts-not-neighbours', {}));
  else faults.push(...edgeFault(before.from, partEnd(card, here), at, facts));
  if (faults.length > 0) return fail(faults);
  const { machineId } = card;
  return accept([event('stop.edge-moved', { stopId, machineId, revision, partId, at })]);
}

function note(command: Of<'stop.note'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.classify')];
  const { stopId, photo } = command;
  const card = facts.stops.find(stopId);
  const words = command.note.trim();
  if (card === null) faults.push(reason('stop.unknown', { stop: stopId }));
  if (words === '' && photo === null) faults.push(reason('stop.nothing-added', {}));
  const photos = card?.history.filter((deed) => deed.kind === 'noted' && deed.photo !== null).length ?? 0;
  if (photo !== null && photos >= mostStopPhotos) faults.push(reason('photo.too-many', { limit: mostStopPhotos }));
  if (faults.length > 0 || card === null) return fail(faults);
  const { machineId } = card;
  return accept([event('stop.noted', { stopId, machineId, noteId: facts.ids.fresh('note'), note: words, photo })]);
}

function beginPreparation({ machineId, definitionId, ...command }: Of<'preparation.begin'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.classify')];
  if (facts.stops.machine(machineId) === null) faults.push(reason('stop.machine-unknown', { machine: machineId }));
  const open = facts.stops.preparation(machineId);
  if (open !== null)
    faults.push(
      reason('preparation.open-already', { by: actorName(open.by, facts.station.id, facts), begunAt: open.since }),
    );
  if (faults.length > 0) return fail(faults);
  const preparationId = facts.ids.fresh('preparation');
  return accept([event('preparation.begun', { preparationId, machineId, definitionId, note: command.note.trim() })]);
}

function endPreparation({ machineId }: Of<'preparation.end'>, facts: Facts): Decision {
  const faults: Reason[] = [...permissionFaults(facts, 'stop.classify')];
  if (facts.stops.machine(machineId) === null) faults.push(reason('stop.machine-unknown', { machine: machineId }));
  const open = facts.stops.preparation(machineId);
  if (open === null) faults.push(reason('preparation.none-open', {}));
  if (faults.length > 0 || open === null) return fail(faults);
  return accept([event('preparation.ended', { preparationId: open.preparationId, machineId })]);
}
