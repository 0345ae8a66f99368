import { expect, it } from 'vitest';
import { deviceStates } from '#contract/driver.ts';
import { connectingMs, isDown } from './down.ts';

it('a device that is only just looked for is not down yet, and is when the look takes too long', () => {
  const after = (ms: number): readonly string[] =>
    deviceStates.filter((state) =>
      isDown({ condition: { state, problem: null, params: {} }, since: 1_000 }, 1_000 + ms),
    );
  expect(after(0)).toEqual(['silent', 'disconnected', 'faulted']);
  expect(after(connectingMs)).toEqual(['silent', 'disconnected', 'faulted']);
  expect(after(connectingMs + 1)).toEqual(['stopped', 'connecting', 'silent', 'disconnected', 'faulted']);
});
