/**
 * The OPC UA road against a bare node-opcua client on the same server: CPU per value, time to subscribe, memory, lost
 * changes, a network cut, a server restart. Every client runs in a process of its own; floor and product alternate.
 * `--quick` measures for a shorter time; `--long` also looks at the memory over 5 minutes and at cuts of 60 and 600 s;
 * `--cuts=1,600` measures only cuts of that many seconds.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stationFlags } from '#contract/shell.ts';
import { FakeCable } from '#station/drivers/opcua-client/fake-network.ts';
import { freePort } from '../tests/support/ports.ts';
import type { Load, Mode, Order } from './opcua-child.ts';
import { type BenchRow, printRows } from './row.ts';

const child = fileURLToPath(new URL('./opcua-child.ts', import.meta.url));
const press = fileURLToPath(new URL('../simulator/press/press.entry.ts', import.meta.url));
const quick = process.argv.includes('--quick');
const long = process.argv.includes('--long');
const variables = 5_000;
const measureMs = quick ? 5_000 : 15_000;
const rounds = quick ? 1 : 3;
/** Luck of the moment between two attempts: needs more of them. */
const restartRounds = quick ? 3 : 7;

const onlyCuts = process.argv.find((arg) => arg.startsWith('--cuts='))?.slice('--cuts='.length);
const patienceMs = long || onlyCuts !== undefined ? 420_000 : 60_000;

interface Line {
  readonly first?: number;
  readonly lost?: number;
  readonly cpuPer100k?: number;
}
class Child {
  readonly process: ChildProcess;
  readonly #lines: Line[] = [];
  #wake: () => void = () => undefined;

