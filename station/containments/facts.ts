/** What the rules of containments may know, read from the read model. */
import type { Criterion } from '#contract/containment.ts';
import type { ContainmentFacts } from '#domain/containments/facts.ts';
import type { Containment } from '#domain/containments/containment.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readContainment } from '#station/store/projections/containments.ts';

export const containmentFacts = (read: ReadModelReader): ContainmentFacts => ({
  find: (id) => readContainment(read, id)?.state ?? null,
  inForce: () =>
    read
      .all<{ readonly state: string }>(
        'SELECT state FROM containment WHERE in_force = 1 ORDER BY begun_at, containment_id',
      )
      .map(({ state }) => JSON.parse(state) as Containment),
  fitting: (criterion) => fittingUnits(criterion, read),
  held: (id) =>
    read
      .all<{ readonly serial: string }>(
        'SELECT serial FROM contained_unit WHERE containment_id = ? ORDER BY serial',
        id,
      )
      .map(({ serial }) => serial),
});

/** Serials of units that fit, and of units that hold them as components. */
export function fittingUnits(criterion: Criterion, read: ReadModelReader): readonly string[] {
  const { sql, values } = queryOf(criterion);
  return read
    .all<{ readonly serial: string }>(
      `WITH RECURSIVE fitting (serial) AS (
         ${sql}
         UNION SELECT c.serial FROM component c JOIN fitting f ON c.component_serial = f.serial WHERE c.removed = 0)
       SELECT serial FROM fitting ORDER BY serial`,
      ...values,
    )
    .map(({ serial }) => serial);
}

function queryOf(criterion: Criterion): { readonly sql: string; readonly values: readonly (string | number | null)[] } {
  switch (criterion.kind) {
    case 'lot':
      return {
        sql: 'SELECT serial FROM component WHERE lot = ? AND material_id = ? AND removed = 0',
        values: [criterion.lot, criterion.materialId],
      };
    case 'operation': {
      const { definitionId, operationId, stationId, from, until } = criterion;
      return {
        sql: `SELECT u.serial FROM unit u, json_each(u.state, '$.passed') p
          WHERE u.changed_at >= ? AND json_extract(u.state, '$.definitionId') = ?
            AND json_extract(p.value, '$.operationId') = ?
            AND (? IS NULL OR json_extract(p.value, '$.stationId') = ?)
            AND json_extract(p.value, '$.at') BETWEEN ? AND ?`,
        values: [
          Math.trunc(from),
          definitionId,
          operationId,
          stationId,
          stationId,
          from,
          until ?? Number.MAX_SAFE_INTEGER,
        ],
      };
    }
    case 'order':
      return { sql: 'SELECT serial FROM unit WHERE order_id = ?', values: [criterion.orderId] };
    case 'gauge':
      return {
        sql: 'SELECT serial FROM gauge_use WHERE gauge_id = ? AND at BETWEEN ? AND ?',
        values: [criterion.gaugeId, Math.trunc(criterion.from), Math.trunc(criterion.until ?? Number.MAX_SAFE_INTEGER)],
      };
    case 'device': {
      const { deviceId, stationId, from, until } = criterion;
      return {
        sql: `SELECT serial FROM device_use
          WHERE device_id = ? AND at BETWEEN ? AND ? AND (? IS NULL OR station_id = ?)`,
        values: [deviceId, Math.trunc(from), Math.trunc(until ?? Number.MAX_SAFE_INTEGER), stationId, stationId],
      };
    }
  }
}
