import { expect, it } from 'vitest';
import { clockState } from './station-words.ts';

it('tells a clock only when it is more than two seconds off, and which way', () => {
  expect([null, 0, 2_000, -2_000, 2_001, -2_001].map(clockState)).toEqual([
    'unknown',
    'right',
    'right',
    'right',
    'fast',
    'slow',
  ]);
});
