/** The bad network itself: each harm does what its name says, and the same seed does the same. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BadNetwork, fine, harms, schedule, startBadNetwork, storm, type Weather } from './bad-network.ts';

interface Heard {
  readonly path: string;
  readonly body: string;
  readonly whole: boolean;
}
const heard: Heard[] = [];
const answer = 'a'.repeat(5_000);
const server = createServer((message: IncomingMessage, response) => {
  let body = '';
  message.on('data', (piece: Buffer) => (body += piece.toString()));
  message.on('error', () => {});
  message.on('close', () => {
    if (!message.complete) heard.push({ path: message.url ?? '', body, whole: false });
  });
  message.on('end', () => {
    heard.push({ path: message.url ?? '', body, whole: true });
    response.end(answer);
  });
});
let network: BadNetwork;

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  network = await startBadNetwork({
    target: (server.address() as AddressInfo).port,
    seed: 7,
    delayMs: 300,
    lateMs: 60_000,
  });
});
afterAll(async () => {
  await network.stop();
  await new Promise((resolve) => server.close(resolve));
});
beforeEach(() => {
  heard.length = 0;
  network.mend();
  network.set(fine);
});

const body = 'b'.repeat(20_000);
const post = (path = '/events', limitMs = 30_000): Promise<string> =>
  fetch(`${network.url}${path}`, { method: 'POST', body, signal: AbortSignal.timeout(limitMs) }).then((got) =>
    got.text(),
  );
const only = (weather: Weather): void => network.set(weather);

describe('one harm after the other', () => {
  it('passes what came, byte by byte', async () => {
    expect(await post()).toBe(answer);
    expect(heard).toEqual([{ path: '/events', body, whole: true }]);
    expect(network.counts.pass).toBe(1);
  });

  it.each(['delay', 'throttle'] as const)('%s: all of it, later', async (harm) => {
    only({ [harm]: 1 });
    expect(await post()).toBe(answer);
    expect(heard).toEqual([{ path: '/events', body, whole: true }]);
  });

  it('refuse: the server hears nothing', async () => {
    only({ refuse: 1 });
    await expect(post()).rejects.toThrow();
    expect(heard).toEqual([]);
  });

  it('reset-request: the server hears a part', async () => {
    only({ 'reset-request': 1 });
    await expect(post()).rejects.toThrow();
    await expect.poll(() => heard).toMatchObject([{ whole: false }]);
    expect(heard[0]?.body.length).toBeLessThan(body.length);
  });

  it.each(['cut-answer', 'lose-answer'] as const)('%s: done, and the caller does not know', async (harm) => {
    only({ [harm]: 1 });
    await expect(post()).rejects.toThrow();
    await expect.poll(() => heard).toEqual([{ path: '/events', body, whole: true }]);
  });

  it('black-hole: nothing, to nobody', async () => {
    only({ 'black-hole': 1 });
    await expect(post('/events', 500)).rejects.toThrow(/timeout/i);
    expect(heard).toEqual([]);
  });

  it('duplicate: the same twice', async () => {
    only({ duplicate: 1 });
    expect(await post()).toBe(answer);
    await network.settled();
    const once = { path: '/events', body, whole: true };
    expect(heard).toEqual([once, once]);
    expect(network.echoes.at(-1)).toEqual({ harm: 'duplicate', path: '/events', status: 200 });
  });

  it('late: behind those that came after it', async () => {
    only({ late: 1 });
    await expect(post('/first')).rejects.toThrow();
    only(fine);
    for (const path of ['/second', '/third', '/fourth']) await post(path);
    await network.settled();
    expect(heard.map(({ path }) => path)).toContain('/first');
    expect(heard[0]?.path).toBe('/second');
    expect(heard).toHaveLength(4);
  });

  it('tamper: one bit', async () => {
    only({ tamper: 1 });
    expect(await post()).toBe(answer);
    const differing = [...(heard[0]?.body ?? '')].filter((character) => character !== 'b');
    expect(differing.length).toBeGreaterThan(0);
    expect(heard[0]?.whole).toBe(true);
  });

  it('truncate: shorter, and it says so', async () => {
    only({ truncate: 1 });
    expect(await post()).toBe(answer);
    expect(heard[0]?.whole).toBe(true);
    expect(heard[0]?.body.length).toBeLessThan(body.length);
  });
});

describe('the cable', () => {
  /** Connections that the caller kept are found dead first. */
  const worksAgain = () => expect.poll(() => post().catch(String)).toBe(answer);

  it('cut and mended', async () => {
    network.cut();
    // The connections kept open are found dead first, then new ones are refused.
    for (let i = 0; i < 3; i += 1) await expect(post()).rejects.toThrow();
    await pause(50);
    expect(heard).toEqual([]);
    network.mend();
    await worksAgain();
  });

  it('silent: the call ends by its own limit, and works again afterwards', async () => {
    network.silence();
    await expect(post('/events', 400)).rejects.toThrow(/timeout/i);
    network.mend();
    await worksAgain();
  });
});

describe('the schedule', () => {
  it('is the same for the same seed and another for another', () => {
    const row = (seed: number): string[] => {
      const next = schedule(seed, () => storm);
      return Array.from({ length: 400 }, () => next());
    };
    expect(row(1)).toEqual(row(1));
    expect(row(1)).not.toEqual(row(2));
    expect(new Set(row(1))).toEqual(new Set([...harms, 'pass']));
  });
});
