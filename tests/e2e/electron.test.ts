/**
 * The station in its own window, where Electron's binary and a display are; elsewhere this says so and is skipped, in CI
 * too: the binary is no package of npm's and cannot be had everywhere. The shell's behaviour is tested without it in
 * `main/shell.test.ts`, the bundled station in `tests/integration/host-utility.test.ts`.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron as electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { electronBinary, electronPlace, whyNoWindow } from '../../scripts/start/electron.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const binary = electronBinary(electronPlace(root));
const missing =
  binary === null
    ? "Electron's binary is not in node_modules/electron/dist; get it with: npx install-electron"
    : whyNoWindow();

if (binary === null || missing !== null) {
  it.skip(`the station in its own window [${missing}]`, () => undefined);
} else {
  describe('the station in its own window', () => {
    let app: ElectronApplication;
    let page: Page;
    const data = mkdtempSync(join(tmpdir(), 'linewright-electron-'));

    beforeAll(async () => {
      for (const builder of ['vite/bin/vite.js', 'electron-vite/bin/electron-vite.js']) {
        execFileSync(process.execPath, [join(root, 'node_modules', builder), 'build'], { cwd: root, stdio: 'pipe' });
      }
      app = await electron.launch({
        executablePath: binary,
        args: [join(root, 'out/main/index.js'), '--config', join(root, 'resources/demo-plant'), '--data', data],
      });
      page = await app.firstWindow();
    }, 240_000);
    afterAll(async () => {
      await app.close();
      rmSync(data, { recursive: true, force: true });
    });

    it('shows the station, linked over a port', async () => {
      expect(page.url()).toMatch(/^app:\/\/linewright\//);
      await page.getByText('ST10').first().waitFor();
    });

    it('gives the page nothing of Node', async () => {
      const seen = await page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
      );
      expect(seen).toEqual([]);
    });

    it('comes back to the same place after a reload, and never leaves its own page', async () => {
      await page.reload();
      await page.getByText('ST10').first().waitFor();
      await page.evaluate(
        () => void Reflect.set(Reflect.get(globalThis, 'location') as object, 'href', 'https://example.com/'),
      );
      await page.getByText('ST10').first().waitFor();
      expect(page.url()).toMatch(/^app:\/\/linewright\//);
      expect(app.windows()).toHaveLength(1);
    });
  });
}
