/** `node tests/renderer/shots.ts FOLDER [scene...]`: pictures of every state, both languages, themes and panel sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import type { SystemView } from '#contract/rpc/system.ts';
import { chromiumArgs } from '../support/browser.ts';
import { syncView, system } from './view-parts.ts';
import { scenes } from './views.ts';
import { startScriptedStation } from './scripted-station.ts';

const [folder = '/tmp/shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const page = process.env['PAGE'] ?? `${root}out/renderer`;
const station = await startScriptedStation(page, `${root}resources/demo-plant/definitions/PMP-100.C/images`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: chromiumArgs,
});
/** Runs in the page: texts that are wider than their place or off the screen. */
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
const sizes = [
  { name: '1920', width: 1920, height: 1080 },
  { name: '1280', width: 1280, height: 800 },
] as const;
/** Places other than the work screen: the address, and what is opened there. */
const places: Readonly<Record<string, { readonly hash: string; readonly press?: string }>> = {
  orders: { hash: '#/orders' },
  order: { hash: '#/orders/WO-10452' },
  'order-of-server': { hash: '#/orders/WO-10467' },
  'orders-all': { hash: '#/orders', press: 'orders-all' },
  units: { hash: '#/units' },
  unit: { hash: '#/units/PMP100-2600417' },
  label: { hash: '#/work', press: 'passed-label' },
  server: { hash: '#/settings/server' },
  unlinked: { hash: '#/settings/server' },
  cut: { hash: '#/settings/server' },
  enrol: { hash: '#/settings/server', press: 'server-enrol' },
  report: { hash: '#/settings/server', press: 'test-report-t-2' },
};
const extra = [
  ...Object.keys(places),
  'sign-in',
  'locked',
  'pin',
  'store',
  'lost',
  'keys',
  'typed',
  'scan-typing',
  'hold',
  'person',
];
const wanted = (only.length > 0 ? only : [...Object.keys(scenes), ...extra]).filter((name) => name !== '');

for (const size of sizes) {
  const tab = await browser.newPage({ viewport: size });
  tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
  tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
  await tab.goto(station.address);
  for (const scene of wanted) {
    const looks = process.env['LOOKS'] ?? (size.name === '1920' ? 'light-en,dark-de' : 'light-de');
    for (const look of looks.split(',')) {
      const theme = look.startsWith('dark') ? 'dark' : 'light';
      const language = look.endsWith('de') ? 'de' : 'en';
      station.settings.set({ ...station.settings.value, theme, language });
      station.scene(scene in scenes ? scene : ({ typed: 'measure', label: 'passed' }[scene] ?? 'instruction'));
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
      const place = places[scene];
      if (scene === 'unlinked') {
        const none = { state: 'not-configured', since: null, problem: null, clockDriftMs: null, test: null } as const;
        station.sync.set({
          ...syncView(none),
          enrolment: null,
          streams: [],
          documents: { counts: {}, pulledAt: null },
        });
        station.system.set({ ...station.system.value, server: none });
      }
      if (scene === 'cut') {
        const at = Date.now();
        const test = { testId: 't-3', phase: 'cut', startedAt: at, untilAt: at + 30_000, recorded: 14, ownRecorded: 9 };
        const cut = { ...station.system.value.server, state: 'cut', since: at, test } as const;
        station.sync.set(syncView(cut as SystemView['server']));
        station.system.set({
          ...station.system.value,
          server: cut as SystemView['server'],
          unsent: { count: 14, oldestAt: at - 14_000 },
        });
      }
      await tab.evaluate(`location.hash = '${place?.hash ?? '#/work'}'`);
      await tab.waitForTimeout(700);
      if (place?.press !== undefined) await tab.getByTestId(place.press).first().click();
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
      if (place?.press !== undefined || ['keys', 'scan-typing', 'hold', 'person', 'typed'].includes(scene))
        await tab.keyboard.press('Escape');
      station.people.set({ ...station.people.value, person, locked: false, pinFor: null });
      station.system.set({ ...system(), plant: station.system.value.plant });
      station.sync.set(syncView());
      await tab.waitForTimeout(100);
    }
  }
  await tab.close();
}
await browser.close();
await station.close();
