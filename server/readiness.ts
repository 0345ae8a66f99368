/** What `/ready` judges: whether an instance is worth sending somebody to. `/health` says only that the process lives. */
import type { Clock } from './clock.ts';
import type { Db } from './db/db.ts';
import { pendingMigrations } from './db/migrate.ts';
import type { ReadyCheck } from './http/app.ts';
import { behindOf } from './projections/behind.ts';

/** With events waiting, so long without any that was folded by any instance: something is wrong with the folding. ms */
export const foldingStuckMs = 60_000;

export function readyChecks(db: Db, clock: Pick<Clock, 'now'>): Readonly<Record<string, ReadyCheck>> {
  return {
    database: () => db.query('SELECT 1').then(() => true as const),
    // Under a running server it is so after an older backup was put back, or when a newer version took the database.
    migrations: async () => (await pendingMigrations(db)) ?? true,
    projector: async () => {
      const { events, oldestAt } = await behindOf(db);
      if (events === 0) return true;
      const [row] = await db.query<{ folded_at: Date | null }>(
        'SELECT max(folded_at) AS folded_at FROM projected WHERE isfinite(folded_at)',
      );
      const since = Math.max(oldestAt ?? 0, row?.folded_at?.getTime() ?? 0);
      const stuckMs = clock.now() - since;
      if (stuckMs < foldingStuckMs) return true;
      return `${events} events wait to be folded and none was for ${Math.round(stuckMs / 1000)} s: the log of the servers says why (folding failed); facts are taken in all the same`;
    },
  };
}
