import { join } from 'node:path';
import { expect, test } from 'vitest';
import { manualClock, temporaryFolder } from '../store/test-kit.ts';
import { openHistory } from './history.ts';
import { createRecorder, type RecordedReading } from './recorder.ts';

const t0 = 1_760_000_000_000;
const reading = (tagId: string, handle: number, value: RecordedReading['value'], at: number): RecordedReading => ({
  tagId,
  handle,
  value,
  quality: value === null ? 'bad' : 'good',
  status: value === null ? 'BadNoData' : 'Good',
  sourceAt: at,
  receivedAt: at + 2,
});

test('what the hub delivers is durable at the next flush; text is counted, not kept; stopping flushes', () => {
  using folder = temporaryFolder();
  const clock = manualClock(t0);
  const history = openHistory({ path: join(folder.path, 'history.db'), clock, retentionDays: 1, minFreeBytes: 0 });
  let deliver: (readings: readonly RecordedReading[]) => void = () => {};
  let asked: readonly string[] = [];
  const errors: unknown[] = [];
  const recorder = createRecorder({
    history,
    clock,
    tagIds: ['a', 'b', 'c'],
    onError: (error) => errors.push(error),
    subscribe: (tagIds, listener) => {
      asked = tagIds;
      deliver = listener;
      return () => (deliver = () => {});
    },
  });
  expect(asked).toEqual(['a', 'b', 'c']);
  const values = (tagId: string): unknown[] => [...history.raw(tagId, 0, 8e15)].map(({ value }) => value);
  deliver([reading('b', 7, 1.5, t0), reading('a', 3, true, t0), reading('b', 7, null, t0 + 1)]);
  deliver([reading('c', 9, 'text', t0), reading('c', 9, [1, 2], t0), reading('c', 9, null, t0)]);
  expect(values('b')).toEqual([]);
  clock.advance(200);
  expect([values('a'), values('b'), values('c')]).toEqual([[true], [1.5, null], [null]]);
  expect(recorder.notKept).toBe(2);
  clock.advance(400);
  deliver([reading('a', 3, false, t0 + 600)]);
  clock.advance(200);
  deliver([reading('a', 3, true, t0 + 900)]);
  recorder.stop();
  deliver([reading('a', 3, false, t0 + 999)]);
  clock.advance(1_000);
  expect(values('a')).toEqual([true, false, true]);
  expect(errors).toEqual([]);
  history.close();
});
