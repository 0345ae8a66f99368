/** `node tests/renderer/studies-shots.ts FOLDER`: pictures of studies, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { startScriptedStation } from './scripted-station.ts';

const [folder = '/tmp/studies-shots'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
const pages = {
  list: '#/studies',
  'set-up': '#/studies/new',
  measuring: '#/studies/study-runs',
  result: '#/studies/result%20study-grr',
  agreement: '#/studies/result%20study-agreement',
} as const;
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
    for (const [name, hash] of Object.entries(pages)) {
      await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
      await tab.waitForTimeout(1_200);
      await tab.screenshot({ path: `${folder}/${name}-${size.width}-${theme}-${language}.png` });
      const overflow = await tab.evaluate<readonly string[]>(overflowing);
      if (overflow.length > 0) console.log(`${name} ${size.width} ${theme} ${language}:\n  ${overflow.join('\n  ')}`);
      if (name === 'result') {
        await tab.pdf({ path: `${folder}/result-${size.width}-${theme}-${language}.pdf`, format: 'A4' });
        await tab.getByTestId('study-result').evaluate('(element) => element.scrollTo(0, 420)', null);
        await tab.waitForTimeout(300);
        await tab.screenshot({ path: `${folder}/result-below-${size.width}-${theme}-${language}.png` });
      }
    }
    await tab.close();
  }
}
await browser.close();
await station.close();
