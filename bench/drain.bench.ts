/**
 * A station that comes back to its server with 100,000 facts: how long a scan takes to be answered while they are sent,
 * beside the same scans just before, when there was no server. Real server process on PostgreSQL (fsync on), real station
 * process; a scan goes in as the screen sends it, takes up a unit (facts written to disk) and is answered. After each scan
 * the unit's one step is confirmed, so that every scan is of a fresh unit.
 * `node bench/drain.bench.ts [--json]`, `EVENTS` for another backlog.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { event } from '#contract/events/index.ts';
import { systemClock } from '#station/clock.ts';
import { projections } from '#station/store/projections/index.ts';
import { meta } from '#station/store/test-kit.ts';
import { openStore } from '#station/store/store.ts';
import type { Client } from '#tests/support/demo-line.ts';
import { confirm, known, quantile, startLineOfTwo } from './line-of-two.ts';
import { printRows, type BenchRow } from './row.ts';

const events = Number(process.env['EVENTS'] ?? 100_000);
const units = 2_500;
/** From one scan to the next. */
const everyMs = 12;
const withoutMs = 10_000;
const longestMs = 180_000;

export async function run(): Promise<BenchRow[]> {
  const line = await startLineOfTwo(units);
  try {
    const earlier = await line.startStation('ST10');
    await known(earlier.client, line.serial(units - 1));
    await earlier.child.kill('SIGTERM');
    await line.server.kill();
    record(line.folder('ST10'));

    const { client } = await line.startStation('ST10');
    let unit = 0;
    const scanUntil = async (over: () => boolean): Promise<number[]> => {
      const times: number[] = [];
      while (!over()) {
        const from = performance.now();
        times.push(await scan(client, line.serial(unit++)));
        await confirm(client);
        await pause(Math.max(0, everyMs - (performance.now() - from)));
      }
      return times;
    };
    for (let n = 0; n < 20; n += 1) await scanUntil(() => unit > n);
    const end = performance.now() + withoutMs;
    const without = await scanUntil(() => performance.now() > end);

    await line.server.start();
    const head = async (): Promise<number> =>
      Number(
        (
          await line.database.cluster?.query<{ n: string | null }>(
            `SELECT sum(head_seq) AS n FROM stream WHERE station_id = 'ST10'`,
            'linewright',
          )
        )?.[0]?.n ?? 0,
      );
    const atFirst = await head();
    const limit = performance.now() + longestMs;
    while ((await head()) === atFirst) {
      if (performance.now() > limit) throw new Error('the station did not begin to send');
      await pause(20);
    }
    const begun = performance.now();
    let drained = false;
    const scanning = scanUntil(() => drained || performance.now() > limit);
    while ((await head()) < atFirst + events) {
      if (performance.now() > limit) throw new Error(`${await head()} of ${events} events arrived`);
      await pause(50);
    }
    const seconds = (performance.now() - begun) / 1_000;
    drained = true;
    const during = await scanning;

    const row = (name: string, value: number, unitOf: string, more: Partial<BenchRow> = {}): BenchRow => ({
      name: `drain: ${name}`,
      value,
      unit: unitOf,
      floor: null,
      ratio: null,
      target: 'for information',
      met: true,
      ...more,
    });
    const p99 = quantile(during, 0.99);
    const floor = quantile(without, 0.99);
    return [
      row(
        `scan answered, p50 of ${during.length}, beside ${without.length} without a drain`,
        quantile(during, 0.5),
        'ms',
        {
          floor: quantile(without, 0.5),
          ratio: quantile(during, 0.5) / quantile(without, 0.5),
        },
      ),
      row('scan answered, p99', p99, 'ms', { floor, ratio: p99 / floor, target: '< 100 ms', met: p99 < 100 }),
      row('slowest scan', Math.max(...during), 'ms', { floor: Math.max(...without) }),
      row(`${events.toLocaleString('en')} events drained`, events / seconds, '1/s'),
    ];
  } finally {
    await line.stop();
  }
}

/** The backlog, in the store of the station while it does not run. */
function record(folder: string): void {
  const store = openStore({ folder, stationId: 'ST10', projections, clock: systemClock });
  try {
    for (let left = events; left > 0; left -= 100)
      store.append(
        Array.from({ length: Math.min(100, left) }, () => event('station.stopped', { reason: 'x'.repeat(60) })),
        meta(null, Date.now()),
      );
  } finally {
    store.close();
  }
}

async function scan(client: Client, serial: string): Promise<number> {
  const from = performance.now();
  const outcome = await client.scan.submit({ text: serial, source: 'wedge' });
  if (outcome.result !== 'accepted') throw new Error(`${serial}: ${JSON.stringify(outcome)}`);
  return performance.now() - from;
}

if (import.meta.main) printRows(await run());
