/** Open orders of the plant, and moves that are shown before the server has answered. */
import type { PlantOrder } from '#contract/plant/orders.ts';
import { SvelteMap } from 'svelte/reactivity';
import { newCommandId } from '../../state/connection.svelte.ts';
import { live, type Live } from '../../state/live.svelte.ts';
import { Paged } from '../../state/paged.svelte.ts';
import { PlantAct } from '../state/act.svelte.ts';
import { client } from '../state/link.svelte.ts';
import { arranged, dispatchLists, moved, type Job } from './dispatch.ts';

/** Orders on the board at most; beyond that the list of all orders is the place to look. */
const boardSize = 1_000;

export class OpenOrders {
  readonly pages = new Paged<PlantOrder>(
    (cursor, limit) => client.orders.list({ cursor, limit, status: 'open', lineId: null }),
    ({ orderId }) => orderId,
    boardSize,
  );
  readonly watched: Live<{ readonly revision: number }>;
  readonly move = new PlantAct();
  /** Told to screen readers. */
  said = $state('');
  readonly #asked = new SvelteMap<string, readonly string[]>();
  #underWay: Promise<unknown> = Promise.resolve();
  #moves = 0;

  /** In a component's script. */
  constructor(onchange: () => void) {
    this.watched = live(
      (options) => client.orders.watch(undefined, options),
      () => {
        void this.pages.refresh();
        onchange();
      },
    );
  }

  get lists(): ReadonlyMap<string, readonly Job[]> {
    const lists = dispatchLists(this.pages.view.items);
    return new Map([...lists].map(([lineId, jobs]) => [lineId, arranged(jobs, this.#asked.get(lineId) ?? null)]));
  }

  /**
   * Shows the move at once and asks the server, one move after the other; refused, the list is again as the server has it
   * and `move` says why.
   */
  async moveTo(
    lineId: string,
    jobOrderId: string,
    place: number,
    words: (place: number, of: number) => string,
  ): Promise<boolean> {
    const ids = (this.lists.get(lineId) ?? []).map(({ job }) => job.jobOrderId);
    const arrangedIds = moved(ids, jobOrderId, place);
    const at = arrangedIds.indexOf(jobOrderId) + 1;
    if (ids.indexOf(jobOrderId) + 1 === at) return true;
    this.#asked.set(lineId, arrangedIds);
    this.said = words(at, arrangedIds.length);
    this.#moves += 1;
    const run = this.#underWay.then(async () => {
      const done = await this.move.run(() => client.orders.move({ commandId: newCommandId(), jobOrderId, place: at }));
      if (done === null) this.#asked.delete(lineId);
      this.#moves -= 1;
      // Only then is it what the server says, not what was asked for.
      await this.pages.refresh();
      if (this.#moves === 0) this.#asked.clear();
      return done !== null;
    });
    this.#underWay = run;
    return run;
  }
}
