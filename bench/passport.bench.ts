/**
 * From a unit's release at one station to its passport at the next: real server process on PostgreSQL (fsync on), two real
 * station processes, the road as in production, and other stations that send facts all the time. The clock begins before
 * the command that ends the operation is sent to the first station; it ends when the second, asked every 10 ms for the
 * unit as its screen does, says that the operation has passed.
 * `node bench/passport.bench.ts [--json] [--units N] [--others N]`
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { confirm, known, quantile, startLineOfTwo } from './line-of-two.ts';
import { printRows, type BenchRow } from './row.ts';
import { pumps, SimulatedStation } from './simulated-station.ts';

const { values } = parseArgs({
  strict: false,
  options: { units: { type: 'string', default: '200' }, others: { type: 'string', default: '20' } },
});
const units = Number(values.units);
const others = Number(values.others);
const othersPerSecond = 5;
const warmUnits = 10;
/** From one unit to the next: at a station of a line it is more. */
const everyMs = 250;
const askMs = 10;
const longestMs = 30_000;

export async function run(): Promise<BenchRow[]> {
  const stations = Array.from(
    { length: others },
    (_, n) => new SimulatedStation({ url: '', stationId: `SIM${n + 1}`, plantId: 'werk-sued' }),
  );
  const line = await startLineOfTwo(units + warmUnits, stations);
  for (const station of stations) station.url = line.server.url;
  let done = false;
  const working = stations.map((station) => work(station, () => done));
  try {
    const first = (await line.startStation('ST10')).client;
    const next = (await line.startStation('ST20')).client;
    const passedAt = async (serial: string): Promise<boolean> =>
      (await next.units.get({ serial }))?.operations.find(({ id }) => id === '10')?.status === 'passed';
    const times: number[] = [];
    for (let n = 0; n < units + warmUnits; n += 1) {
      const serial = line.serial(n);
      await known(first, serial);
      const started = await first.execution.start({ commandId: randomUUID(), serial });
      if (!started.ok) throw new Error(`${serial}: ${JSON.stringify(started.refusal)}`);
      const from = performance.now();
      await confirm(first);
      while (!(await passedAt(serial))) {
        if (performance.now() - from > longestMs)
          throw new Error(`${serial} did not come to ST20 within ${longestMs} ms`);
        await pause(askMs);
      }
      const took = performance.now() - from;
      if (n >= warmUnits) times.push(took);
      await pause(Math.max(0, everyMs - took));
    }
    done = true;
    const sent = (await Promise.all(working)).reduce((sum, each) => sum + each, 0);
    const row = (name: string, value: number, unit: string, target: string, met: boolean): BenchRow => ({
      name: `passport: ${name}`,
      value,
      unit,
      floor: null,
      ratio: null,
      target,
      met,
    });
    const p99 = quantile(times, 0.99);
    return [
      row('release to the next station, p50', quantile(times, 0.5), 'ms', 'for information', true),
      row(`release to the next station, p99 of ${times.length}`, p99, 'ms', '< 1000', p99 < 1_000),
      row('slowest', Math.max(...times), 'ms', 'for information', true),
      row(`events of ${others} other stations meanwhile`, sent, '', 'for information', true),
    ];
  } finally {
    done = true;
    await Promise.allSettled(working);
    for (const station of stations) station.close();
    await line.stop();
  }
}

/** @returns how many events it sent. */
async function work(station: SimulatedStation, over: () => boolean): Promise<number> {
  const facts = pumps(`${station.stationId}-`);
  await pause(Math.random() * 1_000);
  while (!over()) {
    station.add(facts.next().value);
    await station.sendOnce();
    await pause(1_000 / othersPerSecond);
  }
  return station.head.seq;
}

if (import.meta.main) printRows(await run());
