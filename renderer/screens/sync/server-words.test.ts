import { describe, expect, it } from 'vitest';
import type { ServerState } from '#contract/rpc/sync.ts';
import { oldMs, serverWords } from './server-words.ts';

const now = 1_760_000_000_000;
const said = (state: ServerState, count: number, ageMs: number | null) =>
  serverWords(
    {
      server: { state, since: now, problem: null, clockDriftMs: null, test: null },
      unsent: { count, oldestAt: ageMs === null ? null : now - ageMs },
    },
    now,
  );

describe('what the header says of the server', () => {
  it('is calm as long as nobody has to do anything', () => {
    expect(said('not-configured', 4_000, 9 * oldMs)).toEqual({ key: 'none', label: 'none', tone: 'quiet' });
    expect(said('linked', 0, null)).toEqual({ key: 'all-sent', label: 'server', tone: 'quiet' });
    expect(said('linked', 3, 200)).toEqual({ key: 'unsent-new', label: 'server', tone: 'quiet' });
    expect(said('unreachable', 3, 14 * 60_000)).toEqual({ key: 'unsent', label: 'unreachable', tone: 'quiet' });
    expect(said('never-reached', 0, null)).toEqual({ key: 'all-sent', label: 'unreachable', tone: 'quiet' });
    expect(said('cut', 3, 2 * oldMs)).toEqual({ key: 'unsent', label: 'cut', tone: 'quiet' });
  });
  it('asks for a person when facts are old or the server refuses', () => {
    expect(said('unreachable', 1, oldMs).tone).toBe('warn');
    expect(said('linked', 1, oldMs).tone).toBe('warn');
    expect(said('refused', 0, null)).toEqual({ key: 'all-sent', label: 'refused', tone: 'warn' });
  });
});
