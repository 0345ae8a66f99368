import { expect, it } from 'vitest';
import { aged } from './reason-age.ts';

it('adds to ages only, never to limits, and never takes away', () => {
  const reason = { code: 'tag.stale', params: { tag: 'a', ageMs: 4_000, limitMs: 2_000 } } as const;
  expect(aged(reason, 12_000).params).toEqual({ tag: 'a', ageMs: 16_000, limitMs: 2_000 });
  expect(aged(reason, -500)).toEqual(reason);
  const gone = {
    code: 'device.not-connected',
    params: { device: 'g', deviceText: null, state: 'x', sinceMs: 0 },
  } as const;
  expect(aged(gone, 1_000).params['sinceMs']).toBe(1_000);
});
