/**
 * Energy of a machine over days in the plant view, on PostgreSQL: a year of a machine that works 16 hours a day with a unit each
 * minute (so two facts of the meter and a count each minute) and a state each ten minutes. From the facts, and from the hours that
 * the server keeps; both give the same.
 */
import { releasedConfiguration } from '#server/configuration.ts';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { energyOverview } from '#server/energy/read.ts';
import { sumUp } from '#server/oee/sum-up.ts';
import { wholePlant } from '#server/rpc/sight.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { demoConfiguration } from '#tests/support/plant-server.ts';
import { printRows, type BenchRow } from './row.ts';

const dayMs = 86_400_000;
/** A midnight of the demo plant. */
const first = Date.UTC(2025, 9, 31, 23);
const days = 365;
const now = first + days * dayMs;
const month = { from: '2026-10-01', to: '2026-10-30' };
const year = { from: '2025-11-01', to: '2026-10-31' };
const states = ['producing', 'waiting', 'producing', 'starved', 'producing', 'fault', 'producing', 'blocked', 'setup'];

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster({ settings: { jit: 'off' } });
  const db = openPg({ url: await cluster.createDatabase('energy') });
  try {
    await migrate(db);
    const force = releasedConfiguration(demoConfiguration)();
    const press = force.catalogue.machine('press-p1');
    if (press === null) throw new Error('the demo plant has no press-p1');
    await db.execute(
      `INSERT INTO machine_slice
       SELECT $3, $1 + d * ${dayMs}::bigint + s * 600000, ($2::text[])[1 + (d * 7 + s) % 9], NULL, NULL, 'WO-' || (d * 4 + s / 24),
         'PMP-100', '10', NULL, 'ST10' FROM generate_series(0, ${days - 1}) d, generate_series(36, 131) s`,
      [first, states, press.id],
    );
    await db.execute(
      `INSERT INTO machine_energy SELECT $2, $1 + d * ${dayMs}::bigint + s * each, $1 + d * ${dayMs}::bigint + (s + 1) * each, 95, 0,
         0.001, 'kW.h', 'ST10' FROM generate_series(0, ${days - 1}) d, (
           SELECT 30000 AS each, generate_series(720, 2639) AS s UNION ALL SELECT 900000, generate_series(0, 23)
           UNION ALL SELECT 900000, generate_series(88, 95)) t`,
      [first, press.id],
    );
    await db.execute(
      `INSERT INTO machine_count
       SELECT $2, $1 + d * ${dayMs}::bigint + s * 60000, $1 + d * ${dayMs}::bigint + (s + 1) * 60000, 'counted', 3, NULL, 0,
         '{19400,19500,19300}', 'WO-' || (d * 4 + s / 240), 'PMP-100', '10', 'ST10'
       FROM generate_series(0, ${days - 1}) d, generate_series(360, 1319) s`,
      [first, press.id],
    );
    await db.execute(
      `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state, clock_drift_ms,
         unsent_count, devices_down, blobs_waiting) VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)`,
      [new Date(now)],
    );
    await db.execute('ANALYZE', []);
    const used = async (range: typeof month): Promise<number | undefined> =>
      (await energyOverview(db, force, range, now, wholePlant)).machines[0]?.sums.energy;
    const times = async (range: typeof month, rounds: number): Promise<number> => {
      const found: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const began = performance.now();
        await used(range);
        found.push(performance.now() - began);
      }
      return found.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    };
    const told = await used(month);
    const slow = await times(month, 5);
    const began = performance.now();
    while (await sumUp(db, force, press, now));
    const summing = performance.now() - began;
    if ((await used(month)) !== told) throw new Error('hours do not give what the facts do');
    const row = (name: string, value: number, floor: number | null, limit: number): BenchRow => {
      return {
        name,
        value,
        unit: 'ms',
        floor,
        ratio: floor === null ? null : value / floor,
        target: `< ${limit} ms`,
        met: value < limit,
      };
    };
    return [
      row('30 days, the floor: from the facts', slow, null, 1_000),
      row('30 days, from kept hours', await times(month, 9), slow, 100),
      row('365 days, from kept hours', await times(year, 5), null, 1_000),
      row('a year summed up, energy and time model', summing, null, 60_000),
    ];
  } finally {
    await db.close();
    await cluster.remove();
  }
}

if (import.meta.main) printRows(await run());
