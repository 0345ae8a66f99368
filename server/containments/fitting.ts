/** Which units fit containments, over all stations: the genealogy as far as it was heard. */
import type { Queries } from '../db/db.ts';

/** A fitted component was not taken out again by a later fact of its run (as server/units/read.ts). */
const fitted = `NOT c.removed AND NOT EXISTS (
  SELECT FROM component r WHERE r.removed AND r.stream_id = c.stream_id AND r.seq > c.seq
    AND r.execution_id = c.execution_id AND r.bom_line = c.bom_line AND r.material_id = c.material_id
    AND r.lot IS NOT DISTINCT FROM c.lot AND r.component_serial IS NOT DISTINCT FROM c.component_serial)`;
/** Of the containment `k`. The planner takes both ends for a narrow window, and one end for a third of the table. */
const inWindow = (at: string): string => `${at} BETWEEN k.from_at AND coalesce(k.until_at, ${Number.MAX_SAFE_INTEGER})`;
const hereOrAnywhere = (station: string): string => `(k.at_station IS NULL OR ${station} = k.at_station)`;

// OFFSET 0 keeps what is looked up apart from what it is joined with: each goes by its own index then, whatever the planner
// believes of the other. Joined freely, all uses of a device there ever were would be read (containments.test.ts).

/** Of the containments `$1` all units. */
const ofContainments = `
  WITH k AS (SELECT * FROM containment WHERE lifted_at IS NULL AND containment_id = ANY($1)),
    station AS (SELECT DISTINCT station_id FROM stream)
  SELECT k.containment_id, c.serial FROM k CROSS JOIN LATERAL
      (SELECT e.serial FROM component c JOIN execution e USING (execution_id)
       WHERE c.lot = k.lot AND c.material_id = k.material_id AND ${fitted} OFFSET 0) c
    WHERE k.kind = 'lot'
  UNION SELECT k.containment_id, e.serial FROM k JOIN station s ON ${hereOrAnywhere('s.station_id')} CROSS JOIN LATERAL
      (SELECT serial FROM execution WHERE station_id = s.station_id AND ${inWindow('ended_at')} AND outcome = 'passed'
         AND definition_id = k.definition_id AND operation_id = k.operation_id OFFSET 0) e
    WHERE k.kind = 'operation'
  UNION SELECT k.containment_id, u.serial FROM k CROSS JOIN LATERAL
      (SELECT serial FROM unit WHERE order_id = k.order_id OFFSET 0) u
    WHERE k.kind = 'order'
  UNION SELECT k.containment_id, g.serial FROM k CROSS JOIN LATERAL
      (SELECT serial FROM gauge_use WHERE gauge_id = k.gauge_id AND ${inWindow('at')} OFFSET 0) g
    WHERE k.kind = 'gauge'
  UNION SELECT k.containment_id, d.serial FROM k JOIN station s ON ${hereOrAnywhere('s.station_id')} CROSS JOIN LATERAL
      (SELECT serial FROM device_use WHERE device_id = k.device_id AND station_id = s.station_id AND ${inWindow('at')} OFFSET 0) d
    WHERE k.kind = 'device'`;

const inForce = `WITH k AS (SELECT * FROM containment WHERE kind IS NOT NULL AND lifted_at IS NULL)`;

