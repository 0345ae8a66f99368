/** `node tests/renderer/shots.ts FOLDER [scene...]`: pictures of every state, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { scenes } from './views.ts';
import { startScriptedStation } from './scripted-station.ts';

const [folder = '/tmp/shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
});
/** Runs in the page: texts that are wider than their place or off the screen. */
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
const sizes = [
  { name: '1920', width: 1920, height: 1080 },
  { name: '1280', width: 1280, height: 800 },
] as const;
const extra = ['sign-in', 'locked', 'pin', 'store', 'lost', 'keys', 'typed', 'scan-typing', 'hold', 'person'];
const wanted = (only.length > 0 ? only : [...Object.keys(scenes), ...extra]).filter((name) => name !== '');

for (const size of sizes) {
  const tab = await browser.newPage({ viewport: size });
  tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
  tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
  await tab.goto(station.address);
  for (const scene of wanted) {
    const looks =
      size.name === '1920'
        ? ([
            ['light', 'en'],
            ['dark', 'de'],
          ] as const)
        : ([['light', 'de']] as const);
    for (const [theme, language] of looks) {
      station.settings.set({ ...station.settings.value, theme, language });
      station.scene(scene in scenes ? scene : scene === 'typed' ? 'measure' : 'instruction');
      const person = station.people.value.person;
      if (scene === 'sign-in') station.people.set({ ...station.people.value, person: null });
      if (scene === 'locked') station.people.set({ ...station.people.value, locked: true });
      if (scene === 'pin')
        station.people.set({ ...station.people.value, pinFor: { id: 'jonas', name: 'Jonas Brandt' } });
      if (scene === 'store')
        station.system.set({
          ...station.system.value,
          store: {
            ...station.system.value.store,
            state: 'disk-full',
            detail: 'SQLITE_FULL: database or disk is full',
            freeBytes: 0,
          },
        });
      await tab.waitForTimeout(700);
      if (scene === 'keys') await tab.keyboard.press('?');
      if (scene === 'scan-typing') await tab.keyboard.press('/');
      if (scene === 'hold') await tab.getByTestId('hold-unit').click();
      if (scene === 'person') await tab.getByTestId('header-person').click();
      if (scene === 'typed') {
        await tab
          .getByRole('button', { name: language === 'de' ? 'Von Hand eingeben' : 'Enter by hand', exact: true })
          .click();
        for (const key of ['2', '4', '.', '0', '4', '5']) {
          await tab.keyboard.press(key);
          await tab.waitForTimeout(80);
        }
      }
      if (scene === 'lost') station.unplug();
      await tab.waitForTimeout(scene.startsWith('cycle') ? 1_500 : 500);
      await tab.screenshot({ path: `${folder}/${scene}-${size.name}-${theme}-${language}.png` });
      const overflow = await tab.evaluate<readonly string[]>(overflowing);
      if (overflow.length > 0) console.log(`${scene} ${size.name} ${theme} ${language}:\n  ${overflow.join('\n  ')}`);
      if (scene === 'lost') {
        station.plugIn();
        await tab.waitForTimeout(2_500);
      }
      if (['keys', 'scan-typing', 'hold', 'person', 'typed'].includes(scene)) await tab.keyboard.press('Escape');
      station.people.set({ ...station.people.value, person, locked: false, pinFor: null });
      station.system.set({
        ...station.system.value,
        store: { ...station.system.value.store, state: 'ok', detail: '', freeBytes: 42e9 },
      });
      await tab.waitForTimeout(100);
    }
  }
  await tab.close();
}
await browser.close();
await station.close();
