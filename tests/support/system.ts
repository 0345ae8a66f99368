/**
 * System parts that some suites need and a plain machine may not have. A suite without its part is skipped and named at
 * the end of `npm test` with the way to get it; with LINEWRIGHT_NO_SKIPS=1 (as in .ci/run) it fails instead, unless what
 * is missing is a right of this machine.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'vitest';

const parts = {
  chromium: {
    find: () =>
      first(
        process.env['LINEWRIGHT_CHROMIUM'],
        '/usr/bin/chromium',
        '/usr/bin/chromium-browser',
        '/usr/bin/google-chrome',
      ),
    get: 'Debian: apt-get install chromium; elsewhere set LINEWRIGHT_CHROMIUM to a Chromium or Chrome',
  },
  postgresql: {
    find: () => process.env['LINEWRIGHT_PG_BIN'] ?? newestOf('/usr/lib/postgresql') ?? folderOf(onPath('initdb')),
    get: 'PostgreSQL 15 or newer. Debian: apt-get install postgresql; elsewhere set LINEWRIGHT_PG_BIN to the folder of initdb',
  },
  mosquitto: {
    find: () => onPath('mosquitto') ?? first('/usr/sbin/mosquitto'),
    get: 'Debian: apt-get install mosquitto',
  },
  openssl: { find: () => onPath('openssl'), get: 'Debian: apt-get install openssl' },
  socat: { find: () => onPath('socat'), get: 'Debian: apt-get install socat' },
  mount: { find: mayMount, get: 'Linux, as root; in a container with the right to mount', right: true },
} as const satisfies Record<
  string,
  {
    find(): string | null;
    readonly get: string;
    /** Not a thing to install but a right that a machine need not give: its suites may be skipped everywhere. */
    readonly right?: true;
  }
>;
export type SystemPart = keyof typeof parts;

function first(...paths: (string | undefined)[]): string | null {
  return paths.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/** Debian keeps each version in a folder of its own. */
function newestOf(folder: string): string | null {
  if (!existsSync(folder)) return null;
  const versions = readdirSync(folder)
    .map(Number)
    .filter((version) => version >= 15 && existsSync(join(folder, String(version), 'bin', 'initdb')));
  return versions.length === 0 ? null : join(folder, String(Math.max(...versions)), 'bin');
}

const folderOf = (path: string | null): string | null => (path === null ? null : dirname(path));

function onPath(command: string): string | null {
  try {
    return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/** Tried for real: root in a container often may not. */
function mayMount(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  const folder = mkdtempSync(join(tmpdir(), 'linewright-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder], { stdio: 'ignore' });
    return 'mount';
  } catch {
    return null;
  } finally {
    rmdirSync(folder);
  }
}

/** Path of the part, or null. */
export function systemPart(part: SystemPart): string | null {
  return parts[part].find();
}

/** `describe` for a suite that needs the part. */
export function describeWith(part: SystemPart, name: string, suite: (path: string) => void): void {
  const path = systemPart(part);
  if (path !== null) {
    describe(name, () => suite(path));
  } else if (process.env['LINEWRIGHT_NO_SKIPS'] === '1' && !('right' in parts[part])) {
    it(name, () => {
      throw new Error(`${part} is missing (${parts[part].get})`);
    });
  } else {
    it.skip(`${name} [needs ${part}. ${parts[part].get}]`, () => {});
  }
}
