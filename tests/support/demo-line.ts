/** The demo line on ports of its own: simulators, and any number of stations after each other on one data folder. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import WebSocket from 'ws';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '#contract/rpc/index.ts';
import { root, startChild, type Child } from './child.ts';
import { freePorts } from './ports.ts';

export type Client = ContractRouterClient<Contract>;

/** Those of the quality bench and the test rig are there where they were asked for; the press has a control where the rig is. */
type Controlled = 'press' | 'scanner' | 'calliper' | 'bench-calliper' | 'balance' | 'rig';

export interface DemoLine {
  readonly folder: string;
  readonly config: string;
  readonly data: string;
  readonly port: number;
  readonly press: () => Child;
  readonly scanner: () => Child;
  readonly calliper: () => Child;
  /** Starts the press process (again). */
  startPress(): Promise<void>;
  /** Commands of the simulators' control ports, e.g. `control('calliper', 'press')`. */
  control(device: Controlled, path: string, body?: unknown): Promise<void>;
  startStation(env?: Readonly<Record<string, string>>): Promise<Station>;
  stop(): Promise<void>;
}
export interface Station {
  readonly child: Child;
  readonly origin: string;
  /** Opens one browser, once. */
  readonly url: string;
}

/**
 * @param pressArgs e.g. `['--speed', '10']`.
 * @param more `bench`: also calliper and balance of the quality bench QB10. `rig`: also the test rig of ST20 behind the press,
 *   with these arguments.
 */
export async function startDemoLine(
  pressArgs: readonly string[] = [],
  more: { readonly bench?: boolean; readonly rig?: readonly string[] } = {},
): Promise<DemoLine> {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-line-'));
  const config = join(folder, 'config');
  cpSync(join(root, 'resources/demo-plant'), config, { recursive: true });
  const [opcua = 0, port = 0, ofPress = 0, modbus = 0, ...free] = await freePorts(13);
  const { bench = false, rig } = more;
  const simulators = (
    [
      ['scanner', 'scanner', '48411'],
      ['calliper', 'calliper', '48412'],
      ...(bench
        ? ([
            ['bench-calliper', 'calliper', '48413'],
            ['balance', 'balance', '48414'],
          ] as const)
        : []),
      ...(rig === undefined ? [] : ([['rig', 'rig', '48417']] as const)),
    ] as const
  ).map(([device, program, said], at) => ({
    device,
    program,
    said,
    port: device === 'rig' ? modbus : (free[2 * at] ?? 0),
    control: free[2 * at + 1] ?? 0,
  }));
  const ports: Record<string, number> = {
    '48400': opcua,
    // Also where no rig is: nobody else's is taken for it.
    '48417': modbus,
    ...Object.fromEntries(simulators.map((each) => [each.said, each.port])),
  };
  for (const name of readdirSync(join(config, 'devices'))) {
    const file = join(config, 'devices', name);
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replaceAll(/484\d\d/g, (found) => String(ports[found] ?? found)),
    );
  }
  const controlArgs = rig === undefined ? [] : ['--control', String(ofPress)];
  const startPress = (): Child =>
    startChild(['simulator/press/press.entry.ts', '--port', String(opcua), ...controlArgs, ...pressArgs]);
  let press = startPress();
  const running = simulators.map(({ device, program, port: own, control }) => {
    const follows = device === 'rig' ? ['--machine', `http://127.0.0.1:${ofPress}`, ...(rig ?? [])] : [];
    const plugs = ['--port', String(own), '--control', String(control)];
    return startChild([`simulator/${program}/${program}.entry.ts`, ...plugs, ...follows]);
  });
  const [scanner, calliper] = running;
  if (scanner === undefined || calliper === undefined) throw new Error('the line has a scanner and a calliper');
  const ready = /"ready":true/;
  await Promise.all([press, ...running].map((child) => child.line(ready, 60_000)));
  let station: Child | null = null;

  return {
    folder,
    config,
    data: join(folder, 'data'),
    port,
    press: () => press,
    scanner: () => scanner,
    calliper: () => calliper,
    async startPress() {
      await press.kill('SIGKILL');
      press = startPress();
      await press.line(ready, 60_000);
    },
    async control(device, path, body) {
      const ofDevice = simulators.find((each) => each.device === device)?.control;
      const control = device === 'press' && rig !== undefined ? ofPress : ofDevice;
      if (control === undefined) throw new Error(`${device} was not started`);
      const answer = await fetch(`http://127.0.0.1:${control}/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body ?? {}),
      });
      if (!answer.ok) throw new Error(`${device}/${path}: ${answer.status} ${await answer.text()}`);
    },
    async startStation(env = {}) {
      const child = startChild(
        ['station/node.entry.ts', '--config', config, '--data', join(folder, 'data'), '--port', String(port)],
        env,
      );
      station = child;
      const [, url = ''] = await child.line(/(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/, 60_000);
      return { child, url, origin: new URL(url).origin };
    },
    async stop() {
      await station?.kill('SIGKILL');
      await Promise.all([press, ...running].map((child) => child.kill('SIGKILL')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Changes a file of the line's own copy of the plant; before the station starts. */
export function editPlant(line: Pick<DemoLine, 'config'>, file: string, from: string, to: string): void {
  const path = join(line.config, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
  writeFileSync(path, text.replace(from, to));
}

/** Redeems a start address: the session cookie that later links (also to the restarted station) use. */
export async function signInBrowser(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0];
  if (cookie === undefined) throw new Error(`no session: ${answer.status} ${await answer.text()}`);
  return cookie;
}

export interface Linked {
  readonly client: Client;
  readonly closed: Promise<void>;
  close(): void;
}

/** A client over the browser host's WebSocket, as the renderer has one. */
export async function link(origin: string, cookie: string): Promise<Linked> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { cookie, origin } });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => socket.terminate());
  return {
    client: createORPCClient<Client>(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    closed,
    close: () => socket.terminate(),
  };
}
