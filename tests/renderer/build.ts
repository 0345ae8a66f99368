import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Builds the screens into a folder of its own, so that a test never reads what somebody else is building. */
export async function buildScreens(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), 'linewright-screens-'));
  await build({
    configFile: fileURLToPath(new URL('../../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true },
  });
  return outDir;
}
