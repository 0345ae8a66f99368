/** `npm test`: every suite. Arguments go to vitest (e.g. a path). */
import { spawnSync } from 'node:child_process';

const vitest = ['run', '--reporter=default', '--reporter=./scripts/test/reporter.ts', ...process.argv.slice(2)];
process.exit(spawnSync('vitest', vitest, { stdio: 'inherit' }).status ?? 1);
