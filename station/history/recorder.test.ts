import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Clock } from '#station/clock.ts';
import { createLog } from '#station/log.ts';
import { TagHub } from '#station/tags/hub.ts';
import { openHistory, type History } from './history.ts';
import { startRecorder } from './recorder.ts';

let folder: string;
let history: History;
let at: number;
let timers: { run: () => void; at: number }[];
const clock: Clock = {
  now: () => at,
  monotonic: () => at,
  setTimer(ms, run) {
    const timer = { run, at: at + ms };
    timers.push(timer);
    return { cancel: () => (timers = timers.filter((other) => other !== timer)) };
  },
};
function pass(ms: number): void {
  at += ms;
  const due = timers.filter((timer) => timer.at <= at);
  timers = timers.filter((timer) => timer.at > at);
  for (const timer of due) timer.run();
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-recorder-'));
  at = 1_760_000_000_000;
  timers = [];
  history = openHistory({ path: join(folder, 'history.db'), clock, retentionDays: 1, minFreeBytes: 0 });
});
afterEach(() => {
  history.close();
  rmSync(folder, { recursive: true, force: true });
});

const tag = (id: string, type: 'number' | 'boolean' | 'text', record: boolean) => ({
  id,
  type,
  record,
  unit: null,
  staleAfterMs: null,
});

test('keeps every reading of the tags to be kept, bad ones too, and says when it stopped', () => {
  const hub = new TagHub(clock, (error) => {
    throw error;
  });
  const tags = [tag('force', 'number', true), tag('guard', 'boolean', true), tag('note', 'text', true), tag('other', 'number', false)];
  hub.register('press', tags);
  const recorder = startRecorder({ hub, history, tags, clock, log: createLog('silent') });
  const reading = (index: number, value: number | boolean | string | null, quality: 'good' | 'bad' = 'good') => ({
    tag: index,
    value,
    quality,
    status: quality === 'good' ? 'Good' : 'BadNotConnected',
    sourceAt: at - 5,
    serverAt: null,
    receivedAt: at,
  });
  hub.push('press', [reading(0, 1.5), reading(1, true), reading(2, 'text'), reading(3, 9)]);
  hub.push('press', [reading(0, 1.5), reading(0, null, 'bad')]);
  pass(200);
  pass(200);
  recorder.stop();
  hub.push('press', [reading(0, 7)]);
  history.flush();

  const rows = (id: string) =>
    [...history.raw(id, 0, at + 1_000)].map(({ value, quality, status }) => [value, quality, status]);
  expect(rows('force')).toEqual([
    [1.5, 'good', 'Good'],
    [1.5, 'good', 'Good'],
    [null, 'bad', 'BadNotConnected'],
    [null, 'bad', 'BadShutdown'],
  ]);
  expect(rows('guard')).toEqual([
    [true, 'good', 'Good'],
    [null, 'bad', 'BadShutdown'],
  ]);
  for (const id of ['note', 'other']) expect(rows(id)).toEqual([]);
});

test('what came is durable after 200 ms', () => {
  const hub = new TagHub(clock, () => undefined);
  const tags = [tag('force', 'number', true)];
  hub.register('press', tags);
  const recorder = startRecorder({ hub, history, tags, clock, log: createLog('silent') });
  hub.push('press', [{ tag: 0, value: 2, quality: 'good', status: 'Good', sourceAt: null, serverAt: null, receivedAt: at }]);
  expect(history.info().pending).toBe(1);
  pass(200);
  expect(history.info().pending).toBe(0);
  recorder.stop();
});
