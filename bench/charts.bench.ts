/**
 * One more point on a control chart with zones, limits by phase and signals, against bare uPlot told the same points on
 * a canvas of the same size (1,200 x 400), turn by turn in one page until the pixels are there; and 20 charts at 10 Hz. Bare
 * uPlot is handed every point with each update, as the control chart is; that the chart thins them to the columns of pixels
 * before it hands them on is part of what is measured. The least of the rounds counts, the median is told beside it.
 */
import { systemPart } from '../tests/support/system.ts';
import { openStage } from '../tests/renderer/chart-stage/open.ts';
import { printRows, type BenchRow } from './row.ts';

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

export async function run(): Promise<BenchRow[]> {
  const chromium = systemPart('chromium');
  if (chromium === null) throw new Error('Chromium is needed: apt-get install chromium');
  const { page, close } = await openStage(chromium, { width: 1920, height: 1080 });
  try {
    const rows: BenchRow[] = [];
    for (const points of [100_000, 1_000_000]) {
      const { bareMs, chartMs } = (await page.evaluate(`stage.race(${points}, 41)`)) as {
        bareMs: number[];
        chartMs: number[];
      };
      const [value, floor] = [Math.min(...chartMs), Math.min(...bareMs)];
      console.error(
        `${points.toLocaleString('en')} points: chart least ${value.toFixed(1)} ms, median ${median(chartMs).toFixed(1)}; bare least ${floor.toFixed(1)}, median ${median(bareMs).toFixed(1)} (${chartMs.length} rounds)`,
      );
      rows.push({
        name: `a point more at ${points.toLocaleString('en')}, floor bare uPlot`,
        value,
        unit: 'ms',
        floor,
        ratio: value / floor,
        target: '<= 1.3 x',
        met: value / floor <= 1.3,
      });
    }
    const ticks = (await page.evaluate('stage.many(20, 60)')) as number[];
    rows.push({
      name: '20 live charts of 200 points, one tick of 10 Hz',
      value: median(ticks),
      unit: 'ms',
      floor: null,
      ratio: null,
      target: '< 25 ms',
      met: median(ticks) < 25,
    });
    return rows;
  } finally {
    await close();
  }
}

if (import.meta.main) printRows(await run());
