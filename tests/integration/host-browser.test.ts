/** The browser host over real sockets: who is let in, what is served, what is cut. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import { os, type, type RouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { systemClock } from '#station/clock.ts';
import { createBrowserHost, type BrowserHost, type BrowserHostOptions } from '#station/host/browser-host.ts';
import { loadHostKey } from '#station/host/host-key.ts';
import { createLog } from '#station/log.ts';
import { watching } from '#station/streams/mailbox.ts';
import { freePort } from '../support/ports.ts';

let folder: string;
const hash = 'a'.repeat(64);
let host: BrowserHost;
let ended: Promise<string>;

function makeRouter() {
  let end: (why: string) => void = () => undefined;
  ended = new Promise((resolve) => (end = resolve));
  return {
    add: os.input(type<{ a: number; b: number }>()).handler(({ input }) => input.a + input.b),
    hang: os.handler(async ({ signal }) => {
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }));
      end('aborted');
    }),
    count: os.handler(async function* ({ signal }) {
      try {
        yield* watching<number>((box) => {
          let n = 0;
          const timer = setInterval(() => box.put((n += 1)), 5);
          return () => clearInterval(timer);
        }, signal);
      } finally {
        end('detached');
      }
    }),
    flood: os.handler(async function* () {
      const block = 'x'.repeat(256 * 1024);
      for (;;) {
        yield block;
        await new Promise((resolve) => setImmediate(resolve));
      }
    }),
  };
}

async function open(more: Partial<BrowserHostOptions> = {}): Promise<BrowserHost> {
  return createBrowserHost({
    router: makeRouter(),
    rendererDir: join(folder, 'renderer'),
    definitionsFolder: join(folder, 'definitions'),
    port: await freePort(),
    token: 'first-token',
    key: loadHostKey(folder),
    clock: systemClock,
    log: createLog('silent'),
    ...more,
  });
}

interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}
/** node's fetch hides Host, Origin and raw paths; a plain request does not. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: host.port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

async function signIn(token = 'first-token'): Promise<string> {
  const answer = await ask(`/?token=${token}`);
  expect(answer.status).toBe(303);
  return String(answer.headers['set-cookie']).split(';')[0]!;
}

function dial(headers: Record<string, string>, path = '/rpc'): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${host.port}${path}`, { headers });
  socket.on('error', () => undefined);
  return socket;
}

/** HTTP status of a refused upgrade, or 'open'. */
function outcome(socket: WebSocket): Promise<number | 'open'> {
  return new Promise((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('open', () => resolve('open'));
  });
}
const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.on('close', (code: number) => resolve(code)));

type Client = RouterClient<ReturnType<typeof makeRouter>>;
/** The link wants the browser's WebSocket; the parts it uses are the same. */
const clientOver = (socket: WebSocket): Client => createORPCClient(new RPCLink({ websocket: socket as never }));

