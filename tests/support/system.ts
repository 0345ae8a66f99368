/**
 * System parts that some suites need and a plain machine may not have. A suite without its part is skipped and named at
 * the end of `npm test` with the way to get it; with LINEWRIGHT_NO_SKIPS=1 (as in .ci/run) it fails instead.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
  socat: { find: () => onPath('socat'), get: 'Debian: apt-get install socat' },
} as const;
export type SystemPart = keyof typeof parts;

function first(...paths: (string | undefined)[]): string | null {
  return paths.find((path) => path !== undefined && existsSync(path)) ?? null;
}

function onPath(command: string): string | null {
  try {
    return execFileSync('sh', ['-c', `command -v ${command}`], { encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
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
  } else if (process.env['LINEWRIGHT_NO_SKIPS'] === '1') {
    it(name, () => {
      throw new Error(`${part} is missing (${parts[part].get})`);
    });
  } else {
    it.skip(`${name} [needs ${part}. ${parts[part].get}]`, () => {});
  }
}
