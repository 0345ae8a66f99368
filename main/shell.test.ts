/** The shell against a fake Electron: what it forbids, what it starts again, what it hands over. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { FromStation } from '#contract/shell.ts';
import * as electron from './test-support/fake-electron.ts';

vi.mock('electron', () => import('./test-support/fake-electron.ts'));
const { runShell } = await import('./shell.ts');

let folder: string;
const hash = 'a'.repeat(64);
const { app, BrowserWindow, ipcMain, protocol, session, utilityProcess } = electron;

const ready = (window = { kiosk: false, fullscreen: false }): FromStation => ({
  type: 'ready',
  title: 'Station 10',
  window,
  definitionsFolder: join(folder, 'definitions'),
});
const options = () => ({ config: '/plant', station: 'ST-10', data: join(folder, 'data') });
const station = () => utilityProcess.all.at(-1)!;
const window = () => BrowserWindow.all.at(-1)!;

async function run(window?: { kiosk: boolean; fullscreen: boolean }): Promise<void> {
  await runShell(options(), join(folder, 'out'));
  station().emit('message', ready(window));
}
function pageAsks(frame: object = window().webContents.mainFrame, sender: object = window().webContents): void {
  ipcMain.emit('linewright:port-please', { senderFrame: frame, sender });
}

beforeEach(() => {
  electron.reset();
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), 'linewright-shell-'));
  mkdirSync(join(folder, 'out', 'renderer', 'assets'), { recursive: true });
  mkdirSync(join(folder, 'definitions', hash, 'images'), { recursive: true });
  writeFileSync(join(folder, 'out', 'renderer', 'index.html'), '<title>page');
  writeFileSync(join(folder, 'definitions', hash, 'images', 'top.svg'), '<svg/>');
  writeFileSync(join(folder, 'definitions', hash, 'definition.yaml'), 'id: bracket');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

describe('window', () => {
  test('opens when the station is ready, sandboxed, with our page', async () => {
    await runShell(options(), join(folder, 'out'));
    expect(BrowserWindow.all).toHaveLength(0);
    station().emit('message', ready());
    expect(window().options).toMatchObject({
      title: 'Station 10',
      kiosk: false,
      fullscreen: false,
      webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, webviewTag: false },
    });
    expect(window().loaded).toEqual(['app://linewright/']);
    expect(window().shown).toBe(false);
    window().emit('ready-to-show');
    expect(window().shown).toBe(true);
    expect(electron.powerSaveBlocker.started).toEqual([]);
  });

  test('kiosk by configuration: full screen, no developer tools, the display stays on', async () => {
    await run({ kiosk: true, fullscreen: false });
    expect(window().options).toMatchObject({ kiosk: true, fullscreen: true, webPreferences: { devTools: false } });
    expect(electron.powerSaveBlocker.started).toEqual(['prevent-display-sleep']);
    window().emit('closed');
    expect(electron.powerSaveBlocker.stopped).toEqual([1]);
  });

  test('a crashed page and one that failed to load are loaded again', async () => {
    await run();
    window().webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    vi.advanceTimersByTime(1_000);
    expect(window().loaded).toHaveLength(2);
    window().webContents.emit('did-fail-load', {}, -6, '', '', true);
    vi.advanceTimersByTime(1_000);
    expect(window().loaded).toHaveLength(3);
    window().webContents.emit('did-fail-load', {}, -6, '', '', false);
    vi.advanceTimersByTime(5_000);
    expect(window().loaded).toHaveLength(3);
  });

  test('a page that hangs is ended and loaded again, one that recovers is left alone', async () => {
    await run();
    window().emit('unresponsive');
    window().emit('responsive');
    vi.advanceTimersByTime(20_000);
    expect(window().webContents.crashed).toBe(0);
    window().emit('unresponsive');
    vi.advanceTimersByTime(16_000);
    expect(window().webContents.crashed).toBe(1);
    expect(window().loaded).toHaveLength(2);
  });
});

describe('denied', () => {
  test('navigation, new windows, webviews, downloads', async () => {
    await run();
    const contents = window().webContents;
    expect(contents.windowOpen?.()).toEqual({ action: 'deny' });
    for (const event of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      for (const [url, prevented] of [
        ['https://evil.example/', true],
        ['app://linewright.evil/', true],
        ['file:///etc/passwd', true],
        ['app://linewright/devices', false],
      ] as const) {
        const preventDefault = vi.fn();
        contents.emit(event, { url, preventDefault });
        expect(preventDefault, `${event} ${url}`).toHaveBeenCalledTimes(prevented ? 1 : 0);
      }
    }
    for (const emit of [
      (event: object) => contents.emit('will-attach-webview', event),
      (event: object) => session.defaultSession.emit('will-download', event),
    ]) {
      const preventDefault = vi.fn();
      emit({ preventDefault });
      expect(preventDefault).toHaveBeenCalledOnce();
    }
  });

  test('every permission but the camera of our own page', async () => {
    await run();
    const answers: boolean[] = [];
    const ask = (permission: string, requestingUrl: string, ...mediaTypes: string[]): void =>
      session.defaultSession.request?.({}, permission, (allowed) => answers.push(allowed), {
        requestingUrl,
        mediaTypes,
      });
    for (const permission of ['media', 'geolocation', 'notifications', 'serial', 'clipboard-read', 'fullscreen'])
      ask(permission, 'app://linewright/');
    ask('media', 'app://linewright/', 'audio');
    ask('media', 'app://linewright/', 'video', 'audio');
    ask('media', 'https://evil.example/', 'video');
    expect(answers).toEqual(answers.map(() => false));
    ask('media', 'app://linewright/', 'video');
    expect(answers.at(-1)).toBe(true);
    const check = (permission: string, origin: string, mediaType: string): boolean | undefined =>
      session.defaultSession.check?.({}, permission, origin, { mediaType });
    expect(check('media', 'app://linewright/', 'video')).toBe(true);
    expect(check('media', 'app://linewright/', 'audio')).toBe(false);
    expect(check('media', 'https://evil.example', 'video')).toBe(false);
    expect(check('serial', 'app://linewright/', 'video')).toBe(false);
    expect(session.defaultSession.device?.()).toBe(false);
  });

  test('ports for anyone but the top frame of our page', async () => {
    await run();
    pageAsks({ url: 'app://linewright/' });
    pageAsks(window().webContents.mainFrame, new electron.FakeContents());
    Object.assign(window().webContents.mainFrame, { url: 'https://evil.example/' });
    pageAsks();
    ipcMain.emit('linewright:port-please', { senderFrame: null, sender: window().webContents });
    expect(electron.MessageChannelMain.count).toBe(0);
  });
});

describe('station process', () => {
  test('gets the configuration, the data and one port for each time the page asks', async () => {
    await run();
    expect(station().entry).toBe(join(folder, 'out', 'main', 'station.js'));
    expect(station().args).toEqual(['--config', '/plant', '--data', join(folder, 'data'), '--station', 'ST-10']);
    pageAsks();
    pageAsks();
    expect(station().received.map(({ ports }) => ports)).toEqual([['station 1'], ['station 2']]);
    expect(window().webContents.sent).toEqual([
      { channel: 'linewright:port', message: null, ports: ['page 1'] },
      { channel: 'linewright:port', message: null, ports: ['page 2'] },
    ]);
  });

  test('is started again with growing pauses, and the page gets a new port by itself', async () => {
    await run();
    pageAsks();
    station().emit('exit', 1);
    vi.advanceTimersByTime(499);
    expect(utilityProcess.all).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(utilityProcess.all).toHaveLength(2);
    pageAsks();
    expect(electron.MessageChannelMain.count).toBe(1);
    station().emit('message', ready());
    expect(station().received).toHaveLength(1);
    expect(window().webContents.sent).toHaveLength(2);
    expect(BrowserWindow.all).toHaveLength(1);
    station().emit('exit', 1);
    vi.advanceTimersByTime(999);
    expect(utilityProcess.all).toHaveLength(2);
    vi.advanceTimersByTime(1);
    expect(utilityProcess.all).toHaveLength(3);
  });

  test.each([
    [
      'says so',
      () => station().emit('message', { type: 'failed', message: '3 faults in /plant' }),
      1,
      '3 faults in /plant',
    ],
    ['ends with the code for it', () => undefined, 2, 'cannot run'],
  ])('is not started again when it %s', async (_how, before, code, words) => {
    await runShell(options(), join(folder, 'out'));
    before();
    station().emit('exit', code);
    vi.advanceTimersByTime(60_000);
    expect(utilityProcess.all).toHaveLength(1);
    expect(app.exitCode).toBe(2);
    expect(vi.mocked(process.stderr.write).mock.calls.join('')).toContain(words);
  });

  test('ends before the shell does; one that hangs is killed', async () => {
    await run();
    const child = station();
    app.emit('window-all-closed');
    expect(child.received.at(-1)?.message).toEqual({ type: 'stop' });
    await vi.runAllTimersAsync();
    expect(child.killed).toBe(0);
    expect(app.exitCode).toBe(0);

    electron.reset();
    await run();
    station().hangs = true;
    app.quit();
    expect(app.exitCode).toBeNull();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(station().killed).toBe(1);
    expect(app.exitCode).toBe(0);
    expect(utilityProcess.all).toHaveLength(1);
  });
});

describe('instances', () => {
  test('a second shell on the same data says so and starts nothing', async () => {
    app.single = false;
    await runShell(options(), join(folder, 'out'));
    expect(app.exitCode).toBe(2);
    expect(utilityProcess.all).toHaveLength(0);
    expect(app.userData).toBe(join(folder, 'data', 'shell'));
    expect(existsSync(app.userData)).toBe(true);
  });

  test('the first one comes to the front', async () => {
    await run();
    app.emit('second-instance');
    expect(window().focused).toBe(1);
  });
});

describe('app://', () => {
  const get = (path: string, method = 'GET') => protocol.handlers.get('app')!({ url: path, method });

  test('serves the page under its policy, and pictures of definitions', async () => {
    await run();
    const page = await get('app://linewright/?x=1#/devices');
    expect(await page.text()).toBe('<title>page');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const picture = await get(`app://linewright/definition-images/${hash}/images/top.svg`);
    expect(await picture.text()).toBe('<svg/>');
    expect(picture.headers.get('content-security-policy')).toContain('sandbox');
  });

  test.each([
    ['app://linewright/../../etc/passwd.txt', 404],
    ['app://linewright/%2e%2e/%2e%2e/passwd.txt', 404],
    [`app://linewright/definition-images/${hash}/definition.yaml`, 404],
    [`app://linewright/definition-images/${'b'.repeat(64)}/images/top.svg`, 404],
    ['app://other/index.html', 403],
  ])('refuses %s', async (url, status) => {
    await run();
    expect((await get(url)).status).toBe(status);
  });

  test('only reading', async () => {
    await run();
    expect((await get('app://linewright/', 'POST')).status).toBe(405);
  });
});
