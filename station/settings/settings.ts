/** Settings of the station's screen in one small file; written whole or not at all, never trusted when read. */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { settingsSchema, type Settings } from '#contract/rpc/settings.ts';
import type { Log } from '#station/log.ts';
import { Signal } from '#station/streams/signal.ts';

export const defaultSettings: Settings = {
  theme: 'system',
  language: 'operator',
  hand: 'right',
  gloves: false,
  sound: true,
  calls: 'line',
  pxPerMm: null,
};

/** Keys that are absent or undefined stay as they are. */
export type SettingsChange = { readonly [Key in keyof Settings]?: Settings[Key] | undefined };

export interface SettingsStore {
  get(): Settings;
  /** @throws when the file cannot be written; the settings then stay as they were. */
  set(change: SettingsChange): Settings;
  readonly changed: Signal<Settings>;
}

/** @param folder the data folder; the file is `settings.json` in it. */
export function createSettings(folder: string, log: Pick<Log, 'warn'>): SettingsStore {
  const file = path.join(folder, 'settings.json');
  const changed = new Signal<Settings>();
  let settings = read(file, log);
  return {
    get: () => settings,
    set(change) {
      const next = settingsSchema.parse({ ...settings, ...withoutUndefined(change) });
      mkdirSync(folder, { recursive: true });
      write(file, `${JSON.stringify(next, null, 2)}\n`);
      settings = next;
      changed.emit(settings);
      return settings;
    },
    changed,
  };
}

function withoutUndefined(change: SettingsChange): object {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}

function read(file: string, log: Pick<Log, 'warn'>): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!missing) log.warn({ file, error: String(error) }, 'settings cannot be read; using the defaults');
    return defaultSettings;
  }
  try {
    // A setting that a newer version added has its default.
    return settingsSchema.parse({ ...defaultSettings, ...JSON.parse(text) });
  } catch (error) {
    const aside = `${file}.bad`;
    try {
      renameSync(file, aside);
    } catch {
      // It stays where it is and is replaced by the next change.
    }
    log.warn(
      { file, aside, error: String(error) },
      'the settings file is not valid; using the defaults, the bad file is kept',
    );
    return defaultSettings;
  }
}

/** Written beside, flushed, then put in place: after a power cut either the old or the new file is there. */
function write(file: string, text: string): void {
  const temporary = `${file}.tmp`;
  const handle = openSync(temporary, 'w', 0o600);
  try {
    writeSync(handle, text);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(temporary, file);
  flushFolder(path.dirname(file));
}

function flushFolder(folder: string): void {
  // Windows cannot open folders; there the rename itself is durable enough for a screen setting.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
