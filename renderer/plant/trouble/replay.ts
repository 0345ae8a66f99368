/** Replays everything in quarantine in portions, so that its progress can be told and it can be stopped. Pure but for what it is given. */
import type { Page } from '#contract/rpc/base.ts';

export interface Replayed {
  readonly folded: number;
  readonly kept: number;
}
export interface ReplayWatch {
  progress(done: number, total: number): void;
  stopped(): boolean;
}
const portion = 100;

/**
 * @param replay null: it was refused or not answered; then nothing more is asked.
 * @returns how many went through and how many did not, of those that were tried.
 */
export async function replayAll(
  fetchPage: (cursor: string | null, limit: number) => Promise<Page<{ readonly id: string }>>,
  replay: (ids: readonly string[]) => Promise<Replayed | null>,
  watch: ReplayWatch,
): Promise<Replayed> {
  const ids: string[] = [];
  let cursor: string | null = null;
  // All numbers first: what is replayed leaves the list, and a cursor into it would skip others.
  do {
    const page: Page<{ readonly id: string }> = await fetchPage(cursor, 200);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  } while (cursor !== null && !watch.stopped());
  let [folded, kept] = [0, 0];
  for (let from = 0; from < ids.length && !watch.stopped(); from += portion) {
    watch.progress(from, ids.length);
    const done = await replay(ids.slice(from, from + portion));
    if (done === null) break;
    folded += done.folded;
    kept += done.kept;
  }
  return { folded, kept };
}
