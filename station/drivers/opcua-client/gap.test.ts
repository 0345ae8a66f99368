import { expect, it } from 'vitest';
import { Gap } from './gap.ts';

it('says a gap once per tag, and again for what came back when the link flaps', () => {
  const gap = new Gap(3);
  expect(gap.open).toBe(false);
  expect(gap.begin('BadNoCommunication', 5).map(({ tag }) => tag)).toEqual([0, 1, 2]);
  expect(gap.begin('BadConnectionClosed', 6)).toEqual([]);
  gap.told(1);
  expect(gap.tags()).toEqual([0, 2]);
  expect(gap.begin('BadConnectionClosed', 7)).toEqual([
    {
      tag: 1,
      value: null,
      quality: 'bad',
      status: 'BadConnectionClosed',
      sourceAt: null,
      serverAt: null,
      receivedAt: 7,
    },
  ]);
  gap.end();
  expect(gap.open).toBe(false);
  expect(gap.begin('BadConnectionClosed', 8)).toHaveLength(3);
});