  constructor(file: string, args: readonly string[], flags: readonly string[] = []) {
    this.process = spawn(process.execPath, [...flags, file, ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
    if (!this.process.stdout) throw new Error('no output');
    createInterface({ input: this.process.stdout }).on('line', (line) => {
      if (line.startsWith('{')) this.#lines.push(JSON.parse(line) as Line);
      this.#wake();
    });
  }

  async next<T extends Line>(wanted: (line: Line) => boolean): Promise<T> {
    for (;;) {
      const at = this.#lines.findIndex(wanted);
      if (at >= 0) return this.#lines.splice(0, at + 1).at(-1) as T;
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${this.process.spawnargs.join(' ')}: no answer`)), patienceMs);
        this.#wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
  }

  async end(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await ended;
  }
}

async function startServer(port: number, count: number): Promise<Child> {
  const server = new Child(press, ['--port', String(port), '--tags', String(count), '--period', '100']);
  await server.next((line) => 'ready' in line);
  return server;
}
/** What is ours runs as the station does. */
const startClient = (order: Order): Child =>
  new Child(child, [JSON.stringify(order)], order.mode === 'bare' || order.mode === 'append' ? [] : stationFlags);

async function measureLoad(mode: Mode, forMs = measureMs): Promise<Load> {
  const port = await freePort();
  const server = await startServer(port, variables);
  const child = startClient({ mode, port, count: variables, measureMs: forMs });
  try {
    return await child.next<Load & Line>((line) => line.cpuPer100k !== undefined);
  } finally {
    await child.end();
    await server.end();
  }
}

/** @returns ms from the moment the server's port is open again to the client's first value. */
async function measureRestart(mode: Mode): Promise<number> {
  const port = await freePort();
  let server = await startServer(port, 100);
  const child = startClient({ mode, port, count: 100, measureMs: 0 });
  try {
    await child.next((line) => line.first !== undefined);
    await pause(3_000);
    await server.end();
    // Any phase of the client's retries.
    await pause(2_000 + 1_000 * Math.random());
    const restarted = startServer(port, 100);
    const openAt = await portOpen(port);
    server = await restarted;
    const { first = 0 } = await child.next((line) => line.first !== undefined);
    return first - openAt;
  } finally {
    await child.end();
    await server.end();
  }
}

async function portOpen(port: number): Promise<number> {
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (open) return Date.now();
    await pause(20);
  }
}

/** 100 tags at 100 ms; the cable is pulled for this long. */
async function measureCut(ms: number): Promise<{ lost: number; values: number }> {
  const port = await freePort();
  const server = await startServer(port, 100);
  const cable = new FakeCable(await freePort(), port);
  await cable.set('pass');
  const child = startClient({
    mode: 'driver',
    port: cable.port,
    count: 100,
    measureMs: 0,
    bridgeMs: Math.max(ms, 10_000),
  });
  try {
    await child.next((line) => line.first !== undefined);
    await pause(2_000);
    await cable.pull();
    await pause(ms);
    await cable.set('pass');
    await child.next((line) => line.first !== undefined);
    await pause(3_000);
    child.process.stdin?.write('lost\n');
    return await child.next<{ lost: number; values: number }>((line) => line.lost !== undefined);
  } finally {
    await child.end();
    await cable.stop();
    await server.end();
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const plainRow = (
  name: string,
  unit: string,
  value: number,
  target: string,
  met: (value: number) => boolean,
): BenchRow => {
  return { name, value, unit, floor: null, ratio: null, target, met: met(value) };
};

async function cutRow(seconds: number): Promise<BenchRow> {
  const cut = await measureCut(seconds * 1_000);
  const name = `cable pulled for ${seconds} s, 100 tags at 100 ms: lost of ${cut.values}`;
  return plainRow(name, 'changes', cut.lost, '0', (n) => n === 0);
}

export async function run(): Promise<BenchRow[]> {
  if (onlyCuts !== undefined) {
    const rows: BenchRow[] = [];
    for (const seconds of onlyCuts.split(',')) rows.push(await cutRow(Number(seconds)));
    return rows;
  }
  const loads: Record<Mode, Load[]> = { bare: [], append: [], driver: [], hub: [], record: [] };
  const restarts: Record<'bare' | 'driver', number[]> = { bare: [], driver: [] };
  for (let round = 0; round < rounds; round++) {
    for (const mode of ['bare', 'driver', 'hub', 'append', 'record'] as const)
      loads[mode].push(await measureLoad(mode));
  }
  for (let round = 0; round < restartRounds; round++) {
    for (const mode of ['bare', 'driver'] as const) restarts[mode].push(await measureRestart(mode));
  }
  const of = (mode: Mode, field: keyof Load): number => median(loads[mode].map((load) => load[field]));
  const ratioRow = (name: string, unit: string, limit: number, value: number, floor: number): BenchRow => {
    return {
      name,
      value,
      unit,
      floor,
      ratio: value / floor,
      target: `at most ${limit} x floor`,
      met: value / floor <= limit,
    };
  };
  const rows: BenchRow[] = [];
  for (const mode of ['driver', 'hub'] as const) {
    const where = mode === 'hub' ? 'OPC UA to the tag hub' : 'OPC UA driver';
    rows.push(
      ratioRow(`${where}: CPU per 100,000 values`, 's', 1.5, of(mode, 'cpuPer100k'), of('bare', 'cpuPer100k')),
      ratioRow(
        `${where}: ${variables} variables subscribed`,
        'ms',
        2,
        of(mode, 'subscribedMs'),
        of('bare', 'subscribedMs'),
      ),
      ratioRow(`${where}: memory`, 'MB', 1.5, of(mode, 'rssMb'), of('bare', 'rssMb')),
      {
        name: `${where}: changes lost at ${Math.round(of(mode, 'perSecond')).toLocaleString('en')} values/s`,
        value: Math.max(...loads[mode].map(({ lost }) => lost)),
        unit: 'changes',
        floor: null,
        ratio: null,
        target: '0 at 50,000/s',
        met: loads[mode].every(({ lost }) => lost === 0) && of(mode, 'perSecond') > 48_000,
      },
    );
  }
  rows.push(
    plainRow(
      'frames of 5,000 tags to the screen',
      '/s',
      of('hub', 'framesPerSecond'),
      'about 10',
      (n) => n >= 9 && n <= 10.5,
    ),
    ratioRow(
      'OPC UA to the history file: CPU per 100,000 values',
      's',
      1.5,
      of('record', 'cpuPer100k'),
      of('append', 'cpuPer100k'),
    ),
    plainRow(
      'OPC UA to the history file: not on disk',
      'changes',
      of('record', 'missing') + of('record', 'lost'),
      '0',
      (n) => n === 0,
    ),
    ratioRow('server restarted: first value', 'ms', 1.1, median(restarts.driver), median(restarts.bare)),
  );
  for (const seconds of long ? [10, 60, 600] : [10]) rows.push(await cutRow(seconds));
  if (long) {
    const load = await measureLoad('record', 300_000);
    rows.push(ratioRow('memory after 5 minutes against the begin', 'MB', 1.1, load.rssMb, load.rssAtStartMb));
  }
  return rows;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const rows = await run();
  printRows(rows);
  process.exit(rows.every((row) => row.met) ? 0 : 1);
}
