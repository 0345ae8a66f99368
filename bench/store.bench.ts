/**
 * One accepted event (schema, record, hash, read model, command id; one transaction) against a bare commit of one row,
 * both WAL with synchronous=FULL, on the same disk, in short alternating rounds so that other load meets both alike.
 * `node bench/store.bench.ts [--json] [--quick]`
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { event } from '#contract/events/index.ts';
import { systemClock } from '#station/clock.ts';
import type { Projection } from '#station/store/projection.ts';
import { openStore } from '#station/store/store.ts';
import { printRows, type BenchRow } from './row.ts';

/** A row per value, a row per step that is updated, and a count: what a measured value touches. */
const projection: Projection = {
  name: 'bench',
  version: 1,
  tables: ['bench_value', 'bench_step', 'bench_execution'],
  ddl: `
    CREATE TABLE bench_value (executionId TEXT NOT NULL, seq INTEGER NOT NULL, characteristicId TEXT NOT NULL, value REAL,
      verdict TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (executionId, seq)) STRICT, WITHOUT ROWID;
    CREATE INDEX bench_value_by_characteristic ON bench_value (characteristicId, seq);
    CREATE TABLE bench_step (executionId TEXT NOT NULL, stepId TEXT NOT NULL, done INTEGER NOT NULL,
      PRIMARY KEY (executionId, stepId)) STRICT, WITHOUT ROWID;
    CREATE TABLE bench_execution (executionId TEXT PRIMARY KEY, lastSeq INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
  apply(db, stored) {
    if (stored.type !== 'measurement.recorded') return;
    const { executionId, stepId, characteristicId, reading, verdict } = stored.body;
    db.run(
      'INSERT INTO bench_value (executionId, seq, characteristicId, value, verdict, at) VALUES (?, ?, ?, ?, ?, ?)',
      executionId,
      stored.seq,
      characteristicId,
      reading.value,
      verdict,
      stored.at,
    );
    db.run(
      `INSERT INTO bench_step (executionId, stepId, done) VALUES (?, ?, 1)
       ON CONFLICT (executionId, stepId) DO UPDATE SET done = done + 1`,
      executionId,
      stepId,
    );
    db.run(
      `INSERT INTO bench_execution (executionId, lastSeq) VALUES (?, ?)
       ON CONFLICT (executionId) DO UPDATE SET lastSeq = excluded.lastSeq`,
      executionId,
      stored.seq,
    );
  },
};

const measured = (execution: number, value: number) =>
  event('measurement.recorded', {
    executionId: `E-${execution}`,
    stepId: `step-${execution % 7}`,
    attempt: 1,
    characteristicId: `characteristic-${execution % 12}`,
    index: 1,
    reading: {
      value,
      unit: 'mm',
      entry: 'device',
      deviceId: 'caliper',
      tagId: 'caliper.value',
      quality: 'good',
      status: 'Good',
      sourceAt: null,
      receivedAt: Date.now(),
    },
    gaugeId: null,
    nominal: 12,
    lower: 11.9,
    upper: 12.1,
    acceptance: null,
    verdict: 'ok',
  });

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(q * (sorted.length - 1))] ?? 0;

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-'));
  const rounds = process.argv.includes('--quick') ? 40 : 200;
  const perRound = 25;
  try {
    const store = openStore({ folder, stationId: 'bench', projections: [projection], clock: systemClock });
    const bare = new Database(join(folder, 'bare.db'));
    bare.pragma('journal_mode = WAL');
    bare.pragma('synchronous = FULL');
    bare.exec('CREATE TABLE event (seq INTEGER PRIMARY KEY, record TEXT NOT NULL) STRICT');
    const insert = bare.prepare('INSERT INTO event (record) VALUES (?)');
    // As long as a record of ours, so that the disk is given the same fact.
    const text = 'x'.repeat(720);
    const times: { readonly ours: number[]; readonly floor: number[] } = { ours: [], floor: [] };
    let execution = 0;
    const one = {
      ours() {
        execution += 1;
        store.append([measured(Math.floor(execution / 20), 12 + (execution % 100) / 1_000)], {
          actor: { kind: 'person', id: 'anna' },
          commandId: randomUUID(),
          at: Date.now(),
          bootId: 'boot',
          monoMs: performance.now(),
          config: 'c'.repeat(64),
        });
      },
      floor() {
        insert.run(text);
      },
    };
    for (let i = 0; i < 200; i += 1) {
      one.ours();
      one.floor();
    }
    for (let round = 0; round < rounds; round += 1) {
      for (const side of round % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const)) {
        for (let i = 0; i < perRound; i += 1) {
          const from = performance.now();
          one[side]();
          times[side].push(performance.now() - from);
        }
      }
    }
    const record = Buffer.byteLength(store.records(0, 1)[0]?.record ?? '');
    const equal = store.rebuild().equal;
    const fault = store.verifyChain().fault;
    if (!equal || fault || record < 500) throw new Error('what was measured does not hold');
    store.close();
    bare.close();
    const rate = (list: readonly number[]): number => (1_000 * list.length) / list.reduce((sum, ms) => sum + ms, 0);
    const [rateOurs, rateFloor] = [rate(times.ours), rate(times.floor)];
    times.ours.sort((a, b) => a - b);
    times.floor.sort((a, b) => a - b);
    const row = (name: string, unit: string, value: number, floor: number, target: string, met: boolean): BenchRow => ({
      name,
      value,
      unit,
      floor,
      ratio: value / floor,
      target,
      met,
    });
    const p = (q: number): [number, number] => [quantile(times.ours, q), quantile(times.floor, q)];
    const [p50, p99] = [p(0.5), p(0.99)];
    return [
      row('store: accepted events', '1/s', rateOurs, rateFloor, 'ratio >= 0.5', rateOurs / rateFloor >= 0.5),
      row('store: accepted event, p50', 'ms', ...p50, 'for information', true),
      row('store: accepted event, p99', 'ms', ...p99, 'ratio <= 2', p99[0] / p99[1] <= 2),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) printRows(await run());
