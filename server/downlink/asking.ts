/** Which documents the stations that ask this instance have, by the cursors they ask with: for the figures. */
import type { Clock } from '../clock.ts';
import type { Queries } from '../db/db.ts';
import { placesOf, type Place } from './read.ts';

/** A station that has not asked for so long asks another instance, or none. It holds a question open for 25 s. ms */
const forgetMs = 60_000;

export interface AskingStations {
  /** What comes before the cursor, the station has taken. */
  asked(stationId: string, cursor: string): void;
  /** Documents that those stations have not taken yet. */
  unacknowledged(): Promise<number>;
}

export function createAskingStations(db: Queries, clock: Pick<Clock, 'now'>): AskingStations {
  const stations = new Map<string, { readonly at: number; readonly places: readonly Place[] }>();
  return {
    asked(stationId, cursor) {
      const places = cursor === '' ? null : placesOf(cursor);
      if (places !== null) stations.set(stationId, { at: clock.now(), places });
    },
    async unacknowledged() {
      for (const [stationId, { at }] of stations) if (clock.now() - at > forgetMs) stations.delete(stationId);
      const places = [...stations.values()].flatMap((station) => station.places);
      const [row] = await db.query<{ n: number }>(
        `SELECT count(*) AS n FROM unnest($1::text[], $2::bigint[]) AS c (scope, version)
         JOIN document d ON d.scope = c.scope AND d.version > c.version AND (c.version > 0 OR d.body IS NOT NULL)`,
        [places.map(({ scope }) => scope), places.map(({ version }) => version)],
      );
      return row?.n ?? 0;
    },
  };
}
