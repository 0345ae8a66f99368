/** Figures of the whole plant, read from the database when somebody asks: every instance tells the same. */
import type { Clock } from './clock.ts';
import type { Db } from './db/db.ts';
import type { Metrics } from './http/metrics.ts';
import { behindOf } from './projections/behind.ts';

interface Counted {
  readonly quarantine: number;
  readonly forks: number;
  readonly waiting: number;
  readonly oldest_waiting_at: number | null;
  readonly dead: number;
  readonly stations_unsent: number;
}

/** Readings of one scrape are of one moment, and cost one question. */
const sameScrapeMs = 500;

/** @param unacknowledged documents that stations which ask this instance have not taken yet. */
export function tellFigures(
  db: Db,
  clock: Pick<Clock, 'now'>,
  metrics: Metrics,
  unacknowledged: () => Promise<number>,
): void {
  const shared = <T>(read: () => Promise<T>): (() => Promise<T>) => {
    let at = 0;
    let reading: Promise<T> | null = null;
    return () => {
      if (reading === null || performance.now() - at > sameScrapeMs) {
        at = performance.now();
        reading = read();
      }
      return reading;
    };
  };
  const behind = shared(() => behindOf(db));
  const counts = shared(async () => {
    const [row] = await db.query<Counted>(
      `SELECT (SELECT count(*) FROM quarantine) AS quarantine,
         (SELECT count(*) FROM fork WHERE acknowledged_at IS NULL) AS forks,
         (SELECT count(*) FROM erp_delivery WHERE state = 'waiting') AS waiting,
         (SELECT min(m.created_at) FROM erp_delivery d JOIN erp_message m USING (key) WHERE d.state = 'waiting')
           AS oldest_waiting_at,
         (SELECT count(*) FROM erp_delivery WHERE state = 'dead') AS dead,
         (SELECT coalesce(sum(unsent_count), 0)::bigint FROM station_status) AS stations_unsent`,
    );
    if (row === undefined) throw new Error('no figures');
    return row;
  });
  const ageS = (at: number | null): number => (at === null ? 0 : Math.max(0, (clock.now() - at) / 1000));

  metrics.gauge('projection_behind_events', 'Events stored and not yet folded', async () => (await behind()).events);
  metrics.gauge('projection_behind_seconds', 'Since when the oldest of them waits, 0: none does', async () =>
    ageS((await behind()).oldestAt),
  );
  metrics.gauge(
    'quarantine_events',
    'Events that are stored and could not be folded; each wants a person',
    async () => (await counts()).quarantine,
  );
  metrics.gauge('forks_open', 'Forks that nobody has acknowledged', async () => (await counts()).forks);
  metrics.gauge(
    'stations_unsent_events',
    'Events that the stations held back when they were heard last',
    async () => (await counts()).stations_unsent,
  );
  metrics.gauge(
    'documents_unacknowledged',
    'Documents that stations which ask this instance have not taken yet',
    unacknowledged,
  );
  metrics.gauge('outbox_waiting', 'Messages to other systems that wait', async () => (await counts()).waiting);
  metrics.gauge('outbox_waiting_seconds', 'Age of the oldest of them, 0: none waits', async () =>
    ageS((await counts()).oldest_waiting_at),
  );
  metrics.gauge('outbox_dead', 'Messages to other systems that were given up', async () => (await counts()).dead);
}
