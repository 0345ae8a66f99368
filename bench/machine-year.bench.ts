/**
 * A year of one machine on PostgreSQL (fsync on): 500,000 slices and 5 million counts of a piece each, 2,000 explained stops, in
 * the tables of the read model; summed up by the functions of the server's worker; OEE by day of all of it asked of the server over
 * its WebSocket as the plant view does. Each day is compared with what the rules (domain/oee) compute from the facts of the day,
 * read by plain SQL. The floor of the answer is one plain sum over the same rows of sums.
 * `node bench/machine-year.bench.ts [--json] [--days N]`
 */
import { parseArgs } from 'node:util';
import type { Configuration } from '#contract/config/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { Sums } from '#contract/rpc/oee.ts';
import { event } from '#contract/events/index.ts';
import type { Count } from '#domain/machines/counted.ts';
import type { Slice } from '#domain/machines/series.ts';
import { periodsOf } from '#domain/oee/periods.ts';
import { sumOf } from '#domain/oee/sums.ts';
import { oeeViewOf } from '#domain/oee/view.ts';
import { evolveStop, type StopCard } from '#domain/stops/card.ts';
import { defaultSessionRules } from '#server/accounts/sessions.ts';
import { systemClock } from '#server/clock.ts';
import { composePlant } from '#server/compose.ts';
import { releasedConfiguration, type InForce } from '#server/configuration.ts';
import type { Db } from '#server/db/db.ts';
import { migrate } from '#server/db/migrate.ts';
import { openPg } from '#server/db/pg.ts';
import { createLog } from '#server/log.ts';
import { sumColumns } from '#server/oee/columns.ts';
import { sumUp } from '#server/oee/sum-up.ts';
import { demoConfiguration, signedIn } from '#tests/support/plant-view.ts';
import { startCluster } from '#tests/support/postgres.ts';
import { printRows, type BenchRow } from './row.ts';

const { values } = parseArgs({ strict: false, options: { days: { type: 'string', default: '365' } } });
const days = Number(values.days);
const slices = Math.round((500_000 * days) / 365);
const counts = slices * 10;
/** Every so many slices the machine stands long, and somebody says why. */
const everyStop = 250;
const machineId = 'press-p1';
const dayMs = 86_400_000;
/** Nearly an hour is not summed up yet: it is computed for each answer. */
const now = Date.parse('2026-11-26T11:55:00Z');
const rounds = 15;

/** The demo plant, working every day, with a machine that makes a piece every three seconds. */
function configurationOf(): Configuration {
  const demo = demoConfiguration();
  return {
    ...demo,
    hash: 'machine-year',
    plant: {
      ...demo.plant,
      shifts: demo.plant.shifts.map((shift) => ({
        ...shift,
        days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      })),
    },
    machines: (demo.machines ?? []).map((machine) => ({
      ...machine,
      rates: machine.rates.map((rate) => ({ ...rate, cycleMs: 2_500, taktMs: 2_500 })),
    })),
  };
}

