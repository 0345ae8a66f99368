/** A handover of a shift: what was written by the first badge, and that the second took it. */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { Happened } from '#domain/happened.ts';

interface Signed {
  /** UTC ms. */
  readonly at: number;
  readonly by: Actor;
  readonly stationId: string;
}
/** Either may be heard of first. */
export interface HandoverPart {
  readonly handoverId: string;
  readonly written: (Omit<BodyOf<'handover.written'>, 'handoverId'> & Signed) | null;
  readonly taken: ({ readonly note: string } & Signed) | null;
}
export interface Handover extends HandoverPart {
  readonly written: NonNullable<HandoverPart['written']>;
}

export const isWritten = (part: HandoverPart | null): part is Handover => part !== null && part.written !== null;

export const noHandover = (handoverId: string): HandoverPart => ({ handoverId, written: null, taken: null });

/** A handover is a matter of one station, so each of both facts comes once; one that comes again changes nothing. */
export const joinHandovers = (a: HandoverPart, b: HandoverPart): HandoverPart => ({
  handoverId: a.handoverId,
  written: a.written ?? b.written,
  taken: a.taken ?? b.taken,
});

export function evolveHandover(part: HandoverPart | null, event: Happened): HandoverPart | null {
  const signed: Signed = { at: event.at, by: event.actor, stationId: event.stationId };
  switch (event.type) {
    case 'handover.written': {
      const { handoverId, ...body } = event.body;
      return joinHandovers(part ?? noHandover(handoverId), {
        handoverId,
        written: { ...body, ...signed },
        taken: null,
      });
    }
    case 'handover.taken': {
      const { handoverId, note } = event.body;
      return joinHandovers(part ?? noHandover(handoverId), { handoverId, written: null, taken: { note, ...signed } });
    }
    default:
      return part;
  }
}
