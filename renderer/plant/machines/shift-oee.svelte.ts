/** The OEE of every machine's shift under way, for the list of machines and the big board. */
import type { ShiftOee } from '#contract/plant/oee.ts';
import { figuresOf, type Figure, type FigureId } from '#domain/oee/figures.ts';
import { atRest } from '../../state/at-rest.ts';
import { connection } from '../../state/connection.svelte.ts';
import { ended } from '../../state/ended.ts';
import { live } from '../../state/live.svelte.ts';
import { now } from '../../state/time.svelte.ts';
import { problemText } from '../state/act.svelte.ts';
import { client } from '../state/link.svelte.ts';

export interface MachineOee extends ShiftOee {
  readonly figures: Readonly<Record<FigureId, Figure>>;
}

class ShiftOees {
  /** By machine; empty before the first answer. */
  value = $state.raw<ReadonlyMap<string, MachineOee>>(new Map());
  /** Why there is no newer answer, in words; null: there is. */
  problem = $state<string | null>(null);

  async fetch(): Promise<void> {
    try {
      const machines = await client.oee.now();
      this.value = new Map(machines.map((one) => [one.machineId, { ...one, figures: figuresOf(one.sums) }]));
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
  }
}

/** In a component's script: asked again when something changed, and while nothing is told, since time goes on. */
export function shiftOees(): ShiftOees {
  const all = new ShiftOees();
  const news = live((options) => client.oee.watch(undefined, options));
  // News come with every count of every machine.
  const refresh = atRest(() => all.fetch(), 250, ended());
  const tenSeconds = $derived(Math.floor(now.at / 10_000));
  $effect(() => {
    void [news.value?.revision, tenSeconds];
    if (connection.live) refresh();
  });
  return all;
}
