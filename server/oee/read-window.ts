/** What the read model knows of a machine's time in and around a window, as the rules take it (domain/oee). */
import type { MachineFile } from '#contract/config/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { isWorking, type Slice } from '#domain/machines/series.ts';
import { rangeOf, type WindowFacts } from '#domain/oee/view.ts';
import type { StopCard } from '#domain/stops/card.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Queries } from '../db/db.ts';
import { byStretch, paramsOf, readCountsOf, readSlicesOf, stretches, type Stretch } from '../machines/read-time.ts';
import { readUnitsOf } from './units.ts';

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
 * Widens times to whole stops: how long a stop was decides of all of it.
 * @returns of each, UTC ms; `to` Infinity: the stop at its end goes on
 */
export async function wholeStopsOf(
  db: Queries,
  asked: readonly Stretch[],
): Promise<readonly { readonly from: number; readonly to: number }[]> {
  const rows = await db.query<{
    readonly n: number;
    readonly begin: number | null;
    readonly end_at: number | null;
    readonly last: MachineState | null;
  }>(
    `SELECT a.n,
       (SELECT min(began_at) FROM machine_slice WHERE machine_id = a.machine_id AND began_at > coalesce((SELECT max(began_at)
          FROM machine_slice WHERE machine_id = a.machine_id AND began_at < a.from_at AND state IN ('producing', 'setup')), -1))
         AS begin,
       (SELECT min(began_at) FROM machine_slice WHERE machine_id = a.machine_id AND began_at > a.to_at
          AND state IN ('producing', 'setup')) AS end_at,
       (SELECT state FROM machine_slice WHERE machine_id = a.machine_id AND began_at <= a.to_at ORDER BY began_at DESC LIMIT 1)
         AS last
     FROM ${stretches} ORDER BY a.n`,
    paramsOf(asked),
  );
  return asked.map(({ from, to }, at) => {
    const { begin, end_at: endAt, last } = rows[at] ?? { begin: null, end_at: null, last: null };
    const works = last !== null && isWorking(last);
    return { from: Math.min(begin ?? from, from), to: works ? to : (endAt ?? Infinity) };
  });
}

/** A window of a machine's time, UTC ms. `known`: there the slice under way ends, for the time being. */
export interface Window {
  readonly machine: MachineFile;
  readonly from: number;
  readonly to: number;
  readonly known: number;
}

/** Of the window and of the stops over its edges. */
export async function readWindow(db: Queries, catalogue: Catalogue, window: Window): Promise<WindowFacts> {
  const [facts] = await readWindows(db, catalogue, [window]);
  if (facts === undefined) throw new Error('a window has facts');
  return facts;
}

/** The same of many windows, in their order, with a few queries whatever their number. */
export async function readWindows(
  db: Queries,
  catalogue: Catalogue,
  windows: readonly Window[],
): Promise<readonly WindowFacts[]> {
  if (windows.length === 0) return [];
  const asked = windows.map(({ machine, from, to }): Stretch => ({ machineId: machine.id, from, to }));
  const whole = await wholeStopsOf(db, asked);
  const told = await readSlicesOf(
    db,
    whole.map(({ from, to }, at) => {
      return { machineId: asked[at]?.machineId ?? '', from, to: Math.min(to, Number.MAX_SAFE_INTEGER) };
    }),
  );
  const slices = windows.map(({ known }, at) =>
    (told[at] ?? []).map((slice): Slice =>
      slice.endAt === null ? { ...slice, endAt: Math.max(known, slice.beganAt) } : slice,
    ),
  );
  const ranges = asked.map(({ machineId, from, to }, at): Stretch => {
    const range = rangeOf(slices[at] ?? [], from, to);
    return { machineId, from: Math.floor(range.from), to: Math.ceil(range.to) };
  });
  const cards = byStretch(
    ranges,
    await db.query<{ readonly n: number; readonly card: string }>(
      `SELECT a.n, s.card FROM ${stretches} JOIN LATERAL (
         SELECT card, from_at FROM stop WHERE machine_id = a.machine_id AND from_at IS NOT NULL AND NOT withdrawn
           AND from_at < a.to_at AND coalesce(to_at, a.to_at) > a.from_at OFFSET 0) s ON true ORDER BY a.n, s.from_at`,
      paramsOf(ranges),
    ),
  );
  const anew = await db.query<{ readonly at: number | null }>(
    `SELECT (SELECT max(anew_at) FROM machine_hour h WHERE h.machine_id = a.machine_id AND hour_at > a.from_at - 3600000
       AND hour_at < a.to_at) AS at FROM ${stretches} ORDER BY a.n`,
    paramsOf(asked),
  );
  const counts = await readCountsOf(
    db,
    asked.map((stretch) => ({ ...stretch, to: stretch.to + 1 })),
  );
  const units = await readUnitsOf(db, catalogue, windows);
  return windows.map((_, at) => ({
    slices: slices[at] ?? [],
    cards: (cards[at] ?? []).map(({ card }) => JSON.parse(card) as StopCard),
    counts: counts[at] ?? [],
    units: units[at] ?? [],
    retoldAt: anew[at]?.at ?? null,
  }));
}
