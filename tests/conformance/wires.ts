/** The far ends of byte lines: in memory, a TCP server, a pty made by socat. Absent until `restore`. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { LinkError } from '#contract/driver.ts';
import { openLink, type OpenLink } from '#station/links/open-link.ts';
import type { FakeWire } from '#station/drivers/kit/conformance.ts';
import { freePort } from '../support/ports.ts';

export interface Wire extends FakeWire {
  readonly openLink: OpenLink;
  /** How many links the station holds now. */
  links(): number;
  drop(): Promise<void>;
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export const hasSocat = spawnSync('socat', ['-V']).status === 0;

export function memoryWire(): Wire {
  type End = { readonly data: (bytes: Uint8Array) => void; readonly close: (byStation: boolean) => void };
  const ends = new Set<End>();
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let up = false;
  return {
    link: { kind: 'tcp', host: 'memory', port: 1 },
    links: () => ends.size,
    send: (bytes) => {
      for (const end of ends) end.data(Uint8Array.from(bytes));
    },
    received: (listener) => void listeners.push(listener),
    openLink: async (_settings, events) => {
      await pause(1);
      if (!up) throw new LinkError('host-refused', 'nobody there');
      const end: End = {
        data: (bytes) => queueMicrotask(() => ends.has(end) && events.data(bytes)),
        close: (byStation) => {
          if (!ends.delete(end)) return;
          if (byStation) events.closed(null, 'closed');
          else events.closed('closed-by-device', 'unplugged');
        },
      };
      ends.add(end);
      return {
        description: 'memory',
        write: async (bytes) => {
          for (const listener of listeners) listener(bytes);
        },
        close: async () => end.close(true),
      };
    },
    drop: async () => {
      up = false;
      await pause(1);
      for (const end of ends) end.close(false);
    },
    restore: async () => void (up = true),
    stop: async () => {},
  };
}

export async function tcpWire(): Promise<Wire> {
  const port = await freePort();
  const sockets = new Set<net.Socket>();
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let server: net.Server | null = null;
  const wire: Wire = {
    link: { kind: 'tcp', host: '127.0.0.1', port },
    openLink,
    links: () => sockets.size,
    send: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    received: (listener) => void listeners.push(listener),
    drop: async () => {
      const closing = server;
      server = null;
      if (!closing) return;
      // end(), not destroy(): what was sent before the cable went must still arrive, as half a frame.
      for (const socket of sockets) socket.end();
      await new Promise((done) => closing.close(done));
    },
    restore: async () => {
      const made = net.createServer((socket) => {
        sockets.add(socket);
        socket.on('data', (bytes) => listeners.forEach((listener) => listener(bytes)));
        socket.on('close', () => sockets.delete(socket));
        socket.on('error', () => {});
      });
      await new Promise<void>((done, failed) => made.once('error', failed).listen(port, '127.0.0.1', done));
      server = made;
    },
    stop: () => wire.drop(),
  };
  return wire;
}

/** One pty whose other end is this process; the socat process is the cable. */
export function ptyWire(): Wire {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-pty-'));
  const path = join(folder, 'station');
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  let socat: ChildProcess | null = null;
  let held: number | null = null;
  const wire: Wire = {
    link: { kind: 'serial', path, baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 },
    openLink,
    links: () => 0,
    send: (bytes) => void socat?.stdin?.write(bytes),
    received: (listener) => void listeners.push(listener),
    drop: async () => {
      const cable = socat;
      socat = null;
      if (held !== null) closeSync(held);
      held = null;
      if (!cable || cable.exitCode !== null) return;
      // What was sent must have reached the pty before the cable goes.
      await pause(50);
      const gone = new Promise((done) => cable.once('exit', done));
      cable.kill('SIGTERM');
      await gone;
    },
    restore: async () => {
      const cable = spawn('socat', ['-', `pty,raw,echo=0,link=${path}`], { stdio: ['pipe', 'pipe', 'ignore'] });
      cable.stdout.on('data', (bytes: Buffer) => listeners.forEach((listener) => listener(bytes)));
      cable.stdin.on('error', () => {});
      socat = cable;
      await until(() => existsSync(path), 'socat made no pty');
      // Somebody must hold the station's end open, else socat ends with the first close.
      held = openSync(path, constants.O_RDWR | constants.O_NOCTTY);
    },
    stop: async () => {
      await wire.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return wire;
}

/** Waits for a condition; not an assertion on time, only the end of hope. */
export async function until(condition: () => boolean, what: string, limitMs = 60_000): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms: ${what}`);
    await pause(5);
  }
}
