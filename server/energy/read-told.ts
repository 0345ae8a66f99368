/** Told energy of a machine as the rules take it (domain/energy). */
import type { Meter } from '#domain/energy/summary.ts';
import type { Queries } from '../db/db.ts';

interface Row extends Meter {
  readonly from: number;
  readonly to: number;
  readonly steps: number;
  readonly openSteps: number;
}

/** What touches `from` to `to` (outside), UTC ms, oldest first, none overlapping the next. */
export async function readEnergy(db: Queries, machineId: string, from: number, to: number): Promise<readonly Row[]> {
  const rows = await db.query<Row>(
    `SELECT from_at AS "from", to_at AS "to", steps, open_steps AS "openSteps", step, unit FROM machine_energy
     WHERE machine_id = $1 AND from_at < $3 AND to_at > $2 AND from_at >= coalesce(
       (SELECT max(from_at) FROM machine_energy WHERE machine_id = $1 AND from_at <= $2), $2)
     ORDER BY from_at, to_at`,
    [machineId, from, to],
  );
  let end = -Infinity;
  // A station that was put back tells some of its time twice, and the meter counted once.
  return rows.filter((row) => row.from >= end && ((end = row.to), true));
}

/** Outages from `from` to `to`, whole, oldest first. UTC ms. */
export async function readOutages(db: Queries, machineId: string, from: number, to: number): Promise<readonly Row[]> {
  return db.query<Row>(
    `SELECT from_at AS "from", to_at AS "to", steps, open_steps AS "openSteps", step, unit FROM machine_energy o
     WHERE machine_id = $1 AND open_steps > 0 AND from_at >= $2 AND from_at < $3 AND to_at <= $3 AND NOT EXISTS (
       SELECT FROM machine_energy e WHERE e.machine_id = o.machine_id AND e.to_at > o.from_at
         AND (e.from_at < o.from_at OR (e.from_at = o.from_at AND e.to_at < o.to_at)) AND e.from_at >= $2)
     ORDER BY from_at, to_at`,
    [machineId, from, to],
  );
}