/** Slices of random lengths that tile the time, and counts that tile those that produce. */
async function writeFacts(db: Db, from: number): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.execute('SELECT setseed(0.42)');
    await tx.execute(
      `INSERT INTO machine_slice (machine_id, began_at, state, told, alarm, order_id, definition_id, operation_id, station_id)
       WITH drawn AS (
         SELECT n, CASE WHEN n % ${everyStop} = 0 THEN 60 ELSE 0.2 + random() END AS weight, random() AS luck
         FROM generate_series(1, $2::int) AS n
       ), laid AS (
         SELECT n, luck, sum(weight) OVER (ORDER BY n) - weight AS before, sum(weight) OVER () AS whole FROM drawn
       ), begun AS (SELECT n, luck, $3::bigint + floor(before / whole * ($4::bigint - $3::bigint))::bigint AS at FROM laid)
       SELECT $1, at, CASE
           WHEN n % ${everyStop} = 0 THEN 'fault'
           WHEN n % ${everyStop} IN (1, ${everyStop - 1}) OR luck < 0.6 THEN 'producing'
           WHEN luck < 0.7 THEN 'waiting' WHEN luck < 0.78 THEN 'starved' WHEN luck < 0.86 THEN 'blocked'
           WHEN luck < 0.92 THEN 'held' WHEN luck < 0.96 THEN 'fault' WHEN luck < 0.98 THEN 'setup'
           WHEN luck < 0.99 THEN 'maintenance' ELSE 'no-data' END,
         NULL, CASE WHEN n % ${everyStop} = 0 THEN 'E-' || n % 17 END,
         -- Another order every four hours; none in every tenth of them.
         CASE WHEN at / 14400000 % 10 <> 0 THEN 'WO-' || at / 14400000 END,
         CASE WHEN at / 14400000 % 10 <> 0 THEN 'PMP-100' END, CASE WHEN at / 14400000 % 10 <> 0 THEN '10' END, 'ST10'
       FROM begun`,
      [machineId, slices, from, now],
    );
    await tx.execute(
      `INSERT INTO machine_count (machine_id, from_at, to_at, kind, produced, good, scrap, cycles_ms, order_id, definition_id,
         operation_id, station_id)
       WITH ended AS (
         SELECT *, coalesce(lead(began_at) OVER (ORDER BY began_at), $2::bigint) AS end_at FROM machine_slice WHERE machine_id = $1
       ), producing AS (
         SELECT *, row_number() OVER (ORDER BY began_at) AS place, count(*) OVER () AS all_of FROM ended WHERE state = 'producing'
       ), shared AS (
         SELECT *, ($3::bigint / all_of + CASE WHEN place <= $3::bigint % all_of THEN 1 ELSE 0 END)::int AS pieces FROM producing
       )
       SELECT $1, began_at + (end_at - began_at) * (piece - 1) / pieces, began_at + (end_at - began_at) * piece / pieces,
         CASE WHEN random() < 0.001 THEN 'gap' ELSE 'counted' END, 1, NULL, CASE WHEN random() < 0.02 THEN 1 ELSE 0 END,
         ARRAY[(end_at - began_at)::float8 / pieces], order_id, definition_id, operation_id, 'ST10'
       FROM shared, generate_series(1, pieces) AS piece`,
      [machineId, now, counts],
    );
    await writeStops(tx);
    await tx.execute(
      `INSERT INTO station_status (station_id, heard_at, version, boot_id, started_at, config_hash, store_state, clock_drift_ms,
         unsent_count, devices_down, blobs_waiting) VALUES ('ST10', $1, '1', 'b', 1, 'c', 'ok', 0, 0, '{}', 0)`,
      [new Date(now)],
    );
  });
  for (const table of ['machine_slice', 'machine_count', 'stop']) await db.execute(`VACUUM ANALYZE ${table}`);
}

async function writeStops(tx: Pick<Db, 'query' | 'execute'>): Promise<void> {
  const long = await tx.query<{ began_at: number; end_at: number; order_id: string | null; alarm: string }>(
    `SELECT began_at, end_at, order_id, alarm FROM (
       SELECT *, lead(began_at) OVER (ORDER BY began_at) AS end_at FROM machine_slice) s
     WHERE alarm IS NOT NULL AND end_at IS NOT NULL ORDER BY began_at`,
  );
  const actor = { kind: 'person', id: 'mara.keller' } as const;
  const cards = long.map((row, n): StopCard => {
    const stopId = `stop-${n}`;
    const context = { orderId: row.order_id, definitionId: null, operationId: null };
    const at = row.end_at;
    const category = (['down', 'planned', 'delay', 'maintenance', 'setup'] as const)[n % 5] ?? 'down';
    const facts = [
      event('stop.opened', { stopId, machineId, from: row.began_at, state: 'fault', alarm: row.alarm, context }),
      event('stop.ended', { stopId, machineId, to: row.end_at }),
      event('stop.classified', {
        stopId,
        machineId,
        partId: stopId,
        revision: 0,
        reason: {
          id: `r-${n % 5}`,
          title: { en: 'r', de: 'r' },
          category,
          loss: category === 'down' ? 'breakdown' : null,
        },
        note: '',
        offered: 1,
      }),
    ];
    const card = facts.reduce<StopCard | null>(
      (made, fact, seq) => evolveStop(made, { ...fact, stationId: 'ST10', seq: seq + 1, at, actor } as never),
      null,
    );
    if (card === null) throw new Error('the facts made no card');
    return card;
  });
  await tx.execute(
    `INSERT INTO stop (stop_id, card, station_id, machine_id, from_at, to_at, unexplained)
     SELECT id, card, 'ST10', $5, f, t, 0 FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS c (id, card, f, t)`,
    [
      cards.map(({ stopId }) => stopId),
      cards.map((card) => JSON.stringify(card)),
      cards.map(({ from }) => from),
      cards.map(({ to }) => to),
      machineId,
    ],
  );
}

