/** `npm run check`: everything that can be judged without running the product, in parallel, in under a minute. */
import { spawn } from 'node:child_process';
import { compile } from '@inlang/paraglide-js';
import { compiler, plantCompiler } from '../renderer/i18n/compiler.ts';

const onSources: Record<string, string[]> = {
  lint: ['oxlint', '--deny-warnings'],
  layers: ['vitest', 'run', 'tests/architecture', '--reporter=dot'],
  format: ['oxfmt', '--check', '.'],
};
/** What rests on the compiled messages of the screens. */
const onMessages: Record<string, string[]> = {
  // Both by the native compiler, in a third of the time; the tools that read types themselves still need the other.
  // Each of its checkers does part of the others' work again; four by itself.
  types: ['node_modules/@typescript/native/bin/tsc', '-p', 'tsconfig.json', '--checkers', '2'],
  // With the browser runs, which need the DOM's types too; a program of their own would check half the tree again.
  svelte: [
    'svelte-check',
    '--tsconfig',
    'renderer/tsconfig.json',
    '--tsgo',
    '--incremental',
    '--fail-on-warnings',
    '--output',
    'human',
  ],
  'dead code': ['knip', '--no-progress'],
};

/** Memory for time: the native compiler collects its garbage less often. */
const env = { ...process.env, GOGC: '400' };
const wanted = process.argv.slice(2);
const started = run(onSources);
await compile(compiler);
await compile(plantCompiler);
started.push(...run(onMessages));
process.exit((await Promise.all(started)).every(Boolean) ? 0 : 1);

function run(checks: Record<string, string[]>): Promise<boolean>[] {
  return Object.entries(checks)
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(
      ([name, [command = '', ...args]]) =>
        new Promise<boolean>((resolve) => {
          const startedAt = performance.now();
          const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
          let output = '';
          child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
          child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
          child.on('error', (error) => (output += error.message));
          child.on('close', (code) => {
            const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
            console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
            if (code !== 0) console.log(output.trimEnd());
            resolve(code === 0);
          });
        }),
    );
}
