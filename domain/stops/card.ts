/**
 * The card of a stop: when it was, its parts with their reasons, and everything that was done to it. Nothing is overwritten: the
 * card is what its facts make of it, in their order (docs/machine-time.md).
 */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { Photo, SliceContext, StopReasonFact } from '#contract/events/shared.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { Happened } from '#domain/happened.ts';

export interface Classified {
  readonly reason: StopReasonFact;
  readonly note: string;
  readonly by: Actor;
  readonly at: number;
}

/** Ends where the next begins, the last one with the stop. */
export interface StopPart {
  readonly partId: string;
  readonly from: number;
  /** null: nobody said why. */
  readonly classified: Classified | null;
}

/** What was done, by whom; instants UTC ms. `edge`: where two parts meet or met. */
export type StopDeed = { readonly at: number; readonly by: Actor; readonly revision: number } & (
  | { readonly kind: 'opened' }
  | { readonly kind: 'ended'; readonly to: number }
  | {
      readonly kind: 'classified';
      readonly partId: string;
      readonly from: number;
      readonly reason: StopReasonFact;
      readonly before: StopReasonFact | null;
      readonly note: string;
      readonly offered: number | null;
    }
  | { readonly kind: 'split' | 'merged'; readonly edge: number }
  | { readonly kind: 'edge-moved'; readonly was: number; readonly edge: number }
  | { readonly kind: 'restated'; readonly from: number; readonly to: number | null; readonly lost: number }
  | { readonly kind: 'withdrawn'; readonly into: string | null }
  | { readonly kind: 'noted'; readonly noteId: string; readonly note: string; readonly photo: Photo | null }
);

export interface StopCard {
  readonly stopId: string;
  readonly machineId: string;
  readonly stationId: string;
  readonly from: number;
  /** null: the machine still stands. */
  readonly to: number | null;
  readonly state: MachineState;
  readonly alarm: string | null;
  readonly context: SliceContext;
  /** Goes up with everything that changes times, parts or reasons of the past; not with notes, nor when the machine works again. */
  readonly revision: number;
  /** At least one; the first begins with the stop. */
  readonly parts: readonly StopPart[];
  /** Not a stop any more. */
  readonly withdrawn: { readonly at: number; readonly into: string | null } | null;
  readonly history: readonly StopDeed[];
}

export const stopEvents = [
  'stop.opened',
  'stop.ended',
  'stop.classified',
  'stop.split',
  'stop.merged',
  'stop.edge-moved',
  'stop.noted',
  'stop.restated',
] as const;

/** End of the n-th part; null: it goes on. */
export const partEnd = ({ parts, to }: Pick<StopCard, 'parts' | 'to'>, at: number): number | null =>
  parts[at + 1]?.from ?? to;

export const unexplained = ({ parts, withdrawn }: StopCard): number =>
  withdrawn === null ? parts.filter(({ classified }) => classified === null).length : 0;

/** @param card null: it was not opened yet. A fact that fits no card, or no part of it, changes nothing. */
export function evolveStop(card: StopCard | null, event: Happened): StopCard | null {
  const { at, actor: by } = event;
  if (event.type === 'stop.opened') return card ?? opened(event.body, event);
  if (card === null) return null;
  const next = card.revision + 1;
  const index = (partId: string): number => card.parts.findIndex((each) => each.partId === partId);
  switch (event.type) {
    case 'stop.ended':
      return told(
        { ...card, to: event.body.to },
        { kind: 'ended', to: event.body.to, at, by, revision: card.revision },
      );
    case 'stop.classified': {
      const { partId, reason, note, offered } = event.body;
      const part = card.parts[index(partId)];
      if (part === undefined) return card;
      const parts = card.parts.map((each) =>
        each === part ? { ...each, classified: { reason, note, by, at } } : each,
      );
      const before = part.classified?.reason ?? null;
      const deed = { kind: 'classified', partId, from: part.from, reason, before, note, offered } as const;
      return told({ ...card, parts, revision: next }, { ...deed, at, by, revision: next });
    }
    case 'stop.split': {
      const here = index(event.body.partId);
      const part = card.parts[here];
      if (part === undefined) return card;
      const cut = { partId: event.body.newPartId, from: event.body.at, classified: part.classified };
      const parts = card.parts.toSpliced(here + 1, 0, cut);
      return told({ ...card, parts, revision: next }, { kind: 'split', edge: event.body.at, at, by, revision: next });
    }
    case 'stop.merged': {
      const gone = index(event.body.gonePartId);
      const edge = card.parts[gone]?.from;
      if (gone < 1 || edge === undefined) return card;
      const parts = card.parts.toSpliced(gone, 1);
      return told({ ...card, parts, revision: next }, { kind: 'merged', edge, at, by, revision: next });
    }
    case 'stop.edge-moved': {
      const here = index(event.body.partId);
      const was = card.parts[here]?.from;
      if (here < 1 || was === undefined) return card;
      const edge = event.body.at;
      const parts = card.parts.map((each, n) => (n === here ? { ...each, from: edge } : each));
      return told({ ...card, parts, revision: next }, { kind: 'edge-moved', was, edge, at, by, revision: next });
    }
    case 'stop.noted': {
      const { noteId, note, photo } = event.body;
      return told(card, { kind: 'noted', noteId, note, photo, at, by, revision: card.revision });
    }
    case 'stop.restated': {
      const { fate, into, from, to, parts, lost } = event.body;
      if (fate === 'withdrawn')
        return told(
          { ...card, withdrawn: { at, into }, revision: next },
          { kind: 'withdrawn', into, at, by, revision: next },
        );
      return told(
        { ...card, from, to, parts, revision: next },
        { kind: 'restated', from, to, lost: lost.length, at, by, revision: next },
      );
    }
    default:
      return card;
  }
}

function opened(
  { stopId, machineId, from, state, alarm, context }: BodyOf<'stop.opened'>,
  { at, actor, stationId }: Pick<Happened, 'at' | 'actor' | 'stationId'>,
): StopCard {
  return {
    stopId,
    machineId,
    stationId,
    from,
    to: null,
    state,
    alarm,
    context,
    revision: 0,
    // The first part goes by the stop's own id, so that whoever folds the same facts names it the same.
    parts: [{ partId: stopId, from, classified: null }],
    withdrawn: null,
    history: [{ kind: 'opened', at, by: actor, revision: 0 }],
  };
}

const told = (card: StopCard, deed: StopDeed): StopCard => ({ ...card, history: [...card.history, deed] });

/**
 * Parts as they are once the stop was from `from` to `to`: what no longer lies in it is lost, the first and the last that remain
 * reach to its edges. @param parts tile `was` exactly, at least one of them lies in the new time.
 */
export function fitParts(
  parts: readonly StopPart[],
  was: { readonly to: number | null },
  { from, to }: { readonly from: number; readonly to: number | null },
): { readonly parts: readonly StopPart[]; readonly lost: readonly string[] } {
  const end = to ?? Number.POSITIVE_INFINITY;
  const kept = parts.filter((part, at) => {
    const until = parts[at + 1]?.from ?? Math.max(was.to ?? Number.POSITIVE_INFINITY, end);
    return Math.max(at === 0 ? Math.min(part.from, from) : part.from, from) < Math.min(until, end);
  });
  const [first = parts[0]] = kept;
  const rest = kept.slice(1);
  return {
    parts: first === undefined ? [] : [{ ...first, from }, ...rest],
    lost: parts.filter((part) => part !== first && !rest.includes(part)).map(({ partId }) => partId),
  };
}
