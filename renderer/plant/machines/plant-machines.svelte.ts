/** The machines of all lines that this person may see. */
import type { PlantMachine } from '#contract/plant/machines.ts';
import { atRest } from '../../state/at-rest.ts';
import { ended } from '../../state/ended.ts';
import { problemText } from '../state/act.svelte.ts';
import { client } from '../state/link.svelte.ts';

/** Made in a component's script. */
export class PlantMachines {
  /** undefined: not asked yet. */
  all = $state.raw<readonly PlantMachine[] | undefined>(undefined);
  /** Why there is no newer answer, in words; null: there is. */
  problem = $state<string | null>(null);
  /** At most once a second. */
  readonly refresh = atRest(() => this.fetch(), 1_000, ended());

  async fetch(): Promise<void> {
    try {
      this.all = await client.machines.list();
      this.problem = null;
    } catch (error) {
      this.problem = problemText(error);
    }
  }
}
