/** What more than one screen shows, subscribed once while somebody is signed in. */
import type { LineRow } from '#contract/plant/lines.ts';
import { Live } from '../../state/live.svelte.ts';
import { client } from './link.svelte.ts';

export interface TroubleCounts {
  readonly quarantine: number;
  readonly forks: number;
  readonly deadLetters: number;
  readonly unpublished: number;
}

class Plant {
  readonly lines = new Live<{ readonly at: number; readonly lines: readonly LineRow[] }>((options) =>
    client.lines.watch(undefined, options),
  );
  readonly trouble = new Live<TroubleCounts>((options) => client.trouble.watch(undefined, options));

  get troubles(): number {
    const counts = this.trouble.value;
    return counts === undefined ? 0 : counts.quarantine + counts.forks + counts.deadLetters + counts.unpublished;
  }
  get cases(): number {
    return this.lines.value?.lines.reduce((sum, line) => sum + line.cases, 0) ?? 0;
  }
}
export const plant = new Plant();
