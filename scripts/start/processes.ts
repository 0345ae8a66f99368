/** Child processes that never outlive us: ended in an orderly way, by force if they hang, and by themselves if we are killed. */
import { spawn, type ChildProcess } from 'node:child_process';

/** How long a child gets to end by itself. */
const graceMs = 5_000;

export interface Child {
  readonly name: string;
  readonly process: ChildProcess;
  /** Code, or null after a signal. */
  readonly ended: Promise<number | null>;
}

export interface SpawnOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** What the child prints: shown, or given line by line. */
  readonly stdout?: (line: string) => void;
  readonly stderr?: (line: string) => void;
  readonly message?: (message: unknown) => void;
}

export class Processes {
  readonly #running = new Set<Child>();

  /**
   * Starts a program with an IPC channel and a pipe as its stdin: both close when we end, however we end, and every child
   * of ours takes that as its own end.
   */
  start(name: string, command: string, args: readonly string[], options: SpawnOptions = {}): Child {
    const child = spawn(command, [...args], {
      stdio: ['pipe', options.stdout ? 'pipe' : 'inherit', options.stderr ? 'pipe' : 'inherit', 'ipc'],
      env: { ...process.env, ...options.env },
    });
    byLine(child.stdout, options.stdout);
    byLine(child.stderr, options.stderr);
    if (options.message) child.on('message', options.message);
    // Writing to a child that is gone is no failure of ours.
    child.stdin?.on('error', () => undefined);
    const ended = new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(1));
      child.once('close', (code) => resolve(code));
    });
    const entry: Child = { name, process: child, ended };
    this.#running.add(entry);
    void ended.then(() => this.#running.delete(entry));
    return entry;
  }

  /** Resolves when none is left. */
  async endAll(): Promise<void> {
    await Promise.all([...this.#running].map(end));
  }
}

export async function end(child: Child): Promise<void> {
  const force = setTimeout(() => child.process.kill('SIGKILL'), graceMs);
  child.process.kill('SIGTERM');
  await child.ended;
  clearTimeout(force);
}

function byLine(stream: NodeJS.ReadableStream | null, take: ((line: string) => void) | undefined): void {
  if (stream === null || take === undefined) return;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
  stream.on('end', () => {
    if (rest !== '') take(rest);
  });
}
