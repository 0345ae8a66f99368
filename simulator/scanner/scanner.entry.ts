/** `node simulator/scanner/scanner.entry.ts [--port 48411] [--control 48421] [--pty PATH] [--serial PATH] [--end cr]` */
import { createInterface } from 'node:readline';
import { readOptions, runSimulator } from '#simulator/process.ts';
import { scannerDefaults, startScanner, typedCode } from './scanner.ts';

await runSimulator('scanner', async () => {
  const scanner = await startScanner(readOptions(process.argv.slice(2), scannerDefaults));
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line !== '') scanner.scan(typedCode(line));
  });
  return scanner;
});
