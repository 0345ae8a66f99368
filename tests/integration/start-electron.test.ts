/** How `npm start` comes to a window: finding Electron, fetching it, and going on without it. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { whyBuild, type Target } from '../../scripts/start/build.ts';
import { electronBinary, findElectron, whyNoWindow, type ElectronPlace } from '../../scripts/start/electron.ts';
import { plant, start } from './test-support/start.ts';

// Whole programs on a busy machine.
vi.setConfig({ testTimeout: 240_000 });

let temp: string;
let place: ElectronPlace;
const said: string[] = [];
const say = (line: string): void => void said.push(line);

beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'linewright-electron-'));
  place = { folder: join(temp, 'electron'), marker: join(temp, 'cache', 'failed') };
  mkdirSync(place.folder);
  said.length = 0;
  vi.stubEnv('CI', '');
  // A mirror is not looked at before the fetch: no test here needs the network.
  vi.stubEnv('ELECTRON_MIRROR', 'http://127.0.0.1:9/');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(temp, { recursive: true, force: true });
});

/** The package's own installer, as far as the start sees it. */
const installer = (text: string): void =>
  writeFileSync(
    join(place.folder, 'install.js'),
    `const fs = require('node:fs'); const path = require('node:path');\n${text}`,
  );

describe('the binary', () => {
  test('is found where it was installed', async () => {
    mkdirSync(join(place.folder, 'dist'));
    writeFileSync(join(place.folder, 'path.txt'), 'electron');
    expect(electronBinary(place)).toBeNull();
    writeFileSync(join(place.folder, 'dist', 'electron'), '');
    expect(await findElectron(place, say)).toEqual({ binary: join(place.folder, 'dist', 'electron') });
    expect(said).toEqual([]);
  });

  test('is fetched once where that works', async () => {
    installer(`fs.mkdirSync(path.join(__dirname, 'dist')); fs.writeFileSync(path.join(__dirname, 'dist', 'electron'), '');
      fs.writeFileSync(path.join(__dirname, 'path.txt'), 'electron');`);
    expect(await findElectron(place, say)).toEqual({ binary: join(place.folder, 'dist', 'electron') });
    expect(said).toEqual([expect.stringContaining('Fetching Electron')]);
    expect(existsSync(place.marker)).toBe(false);
  });

  test('that cannot be fetched is not tried again and again', async () => {
    installer(
      `fs.appendFileSync(path.join(__dirname, 'tries'), 'x'); console.error('Error: no such host'); process.exit(1);`,
    );
    expect(await findElectron(place, say)).toEqual({ missing: 'Error: no such host' });
    expect(await findElectron(place, say)).toEqual({ missing: expect.stringContaining('no such host; tried before') });
    expect(readFileSync(join(place.folder, 'tries'), 'utf8')).toBe('x');
    // A day later it is worth another try.
    writeFileSync(place.marker, `${Date.now() - 25 * 3_600_000}\nError: no such host\n`);
    await findElectron(place, say);
    expect(readFileSync(join(place.folder, 'tries'), 'utf8')).toBe('xx');
  });

  test('is not fetched in CI', async () => {
    vi.stubEnv('CI', 'true');
    expect(await findElectron(place, say)).toEqual({ missing: 'not tried in CI' });
  });

  test('needs a display on Linux', () => {
    expect(whyNoWindow({}, 'linux')).toBe('there is no display');
    expect(whyNoWindow({}, 'win32')).toBeNull();
    expect(
      whyNoWindow({ WAYLAND_DISPLAY: 'wayland-0', ELECTRON_OVERRIDE_DIST_PATH: '/opt/electron' }, 'linux'),
    ).toBeNull();
  });
});

test('what is built is built again when a source is newer, and only then', () => {
  const target: Target = { name: 'it', result: 'out/it.js', sources: ['src', 'missing'], command: [] };
  mkdirSync(join(temp, 'src', 'deep'), { recursive: true });
  writeFileSync(join(temp, 'src', 'deep', 'a.ts'), '');
  writeFileSync(join(temp, 'src', 'a.test.ts'), '');
  expect(whyBuild(temp, target)).toBe('not built yet');
  mkdirSync(join(temp, 'out'));
  writeFileSync(join(temp, 'out', 'it.js'), '');
  const at = (file: string, seconds: number) => utimesSync(join(temp, file), seconds, seconds);
  at('out/it.js', 2_000);
  at('src/deep/a.ts', 1_000);
  at('src/a.test.ts', 3_000);
  expect(whyBuild(temp, target)).toBeNull();
  at('src/deep/a.ts', 2_001);
  expect(whyBuild(temp, target)).toBe('sources changed');
});

describe('npm start', () => {
  /** A stand-in for Electron's program, to see what the start makes of it. */
  function fakeElectron(script: string): Record<string, string> {
    const file = join(temp, 'electron.cjs');
    writeFileSync(file, script);
    writeFileSync(join(temp, 'electron', 'electron'), `#!/bin/sh\nexec "${process.execPath}" "${file}" "$@"\n`);
    chmodSync(join(temp, 'electron', 'electron'), 0o755);
    return { DISPLAY: ':99', ELECTRON_OVERRIDE_DIST_PATH: join(temp, 'electron') };
  }

  test('runs the station in its window and ends with it', async () => {
    const it = await plant();
    const env = fakeElectron(`
      require('node:fs').writeFileSync('${join(temp, 'args')}', process.argv.slice(2).join('\\n'));
      process.send({ type: 'ready' });
      setTimeout(() => process.exit(0), 500);`);
    const started = start({ env }, ...it.args.filter((arg) => arg !== '--headless'), '--no-demo');
    expect(await started.ended).toBe(0);
    it.remove();
    expect(started.out()).toContain('in its own window');
    expect(started.err()).toBe('');
    const args = readFileSync(join(temp, 'args'), 'utf8').split('\n');
    expect(args[0]).toMatch(/out.main.index\.js$/);
    expect(args.slice(1)).toEqual(['--config', it.folder, '--station', 'ST10', '--data', it.data]);
  });

  test('goes on in the browser when the window cannot be opened', async () => {
    const it = await plant();
    const started = start(
      { env: { ...fakeElectron('process.exit(127)'), PATH: withoutBrowsers() } },
      ...it.args.filter((arg) => arg !== '--headless'),
      '--no-demo',
    );
    await started.said(
      /Electron could not open a window \(it ended with 127\); using the browser host: http:\/\/127\.0\.0\.1:\d+\/\?token=\S+/,
    );
    started.process.kill('SIGTERM');
    expect(await started.ended).toBe(0);
    it.remove();
  });

  test('ends with the line that the shell says when the station cannot run', async () => {
    const it = await plant();
    const started = start(
      { env: fakeElectron("console.error('data folder is in use'); process.exit(2)") },
      ...it.args.filter((arg) => arg !== '--headless'),
      '--no-demo',
    );
    expect(await started.ended).toBe(2);
    it.remove();
    expect(started.err()).toBe('data folder is in use\n');
  });

  /** A PATH on which nothing opens a browser. */
  function withoutBrowsers(): string {
    const folder = join(temp, 'bin');
    mkdirSync(folder);
    const sh = execFileSync('sh', ['-c', 'command -v sh'], { encoding: 'utf8' }).trim();
    writeFileSync(join(folder, 'xdg-open'), `#!${sh}\nexit 0\n`);
    chmodSync(join(folder, 'xdg-open'), 0o755);
    return folder;
  }
});
