/** `node tests/renderer/plant-shots.ts FOLDER [name...]`: pictures of the plant view, both languages, themes and sizes. */
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { chromiumArgs } from '#tests/support/browser.ts';
import { startScriptedPlant } from './scripted-plant.ts';

const [folder = '/tmp/plant-shots', ...only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const root = fileURLToPath(new URL('../../', import.meta.url));
const plant = await startScriptedPlant(process.env['PAGE'] ?? `${root}out/plant`);
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: chromiumArgs,
});
/** Runs in the page: texts that are wider than their place or off the screen. */
const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');

interface Scene {
  readonly hash: string;
  readonly signedOut?: boolean;
  before?(): void;
  run?(tab: Page): Promise<unknown>;
  after?(): void;
}
const click = (id: string) => (tab: Page) => tab.getByTestId(id).first().click();
const scenes: Record<string, Scene> = {
  'sign-in': { hash: '', signedOut: true },
  'set-up': {
    hash: '',
    signedOut: true,
    before: () => plant.methods.set({ ...plant.methods.value, setUp: true, demoAccounts: [] }),
    after: () => plant.methods.set({ ...plant.methods.value, setUp: false }),
  },
  lines: { hash: '#/lines' },
  'lines-failed': {
    hash: '#/lines',
    before: () => plant.broken.add('lines.watch'),
    after: () => plant.broken.clear(),
    run: (tab) => tab.getByTestId('fetching-failed').first().waitFor(),
  },
  'stations-failed': {
    hash: '#/stations',
    before: () => plant.broken.add('stations.list'),
    after: () => plant.broken.clear(),
    run: (tab) => tab.getByTestId('fetching-failed').first().waitFor(),
  },
  'order-shared': {
    hash: '#/orders/WO-10460',
    before: () => {
      plant.orders.set(
        plant.orders.value.map((order) =>
          order.orderId === 'WO-10460' ? { ...order, elsewhere: { quantity: 120, done: 45 } } : order,
        ),
      );
    },
    after: () => plant.orders.set(plant.orders.value.map((order) => ({ ...order, elsewhere: null }))),
  },
  nonconformances: { hash: '#/nonconformances' },
  nonconformance: { hash: '#/nonconformances/nc-01' },
  'nonconformance-lot': { hash: '#/nonconformances/nc-02' },
  dispose: { hash: '#/nonconformances/nc-01', run: click('plant-decide') },
  concession: {
    hash: '#/nonconformances/nc-01',
    run: async (tab) => {
      await tab.getByTestId('plant-decide').click();
      await tab.getByTestId('plant-dispose-use-as-is').click();
      await tab.getByTestId('nc-until').fill('30.02.2027');
      await tab.getByTestId('plant-reason').click();
    },
  },
  containments: { hash: '#/nonconformances/ct-01?show=containments' },
  'contain-lot': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('ct-material').selectOption('HSG-100');
      await tab.getByTestId('ct-lot').fill('H-22817');
      await tab.getByTestId('ct-preview').getByText('PMP100-2600417').waitFor();
    },
  },
  'contain-operation': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('plant-kind-operation').click();
      await tab.getByTestId('ct-definition').selectOption('PMP-100');
      await tab.getByTestId('ct-operation').selectOption('10');
      await tab.getByTestId('ct-from-day').fill('2026-11-26');
      await tab.getByTestId('ct-until-day').fill('2026-11-25');
      await tab.getByTestId('ct-until-time').fill('06:00');
      await tab.getByTestId('ct-until-time').press('Tab');
    },
  },
  'contain-dates-wrong': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('plant-kind-gauge').click();
      await tab.getByTestId('ct-from-day').fill('31.11.2026');
      await tab.getByTestId('ct-from-time').fill('24:00');
      await tab.getByTestId('ct-until-day').fill('soon');
      await tab.getByTestId('ct-until-day').press('Tab');
    },
  },
  'contain-calendar': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('plant-kind-gauge').click();
      await tab.getByTestId('ct-from-day').fill('25.11.2026');
      await tab.getByTestId('ct-from-day-pick').click();
      await tab.keyboard.press('ArrowRight');
    },
  },
  'contain-device': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('plant-kind-device').click();
      await tab.getByTestId('ct-device').selectOption('screwdriver-s1');
      await tab.getByTestId('ct-from-day').fill('2026-11-24');
      await tab.getByTestId('ct-preview').getByText('PMP100-2600417').waitFor();
    },
  },
  'contain-device-gauge': {
    hash: '#/nonconformances/ct-01?show=containments',
    run: async (tab) => {
      await tab.getByTestId('plant-contain').click();
      await tab.getByTestId('plant-kind-device').click();
      await tab.getByTestId('ct-device').selectOption('calliper');
    },
  },
  gauges: { hash: '#/gauges' },
  stops: { hash: '#/machines/stop-long' },
  'stop-waits': { hash: '#/machines/stop-3' },
  energy: { hash: '#/machines?show=energy' },
  'energy-month': { hash: '#/machines/washer-w1?show=energy&days=31' },
  'energy-quarter': { hash: '#/machines/press-p1?show=energy&days=92' },
  machines: { hash: '#/machines' },
  machine: { hash: '#/machines/press-p1?show=machine' },
  'machine-trend': { hash: '#/machines/press-p1?show=machine&part=trend' },
  'machine-anew': { hash: '#/machines/press-p1?show=machine&part=trend', run: click('trend-anew') },
  'machine-doubts': { hash: '#/machines/press-p1?show=machine&part=doubts' },
  calls: { hash: '#/andon' },
  handovers: { hash: '#/andon?show=handovers' },
  signals: { hash: '#/control' },
  'signal-closed': { hash: '#/control/sg-00' },
  studies: { hash: '#/studies/study-grr' },
  charts: { hash: '#/control?show=charts' },
  'chart-suspect': {
    hash: '#/control?show=charts',
    run: async (tab) => {
      const chart = tab.getByTestId('control-chart').last();
      for (let n = 0; n < 11; n += 1) await chart.press('ArrowLeft');
      await tab.getByTestId('plant-point-suspect').scrollIntoViewIfNeeded();
    },
  },
  'chart-long': { hash: '#/control/chart%20PMP-100%20peak-force%20peak-force%20ST10' },
  'chart-counts': { hash: '#/control/chart%20PMP-100%20final-check%20final-check%20ST10' },
  'chart-capability': { hash: '#/control?show=charts', run: click('plant-capability') },
  board: { hash: '#/board/L1' },
  'board-turned': { hash: '#/board/L1', run: (tab) => tab.waitForTimeout(12_500) },
  'board-all': { hash: '#/board' },
  'board-all-turned': { hash: '#/board', run: (tab) => tab.waitForTimeout(12_500) },
  lost: {
    hash: '#/lines',
    run: async (tab) => {
      plant.unplug();
      await tab.getByTestId('link-banner').waitFor();
    },
    after: () => plant.plugIn(),
  },
  orders: { hash: '#/orders/WO-10467' },
  'orders-board': { hash: '#/orders' },
  'orders-all': { hash: '#/orders?show=all' },
  'orders-new': { hash: '#/orders', run: click('new-order') },
  'orders-split': { hash: '#/orders/WO-10467', run: click('split-order') },
  'orders-move': { hash: '#/orders/WO-10467', run: click('move-WO-10467.1') },
  units: { hash: '#/units?q=PMP100' },
  unit: { hash: '#/units/PMP100-2600409?q=PMP100' },
  cases: { hash: '#/units?show=cases' },
  stations: { hash: '#/stations/ST10' },
  enrol: { hash: '#/stations/T10', run: click('make-code') },
  trouble: { hash: '#/trouble' },
  forks: { hash: '#/trouble?show=forks' },
  letters: { hash: '#/trouble?show=deadLetters' },
  published: { hash: '#/trouble?show=unpublished' },
  releases: { hash: '#/releases' },
  draft: { hash: '#/releases/definitions%2FPMP-100.C%2Fdefinition.yaml' },
  editor: { hash: '#/releases/definitions%2FPMP-100.C%2Fdefinition.yaml?show=edit' },
  history: { hash: '#/releases/definitions%2FPMP-100.C%2Fdefinition.yaml?show=history' },
  accounts: { hash: '#/accounts/jana.vogt' },
  audit: { hash: '#/accounts?show=audit' },
  person: { hash: '#/lines', run: click('person') },
  keys: { hash: '#/lines', run: (tab) => tab.keyboard.press('?') },
};
const wanted = only.length > 0 ? only : Object.keys(scenes);
const sizes = (process.env['SIZES'] ?? '1920,1280').split(',');
const looks = (process.env['LOOKS'] ?? 'light-en,dark-de').split(',');

