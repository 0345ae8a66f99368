import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { atRest } from './at-rest.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks at once, once more for all news meanwhile, and rests in between', async () => {
  const ask = vi.fn(async () => undefined);
  const refresh = atRest(ask, 400, () => false);
  refresh();
  refresh();
  refresh();
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(399);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(ask).toHaveBeenCalledTimes(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ask).toHaveBeenCalledTimes(2);
});

it('asks nothing more when who asked has gone', async () => {
  const ask = vi.fn(async () => undefined);
  let gone = false;
  const refresh = atRest(ask, 400, () => gone);
  refresh();
  refresh();
  gone = true;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(ask).toHaveBeenCalledTimes(1);
});
