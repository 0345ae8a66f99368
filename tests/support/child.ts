/** A child process of a test: its output is kept, waiting for a line has an end, and it never outlives the test run. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../', import.meta.url));

export interface Child {
  readonly process: ChildProcess;
  readonly output: () => string;
  /** First line of output that matches. Rejects with all output when the child ends or `limitMs` passes before. */
  line(pattern: RegExp, limitMs?: number): Promise<RegExpMatchArray>;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
  /** Its exit code; null: ended by a signal. */
  readonly ended: Promise<number | null>;
}

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export function startChild(args: readonly string[], env: Readonly<Record<string, string>> = {}): Child {
  const child = spawn(process.execPath, [...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  alive.add(child);
  let text = '';
  const listeners = new Set<() => void>();
  const add = (chunk: Buffer): void => {
    text += chunk.toString();
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  void ended.then(() => {
    alive.delete(child);
    for (const listener of listeners) listener();
  });
  return {
    process: child,
    output: () => text,
    ended,
    line(pattern, limitMs = 60_000) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const found = text.match(pattern);
          if (found) done(() => resolve(found));
          else if (child.exitCode !== null || child.signalCode !== null)
            done(() => reject(new Error(`ended (${child.exitCode ?? child.signalCode}):\n${text}`)));
        };
        const timer = setTimeout(
          () => done(() => reject(new Error(`no ${pattern} within ${limitMs} ms:\n${text}`))),
          limitMs,
        );
        const done = (then: () => void): void => {
          clearTimeout(timer);
          listeners.delete(look);
          then();
        };
        listeners.add(look);
        look();
      });
    },
    kill(signal = 'SIGTERM') {
      child.kill(signal);
      return ended;
    },
  };
}
