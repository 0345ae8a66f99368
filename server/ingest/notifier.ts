/**
 * Tells every instance which streams have grown, after the commit and at most every few milliseconds. Not in the
 * transaction itself: PostgreSQL commits transactions that notify one after the other, so that a hundred stations would
 * wait for each other's disk. A lost notification costs the projector one round of its poll, nothing else.
 */
import type { Db } from '../db/db.ts';
import type { Log } from '../log.ts';

export const eventsChannel = 'events';

export interface Notifier {
  /** `streamId` has new events, committed. */
  grown(streamId: number): void;
  /** Sends what is waiting. */
  close(): Promise<void>;
}

const gatherMs = 20;

export function createNotifier(db: Db, log: Log): Notifier {
  const waiting = new Set<number>();
  let running: Promise<void> | null = null;

  const send = async (): Promise<void> => {
    while (waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const ids = [...waiting];
      waiting.clear();
      try {
        await db.query('SELECT pg_notify($1, id::text) FROM unnest($2::bigint[]) AS grown (id)', [eventsChannel, ids]);
      } catch (error) {
        log.debug({ err: error }, 'nobody was told of new events');
      }
    }
  };
  return {
    grown(streamId) {
      waiting.add(streamId);
      running ??= send().finally(() => (running = null));
    },
    async close() {
      await running;
    },
  };
}
