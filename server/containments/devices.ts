/** Devices that can be contained, and where they are: by the configuration, and by what was heard of it; of one that is exchanged only the latter tells. */
import type { Criterion } from '#contract/containment.ts';
import type { PlantFault } from '#contract/plant/base.ts';
import { criterionFaults } from '#domain/containments/decide.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import { asPlantFault } from '../reason-fault.ts';

/** What stands against a criterion by itself, by the configuration and by what was heard. */
export async function faultsOf(db: Queries, criterion: Criterion, force: InForce): Promise<readonly PlantFault[]> {
  const isHeard = criterion.kind === 'device' && (await isHeardOf(db, criterion.deviceId));
  return criterionFaults(criterion, force, isHeard).map(asPlantFault);
}

/** By id of the device, its stations in order. What only scans serves no unit. */
export async function stationsOfDevices(
  db: Queries,
  { configuration }: InForce,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, Set<string>>();
  const add = (deviceId: string, stationId: string): void =>
    void found.set(deviceId, (found.get(deviceId) ?? new Set()).add(stationId));
  for (const { id, devices, scanners } of configuration.stations)
    for (const device of devices) if (!scanners.includes(device)) add(device, id);
  for (const table of ['measured_value', 'device_work'] as const)
    for (const { device_id: device, station_id: station } of await heardOf(db, table)) add(device, station);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, stations]) => [id, [...stations].sort()]));
}

interface Pair {
  readonly device_id: string;
  readonly station_id: string;
}
/** From one pair to the next by the index, so that it costs as many steps as there are pairs, not facts. */
const heardOf = (db: Queries, table: 'measured_value' | 'device_work'): Promise<Pair[]> =>
  db.query<Pair>(
    `WITH RECURSIVE pair AS (
       (SELECT device_id, station_id FROM ${table} WHERE device_id IS NOT NULL ORDER BY device_id, station_id LIMIT 1)
       UNION ALL
       SELECT n.* FROM pair p, LATERAL (SELECT device_id, station_id FROM ${table}
         WHERE device_id IS NOT NULL AND (device_id, station_id) > (p.device_id, p.station_id)
         ORDER BY device_id, station_id LIMIT 1) n)
     SELECT device_id, station_id FROM pair`,
  );

async function isHeardOf(db: Queries, deviceId: string): Promise<boolean> {
  const [row] = await db.query<{ heard: boolean }>(
    `SELECT EXISTS (SELECT FROM measured_value WHERE device_id = $1)
       OR EXISTS (SELECT FROM device_work WHERE device_id = $1) AS heard`,
    [deviceId],
  );
  return row?.heard ?? false;
}