for (const size of sizes) {
  const viewport = size === '1920' ? { width: 1920, height: 1080 } : { width: 1280, height: 800 };
  for (const look of looks) {
    const [theme = 'light', language = 'en'] = look.split('-');
    const context = await browser.newContext({ viewport });
    await context.addInitScript(
      `localStorage.setItem('linewright.theme', '${theme}'); localStorage.setItem('linewright.language', '${language}')`,
    );
    for (const name of wanted) {
      const scene = scenes[name];
      if (scene === undefined) throw new Error(`no scene ${name}; there are ${Object.keys(scenes).join(', ')}`);
      plant.signedIn = scene.signedOut !== true;
      scene.before?.();
      const tab = await context.newPage();
      tab.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning')
          console.log(`[${name} ${message.type()}] ${message.text()}`);
      });
      tab.on('pageerror', (error) => console.log(`[${name} pageerror] ${error.stack ?? error.message}`));
      await tab.goto(plant.address + scene.hash);
      await tab.waitForTimeout(700);
      await scene.run?.(tab);
      await tab.waitForTimeout(400);
      await tab.screenshot({ path: `${folder}/${name}-${size}-${look}.png` });
      const overflow = await tab.evaluate<readonly string[]>(overflowing);
      if (overflow.length > 0) console.log(`${name} ${size} ${look}:\n  ${overflow.join('\n  ')}`);
      scene.after?.();
      await tab.close();
    }
    await context.close();
  }
}
await browser.close();
await plant.close();
