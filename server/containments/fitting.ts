/** Which units fit containments, over all stations: the genealogy as far as it was heard. */
import type { Queries } from '../db/db.ts';

/** A fitted component was not taken out again by a later fact of its run (as server/units/read.ts). */
const fitted = `NOT c.removed AND NOT EXISTS (
  SELECT FROM component r WHERE r.removed AND r.stream_id = c.stream_id AND r.seq > c.seq
    AND r.execution_id = c.execution_id AND r.bom_line = c.bom_line AND r.material_id = c.material_id
    AND r.lot IS NOT DISTINCT FROM c.lot AND r.component_serial IS NOT DISTINCT FROM c.component_serial)`;
const inWindow = (at: string): string => `${at} BETWEEN k.from_at AND coalesce(k.until_at, ${Number.MAX_SAFE_INTEGER})`;

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
  const told = `k.lifted_at IS NULL AND k.containment_id = ANY($1)`;
  const touched = (of: string, values: '$2' | '$3'): string => `k.lifted_at IS NULL AND ${of} = ANY(${values})`;
  // Each in two halves, so that each goes by its own index: containments that were told of, and runs or units that were.
  // OFFSET 0 keeps the views of uses apart from the containment: joined, all uses there ever were would be read.
  const found = await tx.query<Fitting>(
    `WITH station AS (SELECT DISTINCT station_id FROM stream)
     SELECT k.containment_id, e.serial FROM containment k
       JOIN component c ON c.lot = k.lot AND c.material_id = k.material_id JOIN execution e USING (execution_id)
       WHERE k.kind = 'lot' AND ${told} AND ${fitted}
     UNION SELECT k.containment_id, e.serial FROM component c JOIN execution e USING (execution_id)
       JOIN containment k ON c.lot = k.lot AND c.material_id = k.material_id
       WHERE k.kind = 'lot' AND ${touched('c.execution_id', '$2')} AND ${fitted}
     UNION SELECT k.containment_id, e.serial FROM containment k
       JOIN execution e ON e.station_id IN (SELECT station_id FROM station) AND e.outcome = 'passed'
         AND e.definition_id = k.definition_id AND e.operation_id = k.operation_id
         AND (k.at_station IS NULL OR e.station_id = k.at_station) AND ${inWindow('e.ended_at')}
       WHERE k.kind = 'operation' AND ${told}
     UNION SELECT k.containment_id, e.serial FROM execution e
       JOIN containment k ON e.definition_id = k.definition_id AND e.operation_id = k.operation_id
         AND (k.at_station IS NULL OR e.station_id = k.at_station) AND ${inWindow('e.ended_at')}
       WHERE k.kind = 'operation' AND e.outcome = 'passed' AND ${touched('e.execution_id', '$2')}
     UNION SELECT k.containment_id, u.serial FROM containment k JOIN unit u ON u.order_id = k.order_id
       WHERE k.kind = 'order' AND ${told}
     UNION SELECT k.containment_id, u.serial FROM unit u JOIN containment k ON u.order_id = k.order_id
       WHERE k.kind = 'order' AND ${touched('u.serial', '$3')}
     UNION SELECT k.containment_id, g.serial FROM containment k CROSS JOIN LATERAL
         (SELECT serial FROM gauge_use WHERE gauge_id = k.gauge_id AND ${inWindow('at')} OFFSET 0) g
       WHERE k.kind = 'gauge' AND ${told}
     UNION SELECT k.containment_id, e.serial FROM measured_value m JOIN execution e USING (execution_id)
       JOIN containment k ON m.gauge_id = k.gauge_id AND ${inWindow('m.at')}
       WHERE k.kind = 'gauge' AND ${touched('m.execution_id', '$2')}
     UNION SELECT k.containment_id, s.serial FROM gauge_sample s
       JOIN containment k ON s.gauge_id = k.gauge_id AND ${inWindow('s.at')}
       WHERE k.kind = 'gauge' AND ${touched('s.serial', '$3')}
     UNION SELECT k.containment_id, d.serial FROM containment k
       JOIN station s ON k.at_station IS NULL OR s.station_id = k.at_station CROSS JOIN LATERAL
         (SELECT serial FROM device_use u WHERE u.device_id = k.device_id AND u.station_id = s.station_id
            AND ${inWindow('u.at')} OFFSET 0) d
       WHERE k.kind = 'device' AND ${told}
     UNION SELECT k.containment_id, d.serial FROM device_use d JOIN containment k ON k.device_id = d.device_id
         AND (k.at_station IS NULL OR d.station_id = k.at_station) AND ${inWindow('d.at')}
       WHERE k.kind = 'device' AND ${touched('d.execution_id', '$2')}
     UNION SELECT k.containment_id, d.serial FROM device_work d JOIN containment k ON k.device_id = d.device_id
         AND (k.at_station IS NULL OR d.station_id = k.at_station) AND ${inWindow('d.at')}
       WHERE k.kind = 'device' AND ${touched('d.serial', '$3')}
     UNION SELECT k.containment_id, e.serial FROM component c JOIN execution e USING (execution_id)
       JOIN containment_hold h ON h.serial = c.component_serial JOIN containment k ON k.containment_id = h.containment_id
       WHERE k.kind IS NOT NULL AND ${touched('c.execution_id', '$2')} AND ${fitted}`,
    [containments, executions, serials],
  );
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
