/** `node tests/renderer/gauges-shots.ts FOLDER`: pictures of gauges, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { permissions } from '#contract/permissions.ts';
import { startScriptedStation } from './scripted-station.ts';
import { gaugesScene } from './gauges-scene.ts';
import { mara } from './view-parts.ts';

const [folder = '/tmp/gauges-shots'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
station.people.set({
  ...station.people.value,
  person: { ...mara, permissions: [...permissions] },
});
const pages = {
  register: '#/gauges',
  gauge: '#/gauges/G-114',
  check: '#/gauges/G-120',
  fine: '#/gauges/G-115',
} as const;
for (const size of [
  { width: 1920, height: 1080 },
  { width: 1280, height: 800 },
]) {
  for (const [theme, language] of [
    ['light', 'en'],
    ['dark', 'de'],
    ['light', 'de'],
  ] as const) {
    const tab = await browser.newPage({ viewport: size });
    tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
    tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
    station.settings.set({ ...station.settings.value, theme, language });
    await tab.goto(station.address);
    for (const [name, hash] of Object.entries(pages)) {
      station.gauges.set({ revision: 2, check: name === 'check' ? gaugesScene.check : null, troubled: 2 });
      await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
      await tab.waitForTimeout(1_500);
      const shoot = async (what: string): Promise<void> => {
        await tab.screenshot({ path: `${folder}/${what}-${size.width}-${theme}-${language}.png` });
        const overflow = await tab.evaluate<readonly string[]>(overflowing);
        if (overflow.length > 0) console.log(`${what} ${size.width} ${theme} ${language}:\n  ${overflow.join('\n  ')}`);
      };
      await shoot(name);
      if (name === 'gauge') {
        await tab.getByTestId('print-recall').click();
        await tab.waitForTimeout(500);
        await shoot('sheet');
        await tab.keyboard.press('Escape');
        await tab.getByTestId('calibrate').click();
        await tab.waitForTimeout(500);
        await shoot('calibrate');
        await tab.keyboard.press('Escape');
      }
    }
    await tab.close();
  }
}
await browser.close();
await station.close();
