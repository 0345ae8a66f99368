/** What a person who contains is offered, and what would go on hold. */
import { randomUUID } from 'node:crypto';
import type { ContainmentPreview, Criterion } from '#contract/containment.ts';
import type { ContainmentChoices } from '#contract/plant/containments.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { noContainment } from '#domain/containments/containment.ts';
import type { InForce } from '../configuration.ts';
import type { Db, Queries } from '../db/db.ts';
import { seenGauges } from '../gauges/read.ts';
import { writeContainments } from '../projections/write-containments.ts';
import { unitSeen, unitValues, type Sight } from '../rpc/sight.ts';
import { faultsOf, stationsOfDevices } from './devices.ts';
import { fittingUnits } from './fitting.ts';

const lately = 60 * 86_400_000;
const mostChoices = 500;
const mostShown = 20;

/** Lots and orders are those of units that the person sees; materials are the plant's. */
export async function containmentChoices(
  db: Queries,
  force: InForce,
  sight: Sight,
  now: number,
): Promise<ContainmentChoices> {
  const { catalogue, configuration } = force;
  const values = [now - lately, mostChoices, ...unitValues(sight)];
  const lots = await db.query<{ materialId: string; lot: string }>(
    `SELECT c.material_id AS "materialId", c.lot FROM component c JOIN execution e USING (execution_id) JOIN unit u USING (serial)
     WHERE c.lot IS NOT NULL AND NOT c.removed AND c.at >= $1 AND ${unitSeen('u', 3)}
     GROUP BY c.material_id, c.lot ORDER BY max(c.at) DESC, c.material_id, c.lot LIMIT $2`,
    values,
  );
  const orders = await db.query<{ order_id: string }>(
    `SELECT u.order_id FROM execution e JOIN unit u USING (serial)
     WHERE u.order_id IS NOT NULL AND e.ended_at >= $1 AND ${unitSeen('u', 3)}
     GROUP BY u.order_id ORDER BY max(e.ended_at) DESC, u.order_id LIMIT $2`,
    values,
  );
  const named = <T extends ContainmentChoices['stations'][number]>({
    id,
    title,
  }: T): ContainmentChoices['stations'][number] => ({
    id,
    title,
  });
  // Of several revisions the last one's words.
  const definitions = new Map(
    catalogue.definitions
      .filter(({ id }) => sight.definitions === null || sight.definitions.ids.includes(id))
      .map((definition) => [definition.id, definition]),
  );
  return {
    materials: configuration.materials.map(named),
    lots,
    orders: orders.map(({ order_id: orderId }) => orderId),
    definitions: [...definitions.values()].map((definition) => ({
      ...named(definition),
      operations: definition.operations.map(named),
    })),
    stations: catalogue.stations.filter(({ id }) => sight.stations === null || sight.stations.includes(id)).map(named),
    gauges: seenGauges({ force, sight }).map(named),
    devices: devicesFor(await stationsOfDevices(db, force), force, sight),
  };
}

function devicesFor(
  all: ReadonlyMap<string, readonly string[]>,
  { catalogue }: InForce,
  { stations: seen }: Sight,
): ContainmentChoices['devices'] {
  return [...all].flatMap(([id, everyStation]) => {
    const stations = everyStation.filter((station) => seen === null || seen.includes(station));
    if (stations.length === 0) return [];
    return [
      {
        id,
        title: catalogue.device(id)?.title ?? { en: id, de: id },
        stations,
        everywhere: stations.length === everyStation.length,
        gaugeId: catalogue.gaugeOfDevice(id)?.id ?? null,
      },
    ];
  });
}

/**
 * By the same query that puts them on hold: a containment that nobody else ever sees.
 * @param sight of who may put on hold: whoever may not is told of no unit, and nothing is looked for
 */
export async function previewContainment(
  db: Db,
  force: InForce,
  criterion: Criterion,
  sight: Sight,
  now: number,
): Promise<PlantOutcome<ContainmentPreview>> {
  const [fault, ...more] = await faultsOf(db, criterion, force);
  if (fault !== undefined) return { ok: false, faults: [fault, ...more] };
  if (sight.lines?.length === 0) return { ok: true, value: { units: 0, onHold: 0, first: [] } };
  const containmentId = randomUUID();
  const told = { at: now, by: { kind: 'system' }, stationId: '@plant' } as const;
  const begun = { criterion, reason: '', nonconformanceId: null, ...told };
  const value = await db.transaction(async (tx): Promise<ContainmentPreview> => {
    await writeContainments(tx, {
      containments: new Map([[containmentId, { ...noContainment(containmentId), begun }]]),
    });
    const found = await fittingUnits(tx, { containments: [containmentId], executions: [], serials: [] });
    await tx.execute('DELETE FROM containment WHERE containment_id = $1', [containmentId]);
    const serials = found.map(({ serial }) => serial);
    // As they are held (react.ts): known from their beginning, and not scrapped.
    const fits = `u.serial = ANY($1) AND u.order_id IS NOT NULL AND u.status <> 'scrapped' AND ${unitSeen('u', 2)}`;
    const values = [serials, ...unitValues(sight)];
    const [sum] = await tx.query<{ units: number; on_hold: number }>(
      `SELECT count(*)::int AS units, (count(*) FILTER (WHERE status = 'held'))::int AS on_hold FROM unit u WHERE ${fits}`,
      values,
    );
    const first = await tx.query<{ serial: string; status: UnitStatus; stationId: string | null }>(
      `SELECT u.serial, u.status, u.station_id AS "stationId" FROM unit u WHERE ${fits} ORDER BY u.serial LIMIT $5`,
      [...values, mostShown],
    );
    return { units: sum?.units ?? 0, onHold: sum?.on_hold ?? 0, first };
  });
  return { ok: true, value };
}
