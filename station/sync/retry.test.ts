import { expect, test } from 'vitest';
import { Retry } from './retry.ts';

const waits = (retry: Retry<string>, failure: 'unreached' | 'refused' | 'parted', times: number) =>
  Array.from({ length: times }, () => retry.failed('batch', failure).waitMs);

test('pauses double up to the longest; a server that is back is noticed within 10 s', () => {
  const retry = new Retry({}, () => 1);
  expect(waits(retry, 'unreached', 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  expect(waits(new Retry({}, () => 0), 'unreached', 3)).toEqual([250, 500, 1_000]);
});

test('a refusal is asked again soon, believed the third time, and hardly asked any more after that', () => {
  const retry = new Retry({}, () => 1);
  const verdicts = Array.from({ length: 10 }, () => retry.failed('batch', 'refused'));
  expect(verdicts.map(({ believed }) => believed)).toEqual([false, false, ...Array.from({ length: 8 }, () => true)]);
  expect(verdicts.map(({ waitMs }) => waitMs)).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});

test('a long outage before it does not make the first refusal one that is believed', () => {
  const retry = new Retry({}, () => 1);
  waits(retry, 'unreached', 20);
  expect(retry.failed('batch', 'refused')).toEqual({ waitMs: 500, first: true, believed: false });
});

test('both ends are compared at once when they have parted, and with pauses when that does not help', () => {
  expect(waits(new Retry({}, () => 1), 'parted', 4)).toEqual([0, 1_000, 2_000, 4_000]);
});

test('a step that succeeds is over, and says nothing of another one', () => {
  const retry = new Retry<'batch' | 'greeting'>({}, () => 1);
  waits(retry, 'refused', 3);
  retry.failed('greeting', 'refused');
  retry.succeeded('greeting');
  expect(retry.failed('greeting', 'refused').first).toBe(true);
  expect(retry.failed('batch', 'refused').believed).toBe(true);
  retry.succeeded('batch');
  expect(retry.failed('batch', 'refused')).toEqual({ waitMs: 500, first: true, believed: false });
  waits(retry, 'unreached', 5);
  retry.clear();
  expect(retry.failed('batch', 'unreached').waitMs).toBe(500);
});
