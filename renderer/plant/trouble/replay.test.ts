import { describe, expect, it } from 'vitest';
import { replayAll } from './replay.ts';

const all = Array.from({ length: 450 }, (_, index) => ({ id: `q${index}` }));
const fetchPage = (cursor: string | null, limit: number) => {
  const from = Number(cursor ?? 0);
  const next = from + limit < all.length ? String(from + limit) : null;
  return Promise.resolve({ items: all.slice(from, from + limit), next, total: all.length });
};

describe('replaying all', () => {
  it('asks for each record once, in portions, and tells how far it is', async () => {
    const asked: string[] = [];
    const told: number[] = [];
    const sum = await replayAll(
      fetchPage,
      (ids) => {
        asked.push(...ids);
        return Promise.resolve({ folded: ids.length - 1, kept: 1 });
      },
      { progress: (done) => told.push(done), stopped: () => false },
    );
    expect(asked).toEqual(all.map(({ id }) => id));
    expect(told).toEqual([0, 100, 200, 300, 400]);
    expect(sum).toEqual({ folded: 445, kept: 5 });
  });
  it('ends when it is stopped, and when the server does not answer', async () => {
    let portions = 0;
    await replayAll(fetchPage, (ids) => Promise.resolve({ folded: ids.length, kept: 0 }), {
      progress: () => (portions += 1),
      stopped: () => portions === 2,
    });
    expect(portions).toBe(2);
    const sum = await replayAll(fetchPage, () => Promise.resolve(null), {
      progress: () => undefined,
      stopped: () => false,
    });
    expect(sum).toEqual({ folded: 0, kept: 0 });
  });
});
