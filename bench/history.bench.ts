/**
 * The history file at 50,000 values/s (5,000 tags x 100 ms, a flush per 200 ms): bytes per sample by kind of signal, CPU
 * against a plain row per value in the same transactions, and a tag-day at 10 Hz to the screen.
 * `node bench/history.bench.ts [--json] [--quick]`
 */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Clock } from '#station/clock.ts';
import { openHistory, type History } from '#station/history/history.ts';
import { printRows, type BenchRow } from './row.ts';

const tags = 5_000;
const periodMs = 100;
const flushMs = 200;
const startAt = 1_760_000_000_000;

type Signal = (tag: number, step: number) => number | boolean;

const adc = (): number => Math.floor(Math.random() * 16_384);
const kinds: Readonly<Record<string, { readonly signal: Signal; readonly target: number }>> = {
  counter: { signal: (tag, step) => tag * 1_000 + step, target: 2 },
  boolean: { signal: () => Math.random() < 0.5, target: 2 },
  '14-bit noise': { signal: adc, target: 4 },
  '14-bit noise x 0.01': { signal: () => adc() * 0.01, target: 4 },
  '14-bit noise x 10/16384': { signal: () => (adc() * 10) / 16_384, target: 4 },
  'random double': { signal: () => Math.random(), target: 10 },
};

/** A clock that is moved along with the samples. */
function movedClock(): Clock & { at: number } {
  const clock = {
    at: startAt,
    now: () => clock.at,
    monotonic: () => clock.at - startAt,
    setTimer: () => ({ cancel: () => {} }),
  };
  return clock;
}

/** What a subscription delivers: each tag every 100 ms at its own phase, 0 to 2 ms off, received up to 200 ms later. */
function feed(
  steps: number,
  signal: Signal,
  sample: (tag: number, value: number | boolean, sourceAt: number, receivedAt: number) => void,
  flush: (at: number) => void,
): void {
  const perFlush = flushMs / periodMs;
  for (let step = 0; step < steps; step += perFlush) {
    const receivedAt = startAt + (step + perFlush) * periodMs + Math.floor(Math.random() * 8);
    for (let tag = 0; tag < tags; tag += 1) {
      for (let k = step; k < step + perFlush; k += 1) {
        const sourceAt = startAt + k * periodMs + (tag % periodMs) + Math.floor(Math.random() * 3);
        sample(tag, signal(tag, k), sourceAt, receivedAt);
      }
    }
    flush(receivedAt);
  }
}