/** What the rules say of a time, from facts read with a day more on either side. */
async function slowly(db: Db, force: InForce, from: number, to: number): Promise<Sums> {
  const machine = force.catalogue.machine(machineId);
  if (machine === null) throw new Error('the demo has no press');
  const rows = await db.query<{
    began_at: number;
    state: MachineState;
    alarm: string | null;
    order_id: string | null;
    definition_id: string | null;
    operation_id: string | null;
  }>('SELECT * FROM machine_slice WHERE machine_id = $1 AND began_at >= $2 AND began_at < $3 ORDER BY began_at', [
    machineId,
    from - dayMs,
    to + dayMs,
  ]);
  const known = rows.map((row, n): Slice => ({
    machineId,
    beganAt: row.began_at,
    endAt: rows[n + 1]?.began_at ?? Math.min(to + dayMs, now),
    state: row.state,
    told: null,
    alarm: row.alarm,
    context: { orderId: row.order_id, definitionId: row.definition_id, operationId: row.operation_id },
    restated: null,
  }));
  const cards = await db.query<{ card: string }>(
    'SELECT card FROM stop WHERE from_at < $2 AND to_at > $1 ORDER BY from_at',
    [from - dayMs, to + dayMs],
  );
  const pieces = await db.query<{
    from_at: number;
    to_at: number;
    kind: Count['kind'];
    produced: number;
    scrap: number;
    cycles_ms: number[];
    order_id: string | null;
    definition_id: string | null;
    operation_id: string | null;
  }>('SELECT * FROM machine_count WHERE machine_id = $1 AND from_at >= $2 AND from_at <= $3 ORDER BY from_at', [
    machineId,
    from - 60_000,
    to,
  ]);
  const facts = {
    slices: known,
    cards: cards.map(({ card }) => JSON.parse(card) as StopCard),
    counts: pieces
      .filter((row) => row.to_at > from)
      .map((row): Count => ({
        machineId,
        from: row.from_at,
        to: row.to_at,
        kind: row.kind,
        produced: row.produced,
        good: null,
        scrap: row.scrap,
        cyclesMs: row.cycles_ms,
        context: { orderId: row.order_id, definitionId: row.definition_id, operationId: row.operation_id },
      })),
    // No unit runs on the machine: its counter counts.
    units: [],
    retoldAt: null,
  };
  const { spans } = oeeViewOf(machine, { from, to, shift: null }, facts, { catalogue: force.catalogue, now: to });
  return sumOf(spans);
}

interface Times {
  readonly median: number;
  readonly most: number;
}
async function times(work: () => Promise<unknown>): Promise<Times> {
  const found: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const began = performance.now();
    await work();
    found.push(performance.now() - began);
  }
  return { median: found.toSorted((a, b) => a - b)[rounds >> 1] ?? NaN, most: Math.max(...found) };
}

