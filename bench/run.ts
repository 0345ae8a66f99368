/**
 * `npm run bench [-- NAME ...] [--json]`: every `*.bench.ts` here, one after the other, each in its own process so that one
 * cannot warm or burden the next. Exit code 1 when a target was missed.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type BenchRow, printRows } from './row.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.bench.ts'))
  .map((name) => name.replace('.bench.ts', ''))
  .filter((name) => wanted.length === 0 || wanted.includes(name));
if (names.length === 0) {
  console.error(`no such bench: ${wanted.join(', ')}`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const name of names) {
  console.error(`${name} ...`);
  rows.push(
    ...(await new Promise<BenchRow[]>((resolve, reject) => {
      const child = spawn(process.execPath, [`${folder}${name}.bench.ts`, '--json'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => {
        const found = output
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line) as BenchRow);
        if (found.length === 0) reject(new Error(`${name} measured nothing (exit ${code})`));
        else resolve(found);
      });
    })),
  );
}
printRows(rows);
process.exit(rows.every((row) => row.met) ? 0 : 1);
