/** `node tests/renderer/bench-shots.ts FOLDER`: pictures of the bench, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { benchScene } from './bench-scene.ts';
import { startScriptedStation } from './scripted-station.ts';

const [folder = '/tmp/bench-shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run'],
});
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
const { none: _none, setUps: _setUps, ...views } = benchScene;
const { person } = station.people.value;
if (person !== null)
  station.people.set({
    ...station.people.value,
    person: { ...person, permissions: [...person.permissions, 'sample.measure', 'sample.skip'] },
  });
for (const [width, height, looks] of [
  [1920, 1080, ['light-en', 'dark-de']],
  [1280, 800, ['light-de']],
] as const) {
  const tab = await browser.newPage({ viewport: { width, height } });
  tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
  tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
  for (const look of looks) {
    const [theme, language] = look.split('-') as ['light' | 'dark', 'en' | 'de'];
    station.settings.set({ ...station.settings.value, theme, language });
    await tab.goto(`${station.address.replace(/\/$/, '')}/#/bench`);
    for (const [name, view] of Object.entries(views)) {
      if (only.length > 0 && !only.includes(name)) continue;
      station.bench.set({ ...view, revision: station.bench.value.revision + 1 });
      await tab.waitForTimeout(900);
      await tab.screenshot({ path: `${folder}/${name}-${width}-${look}.png` });
      const overflow = await tab.evaluate<readonly string[]>(overflowing);
      if (overflow.length > 0) console.log(`${name} ${width} ${look}:\n  ${overflow.join('\n  ')}`);
    }
  }
  await tab.close();
}
await browser.close();
await station.close();
