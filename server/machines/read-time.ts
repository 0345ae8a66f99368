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

/** The newest beginning at or before an instant, UTC ms; null: the machine was not watched yet. */
export async function readBeginningAt(db: Queries, machineId: string, at: number): Promise<Beginning | null> {
  const [row] = await db.query<SliceRow>(
    `SELECT ${columns} FROM machine_slice WHERE machine_id = $1 AND began_at <= $2 ORDER BY began_at DESC LIMIT 1`,
    [machineId, at],
  );
  return row === undefined ? null : beginningOf(row);
}

/** The slice under way of each of these machines; one that was never watched is left out. */
export async function readOpenSlices(db: Queries, machineIds: readonly string[]): Promise<ReadonlyMap<string, Slice>> {
  const rows = await db.query<SliceRow & { readonly machine_id: string }>(
    `SELECT m.machine_id, s.* FROM unnest($1::text[]) AS m (machine_id) JOIN LATERAL (
       SELECT ${columns} FROM machine_slice s WHERE s.machine_id = m.machine_id ORDER BY began_at DESC LIMIT 1) s ON true`,
    [machineIds],
  );
  return new Map(
    rows.map((row) => [row.machine_id, { ...beginningOf(row), machineId: row.machine_id, endAt: null }] as const),
  );
}

/** Whole slices that touch `from` to `to` (outside), oldest first; `tile` of domain/machines cuts them to the window. */
export async function readSlices(db: Queries, machineId: string, from: number, to: number): Promise<readonly Slice[]> {
  // One more than the window has: it is where the last of them ends.
  const rows = await db.query<SliceRow>(
    `(SELECT ${columns} FROM machine_slice WHERE machine_id = $1 AND began_at < $3 AND began_at >= coalesce(
        (SELECT max(began_at) FROM machine_slice WHERE machine_id = $1 AND began_at <= $2), $2))
     UNION ALL
     (SELECT ${columns} FROM machine_slice WHERE machine_id = $1 AND began_at >= $3 ORDER BY began_at LIMIT 1)
     ORDER BY began_at`,
    [machineId, Math.trunc(from), Math.trunc(to)],
  );
  return rows
    .map((row, index) => ({ ...beginningOf(row), machineId, endAt: rows[index + 1]?.began_at ?? null }))
    .filter(({ beganAt }) => beganAt < to);
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
export async function readCounts(db: Queries, machineId: string, from: number, to: number): Promise<readonly Count[]> {
  const rows = await db.query<CountRow>(
    `SELECT from_at, to_at, kind, produced, good, scrap, cycles_ms, order_id, definition_id, operation_id
     FROM machine_count WHERE machine_id = $1 AND from_at < $3 AND to_at > $2 AND from_at >= coalesce(
       (SELECT max(from_at) FROM machine_count WHERE machine_id = $1 AND from_at <= $2), $2)
     ORDER BY from_at, to_at`,
    [machineId, Math.trunc(from), Math.trunc(to)],
  );
  return rows.map((row) => ({
    machineId,
    from: row.from_at,
    to: row.to_at,
    kind: row.kind,
    produced: row.produced,
    good: row.good,
    scrap: row.scrap,
    cyclesMs: row.cycles_ms,
    context: { orderId: row.order_id, definitionId: row.definition_id, operationId: row.operation_id },
  }));
}
