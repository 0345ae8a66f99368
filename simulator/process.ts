/** What every simulator process has in common: one ready line on stdout, one clear line when it cannot start, and a clean end. */
import { fstatSync } from 'node:fs';

/** A started simulator: what its ready line says, and how to end it. */
export interface Running {
  readonly ready: Readonly<Record<string, string | number | boolean>>;
  stop(): Promise<void>;
}

/**
 * Runs a simulator as a process of its own. Prints `{"ready":true,...}` as one line on stdout once it serves. Ends with
 * exit code 0 on SIGTERM, SIGINT, and when the parent goes (its end of stdin or the IPC channel closes); with exit
 * code 1 and one line on stderr when it cannot start.
 */
export async function runSimulator(name: string, start: () => Promise<Running>): Promise<void> {
  let running: Running | null = null;
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    // A device that hangs while it closes must not outlive its parent.
    setTimeout(() => process.exit(0), 2_000).unref();
    void (running?.stop() ?? Promise.resolve()).finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
  process.once('disconnect', end);
  if (isPipe(0)) {
    process.stdin.once('end', end);
    process.stdin.once('error', end);
    process.stdin.resume();
  }
  try {
    running = await start();
  } catch (error) {
    process.stderr.write(`${name}: ${startFailure(error)}\n`);
    process.exit(1);
  }
  process.stdout.write(`${JSON.stringify({ ready: true, ...running.ready })}\n`);
}

/** Only a pipe or socket from a parent says anything by closing; a terminal or /dev/null does not. */
function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function startFailure(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE' || message.includes('EADDRINUSE')) {
    return `the port is taken (${message.split('\n')[0]}); end the other process or choose another port with --port`;
  }
  if (code === 'EACCES' || message.includes('EACCES'))
    return `not allowed to open the port (${message.split('\n')[0]})`;
  return message.split('\n')[0] ?? message;
}

/** `--port 48400 --flag` as options with defaults; unknown options are refused. @throws Error naming the option. */
export function readOptions<T extends Readonly<Record<string, string | number | boolean>>>(
  argv: readonly string[],
  defaults: T,
): T {
  const out: Record<string, string | number | boolean> = { ...defaults };
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? '';
    const key = word.startsWith('--') ? word.slice(2) : '';
    const was = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (was === undefined) throw new Error(`unknown option ${word}; known: --${Object.keys(defaults).join(', --')}`);
    if (typeof was === 'boolean') {
      out[key] = true;
      continue;
    }
    const text = argv[++at];
    if (text === undefined) throw new Error(`option ${word} needs a value`);
    if (typeof was === 'string') out[key] = text;
    else if (text.trim() !== '' && Number.isFinite(Number(text))) out[key] = Number(text);
    else throw new Error(`option ${word} needs a number, got ${JSON.stringify(text)}`);
  }
  return out as T;
}
