import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSettings, defaultSettings } from './settings.ts';

let folder: string;
const log = { warn: vi.fn() };
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'linewright-settings-'));
  log.warn.mockReset();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (name = 'settings.json'): string => path.join(folder, name);

it('begins with the defaults and writes no file for them', () => {
  expect(createSettings(folder, log).get()).toEqual(defaultSettings);
  expect(readdirSync(folder)).toEqual([]);
  expect(log.warn).not.toHaveBeenCalled();
});

it('keeps a change over a restart, tells of it, and leaves nothing beside', () => {
  const settings = createSettings(folder, log);
  const told = vi.fn();
  settings.changed.listen(told);
  expect(settings.set({ theme: 'dark', gloves: true, hand: undefined })).toEqual({
    ...defaultSettings,
    theme: 'dark',
    gloves: true,
  });
  expect(told).toHaveBeenCalledTimes(1);
  expect(createSettings(folder, log).get()).toEqual(settings.get());
  expect(readdirSync(folder)).toEqual(['settings.json']);
});

it.each(['', '{', '[]', 'null', '{"theme":"pink"}', '{"theme":"dark","colour":1}', '\u0000\u0000'])(
  'bad file %j: defaults, a warning, and the bad file kept aside',
  (text) => {
    writeFileSync(file(), text);
    const settings = createSettings(folder, log);
    expect(settings.get()).toEqual(defaultSettings);
    if (text === '[]' || text === 'null') return; // nothing in it that could be wrong
    expect(log.warn).toHaveBeenCalledTimes(1);
    expect(readFileSync(file('settings.json.bad'), 'utf8')).toBe(text);
    settings.set({ hand: 'left' });
    expect(createSettings(folder, log).get().hand).toBe('left');
  },
);

it('gives a setting that an older file lacks its default', () => {
  writeFileSync(file(), '{"theme":"light"}');
  expect(createSettings(folder, log).get()).toEqual({ ...defaultSettings, theme: 'light' });
});

it('stays as it was when the file cannot be written', () => {
  const settings = createSettings(path.join(folder, 'blocked'), log);
  writeFileSync(file('blocked'), 'a file where the folder should be');
  expect(() => settings.set({ theme: 'dark' })).toThrow();
  expect(settings.get()).toEqual(defaultSettings);
});
