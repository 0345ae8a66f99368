/** What a person at a station who contains is offered, and what would go on hold here. */
import type { ContainmentPreview, Criterion } from '#contract/containment.ts';
import type { ContainmentOffer, offeredKinds } from '#contract/rpc/containments.ts';
import { readUnit } from '#station/store/projections/aggregates.ts';
import { placeOf } from '#station/units/view.ts';
import { criterionTitle, type ContainmentSources } from './view.ts';

const mostOffers = 50;
const mostShown = 20;
/** Further back nobody looks for a lot by a list, and the list answers at once in the largest store. */
const latestComponents = 20_000;

export function containmentOffer(
  { kind, since }: { readonly kind: (typeof offeredKinds)[number]; readonly since: number },
  sources: ContainmentSources,
): ContainmentOffer {
  const { catalogue } = sources.facts;
  const fitted = new Set(
    catalogue.definitions.flatMap(({ bom }) => bom.flatMap((line) => (line.trace === 'lot' ? [line.material] : []))),
  );
  return {
    offers: found(kind, since, sources).map(({ at, criterion }) => ({
      criterion,
      at,
      title: criterionTitle(criterion, sources.facts),
    })),
    materials: [...fitted].sort().map((id) => ({ id, title: catalogue.material(id)?.title ?? { en: id, de: id } })),
  };
}

interface Found {
  readonly criterion: Criterion;
  readonly at: number;
}
function found(
  kind: (typeof offeredKinds)[number],
  since: number,
  { read, facts }: ContainmentSources,
): readonly Found[] {
  const stationId = facts.station.id;
  switch (kind) {
    case 'lot':
      return read
        .all<{ readonly materialId: string; readonly lot: string; readonly at: number }>(
          `SELECT material_id AS materialId, lot, max(at) AS at FROM component
           WHERE lot IS NOT NULL AND removed = 0 AND id > (SELECT coalesce(max(id), 0) FROM component) - ?
           GROUP BY material_id, lot ORDER BY max(at) DESC, material_id, lot LIMIT ?`,
          latestComponents,
          mostOffers,
        )
        .map(({ at, ...lot }) => ({ at, criterion: { kind, ...lot } }));
    case 'operation':
      return read
        .all<{ readonly definitionId: string; readonly operationId: string; readonly at: number }>(
          `SELECT definition_id AS definitionId, operation_id AS operationId, max(at) AS at FROM bench_pass
           WHERE station_id = ? AND at >= ? GROUP BY definition_id, operation_id
           ORDER BY max(at) DESC, definition_id, operation_id LIMIT ?`,
          stationId,
          since,
          mostOffers,
        )
        .map(({ at, ...of }) => ({ at, criterion: { kind, ...of, stationId, from: since, until: null } }));
    case 'order':
      return read
        .all<{ readonly orderId: string; readonly at: number }>(
          `SELECT order_id AS orderId, max(at) AS at FROM bench_pass WHERE station_id = ?
           GROUP BY order_id ORDER BY max(at) DESC, order_id LIMIT ?`,
          stationId,
          mostOffers,
        )
        .map(({ at, orderId }) => ({ at, criterion: { kind, orderId } }));
    case 'device':
      return read
        .all<{ readonly deviceId: string; readonly at: number }>(
          // From one device to the next by the index: the table has a row for every value.
          `WITH RECURSIVE device (id) AS (
             SELECT min(device_id) FROM device_use
             UNION ALL SELECT (SELECT min(device_id) FROM device_use WHERE device_id > id) FROM device WHERE id IS NOT NULL)
           SELECT * FROM (
             SELECT id AS deviceId, (SELECT at FROM device_use WHERE device_id = id AND station_id = ? AND at >= ?
               ORDER BY at DESC LIMIT 1) AS at FROM device WHERE id IS NOT NULL)
           WHERE at IS NOT NULL ORDER BY at DESC, deviceId LIMIT ?`,
          stationId,
          Math.trunc(since),
          mostOffers,
        )
        .map(({ at, deviceId }) => ({ at, criterion: { kind, deviceId, stationId, from: since, until: null } }));
  }
}

/** By the same query that puts them on hold; only the units that are shown are read whole. */
export function previewContainment(criterion: Criterion, { read, facts }: ContainmentSources): ContainmentPreview {
  const fits = `FROM unit WHERE serial IN (SELECT value FROM json_each(?)) AND status <> 'scrapped'`;
  const serials = JSON.stringify(facts.containments.fitting(criterion));
  const sum = read.get<{ readonly units: number; readonly onHold: number }>(
    `SELECT count(*) AS units, count(*) FILTER (WHERE status = 'held') AS onHold ${fits}`,
    serials,
  );
  const first = read
    .all<{ readonly serial: string }>(`SELECT serial ${fits} ORDER BY serial LIMIT ?`, serials, mostShown)
    .flatMap(({ serial }) => readUnit(read, serial) ?? []);
  return {
    units: sum?.units ?? 0,
    onHold: sum?.onHold ?? 0,
    first: first.map((unit) => ({ serial: unit.serial, status: unit.status, stationId: placeOf(unit) })),
  };
}
