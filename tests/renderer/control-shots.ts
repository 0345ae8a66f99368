/** `node tests/renderer/control-shots.ts FOLDER`: pictures of charts and signals, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startScriptedStation } from './scripted-station.ts';
import { controlScene } from './control-scene.ts';

const [folder = '/tmp/control-shots'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
station.control.set({ revision: 2, open: [{ signalId: 'sg-01', title: controlScene.signals[0]!.title }] });
const pages = {
  overview: '#/control',
  chart: '#/control/chart%20PMP-100%20bore-b%20bore-b%20ST10',
  counts: '#/control/chart%20PMP-100%20final-check%20final-check%20ST10',
  collecting: '#/control/chart%20PMP-100%20end-position%20end-position%20ST10',
  signal: '#/control/sg-01',
  closed: '#/control/sg-00',
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
      await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
      await tab.waitForTimeout(1_500);
      const shoot = async (what: string): Promise<void> => {
        await tab.screenshot({ path: `${folder}/${what}-${size.width}-${theme}-${language}.png` });
        const overflow = await tab.evaluate<readonly string[]>(overflowing);
        if (overflow.length > 0) console.log(`${what} ${size.width} ${theme} ${language}:\n  ${overflow.join('\n  ')}`);
      };
      await shoot(name);
      if (name === 'chart') {
        await tab.getByTestId('side-capability').click();
        await tab.waitForTimeout(700);
        await shoot('capability');
      }
      if (name === 'signal') {
        await tab.getByTestId('print-suspects').click();
        await tab.waitForTimeout(500);
        await shoot('sheet');
        await tab.keyboard.press('Escape');
      }
    }
    await tab.close();
  }
}
await browser.close();
await station.close();