async function link(): Promise<{ socket: WebSocket; client: Client; cookie: string }> {
  const cookie = await signIn();
  const socket = dial({ cookie, origin: host.origin });
  await outcome(socket);
  return { socket, client: clientOver(socket), cookie };
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'linewright-host-'));
  mkdirSync(join(folder, 'renderer', 'assets'), { recursive: true });
  mkdirSync(join(folder, 'config'));
  mkdirSync(join(folder, 'definitions', hash, 'images'), { recursive: true });
  writeFileSync(join(folder, 'renderer', 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(folder, 'renderer', 'assets', 'index-Ab12Cd34.js'), 'export {};');
  writeFileSync(join(folder, 'config', 'people.yaml'), 'pinHash: secret');
  writeFileSync(join(folder, 'definitions', hash, 'definition.yaml'), 'id: bracket');
  writeFileSync(join(folder, 'definitions', hash, 'images', 'top.svg'), '<svg/>');
  symlinkSync(join(folder, 'config', 'people.yaml'), join(folder, 'renderer', 'assets', 'link.txt'));
  host = await open();
});
afterEach(async () => {
  await host.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('who is let in', () => {
  test('the token opens one browser, once, and is gone from the address', async () => {
    const first = await ask('/?token=first-token');
    expect(first).toMatchObject({ status: 303, headers: { location: '/' } });
    expect(String(first.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
    const second = await ask('/?token=first-token');
    expect(second.status).toBe(403);
    expect(second.headers['set-cookie']).toBeUndefined();
    expect(second.body).toContain('printed address');
    expect(second.body).toContain('ausgegebene Adresse');
  });

  test('a wrong token and no token get the page that says what to do', async () => {
    expect((await ask('/?token=guess')).status).toBe(403);
    expect((await ask('/')).body).toContain('printed address');
    expect((await ask('/assets/index-Ab12Cd34.js')).status).toBe(403);
  });

  test('a browser that is signed in may open a used address again', async () => {
    const cookie = await signIn();
    expect((await ask('/?token=first-token', { cookie })).status).toBe(303);
  });

  test('the session survives a restart of the station on the same data, not on other data', async () => {
    const cookie = await signIn();
    const { port } = host;
    await host.close();
    host = await open({ port, token: 'second-token', key: loadHostKey(folder) });
    expect((await ask('/', { cookie })).status).toBe(200);
    expect((await ask('/?token=first-token')).status).toBe(403);
    await host.close();
    host = await open({ port, token: 'third-token', key: Buffer.alloc(32, 7) });
    expect((await ask('/', { cookie })).status).toBe(403);
  });

  test('the key file can be read by its owner only', () => {
    expect(readFileSync(join(folder, 'host.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    if (process.platform !== 'win32') expect(statSync(join(folder, 'host.key')).mode & 0o777).toBe(0o600);
  });

  test('a changed cookie and one that is over are refused', async () => {
    const cookie = await signIn();
    expect((await ask('/', { cookie: cookie.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')) })).status).toBe(403);
    const { port } = host;
    await host.close();
    host = await open({ port, clock: { ...systemClock, now: () => Date.now() + 31 * 24 * 3_600_000 } });
    expect((await ask('/', { cookie })).status).toBe(403);
  });

  test('another name for this machine is refused (DNS rebinding)', async () => {
    const cookie = await signIn();
    expect((await ask('/', { cookie, host: `rebound.example:${host.port}` })).status).toBe(421);
    expect((await ask('/', { cookie, host: '127.0.0.1:1' })).status).toBe(421);
    expect((await ask('/', { cookie, host: `localhost:${host.port}` })).status).toBe(200);
    const socket = dial({ cookie, origin: host.origin, host: `rebound.example:${host.port}` });
    expect(await outcome(socket)).toBe(403);
  });

  test('another origin is refused, a link without origin too', async () => {
    const cookie = await signIn();
    expect((await ask('/', { cookie, origin: 'http://evil.example' })).status).toBe(403);
    expect(await outcome(dial({ cookie, origin: 'http://evil.example' }))).toBe(403);
    expect(await outcome(dial({ cookie, origin: `http://127.0.0.1:${host.port + 1}` }))).toBe(403);
    expect(await outcome(dial({ cookie }))).toBe(403);
  });

  test('a link without session is refused, at another path too', async () => {
    expect(await outcome(dial({ origin: host.origin }))).toBe(401);
    expect(await outcome(dial({ cookie: await signIn(), origin: host.origin }, '/other'))).toBe(404);
  });

  test('there is a limit to the number of links', async () => {
    const { port } = host;
    const cookie = await signIn();
    await host.close();
    host = await open({ port, limits: { maxPeers: 1 } });
    expect(await outcome(dial({ cookie, origin: host.origin }))).toBe('open');
    expect(await outcome(dial({ cookie, origin: host.origin }))).toBe(503);
  });
});

describe('what is served', () => {
  test('the page, hashed files for ever, both under the policy', async () => {
    const cookie = await signIn();
    const page = await ask('/', { cookie });
    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(page.body).toContain('<title>page');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    const script = await ask('/assets/index-Ab12Cd34.js', { cookie });
    expect(script.headers['content-type']).toContain('text/javascript');
    expect(script.headers['cache-control']).toContain('immutable');
  });

  test.each([
    '/../config/people.yaml',
    '/assets/../../config/people.yaml',
    '/assets/%2e%2e/%2e%2e/config/people.yaml',
    '/assets/..%2f..%2fconfig%2fpeople.yaml',
    '/assets/..\\..\\config\\people.yaml',
    '/assets/%00.js',
    '/assets/%E0%A4%A.js',
    '/assets/link.txt',
    '/assets/',
    '/assets/missing.js',
    '/host.key',
  ])('nothing outside the folder: %s', async (path) => {
    const answer = await ask(path, { cookie: await signIn() });
    expect(answer.body).not.toContain('secret');
    expect(answer.status).toBe(404);
  });

  test('pictures of definitions with a session, and only pictures', async () => {
    const picture = `/definition-images/${hash}/images/top.svg`;
    expect((await ask(picture)).status).toBe(403);
    const cookie = await signIn();
    const answer = await ask(picture, { cookie });
    expect(answer).toMatchObject({ status: 200, body: '<svg/>' });
    expect(answer.headers['content-security-policy']).toContain('sandbox');
    for (const path of [
      `/definition-images/${hash}/definition.yaml`,
      `/definition-images/${hash}/../../people.yaml`,
      `/definition-images/../${hash}/top.svg`,
      `/definition-images/${'b'.repeat(64)}/images/top.svg`,
      `/definition-images/${hash}`,
    ])
      expect((await ask(path, { cookie })).body, path).not.toMatch(/id: bracket|secret|<svg/);
  });

  test('only reading: other methods are refused', async () => {
    const cookie = await signIn();
    expect((await ask('/', { cookie }, 'POST')).status).toBe(403);
    expect((await ask('/', { cookie, origin: host.origin }, 'POST')).status).toBe(405);
  });
});

describe('the link', () => {
  test('calls, streams, and detaches when the screen goes', async () => {
    const { socket, client } = await link();
    expect(await client.add({ a: 1, b: 2 })).toBe(3);
    const seen: number[] = [];
    for await (const n of await client.count()) if (seen.push(n) === 3) break;
    expect(seen).toEqual([1, 2, 3]);
    expect(await ended).toBe('detached');
    socket.close();
  });

  test('a call given up by the caller is given up by the station', async () => {
    const { client } = await link();
    await expect(client.hang(undefined, { signal: AbortSignal.timeout(50) })).rejects.toThrow();
    expect(await ended).toBe('aborted');
  });

  test('a lost link gives up what was asked over it', async () => {
    const { socket, client } = await link();
    const asked = client.hang();
    asked.catch(() => undefined);
    await client.add({ a: 1, b: 2 });
    socket.terminate();
    expect(await ended).toBe('aborted');
    await expect(asked).rejects.toThrow();
  });

  test.each([
    ['text that is no JSON', '{'],
    ['JSON that is no request', '{"i":"1","t":3,"p":{}}'],
    ['a list', '[]'],
    ['an address elsewhere', '{"i":"1","p":{"u":"http://evil.example/"}}'],
    ['bytes', Buffer.from([0xff, 0, 1, 2])],
  ])('garbage closes that link only: %s', async (_what, frame) => {
    const { socket, cookie } = await link();
    const second = dial({ cookie, origin: host.origin });
    await outcome(second);
    socket.send(frame);
    expect(await closed(socket)).toBe(1007);
    expect(await clientOver(second).add({ a: 1, b: 1 })).toBe(2);
  });

  test('an unknown procedure is an error of that call, not of the link', async () => {
    const { client } = await link();
    await expect((client as unknown as { nothing(): Promise<void> }).nothing()).rejects.toThrow();
    expect(await client.add({ a: 2, b: 2 })).toBe(4);
  });

  test('a message over 1 MiB closes the link', async () => {
    const { socket } = await link();
    socket.send('x'.repeat(1024 * 1024 + 1));
    expect(await closed(socket)).toBe(1009);
  });

  test('a screen that does not answer pings is cut', async () => {
    const { port } = host;
    const cookie = await signIn();
    await host.close();
    host = await open({ port, limits: { pingEveryMs: 50 } });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/rpc`, {
      headers: { cookie, origin: host.origin },
      autoPong: false,
    });
    expect(await closed(socket)).toBe(1006);
  });

  test('a screen that asks but does not read is cut', async () => {
    const { port } = host;
    const cookie = await signIn();
    await host.close();
    host = await open({ port, limits: { maxWaitingBytes: 1024 * 1024 } });
    const socket = dial({ cookie, origin: host.origin });
    await outcome(socket);
    const gone = closed(socket);
    socket.send('{"i":"1","p":{"u":"/flood"}}');
    // Stop reading at the TCP level: the host's side fills up.
    (socket as unknown as { _socket: { pause(): void; resume(): void } })._socket.pause();
    await expect.poll(() => host.peers(), { timeout: 30_000 }).toBe(0);
    (socket as unknown as { _socket: { resume(): void } })._socket.resume();
    expect(await gone).toBe(1006);
  });
});

test('a taken port rejects with the reason', async () => {
  await expect(open({ port: host.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('bytes that are no HTTP end that connection only', async () => {
  const socket = connect(host.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.resume();
  socket.write('\x16\x03\x01 garbage\r\n\r\n');
  await new Promise((resolve) => socket.on('close', resolve));
  expect((await ask('/')).status).toBe(403);
});
