/** The board: every line and station, from what the stations said last and what their logs tell. */
import type { LineRow, StationTile } from '#contract/plant/lines.ts';
import type { WaitsFor } from '#contract/rpc/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import { characteristicText } from '#domain/control/follow.ts';
import { isRaised, type SignalPart } from '#domain/control/signal.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { WorkState } from '#domain/lines/station-work.ts';
import { paceAt } from '#domain/execution/pace-at.ts';
import { calendarAt } from '#domain/oee/calendar.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import { mostWaitedFor } from '#domain/stops/root.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { readRoots } from '../machines/roots.ts';
import { seesLine, type Sight } from '../rpc/sight.ts';

const hourMs = 3_600_000;

interface StatusRow {
  readonly station_id: string;
  readonly heard_at: Date;
  readonly unsent_count: number;
  readonly unsent_oldest_at: number | null;
  readonly devices_down: readonly string[];
}
interface PassRow {
  readonly station_id: string;
  readonly this_hour: number;
  readonly last_hour: number;
  readonly last_at: number | null;
}

/** @param now UTC ms by the server's clock. */
export async function readBoard(db: Queries, force: InForce, now: number, sight: Sight): Promise<LineRow[]> {
  const { stations, lines: all } = force.configuration;
  const lines = all.filter(({ id }) => seesLine(sight, id));
  const ids = lines.flatMap((line) => line.stations);
  const [statuses, works, passes, held, cases, orders, signals, roots] = await Promise.all([
    db.query<StatusRow>(
      'SELECT station_id, heard_at, unsent_count, unsent_oldest_at, devices_down FROM station_status WHERE station_id = ANY($1)',
      [ids],
    ),
    // Of several streams (epochs) of a station the one that was heard last.
    db.query<{ station_id: string; state: string }>(
      'SELECT DISTINCT ON (station_id) station_id, state FROM station_work WHERE station_id = ANY($1) ORDER BY station_id, received_at DESC, stream_id',
      [ids],
    ),
    passesOf(db, ids, startOfLocalHour(now, force.catalogue.plant.timeZone)),
    db.query<{ station_id: string | null; n: number }>(
      `SELECT home_station_id AS station_id, count(*)::int AS n FROM unit WHERE status = 'held' GROUP BY 1`,
    ),
    db.query<{ station_id: string | null; n: number }>(
      `SELECT u.home_station_id AS station_id, count(*)::int AS n FROM unit_case c JOIN unit u USING (serial)
       WHERE NOT EXISTS (SELECT FROM case_closing k WHERE k.case_id = c.case_id) GROUP BY 1`,
    ),
    db.query<{ line_id: string; order_id: string; quantity: number; done: number }>(
      `SELECT DISTINCT ON (j.line_id) j.line_id, j.order_id, j.quantity, coalesce(p.done, 0)::int AS done FROM job_order j
       JOIN work_order o USING (order_id) LEFT JOIN (SELECT order_id, sum(done) AS done FROM order_progress GROUP BY order_id) p USING (order_id)
       WHERE o.status = 'released' AND j.sequence IS NOT NULL ORDER BY j.line_id, (coalesce(p.done, 0) >= j.quantity), j.sequence`,
    ),
    db.query<{ part: string }>(
      'SELECT part FROM signal WHERE open AND station_id = ANY($1) ORDER BY raised_at, signal_id',
      [ids],
    ),
    readRoots(
      db,
      force,
      lines.map(({ id }) => id),
      now,
    ),
  ]);
  const open = signals.map(({ part }) => JSON.parse(part) as SignalPart).filter(isRaised);
  const sumAt = (rows: readonly { readonly station_id: string | null; readonly n: number }[], lineId: string): number =>
    rows.reduce((sum, row) => {
      // Of units that no station had yet, the first line tells, so that they are seen somewhere.
      const line = row.station_id === null ? all[0] : force.lineOf(row.station_id);
      return line?.id === lineId ? sum + row.n : sum;
    }, 0);
  return lines.map((line) => {
    const order = orders.find(({ line_id }) => line_id === line.id);
    return {
      lineId: line.id,
      title: line.title,
      stations: line.stations.map((stationId) =>
        tileOf(
          stationId,
          stations.find(({ id }) => id === stationId)?.title ?? { en: stationId, de: stationId },
          statuses.find(({ station_id }) => station_id === stationId),
          works.find(({ station_id }) => station_id === stationId)?.state,
          passes.find(({ station_id }) => station_id === stationId),
          force,
          now,
        ),
      ),
      order: order === undefined ? null : { orderId: order.order_id, done: order.done, quantity: order.quantity },
      held: sumAt(held, line.id),
      cases: sumAt(cases, line.id),
      standsAt: standsAt(plannedNow(line.id, roots.get(line.id), force.catalogue, now)),
      signals: open
        .filter(({ raised }) => line.stations.includes(raised.chart.stationId))
        .map(({ signalId, raised }) => ({
          signalId,
          title: characteristicText(raised, force),
          stationId: raised.chart.stationId,
          raisedAt: raised.at,
        })),
    };
  });
}

