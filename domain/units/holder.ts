/** Whose name stands beside a fact. */
import type { Actor } from '#contract/envelope.ts';
import type { Facts } from '#domain/facts.ts';
import type { Hold } from './unit.ts';

/** A person's name, a device's id, the file; what the station did itself goes by the station's id. */
export function actorName(actor: Actor, stationId: string, { catalogue }: Pick<Facts, 'catalogue'>): string {
  switch (actor.kind) {
    case 'person':
      return catalogue.person(actor.id)?.name ?? actor.id;
    case 'device':
      return actor.id;
    case 'import':
      return actor.source;
    case 'system':
      return stationId;
  }
}

export const holderName = (hold: Hold, facts: Pick<Facts, 'catalogue'>): string =>
  actorName(hold.by, hold.stationId, facts);
