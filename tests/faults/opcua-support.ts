/** The demo press as a process of its own, and a driver on it, for the fault tests. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Driver, TagBinding } from '#contract/driver.ts';
import type { TagReading } from '#contract/reading.ts';
import { driver as opcua } from '#station/drivers/opcua-client/index.ts';
import { type RecordingHost, recordingHost } from '../conformance/recording-host.ts';

const entry = fileURLToPath(new URL('../../simulator/press/press.entry.ts', import.meta.url));

export interface Press {
  readonly process: ChildProcess;
  kill(signal: NodeJS.Signals): void;
  /** Kills it and waits for its end. */
  end(): Promise<void>;
}

/** @returns when it serves. */
export async function startPress(port: number, options: readonly string[] = []): Promise<Press> {
  const child = spawn(process.execPath, [entry, '--port', String(port), ...options], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const first = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line)),
    ended.then(() => ''),
  ]);
  if (!first.includes('"ready":true')) throw new Error(`the press did not start: ${first}`);
  return {
    process: child,
    kill: (signal) => void child.kill(signal),
    async end() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
}

export const pressNode = (name: string): string => `nsu=urn:linewright:sim:press;s=${name}`;

/** Numbers only: of ten bulk variables the last is a boolean and cannot count. */
export function bulkTags(count: number, bridgeMs = 30_000): TagBinding[] {
  return Array.from({ length: count }, (_, i): TagBinding => {
    const name = `Bulk.${Math.floor(i / 9) * 10 + (i % 9)}`;
    return {
      id: name,
      address: pressNode(name),
      type: 'number',
      unit: null,
      samplingMs: 0,
      deadband: 0,
      bridgeMs,
    };
  });
}

export interface Station {
  readonly host: RecordingHost;
  readonly driver: Driver;
}

export function startStation(
  port: number,
  tags: readonly TagBinding[],
  settings: Readonly<Record<string, unknown>> = {},
): Station {
  const host = recordingHost(() => Promise.reject(new Error('OPC UA opens its own connections')));
  const parsed = opcua.manifest.settings.parse({ endpoint: `opc.tcp://127.0.0.1:${port}/press`, ...settings });
  const driver = opcua.create(host, parsed, tags);
  driver.start();
  return { host, driver };
}

/**
 * Bulk variables count their changes, so per tag the good values must be consecutive in the order of their source times
 * (the same one may come again when a quiet tag is asked after a gap).
 * @returns what is missing per tag; empty when nothing is.
 */
export function holes(readings: readonly TagReading[], tags: number): string[] {
  const found: string[] = [];
  for (let tag = 0; tag < tags; tag++) {
    const mine = readings
      .filter((reading) => reading.tag === tag && reading.quality === 'good')
      .toSorted((a, b) => (a.sourceAt ?? 0) - (b.sourceAt ?? 0));
    if (mine.length < 2) found.push(`tag ${tag}: only ${mine.length} values`);
    for (let at = 1; at < mine.length; at++) {
      const step = Number(mine[at]?.value) - Number(mine[at - 1]?.value);
      if (step !== 1 && step !== 0) found.push(`tag ${tag}: ${mine[at - 1]?.value} then ${mine[at]?.value}`);
    }
  }
  return found;
}
