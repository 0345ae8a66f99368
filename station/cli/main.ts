/** The command line on this process's words and streams. */
import type { Drivers } from './command.ts';
import { run } from './run.ts';

/** The exit code is set, not forced, so that what was written to a pipe arrives. */
export async function main(drivers: Drivers): Promise<void> {
  process.exitCode = await run(
    process.argv.slice(2),
    { out: (text) => void process.stdout.write(text), err: (text) => void process.stderr.write(text) },
    drivers,
  );
}