/** Of the runs `$1` those that fit any. */
const ofRuns = `${inForce},
    fitted AS MATERIALIZED (SELECT c.lot, c.material_id, c.component_serial, e.serial
      FROM component c JOIN execution e USING (execution_id) WHERE c.execution_id = ANY($1) AND ${fitted})
  SELECT k.containment_id, c.serial FROM fitted c JOIN k ON c.lot = k.lot AND c.material_id = k.material_id
    WHERE k.kind = 'lot'
  UNION SELECT k.containment_id, c.serial FROM fitted c JOIN containment_hold h ON h.serial = c.component_serial
    JOIN k USING (containment_id)
  UNION SELECT k.containment_id, e.serial FROM
      (SELECT * FROM execution WHERE execution_id = ANY($1) AND outcome = 'passed' OFFSET 0) e
    JOIN k ON e.definition_id = k.definition_id AND e.operation_id = k.operation_id
      AND ${hereOrAnywhere('e.station_id')} AND ${inWindow('e.ended_at')}
    WHERE k.kind = 'operation'
  UNION SELECT k.containment_id, g.serial FROM (SELECT * FROM gauge_use WHERE execution_id = ANY($1) OFFSET 0) g
    JOIN k ON g.gauge_id = k.gauge_id AND ${inWindow('g.at')}
    WHERE k.kind = 'gauge'
  UNION SELECT k.containment_id, d.serial FROM (SELECT * FROM device_use WHERE execution_id = ANY($1) OFFSET 0) d
    JOIN k ON d.device_id = k.device_id AND ${hereOrAnywhere('d.station_id')} AND ${inWindow('d.at')}
    WHERE k.kind = 'device'`;

/** Of the units `$1` those that fit any by what names no run. */
const ofUnits = `${inForce}
  SELECT k.containment_id, u.serial FROM (SELECT serial, order_id FROM unit WHERE serial = ANY($1) OFFSET 0) u
    JOIN k USING (order_id) WHERE k.kind = 'order'
  UNION SELECT k.containment_id, s.serial FROM (SELECT * FROM gauge_sample WHERE serial = ANY($1) OFFSET 0) s
    JOIN k ON s.gauge_id = k.gauge_id AND ${inWindow('s.at')}
    WHERE k.kind = 'gauge'
  UNION SELECT k.containment_id, d.serial FROM (SELECT * FROM device_work WHERE serial = ANY($1) OFFSET 0) d
    JOIN k ON d.device_id = k.device_id AND ${hereOrAnywhere('d.station_id')} AND ${inWindow('d.at')}
    WHERE k.kind = 'device'`;

export interface Fitting {
  readonly containment_id: string;
  readonly serial: string;
}

/** Only what these touch is looked at. */
export interface Touched {
  /** Containments: all of their units. */
  readonly containments: readonly string[];
  readonly executions: readonly string[];
  readonly serials: readonly string[];
}

/** Of containments in force. Units that hold units which fit are in it too. */
export async function fittingUnits(
  tx: Queries,
  { containments, executions, serials }: Touched,
): Promise<readonly Fitting[]> {
  const [any] = await tx.query<{ n: number }>(
    'SELECT count(*)::int AS n FROM containment WHERE kind IS NOT NULL AND lifted_at IS NULL',
  );
  if (any === undefined || any.n === 0) return [];
  const found: Fitting[] = [];
  for (const [sql, keys] of [
    [ofContainments, containments],
    [ofRuns, executions],
    [ofUnits, serials],
  ] as const)
    if (keys.length > 0) found.push(...(await tx.query<Fitting>(sql, [keys])));
  return withHolders(
    tx,
    found.filter(({ serial }) => (serial as string | null) !== null),
  );
}

/** And the units that these went into, level by level. */
async function withHolders(tx: Queries, found: readonly Fitting[]): Promise<readonly Fitting[]> {
  const all = new Map(found.map((each) => [JSON.stringify([each.containment_id, each.serial]), each]));
  let newest = [...all.values()];
  while (newest.length > 0) {
    const rows = await tx.query<Fitting>(
      `SELECT DISTINCT n.containment_id, e.serial FROM unnest($1::text[], $2::text[]) AS n (containment_id, serial)
       JOIN component c ON c.component_serial = n.serial JOIN execution e USING (execution_id)
       WHERE e.serial IS NOT NULL AND ${fitted}`,
      [newest.map((each) => each.containment_id), newest.map(({ serial }) => serial)],
    );
    newest = rows.filter((each) => !all.has(JSON.stringify([each.containment_id, each.serial])));
    for (const each of newest) all.set(JSON.stringify([each.containment_id, each.serial]), each);
  }
  return [...all.values()];
}
