/** "Revision n is available": what lists of the plant view wait for. At most four times a second, at least every 5 s. */
import type { Db, Queries } from './db/db.ts';

/** Channel on which every instance hears that something changed which the plant view shows. */
const changesChannel = 'plant';

/** Heard when the transaction has committed. @param what for whoever listens with psql: `units`, `orders`, `stations`, … */
export const tellChanged = (on: Queries, what: string): Promise<unknown> =>
  on.query('SELECT pg_notify($1, $2)', [changesChannel, what]);

export interface ChangesFeed {
  /** The number that `revisions` would tell now. */
  revision(): number;
  /** Ends with the signal, or when the server ends. */
  revisions(signal: AbortSignal | undefined): AsyncGenerator<{ readonly revision: number }>;
  close(): Promise<void>;
}

const leastMs = 250;
const mostMs = 5_000;

export async function createChangesFeed(db: Db): Promise<ChangesFeed> {
  let revision = 1;
  let closed = false;
  const waiting = new Set<() => void>();
  const wakeAll = (): void => {
    for (const wake of waiting) wake();
  };
  const bump = (): void => {
    revision += 1;
    wakeAll();
  };
  const stop = await db.listen(changesChannel, bump, bump);

  const pause = (ms: number, signal: AbortSignal | undefined, wakes: boolean): Promise<void> =>
    new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        waiting.delete(end);
        signal?.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (wakes || closed) waiting.add(end);
      signal?.addEventListener('abort', end, { once: true });
      if (signal?.aborted || closed) end();
    });

  return {
    revision: () => revision,
    async *revisions(signal) {
      while (!closed && signal?.aborted !== true) {
        const told = revision;
        yield { revision: told };
        await pause(leastMs, signal, false);
        if (revision === told) await pause(mostMs - leastMs, signal, true);
      }
    },
    async close() {
      closed = true;
      wakeAll();
      await stop();
    },
  };
}