/** Of the machines of a line that wait those that should work now: in a break, a planned stop and outside of shifts none waits. */
const plannedNow = (
  lineId: string,
  waiting: ReadonlyMap<string, WaitsFor> | undefined,
  { calendar }: Catalogue,
  now: number,
): readonly WaitsFor[] =>
  [...(waiting ?? [])].flatMap(([machineId, waits]) =>
    calendarAt(now, calendar, { machineId, lineId }).kind === 'working' ? [waits] : [],
  );

function standsAt(waiting: readonly WaitsFor[]): LineRow['standsAt'] {
  const root = mostWaitedFor(waiting);
  return root && { root, waiting: waiting.filter((one) => one.root?.machineId === root.machineId).length };
}

/** By the station's clock, put right by how far it was off when it was heard last. @param hour UTC ms of the plant's clock hour by the server's clock. */
const passesOf = (db: Queries, ids: readonly string[], hour: number): Promise<PassRow[]> =>
  db.query<PassRow>(
    `SELECT s.station_id, p.this_hour::int, p.last_hour::int, p.last_at FROM unnest($1::text[]) AS s (station_id)
     LEFT JOIN station_status t USING (station_id)
     JOIN LATERAL (
       SELECT count(*) FILTER (WHERE x.ended_at - coalesce(t.clock_drift_ms, 0) >= $2) AS this_hour,
         count(*) FILTER (WHERE x.ended_at - coalesce(t.clock_drift_ms, 0) < $2
           AND x.ended_at - coalesce(t.clock_drift_ms, 0) >= $3) AS last_hour,
         (SELECT max(ended_at) FROM execution m WHERE m.station_id = s.station_id AND m.outcome = 'passed') AS last_at
       FROM execution x WHERE x.station_id = s.station_id AND x.outcome = 'passed'
         AND x.ended_at >= $3 + coalesce(t.clock_drift_ms, 0)
     ) p ON true`,
    [ids, hour, hour - hourMs],
  );

function tileOf(
  stationId: string,
  title: StationTile['title'],
  status: StatusRow | undefined,
  state: string | undefined,
  passes: PassRow | undefined,
  force: InForce,
  now: number,
): StationTile {
  const work = state === undefined ? null : (JSON.parse(state) as WorkState);
  const unit = work?.unit ?? null;
  const heardAt = status?.heard_at.getTime() ?? null;
  const taktMs =
    unit === null
      ? undefined
      : force.catalogue
          .definition(unit.definitionId, unit.revision)
          ?.operations.find(({ id }) => id === unit.operationId)?.taktMs;
  return {
    stationId,
    title,
    link: heardAt === null ? 'never' : now - heardAt > silentMs ? 'silent' : 'linked',
    heardAt,
    work: work?.work ?? 'unknown',
    workSince: work?.since ?? null,
    unit: unit === null ? null : { serial: unit.serial, orderId: unit.orderId, operationId: unit.operationId },
    person: work?.person?.name ?? null,
    passes: {
      thisHour: passes?.this_hour ?? 0,
      lastHour: passes?.last_hour ?? 0,
      lastPassAt: passes?.last_at ?? null,
    },
    pace: taktMs === undefined ? null : paceAt(taktMs, stationId, force.catalogue, now, null),
    unsent: { count: status?.unsent_count ?? 0, oldestAt: status?.unsent_oldest_at ?? null },
    devicesDown: status?.devices_down ?? [],
  };
}
