/** `node tests/renderer/nonconformance-shots.ts FOLDER`: pictures of nonconformances, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { permissions } from '#contract/permissions.ts';
import { startScriptedStation } from './scripted-station.ts';

const [folder = '/tmp/nonconformance-shots'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const people = station.people.value;
if (people.person !== null) station.people.set({ ...people, person: { ...people.person, permissions } });
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
for (const size of [
  { width: 1920, height: 1080 },
  { width: 1280, height: 800 },
]) {
  for (const [theme, language] of [
    ['light', 'en'],
    ['dark', 'de'],
  ] as const) {
    const tab = await browser.newPage({ viewport: size });
    tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
    tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
    station.settings.set({ ...station.settings.value, theme, language });
    await tab.goto(station.address);
    const shoot = async (what: string): Promise<void> => {
      await tab.waitForTimeout(700);
      await tab.screenshot({ path: `${folder}/${what}-${size.width}-${theme}-${language}.png` });
      const overflow = await tab.evaluate<readonly string[]>(overflowing);
      if (overflow.length > 0) console.log(`${what} ${size.width} ${theme} ${language}:\n  ${overflow.join('\n  ')}`);
    };
    const open = async (hash: string): Promise<void> => {
      await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
      await tab.waitForTimeout(900);
    };
    await open('#/nonconformances');
    await shoot('overview');
    await open('#/nonconformances/new');
    await tab.getByTestId('defect-burr').click();
    await shoot('capture');
    await open('#/nonconformances/nc-01');
    await shoot('detail');
    await tab.getByTestId('primary-action').click();
    await shoot('dispose');
    await tab.getByTestId('dispose-use-as-is').click();
    await shoot('concession');
    await tab.keyboard.press('Escape');
    await tab.locator('footer').getByRole('button').nth(2).click();
    await shoot('containment');
    await tab.close();
  }
}
await browser.close();
await station.close();
