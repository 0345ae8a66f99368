/** Slices and counts of a machine as the rules take them (domain/machines). */
import type { MachineState } from '#contract/machine-state.ts';
import type { Count } from '#domain/machines/counted.ts';
import type { Beginning, Slice } from '#domain/machines/series.ts';
import type { Queries } from '../db/db.ts';

interface SliceRow {
  readonly began_at: number;
  readonly state: MachineState;
  readonly told: string | null;
  readonly alarm: string | null;
  readonly order_id: string | null;
  readonly definition_id: string | null;
  readonly operation_id: string | null;
  readonly restated: Beginning['restated'];
}
const columns = 'began_at, state, told, alarm, order_id, definition_id, operation_id, restated';
const beginningOf = (row: SliceRow): Beginning => ({
  beganAt: row.began_at,
  state: row.state,
  told: row.told,
  alarm: row.alarm,
  context: { orderId: row.order_id, definitionId: row.definition_id, operationId: row.operation_id },
  restated: row.restated,
});

/** A stretch of a machine's time, UTC ms; `to` is outside. */
export interface Stretch {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}
/**
 * For a query over many stretches at once, since a hundred machines are one answer: `FROM ${stretches} JOIN LATERAL (…) ON true`
 * with the columns a.n (from 1), a.machine_id, a.from_at, a.to_at. `OFFSET 0` in what is joined keeps it apart, or the planner, who
 * does not know how many stretches there are, reads whole machines and throws the rest away.
 */
export const stretches =
  'unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS a (machine_id, from_at, to_at, n)';
export const paramsOf = (asked: readonly Stretch[]): [string[], number[], number[]] => [
  asked.map(({ machineId }) => machineId),
  asked.map(({ from }) => Math.trunc(from)),
  asked.map(({ to }) => Math.trunc(to)),
];
/** Rows by the stretch that they are of, in their order. */
export function byStretch<Row extends { readonly n: number }>(
  asked: readonly Stretch[],
  rows: readonly Row[],
): readonly (readonly Row[])[] {
  const groups = Map.groupBy(rows, ({ n }) => n);
  return asked.map((_, at) => groups.get(at + 1) ?? []);
}

/** The newest beginning at or before an instant, UTC ms; null: the machine was not watched yet. */
export async function readBeginningAt(db: Queries, machineId: string, at: number): Promise<Beginning | null> {
  const [row] = await db.query<SliceRow>(
    `SELECT ${columns} FROM machine_slice WHERE machine_id = $1 AND began_at <= $2 ORDER BY began_at DESC LIMIT 1`,
    [machineId, at],
  );
  return row === undefined ? null : beginningOf(row);
}

/** The slice under way, and since when the machine is in its state without a break, whatever was in work meanwhile. */
export interface OpenSlice {
  readonly slice: Slice;
  /** UTC ms. */
  readonly since: number;
}
/** The slice under way of each of these machines; one that was never watched is left out. */
export async function readOpenSlices(
  db: Queries,
  machineIds: readonly string[],
): Promise<ReadonlyMap<string, OpenSlice>> {
  const rows = await db.query<SliceRow & { readonly machine_id: string; readonly since: number }>(
    `SELECT m.machine_id, s.*, f.since FROM unnest($1::text[]) AS m (machine_id)
     JOIN LATERAL (
       SELECT ${columns} FROM machine_slice s WHERE s.machine_id = m.machine_id ORDER BY began_at DESC LIMIT 1) s ON true
     JOIN LATERAL (
       SELECT began_at AS since FROM machine_slice WHERE machine_id = m.machine_id AND began_at > coalesce(
         (SELECT began_at FROM machine_slice WHERE machine_id = m.machine_id AND state <> s.state
          ORDER BY began_at DESC LIMIT 1), -1) ORDER BY began_at LIMIT 1) f ON true`,
    [machineIds],
  );
  return new Map(
    rows.map(
      (row) =>
        [
          row.machine_id,
          { slice: { ...beginningOf(row), machineId: row.machine_id, endAt: null }, since: row.since },
        ] as const,
    ),
  );
}

