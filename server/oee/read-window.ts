/** What the read model knows of a machine's time in and around a window, as the rules take it (domain/oee). */
import type { MachineFile } from '#contract/config/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import { isWorking, type Slice } from '#domain/machines/series.ts';
import { rangeOf, type WindowFacts } from '#domain/oee/view.ts';
import type { StopCard } from '#domain/stops/card.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Queries } from '../db/db.ts';
import { readBeginningAt, readCounts, readSlices } from '../machines/read-time.ts';
import { readUnits } from './units.ts';

/** More than these: facts of the past are still coming. */
const fewEvents = 1_000;

export interface Known {
  /** UTC ms; what is after it nobody knows yet. */
  readonly until: number;
  /** A backlog of the station is being folded. */
  readonly catchingUp: boolean;
}

/**
 * Up to when the time of each station is known: now while it is heard; else when it was heard last, and never beyond what it has
 * not sent yet. Of a station that was never heard nothing is known.
 */
export async function knownOf(
  db: Queries,
  stationIds: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, Known>> {
  const rows = await db.query<{
    readonly station_id: string;
    readonly heard_at: Date | null;
    readonly unsent_at: number | null;
    readonly behind: number | null;
  }>(
    `SELECT s.station_id, t.heard_at, CASE WHEN t.unsent_count > 0 THEN t.unsent_oldest_at END AS unsent_at,
       (SELECT sum(head_seq - coalesce(p.seq, first_seq - 1))::bigint FROM stream LEFT JOIN projected p USING (stream_id)
        WHERE stream.station_id = s.station_id) AS behind
     FROM unnest($1::text[]) AS s (station_id) LEFT JOIN station_status t USING (station_id)`,
    [[...stationIds]],
  );
  return new Map(
    rows.map(({ station_id, heard_at, unsent_at, behind }) => {
      const heard = heard_at?.getTime() ?? 0;
      const until = now - heard <= silentMs ? now : Math.min(heard, now);
      // What waits for a second or two is on its way.
      const unsent = unsent_at === null || now - unsent_at < silentMs ? Infinity : unsent_at;
      return [station_id, { until: Math.min(until, unsent), catchingUp: (behind ?? 0) > fewEvents }] as const;
    }),
  );
}

/**
 * Widens a time to whole stops: how long a stop was decides of all of it.
 * @returns UTC ms; `to` Infinity: the stop at its end goes on
 */
export async function wholeStopsOf(
  db: Queries,
  machineId: string,
  from: number,
  to: number,
): Promise<{ readonly from: number; readonly to: number }> {
  const [row] = await db.query<{ readonly begin: number | null; readonly end_at: number | null }>(
    `SELECT (SELECT min(began_at) FROM machine_slice WHERE machine_id = $1 AND began_at > coalesce(
         (SELECT max(began_at) FROM machine_slice WHERE machine_id = $1 AND began_at < $2 AND state IN ('producing', 'setup')), -1))
         AS begin,
       (SELECT min(began_at) FROM machine_slice WHERE machine_id = $1 AND began_at > $3 AND state IN ('producing', 'setup'))
         AS end_at`,
    [machineId, from, to],
  );
  const last = await readBeginningAt(db, machineId, to);
  const works = last !== null && isWorking(last.state);
  return { from: Math.min(row?.begin ?? from, from), to: works ? to : (row?.end_at ?? Infinity) };
}

/** Of the window and of the stops over its edges. @param known UTC ms: there the slice under way ends, for the time being */
export async function readWindow(
  db: Queries,
  machine: MachineFile,
  catalogue: Catalogue,
  window: { readonly from: number; readonly to: number },
  known: number,
): Promise<WindowFacts> {
  const { id } = machine;
  const whole = await wholeStopsOf(db, id, window.from, window.to);
  const slices = (await readSlices(db, id, whole.from, Math.min(whole.to, Number.MAX_SAFE_INTEGER))).map(
    (slice): Slice => (slice.endAt === null ? { ...slice, endAt: Math.max(known, slice.beganAt) } : slice),
  );
  const range = rangeOf(slices, window.from, window.to);
  const cards = await db.query<{ readonly card: string }>(
    `SELECT card FROM stop WHERE machine_id = $1 AND from_at IS NOT NULL AND NOT withdrawn AND from_at < $3
       AND coalesce(to_at, $3) > $2 ORDER BY from_at`,
    [id, Math.floor(range.from), Math.ceil(range.to)],
  );
  const [anew] = await db.query<{ readonly at: number | null }>(
    `SELECT max(anew_at) AS at FROM machine_hour WHERE machine_id = $1 AND hour_at > $2 AND hour_at < $3`,
    [id, window.from - 3_600_000, window.to],
  );
  return {
    slices,
    cards: cards.map(({ card }) => JSON.parse(card) as StopCard),
    counts: await readCounts(db, id, window.from, window.to + 1),
    units: await readUnits(db, machine, catalogue, window.from, window.to),
    retoldAt: anew?.at ?? null,
  };
}
