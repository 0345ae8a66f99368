/** Finds Electron's binary, or fetches it once where that can work; never waits long for a network that is not there. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const reachMs = 4_000;
const fetchMs = 60_000;
/** After a failed fetch the next try is made this much later. */
const retryMs = 24 * 3_600_000;

export type Electron = { readonly binary: string } | { readonly missing: string };

export interface ElectronPlace {
  /** Folder of the `electron` package. */
  readonly folder: string;
  /** Where a failed fetch is remembered. */
  readonly marker: string;
}

export function electronPlace(root: string): ElectronPlace {
  return {
    folder: join(root, 'node_modules', 'electron'),
    marker: join(root, 'node_modules', '.cache', 'linewright', 'electron-fetch-failed'),
  };
}

/** The binary where it was installed; null where it is not. Does not load the package, which would start a download. */
export function electronBinary({ folder }: ElectronPlace): string | null {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const named = readText(join(folder, 'path.txt'));
  // As electron/index.js does it.
  const name = named ?? (override === undefined ? null : 'electron');
  if (name === null) return null;
  const binary = join(override ?? join(folder, 'dist'), name);
  return existsSync(binary) ? binary : null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Why Electron could not show a window here although its binary may be there; null when it can. */
export function whyNoWindow(env: NodeJS.ProcessEnv = process.env, platform = process.platform): string | null {
  if (platform !== 'linux') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY) return 'there is no display';
  // Who names a binary of his own knows how it runs.
  if (env.ELECTRON_OVERRIDE_DIST_PATH !== undefined) return null;
  // Chromium's sandbox refuses root, and it is not switched off for anybody.
  return process.getuid?.() === 0 ? 'it does not run as root' : null;
}

/** @param say one line before a fetch begins. */
export async function findElectron(place: ElectronPlace, say: (line: string) => void): Promise<Electron> {
  const binary = electronBinary(place);
  if (binary !== null) return { binary };
  const reason = await tryToFetch(place, say);
  if (reason === null) {
    const fetched = electronBinary(place);
    return fetched === null ? { missing: 'the fetch left no binary' } : { binary: fetched };
  }
  return { missing: reason };
}

/** @returns null when it worked. */
async function tryToFetch(place: ElectronPlace, say: (line: string) => void): Promise<string | null> {
  if (process.env.CI) return 'not tried in CI';
  const failed = failedBefore(place.marker);
  if (failed !== null) return failed;
  const reason = (await unreachable()) ?? (await fetchBinary(place, say));
  if (reason !== null) {
    mkdirSync(dirname(place.marker), { recursive: true });
    writeFileSync(place.marker, `${Date.now()}\n${reason}\n`);
  }
  return reason;
}

function failedBefore(marker: string): string | null {
  const [at, reason] = readText(marker)?.split('\n') ?? [];
  return Date.now() - Number(at) < retryMs
    ? `${reason}; tried before, again tomorrow or with npx install-electron`
    : null;
}

/** A closed network must be noticed in seconds. Behind a mirror or proxy only the fetch itself can tell. */
async function unreachable(): Promise<string | null> {
  const { ELECTRON_MIRROR, npm_config_electron_mirror, HTTPS_PROXY, https_proxy } = process.env;
  if (ELECTRON_MIRROR ?? npm_config_electron_mirror ?? HTTPS_PROXY ?? https_proxy) return null;
  try {
    await fetch('https://github.com/', { method: 'HEAD', signal: AbortSignal.timeout(reachMs), redirect: 'manual' });
    return null;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
    return `github.com cannot be reached: ${code}`;
  }
}

function fetchBinary({ folder }: ElectronPlace, say: (line: string) => void): Promise<string | null> {
  say('Fetching Electron, once (about 110 MB) …');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let words = '';
    child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
    const limit = setTimeout(() => child.kill('SIGKILL'), fetchMs);
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      if (code === 0) resolve(null);
      else
        resolve(
          signal === 'SIGKILL'
            ? `not done within ${fetchMs / 1000} s`
            : (words.split('\n')[0] ?? 'failed').slice(0, 200),
        );
    });
  });
}
