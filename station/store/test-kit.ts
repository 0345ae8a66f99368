/** What the store's tests share: a folder of their own, a clock moved by hand, two small projections and real events. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, type DomainEvent } from '#contract/events/index.ts';
import type { Clock } from '../clock.ts';
import type { Projection } from './projection.ts';
import { openStore, type AppendMeta, type Store, type StoreOptions } from './store.ts';

export interface ManualClock extends Clock {
  advance(ms: number): void;
}

export function manualClock(start = 1_760_000_000_000): ManualClock {
  let elapsed = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => start + elapsed,
    monotonic: () => elapsed,
    setTimer(ms, run) {
      const timer = { at: elapsed + ms, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    advance(ms) {
      const until = elapsed + ms;
      for (;;) {
        const next = [...timers].filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!next) break;
        timers.delete(next);
        elapsed = next.at;
        next.run();
      }
      elapsed = until;
    },
  };
}

export const unitProjection: Projection = {
  name: 'test-unit',
  version: 1,
  tables: ['test_unit', 'test_value'],
  ddl: `
    CREATE TABLE test_unit (serial TEXT PRIMARY KEY, orderId TEXT NOT NULL, status TEXT NOT NULL, seq INTEGER NOT NULL) STRICT;
    CREATE INDEX test_unit_by_order ON test_unit (orderId);
    CREATE TABLE test_value (executionId TEXT, at INTEGER, seq INTEGER, value REAL, PRIMARY KEY (executionId, seq)) STRICT;
  `,
  apply(db, stored) {
    switch (stored.type) {
      case 'unit.created':
        db.run(
          'INSERT INTO test_unit (serial, orderId, status, seq) VALUES (?, ?, ?, ?)',
          stored.body.serial,
          stored.body.orderId,
          'open',
          stored.seq,
        );
        break;
      case 'unit.scrapped':
        db.run("UPDATE test_unit SET status = 'scrapped', seq = ? WHERE serial = ?", stored.seq, stored.body.serial);
        break;
      case 'measurement.recorded':
        db.run(
          'INSERT INTO test_value (executionId, at, seq, value) VALUES (?, ?, ?, ?)',
          stored.body.executionId,
          stored.at,
          stored.seq,
          stored.body.reading.value,
        );
        break;
      default:
    }
  },
};

export const countProjection: Projection = {
  name: 'test-count',
  version: 1,
  tables: ['test_count'],
  ddl: 'CREATE TABLE test_count (type TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;',
  apply(db, stored) {
    db.run('INSERT INTO test_count (type, n) VALUES (?, 1) ON CONFLICT (type) DO UPDATE SET n = n + 1', stored.type);
  },
};

export const projections: readonly Projection[] = [unitProjection, countProjection];

export const unitCreated = (serial: string, orderId = 'WO-1'): DomainEvent =>
  event('unit.created', {
    serial,
    orderId,
    materialId: 'M-100',
    definitionId: 'press-fit',
    revision: 'A',
    passed: [],
  });

export const measured = (executionId: string, value: number): DomainEvent =>
  event('measurement.recorded', {
    executionId,
    stepId: 'measure-depth',
    attempt: 1,
    characteristicId: 'depth',
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
      receivedAt: 1_760_000_000_000,
    },
    gaugeId: null,
    nominal: 12,
    lower: 11.9,
    upper: 12.1,
    acceptance: null,
    verdict: 'ok',
  });

export const meta = (commandId: string | null = null, at = 1_760_000_000_000): AppendMeta => ({
  actor: { kind: 'person', id: 'anna' },
  commandId,
  at,
  bootId: 'boot-1',
  monoMs: 12,
  config: 'c'.repeat(64),
});

export interface Folder extends Disposable {
  readonly path: string;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'linewright-store-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export const open = (folder: string, options: Partial<StoreOptions> = {}): Store =>
  openStore({ folder, stationId: 'st-10', projections, clock: manualClock(), minFreeBytes: 0, ...options });