interface Run {
  readonly cpuMs: number;
  readonly bytes: number;
  readonly flushMs: readonly number[];
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const fileBytes = (path: string): number => statSync(path).size;

function runHistory(path: string, steps: number, signal: Signal): Run {
  const clock = movedClock();
  const history = openHistory({ path, clock, retentionDays: 30, minFreeBytes: 0 });
  const keys = Array.from({ length: tags }, (_unused, tag) => history.tag(`tag.${tag}`));
  const flushTimes: number[] = [];
  const before = cpuMs();
  feed(
    steps,
    signal,
    (tag, value, sourceAt, receivedAt) => history.append(keys[tag] ?? 0, value, 'good', 'Good', sourceAt, receivedAt),
    (at) => {
      clock.at = at;
      const from = performance.now();
      history.flush();
      flushTimes.push(performance.now() - from);
    },
  );
  const spent = cpuMs() - before;
  if (history.state !== 'ok' || history.info().pending > 0)
    throw new Error(`history is ${history.state}: ${history.detail}`);
  history.close();
  return { cpuMs: spent, bytes: fileBytes(path), flushMs: flushTimes };
}

function runRows(path: string, steps: number, signal: Signal): Run {
  const db = new Database(path);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE sample (tag INTEGER, at INTEGER, quality INTEGER, value REAL) STRICT');
  const insert = db.prepare('INSERT INTO sample (tag, at, quality, value) VALUES (?, ?, ?, ?)');
  let open = false;
  const flushTimes: number[] = [];
  const before = cpuMs();
  feed(
    steps,
    signal,
    (tag, value, sourceAt) => {
      if (!open) db.exec('BEGIN');
      open = true;
      insert.run(tag, sourceAt, 0, Number(value));
    },
    () => {
      const from = performance.now();
      db.exec('COMMIT');
      open = false;
      flushTimes.push(performance.now() - from);
    },
  );
  const spent = cpuMs() - before;
  db.close();
  return { cpuMs: spent, bytes: fileBytes(path), flushMs: flushTimes };
}

/** CPU of making the signals themselves, to be taken off both sides. */
function runNothing(steps: number, signal: Signal): number {
  let sum = 0;
  const before = cpuMs();
  feed(
    steps,
    signal,
    (tag, value, sourceAt, receivedAt) => {
      sum += tag + Number(value) + sourceAt + receivedAt;
    },
    () => {},
  );
  if (Number.isNaN(sum)) throw new Error('not a number');
  return cpuMs() - before;
}

/** One tag for a day at 10 Hz; the other seven of its lane recorded as well. */
function dayOfATag(path: string): { readonly history: History; readonly fromAt: number; readonly toAt: number } {
  const clock = movedClock();
  const history = openHistory({ path, clock, retentionDays: 30, minFreeBytes: 0 });
  const keys = Array.from({ length: 8 }, (_unused, tag) => history.tag(`tag.${tag}`));
  for (let step = 0; step < 864_000; step += 1) {
    const at = startAt + step * periodMs;
    for (const key of keys) history.append(key, adc(), 'good', 'Good', at + Math.floor(Math.random() * 3), at + 20);
    if (step % 1_000 === 999) {
      clock.at = at;
      history.flush();
    }
  }
  history.flush();
  return { history, fromAt: startAt, toAt: startAt + 86_400_000 };
}

function quantile(list: readonly number[], q: number): number {
  const sorted = list.toSorted((a, b) => a - b);
  return sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
}

export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-'));
  const seconds = process.argv.includes('--quick') ? 60 : 240;
  const steps = (seconds * 1_000) / periodMs;
  const rows: BenchRow[] = [];
  let files = 0;
  const file = (): string => join(folder, `bench-${(files += 1)}.db`);
  try {
    for (const [kind, { signal, target }] of Object.entries(kinds)) {
      const { bytes } = runHistory(file(), steps, signal);
      const floor = runRows(file(), Math.min(steps, 100), signal).bytes / (Math.min(steps, 100) * tags);
      const value = bytes / (steps * tags);
      rows.push({
        name: `history: ${kind}`,
        value,
        unit: 'bytes/sample',
        floor,
        ratio: value / floor,
        target: `<= ${target}`,
        met: value <= target,
      });
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
    }
    const signals = Object.values(kinds).map((kind) => kind.signal);
    const mixed: Signal = (tag, step) => signals[tag % signals.length]?.(tag, step) ?? 0;
    const spent = { ours: 0, plain: 0, nothing: 0 };
    const flushTimes: { readonly ours: number[]; readonly plain: number[] } = { ours: [], plain: [] };
    const rounds = 3;
    const cpuSteps = 300;
    for (let round = 0; round < rounds; round += 1) {
      const ours = runHistory(file(), cpuSteps, mixed);
      spent.ours += ours.cpuMs;
      flushTimes.ours.push(...ours.flushMs);
      const plain = runRows(file(), cpuSteps, mixed);
      spent.plain += plain.cpuMs;
      flushTimes.plain.push(...plain.flushMs);
      spent.nothing += runNothing(cpuSteps, mixed);
    }
    const per100k = (ms: number): number => (ms - spent.nothing) / 1_000 / ((rounds * cpuSteps * tags) / 100_000);
    const [value, floor] = [per100k(spent.ours), per100k(spent.plain)];
    rows.push({
      name: 'history: CPU of 100,000 values, all kinds mixed',
      value,
      unit: 'CPU s',
      floor,
      ratio: value / floor,
      target: '<= 0.3',
      met: value <= 0.3,
    });
    const [flush, commit] = [quantile(flushTimes.ours, 0.99), quantile(flushTimes.plain, 0.99)];
    rows.push({
      name: 'history: flush of 10,000 values, p99 (floor: the commit alone)',
      value: flush,
      unit: 'ms',
      floor: commit,
      ratio: flush / commit,
      target: '< 200',
      met: flush < 200,
    });
    const day = dayOfATag(file());
    const times: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const from = performance.now();
      const { samples } = day.history.range('tag.3', day.fromAt, day.toAt, 2_000);
      times.push(performance.now() - from);
      if (samples !== 864_000) throw new Error(`the tag-day has ${samples} samples`);
    }
    day.history.close();
    const median = quantile(times, 0.5);
    rows.push({
      name: 'history: one tag-day at 10 Hz, median of 7',
      value: median,
      unit: 'ms',
      floor: null,
      ratio: null,
      target: '< 200',
      met: median < 200,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

if (import.meta.main) printRows(await run());
