/**
 * A chart of a million points in the plant view, on PostgreSQL: the newest page of 1,000 points, a page from the middle, and
 * the whole from afar in 600 columns.
 */
import { releasedConfiguration } from '#server/configuration.ts';
import { chartOverview, chartPage } from '#server/control/charts.ts';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { wholePlant } from '#server/rpc/sight.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { demoConfiguration } from '#tests/support/plant-server.ts';
import { printRows, type BenchRow } from './row.ts';

const points = 1_000_000;
const rounds = 9;
const chart = { planId: 'PMP-100', characteristicId: 'bore-b', chartId: 'bore-b', stationId: 'ST10' };

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster({ settings: { jit: 'off' } });
  const db = openPg({ url: await cluster.createDatabase('charts') });
  try {
    await migrate(db);
    await db.execute(
      `INSERT INTO chart_point (point_id, chart_key, at, told_by, value, body)
       SELECT 'pt-' || i, $1, 1700000000000 + i * 1000, 'ST10', 24 + sin(i) / 100, json_build_object('pointId', 'pt-' || i,
         'values', json_build_array(json_build_object('value', 24 + sin(i) / 100, 'serial', 'S' || i, 'executionId', 'x' || i,
           'stepId', 'm', 'attempt', 1, 'index', 1)), 'counted', NULL, 'phaseId', NULL,
         'plots', json_build_array(json_build_object('plot', 'mean', 'value', 24 + sin(i) / 100, 'limits', NULL)))::text
       FROM generate_series(1, ${points}) AS i`,
      [`${chart.planId} ${chart.characteristicId} ${chart.chartId} ${chart.stationId}`],
    );
    await db.execute('VACUUM ANALYZE chart_point', []);
    const force = releasedConfiguration(demoConfiguration)();
    const times = async (work: () => Promise<unknown>): Promise<number> => {
      const found: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const began = performance.now();
        await work();
        found.push(performance.now() - began);
      }
      return found.toSorted((a, b) => a - b)[rounds >> 1] ?? Number.NaN;
    };
    const page = (before: string | null) => () => chartPage(db, force, { chart, limit: 1_000, before }, wholePlant);
    const row = (name: string, value: number, limit: number): BenchRow => ({
      name,
      value,
      unit: 'ms',
      floor: null,
      ratio: null,
      target: `< ${limit} ms`,
      met: value < limit,
    });
    return [
      row('newest 1,000 of 1,000,000 points, median', await times(page(null)), 100),
      row('1,000 from the middle', await times(page(`${1_700_000_000_000 + 500_000_000} `)), 100),
      row(
        'all 1,000,000 in 600 columns',
        await times(() => chartOverview(db, force, { chart, columns: 600 }, wholePlant)),
        1_000,
      ),
    ];
  } finally {
    await db.close();
    await cluster.remove();
  }
}

if (import.meta.main) printRows(await run());
