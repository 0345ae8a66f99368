/** `npm start` as it runs: what it starts, what it starts again, and that nothing of it is left when it ends. */
import { afterEach, expect, test } from 'vitest';
import { Processes } from '../../scripts/start/processes.ts';
import { childrenOf, isAlive, plant, start, type Plant, type Started } from './test-support/start.ts';

let it: Plant | null = null;
let running: Started | null = null;

afterEach(async () => {
  running?.process.kill('SIGKILL');
  await running?.ended;
  running = null;
  it?.remove();
  it = null;
});

const slow = { timeout: 60_000 };

async function startDemo(
  ...more: readonly string[]
): Promise<{ started: Started; url: URL; children: { pid: number; runs: string }[] }> {
  it = await plant();
  const started = start({ env: {} }, ...it.args, ...more);
  running = started;
  const [, url = ''] = await started.said(/Serving: (http:\/\/\S+)/);
  await started.said(/Ctrl-C ends everything/);
  return { started, url: new URL(url), children: childrenOf(started.process.pid ?? 0) };
}

/** Signs in as a browser would. */
async function cookieFrom(url: URL): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  expect(answer.status).toBe(303);
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

const gone = (pids: readonly number[]) =>
  expect.poll(() => pids.filter(isAlive), { timeout: 60_000, interval: 100 }).toEqual([]);

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends the station and the demo devices, exit code 0',
  async (signal) => {
    const { started, children } = await startDemo();
    const runs = children.map((child) => child.runs).join('\n');
    for (const part of ['press.entry.ts', 'scanner.entry.ts', 'calliper.entry.ts', 'node.entry.ts']) {
      expect(runs).toContain(part);
    }
    started.process.kill(signal);
    expect(await started.ended).toBe(0);
    await gone(children.map(({ pid }) => pid));
    expect(started.err()).toBe('');
  },
  240_000,
);

test('killed by force, it leaves nothing behind', async () => {
  const { started, children } = await startDemo();
  expect(children).toHaveLength(5);
  started.process.kill('SIGKILL');
  await gone(children.map(({ pid }) => pid));
}, 240_000);

test('a station that is killed comes back, and a screen that was open needs no new address', async () => {
  const { started, url, children } = await startDemo();
  const cookie = await cookieFrom(url);
  const station = children.find(({ runs }) => runs.includes('node.entry.ts'));
  process.kill(station?.pid ?? 0, 'SIGKILL');
  const [, again = ''] = await started.said(/runs again.*: (http:\/\/\S+)/);
  expect(again).not.toBe(url.href);
  // With the screens not built there is no page, but the session is known: 404, not 403.
  const answer = await fetch(url.origin, { headers: { cookie } });
  expect([200, 404]).toContain(answer.status);
  expect((await fetch(url.origin)).status).toBe(403);
}, 240_000);

test('the hands of the demo reach the demo devices, from our own page only', async () => {
  const { url } = await startDemo();
  const cookie = await cookieFrom(url);
  const at = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, url), { ...init, headers: { cookie, ...(init.headers as Record<string, string>) } });
  const post = (path: string, body: object, origin = url.origin) =>
    at(path, { method: 'POST', body: JSON.stringify(body), headers: { origin } });

  expect((await at('/demo/')).headers.get('content-type')).toContain('text/html');
  for (const file of ['panel.js', 'panel.css']) expect((await at(`/demo/${file}`)).status).toBe(200);
  const codes = (await (await at('/demo/codes')).json()) as { badges: { code: string }[]; devices: string[] };
  expect(codes.devices.toSorted()).toEqual(['calliper', 'meter', 'press', 'scanner']);
  expect(codes.badges.map(({ code }) => code)).toContain('BDG-1002');

  expect(await (await post('/demo/scanner/scan', { text: 'BDG-1002' })).json()).toMatchObject({ scans: 1 });
  expect(await (await post('/demo/calliper/press', {})).json()).toMatchObject({ presses: 1 });
  expect((await post('/demo/press/fail', {})).status).toBe(200);
  expect((await post('/demo/scanner/scan', {})).status).toBe(400);
  expect((await post('/demo/scanner/explode', {})).status).toBe(404);
  expect((await post('/demo/robot/scan', {})).status).toBe(404);
  expect((await post('/demo/scanner/scan', { text: 'x' }, 'http://evil.example')).status).toBe(403);
  expect((await fetch(new URL('/demo/', url))).status).toBe(403);
}, 240_000);

test('the quality bench starts with its own gauges; the key of its balance sends once the station told it to', async () => {
  const { url, children } = await startDemo('--station', 'QB10');
  const runs = children.map((child) => child.runs).join('\n');
  for (const part of ['balance.entry.ts', 'calliper.entry.ts', 'scanner.entry.ts']) expect(runs).toContain(part);
  expect(runs).not.toContain('press.entry.ts');
  const cookie = await cookieFrom(url);
  const post = async (path: string, body: object = {}) => {
    const headers = { cookie, origin: url.origin };
    const answer = await fetch(new URL(path, url), { method: 'POST', body: JSON.stringify(body), headers });
    return (await answer.json()) as Record<string, unknown>;
  };
  await expect.poll(async () => (await post('/demo/balance/load', { value: 0 }))['keySends'], slow).toBe(true);
  expect(await post('/demo/balance/press')).toMatchObject({ presses: 1, process: { parts: 1 } });
  expect(await post('/demo/calliper/process', { drift: 0.002 })).toMatchObject({ process: { drift: 0.002, parts: 0 } });
  expect(await post('/demo/calliper/press')).toMatchObject({ presses: 1 });
}, 240_000);

test('a child that does not end by itself is ended', async () => {
  const processes = new Processes();
  let ready: () => void = () => undefined;
  const up = new Promise<void>((resolve) => (ready = resolve));
  const script =
    "process.on('SIGTERM', () => {}); process.on('disconnect', () => {}); console.log('up'); setInterval(() => {}, 1000)";
  const child = processes.start('stubborn', process.execPath, ['-e', script], { stdout: () => ready() });
  await up;
  await processes.endAll();
  expect(await child.ended).toBeNull();
}, 240_000);
