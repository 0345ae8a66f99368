/** Names instead of ids, for whoever did something at a station or on the plant view. */
import type { Actor } from '#contract/envelope.ts';
import type { PlantNames } from '#contract/plant/session.ts';
import { plantStationId } from '#contract/sync/protocol.ts';
import { t } from '../../i18n/plant.svelte.ts';
import { client } from './link.svelte.ts';

/** An id that is in no list may be of somebody new; so long it is not asked for again, in ms. */
const againMs = 60_000;

class Names {
  #value = $state.raw<PlantNames>({ people: {}, accounts: {} });
  #askedAt = Number.NEGATIVE_INFINITY;

  of(list: keyof PlantNames, id: string): string {
    const name = this.#value[list][id];
    if (name !== undefined) return name;
    if (performance.now() - this.#askedAt > againMs) void this.#ask();
    return id;
  }

  async #ask(): Promise<void> {
    this.#askedAt = performance.now();
    try {
      this.#value = await client.session.names();
    } catch {
      // The id is shown; asked again with the next one after a while.
    }
  }
}
const names = new Names();

/** The person behind an account of the plant view. */
export const accountName = (id: string): string => names.of('accounts', id);

/** Where something was written or done: a station, or the plant view itself. */
export const stationName = (stationId: string): string => (stationId === plantStationId ? t.actor_plant() : stationId);

/** @param stationId whose record it is: people of the plant's own stream are accounts. */
export function actorName(actor: Actor, stationId: string): string {
  switch (actor.kind) {
    case 'person':
      return names.of(stationId === plantStationId ? 'accounts' : 'people', actor.id);
    case 'device':
      return t.actor_device({ device: actor.id });
    case 'import':
      return t.actor_import({ source: actor.source });
    case 'system':
      return stationId === plantStationId ? t.actor_plant() : t.actor_system();
  }
}
