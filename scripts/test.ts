/** `npm test`: every suite. Arguments go to vitest (e.g. a path). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const vitest = ['run', '--reporter=default', '--reporter=./scripts/test/reporter.ts', ...process.argv.slice(2)];
/** Stations and servers are started hundreds of times: their sources are compiled once. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, '../node_modules/.cache/linewright/compiled');
const env = { ...process.env, NODE_COMPILE_CACHE };
process.exit(spawnSync('vitest', vitest, { stdio: 'inherit', env }).status ?? 1);
