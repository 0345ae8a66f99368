/** A whole plant server on a test's database, and browsers that use it: cookies, forms, calls over the WebSocket. */
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import { WebSocket } from 'ws';
import type { Configuration } from '#contract/config/index.ts';
import type { PlantGrant } from '#contract/plant/roles.ts';
import type { PlantContract } from '#contract/plant/index.ts';
import { folderTree } from '#config/file-tree.ts';
import { loadConfiguration } from '#config/load.ts';
import { defaultSessionRules } from '#server/accounts/sessions.ts';
import type { Clock } from '#server/clock.ts';
import { composePlant, type Plant, type PlantOptions } from '#server/compose.ts';
import { createLog } from '#server/log.ts';
import type { TestDatabase } from './database.ts';

/** Real time that a test may move forward, or stop where it is about seconds; timers run in real time. */
export class TestClock implements Clock {
  aheadMs = 0;
  #stoppedAt: number | null = null;
  now(): number {
    return (this.#stoppedAt ?? Date.now()) + this.aheadMs;
  }
  stop(): void {
    this.#stoppedAt = Date.now();
  }
  setTimer(ms: number, run: () => void): { cancel(): void } {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  }
}

export const demoFolder = new URL('../../resources/demo-plant', import.meta.url).pathname;

let demo: Configuration | null = null;

/** Read once for all tests of a file; nothing changes a configuration that is loaded. */
export function demoConfiguration(): Configuration {
  if (demo !== null) return demo;
  const loaded = loadConfiguration(demoFolder, { manifests: null });
  if ('faults' in loaded) throw new Error(JSON.stringify(loaded.faults));
  return (demo = loaded.configuration);
}
/** The demo plant's lines and definitions, but a real plant: nobody has an account yet. */
export function realConfiguration(): Configuration {
  const configuration = demoConfiguration();
  return { ...configuration, plant: { ...configuration.plant, demo: false, demoAccounts: [], demoHints: [] } };
}

export interface Served extends Disposable {
  readonly plant: Plant;
  readonly url: string;
  readonly clock: TestClock;
  stop(): Promise<void>;
}

export async function servePlant(database: TestDatabase, more: Partial<PlantOptions> = {}): Promise<Served> {
  const clock = new TestClock();
  const plant = await composePlant({
    db: database.open(),
    configuration: demoConfiguration(),
    // Only the demo as it lies there; another configuration is none of a folder.
    ...(more.configuration === undefined ? { folder: folderTree(demoFolder) } : {}),
    viewFolder: '/nowhere',
    tls: null,
    trustProxy: false,
    oidc: null,
    sessionRules: defaultSessionRules,
    clock,
    log: createLog(process.env.LINEWRIGHT_LOG ?? 'silent'),
    ...more,
  });
  const url = await plant.listen('127.0.0.1', 0);
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopped ??= plant.stop('test'));
  return { plant, url, clock, stop, [Symbol.dispose]: () => void stop() };
}

export type Calls = ContractRouterClient<PlantContract>;

export class Browser {
  cookies = new Map<string, string>();
  readonly url: string;
  readonly #sockets: WebSocket[] = [];
  constructor(url: string) {
    this.url = url;
  }

  async ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
    const response = await fetch(new URL(path, this.url), {
      method,
      redirect: 'manual',
      headers: {
        ...(method === 'GET' ? {} : { origin: this.url, 'sec-fetch-site': 'same-origin' }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.cookies.size === 0 ? {} : { cookie: this.cookieHeader() }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    this.take(response.headers.getSetCookie());
    return response;
  }
  cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }
  take(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      if (/Max-Age=0/.test(line)) this.cookies.delete(pair.slice(0, at));
      else this.cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
  }
  async signIn(account: string, password: string): Promise<{ readonly status: number; readonly body: never }> {
    const response = await this.ask('POST', '/session', { account, password });
    return { status: response.status, body: (await response.json()) as never };
  }

  /** Opens a WebSocket as the page does. Rejects with the status where it is refused. */
  async socket(
    headers: Record<string, string> = {},
  ): Promise<{ readonly calls: Calls; readonly closed: Promise<number> }> {
    const socket = new WebSocket(`${this.url.replace('http', 'ws')}/rpc`, {
      headers: { origin: this.url, cookie: this.cookieHeader(), ...headers },
    });
    this.#sockets.push(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('unexpected-response', (_request, response) => reject(new Error(`refused ${response.statusCode}`)));
      socket.once('error', reject);
    });
    const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
    const calls: Calls = createORPCClient(new RPCLink({ websocket: socket as never }));
    return { calls, closed };
  }
  async calls(): Promise<Calls> {
    return (await this.socket()).calls;
  }
  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }
}

/** A browser that is signed in. */
export async function signedIn(url: string, account: string, password: string): Promise<Browser> {
  const browser = new Browser(url);
  const { status, body } = await browser.signIn(account, password);
  if (status !== 200) throw new Error(`${account} could not sign in: ${status} ${JSON.stringify(body)}`);
  return browser;
}

/** Servers and browsers of one test; `end` them in `afterEach`. */
export class PlantRig {
  readonly #database: TestDatabase;
  readonly #served: Served[] = [];
  readonly #browsers: Browser[] = [];
  constructor(database: TestDatabase) {
    this.#database = database;
  }
  async serve(more: Partial<PlantOptions> = {}): Promise<Served> {
    const one = await servePlant(this.#database, more);
    this.#served.push(one);
    return one;
  }
  browser(url: string): Browser {
    const one = new Browser(url);
    this.#browsers.push(one);
    return one;
  }
  async enter(url: string, account: string, password: string): Promise<Browser> {
    const one = await signedIn(url, account, password);
    this.#browsers.push(one);
    return one;
  }
  /** A real plant with its first administrator signed in. */
  async administrator(): Promise<{ readonly url: string; readonly anna: Browser; readonly at: Served }> {
    const at = await this.serve({ configuration: realConfiguration() });
    const anna = this.browser(at.url);
    const response = await anna.ask('POST', '/session/setup', { ...firstAdministrator, token: at.plant.setUpToken });
    if (response.status !== 200) throw new Error(await response.text());
    return { url: at.url, anna, at };
  }
  /** Made by the administrator, with a password of its own. */
  async person(anna: Browser, id: string, grants: readonly PlantGrant[]): Promise<{ readonly password: string }> {
    const calls = await anna.calls();
    const made = await calls.accounts.create({
      commandId: commandId(),
      id,
      name: id,
      kind: 'person',
      grants: [...grants],
    });
    if (!made.ok) throw new Error(JSON.stringify(made));
    const own = await this.enter(anna.url, id, made.value.secret);
    const password = `quite a long phrase ${id.length}`;
    const change = { commandId: commandId(), old: made.value.secret, new: password };
    const changed = await (await own.calls()).accounts.changePassword(change);
    if (!changed.ok) throw new Error(JSON.stringify(changed));
    return { password };
  }
  async end(): Promise<void> {
    for (const one of this.#browsers.splice(0)) one.close();
    for (const one of this.#served.splice(0)) await one.stop();
  }
}

export const firstAdministrator = {
  account: 'anna.first',
  name: 'Anna First',
  password: 'correct horse battery',
} as const;
export const grant = (role: string, scope: string): PlantGrant => ({ role, scope }) as PlantGrant;

let commands = 0;
export const commandId = (): string => `command-${(commands += 1)}-${process.pid}`;