export async function run(): Promise<BenchRow[]> {
  const cluster = await startCluster();
  const url = await cluster.createDatabase('year');
  const db = openPg({ url });
  const configuration = configurationOf();
  const force = releasedConfiguration(() => configuration)();
  const machine = force.catalogue.machine(machineId);
  if (machine === null) throw new Error('the demo has no press');
  try {
    await migrate(db);
    // The oldest of the days asked for is whole.
    const periods = periodsOf('day', days, now, configuration.plant.timeZone);
    const begin = periods[0]?.from ?? now;
    const wrote = performance.now();
    await writeFacts(db, begin);
    console.error(
      `${slices} slices and ${counts} counts written in ${((performance.now() - wrote) / 1_000).toFixed(1)} s`,
    );

    const beganUp = performance.now();
    while (await sumUp(db, force, machine, now));
    const upMs = performance.now() - beganUp;
    await db.execute('VACUUM ANALYZE machine_hour');
    const [size] = await db.query<{ sums: number; facts: number; rows: number }>(
      `SELECT pg_total_relation_size('machine_hour') AS sums, (SELECT count(*) FROM machine_hour) AS rows,
         pg_total_relation_size('machine_slice') + pg_total_relation_size('machine_count') + pg_total_relation_size('stop') AS facts`,
    );
    const plain = sumColumns.map(({ name }) => `sum(${name})::bigint AS ${name}`).join(', ');
    const floor = await times(() =>
      db.query(
        `SELECT hour_at / ${dayMs} AS day, ${plain} FROM machine_hour WHERE machine_id = $1 AND hour_at >= $2 GROUP BY 1`,
        [machineId, begin],
      ),
    );
    const beganRaw = performance.now();
    await db.query(
      `SELECT day, sum(produced)::bigint, sum(scrap)::bigint, max(busy)::bigint FROM (
         SELECT from_at / ${dayMs} AS day, produced, scrap, 0 AS busy FROM machine_count WHERE machine_id = $1
         UNION ALL SELECT began_at / ${dayMs}, 0, 0, lead(began_at) OVER (ORDER BY began_at) - began_at FROM machine_slice
         WHERE machine_id = $1) f GROUP BY day`,
      [machineId],
    );
    const rawMs = performance.now() - beganRaw;

    const plant = await composePlant({
      db: openPg({ url }),
      configuration,
      viewFolder: '/nowhere',
      tls: null,
      trustProxy: false,
      oidc: null,
      sessionRules: defaultSessionRules,
      clock: { ...systemClock, now: () => now },
      log: createLog('silent'),
    });
    try {
      const browser = await signedIn(await plant.listen('127.0.0.1', 0), 'emre.aydin', 'demo-engineer');
      const calls = await browser.calls();
      const ask = () => calls.oee.trend({ machineId, step: 'day', count: days });
      const beganFirst = performance.now();
      const answer = await ask();
      const firstMs = performance.now() - beganFirst;
      const asked = await times(ask);
      browser.close();
      if (answer === null) throw new Error('the server knows no such machine');

      const beganSlow = performance.now();
      let wrong = 0;
      let pieces = 0;
      for (const { from, to, sums } of answer.periods) {
        const slow = await slowly(db, force, from, Math.min(to, now));
        // Whole numbers, key by key in the order of the contract.
        if (columnsOf(slow) !== columnsOf(sums)) wrong += 1;
        pieces += sums.produced + sums.outside;
      }
      const slowMs = performance.now() - beganSlow;
      const row = (
        name: string,
        value: number,
        unit: string,
        more: Partial<Pick<BenchRow, 'floor' | 'target' | 'met'>> = {},
      ): BenchRow => ({
        name: `machine-year: ${name}`,
        value,
        unit,
        floor: more.floor ?? null,
        ratio: more.floor === undefined || more.floor === null ? null : value / more.floor,
        target: more.target ?? 'for information',
        met: more.met ?? true,
      });
      return [
        row(`OEE of ${answer.periods.length} days, median of ${rounds}`, asked.median, 'ms', {
          floor: floor.median,
          target: '< 300 ms',
          met: asked.median < 300,
        }),
        row('the same, slowest', asked.most, 'ms', { floor: floor.most, target: '< 300 ms', met: asked.most < 300 }),
        row('the same, the first', firstMs, 'ms'),
        row('days that differ from the slow computation', wrong, '', {
          target: '0',
          met: wrong === 0 && !answer.pending,
        }),
        row('pieces that are in no day', counts - pieces, '', { target: '0', met: counts === pieces }),
        row('slow computation of all days', slowMs / 1_000, 's'),
        row('summed up', upMs / 1_000, 's', { floor: rawMs / 1_000 }),
        row('rows of sums', Number(size?.rows), ''),
        row('size of the sums', Number(size?.sums) / 1024 ** 2, 'MiB'),
        row('size of the facts', Number(size?.facts) / 1024 ** 2, 'MiB'),
      ];
    } finally {
      await plant.stop('measured');
    }
  } finally {
    await db.close();
    await cluster.remove();
  }
}

const columnsOf = (sums: Sums): string => sumColumns.map(({ of }) => of(sums)).join();

if (import.meta.main) printRows(await run());