/** Whole slices that touch `from` to `to` (outside), oldest first; `tile` of domain/machines cuts them to the window. */
export const readSlices = async (db: Queries, machineId: string, from: number, to: number): Promise<readonly Slice[]> =>
  (await readSlicesOf(db, [{ machineId, from, to }]))[0] ?? [];

/** The same of many stretches, in their order. */
export async function readSlicesOf(db: Queries, asked: readonly Stretch[]): Promise<readonly (readonly Slice[])[]> {
  // One more than the window has: it is where the last of them ends.
  const rows = await db.query<SliceRow & { readonly n: number }>(
    `SELECT a.n, s.* FROM ${stretches} JOIN LATERAL (
       (SELECT ${columns} FROM machine_slice WHERE machine_id = a.machine_id AND began_at < a.to_at AND began_at >= coalesce(
          (SELECT max(began_at) FROM machine_slice WHERE machine_id = a.machine_id AND began_at <= a.from_at), a.from_at))
       UNION ALL
       (SELECT ${columns} FROM machine_slice WHERE machine_id = a.machine_id AND began_at >= a.to_at ORDER BY began_at LIMIT 1)
       OFFSET 0) s ON true ORDER BY a.n, s.began_at`,
    paramsOf(asked),
  );
  return byStretch(asked, rows).map((own, n) => {
    const { machineId, to } = asked[n] ?? { machineId: '', to: 0 };
    return own
      .map((row, index) => ({ ...beginningOf(row), machineId, endAt: own[index + 1]?.began_at ?? null }))
      .filter(({ beganAt }) => beganAt < to);
  });
}

/** UTC ms when each of these stations was heard last; one that never was is left out. */
export async function heardAt(db: Queries, stationIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ readonly station_id: string; readonly heard_at: Date }>(
    'SELECT station_id, max(heard_at) AS heard_at FROM station_status WHERE station_id = ANY($1) GROUP BY station_id',
    [stationIds],
  );
  return new Map(rows.map((row) => [row.station_id, row.heard_at.getTime()]));
}

interface CountRow {
  readonly from_at: number;
  readonly to_at: number;
  readonly kind: Count['kind'];
  readonly produced: number;
  readonly good: number | null;
  readonly scrap: number | null;
  readonly cycles_ms: number[];
  readonly order_id: string | null;
  readonly definition_id: string | null;
  readonly operation_id: string | null;
}

/** Counts that touch `from` to `to`, oldest first; `piecesIn` of domain/machines says how many pieces lie in the window. */
export const readCounts = async (db: Queries, machineId: string, from: number, to: number): Promise<readonly Count[]> =>
  (await readCountsOf(db, [{ machineId, from, to }]))[0] ?? [];

/** The same of many stretches, in their order. */
export async function readCountsOf(db: Queries, asked: readonly Stretch[]): Promise<readonly (readonly Count[])[]> {
  const rows = await db.query<CountRow & { readonly n: number }>(
    `SELECT a.n, c.* FROM ${stretches} JOIN LATERAL (
       SELECT from_at, to_at, kind, produced, good, scrap, cycles_ms, order_id, definition_id, operation_id
       FROM machine_count WHERE machine_id = a.machine_id AND from_at < a.to_at AND to_at > a.from_at AND from_at >= coalesce(
         (SELECT max(from_at) FROM machine_count WHERE machine_id = a.machine_id AND from_at <= a.from_at), a.from_at)
       OFFSET 0) c ON true ORDER BY a.n, c.from_at, c.to_at`,
    paramsOf(asked),
  );
  return byStretch(asked, rows).map((own, n) =>
    own.map((row) => ({
      machineId: asked[n]?.machineId ?? '',
      from: row.from_at,
      to: row.to_at,
      kind: row.kind,
      produced: row.produced,
      good: row.good,
      scrap: row.scrap,
      cyclesMs: row.cycles_ms,
      context: { orderId: row.order_id, definitionId: row.definition_id, operationId: row.operation_id },
    })),
  );
}
