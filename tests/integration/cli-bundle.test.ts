/** The installed `linewright`: built as `npm run build` does, lying below node_modules, run from somewhere else. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '#station/clock.ts';
import { projections } from '#station/store/projections/index.ts';
import { openStore } from '#station/store/store.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: { linewright: string } };
let out: string;
let elsewhere: string;
let program: string;

beforeAll(async () => {
  elsewhere = mkdtempSync(join(tmpdir(), 'linewright-elsewhere-'));
  // Inside the project, where the bundle finds its packages.
  mkdirSync(join(root, 'out'), { recursive: true });
  out = mkdtempSync(join(root, 'out', 'test-'));
  const installed = join(out, 'node_modules', 'linewright');
  await build({
    configFile: join(root, 'cli.vite.config.ts'),
    logLevel: 'error',
    build: { outDir: join(installed, 'out/cli'), emptyOutDir: true },
  });
  program = join(installed, bin.linewright);
}, 240_000);
afterAll(() => {
  rmSync(out, { recursive: true, force: true });
  rmSync(elsewhere, { recursive: true, force: true });
});

const linewright = (...words: readonly string[]): string =>
  execFileSync(process.execPath, [program, ...words], { cwd: elsewhere, encoding: 'utf8', stdio: 'pipe' });

test('is a program of its own', () => {
  expect(readFileSync(program, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(linewright('--help')).toMatch(/^Usage: linewright COMMAND/);
});

test('knows the drivers: settings and addresses of the demo plant are judged and fine', () => {
  const said = JSON.parse(linewright('check', join(root, 'resources/demo-plant'), '--json')) as object;
  expect(said).toMatchObject({ ok: true, faults: [] });
});

test('reads a store', () => {
  openStore({ folder: elsewhere, stationId: 'ST10', projections, clock: systemClock }).close();
  expect(linewright('verify', '--data', elsewhere, '--config', join(root, 'resources/demo-plant'))).toContain(
    '0 events in 1 epoch, the chain is whole',
  );
});
