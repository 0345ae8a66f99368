/** `npm test`: builds what the browser run needs, then runs every suite. Arguments go to vitest (e.g. a path). */
import { spawnSync } from 'node:child_process';

const filters = process.argv.slice(2);
const run = (command: string, args: string[]): number => spawnSync(command, args, { stdio: 'inherit' }).status ?? 1;

if (filters.length === 0 && run('vite', ['build', '--logLevel', 'warn']) !== 0) process.exit(1);
process.exit(run('vitest', ['run', '--reporter=default', '--reporter=./scripts/test/reporter.ts', ...filters]));
