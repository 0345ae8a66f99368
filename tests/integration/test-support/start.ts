/** `npm start` as a process of its own, on ports and data of this test's own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/ports.ts';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export interface Started {
  readonly process: ChildProcess;
  out(): string;
  err(): string;
  readonly ended: Promise<number | null>;
  /** Resolves with the first match in stdout; rejects when the process ends without it. */
  said(pattern: RegExp): Promise<RegExpExecArray>;
}

/** The screens are not built for these tests: what is tested is around them. */
export function start(
  first: string | { readonly env: Readonly<Record<string, string>> },
  ...rest: readonly string[]
): Started {
  const args = typeof first === 'string' ? [first, ...rest] : rest;
  const child = spawn(process.execPath, [join(root, 'scripts/start.ts'), ...args], {
    cwd: root,
    env: {
      ...process.env,
      LINEWRIGHT_SKIP_BUILD: '1',
      DISPLAY: '',
      WAYLAND_DISPLAY: '',
      ...(typeof first === 'string' ? {} : first.env),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return {
    process: child,
    out: () => out,
    err: () => err,
    ended,
    said: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(out);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then((code) => reject(new Error(`ended with ${code} without saying ${pattern}:\n${out}\n${err}`)));
      }),
  };
}

/** What it says when it refuses to start: exactly one line. */
export async function refusal(...args: readonly string[]): Promise<{ code: number | null; line: string }> {
  const [first = '', ...rest] = args;
  const started = start(first, ...rest);
  const code = await started.ended;
  const lines = started.err().trim().split('\n');
  if (lines.length !== 1) throw new Error(`${lines.length} lines instead of one:\n${started.err()}`);
  return { code, line: lines[0] ?? '' };
}

export interface Plant {
  readonly folder: string;
  readonly data: string;
  readonly ports: {
    readonly host: number;
    readonly press: number;
    readonly scanner: number;
    readonly calliper: number;
  } & Readonly<Record<'press-meter' | 'test-rig' | 'bench-calliper' | 'bench-balance' | 'bench-scanner', number>>;
  /** Its options for `start`. */
  readonly args: readonly string[];
  remove(): void;
}

/** A copy of the demo plant whose devices are on free ports. */
export async function plant(): Promise<Plant> {
  const temp = mkdtempSync(join(tmpdir(), 'linewright-start-'));
  const folder = join(temp, 'plant');
  const data = join(temp, 'data');
  cpSync(join(root, 'resources/demo-plant'), folder, { recursive: true });
  const ports = {
    host: await freePort(),
    press: await freePort(),
    scanner: await freePort(),
    calliper: await freePort(),
    'press-meter': await freePort(),
    'test-rig': await freePort(),
    'bench-calliper': await freePort(),
    'bench-balance': await freePort(),
    'bench-scanner': await freePort(),
  };
  for (const [device, was] of [
    ['press', '48400'],
    ['scanner', '48411'],
    ['calliper', '48412'],
    ['press-meter', '48416'],
    ['test-rig', '48417'],
    ['bench-calliper', '48413'],
    ['bench-balance', '48414'],
    ['bench-scanner', '48415'],
  ] as const) {
    const file = join(folder, 'devices', `${device}.yaml`);
    writeFileSync(file, readFileSync(file, 'utf8').replace(was, String(ports[device])));
  }
  return {
    folder,
    data,
    ports,
    args: ['--headless', '--config', folder, '--data', data, '--port', String(ports.host)],
    remove: () => rmSync(temp, { recursive: true, force: true }),
  };
}

/** Processes below one, with what they run. */
export function childrenOf(pid: number): { pid: number; runs: string }[] {
  const table = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' });
  return table
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line))
    .flatMap((match) =>
      match !== null && Number(match[2]) === pid ? [{ pid: Number(match[1]), runs: match[3] ?? '' }] : [],
    );
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie is gone as far as anybody is concerned.
    return process.platform !== 'linux' || !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
