/** `npm run check`: everything that can be judged without running the product, in parallel, in under a minute. */
import { spawn } from 'node:child_process';
import { compile } from '@inlang/paraglide-js';
import { compiler, plantCompiler } from '../renderer/i18n/compiler.ts';

const checks: Record<string, string[]> = {
  types: ['tsc', '-p', 'tsconfig.json'],
  // With the browser runs, which need the DOM's types too; a program of their own would check half the tree again.
  svelte: ['svelte-check', '--tsconfig', 'renderer/tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  lint: ['oxlint', '--deny-warnings'],
  layers: ['vitest', 'run', 'tests/architecture', '--reporter=dot'],
  format: ['prettier', '--check', '--log-level', 'warn', '--cache', '.'],
  'dead code': ['knip', '--no-progress'],
};

// The types of the screens rest on the compiled messages.
await compile(compiler);
await compile(plantCompiler);

const wanted = process.argv.slice(2);
const results = await Promise.all(
  Object.entries(checks)
    .filter(([name]) => wanted.length === 0 || wanted.includes(name))
    .map(
      ([name, [command = '', ...args]]) =>
        new Promise<boolean>((resolve) => {
          const startedAt = performance.now();
          const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
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
    ),
);
process.exit(results.every(Boolean) ? 0 : 1);
