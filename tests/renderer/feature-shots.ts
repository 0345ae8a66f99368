/**
 * `node tests/renderer/feature-shots.ts FOLDER [feature...]`: pictures of the features beside the work screen, both languages,
 * themes and panel sizes, against a scripted station. What is cut is told.
 */
import type { WaitsHere } from '#contract/rpc/machines.ts';
import { mkdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { permissions } from '#contract/permissions.ts';
import { chromiumArgs } from '#tests/support/browser.ts';
import { andonScene } from './andon-scene.ts';
import { benchScene } from './bench-scene.ts';
import { controlScene } from './control-scene.ts';
import { gaugesScene } from './gauges-scene.ts';
import { machinesScene } from './machines-scene.ts';
import { startScriptedStation } from './scripted-station.ts';
import { stopsScene } from './stops-scene.ts';

const [folder = '/tmp/feature-shots', ...only] = process.argv.slice(2);
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

interface Camera {
  readonly tab: Page;
  go(hash: string): Promise<void>;
  press(testId: string): Promise<void>;
  shoot(name: string): Promise<void>;
}
type Feature = (camera: Camera) => Promise<void>;
const pages =
  (hashes: Readonly<Record<string, string>>): Feature =>
  async ({ go, shoot }) => {
    for (const [name, hash] of Object.entries(hashes)) {
      await go(hash);
      await shoot(name);
    }
  };

const features: Readonly<Record<string, Feature>> = {
  control: async (camera) => {
    const { tab, go, press, shoot } = camera;
    station.control.set({ revision: 2, open: [{ signalId: 'sg-01', title: controlScene.signals[0]!.title }] });
    await pages({
      overview: '#/control',
      counts: '#/control/chart%20PMP-100%20final-check%20final-check%20ST10',
      collecting: '#/control/chart%20PMP-100%20end-position%20end-position%20ST10',
      closed: '#/control/sg-00',
      chart: '#/control/chart%20PMP-100%20bore-b%20bore-b%20ST10',
    })(camera);
    await press('point-record');
    await shoot('record');
    await tab.keyboard.press('Escape');
    // Back to a point of the gauge that was found bad.
    for (let n = 0; n < 10; n += 1) await press('point-before');
    await shoot('chart-suspect');
    await press('side-capability');
    await shoot('capability');
    await go('#/control/sg-01');
    await shoot('signal');
    await press('print-suspects');
    await shoot('sheet');
    await tab.keyboard.press('Escape');
    station.control.set({ revision: 3, open: [] });
  },
  machines: async ({ tab, go, shoot }) => {
    const { state } = machinesScene;
    station.machines.set({ ...state, revision: station.machines.value.revision + 1 });
    await go('#/machines/press-p1%20now');
    await shoot('now');
    await tab.locator('[data-testid="machine-bar"] .look-bad').first().click();
    await shoot('slice');
    await tab.locator('[data-testid="machine-bar"] .track .look-unknown').first().click();
    await shoot('unknown');
    station.machines.set({
      revision: station.machines.value.revision + 1,
      machines: state.machines.map((one) => ({ ...one, byHand: true })),
    });
    await shoot('by-hand');
    const tell = (waits: WaitsHere): void =>
      station.machines.set(machinesScene.waiting(waits, station.machines.value.revision + 1));
    tell(machinesScene.waits);
    await shoot('waits');
    tell({ ...machinesScene.waits, root: null, unknown: { why: 'not-linked', at: Date.now() - 725_000 } });
    await shoot('waits-not-known');
    station.machines.set(machinesScene.broken(station.machines.value.revision + 1));
    station.scene('measure');
    await go('#/work');
    await shoot('stands-beside-work');
  },
  oee: async ({ tab, go, press, shoot }) => {
    station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
    await go('#/machines/press-p1%20oee');
    await shoot('figures');
    await press('figure-availability');
    await press('term-PBT');
    await shoot('availability');
    await tab
      .getByTestId('stretch')
      .filter({ hasText: /10\smin/ })
      .first()
      .click();
    await shoot('what-if');
    await press('oee-figure');
    await press('figure-quality-ratio');
    await shoot('quality');
    await press('counts-differ');
    await press('term-GP');
    await tab.getByTestId('unit-behind').first().waitFor();
    await shoot('first-pass');
    for (const side of ['losses', 'reasons', 'hours', 'rhythm-tab']) {
      await press(`oee-${side}`);
      await tab.waitForTimeout(1_200);
      await shoot(side);
    }
    await press('oee-earlier');
    await tab.waitForTimeout(1_500);
    await shoot('past');
    await press('oee-day');
    await tab.waitForTimeout(1_500);
    await shoot('day');
    await press('oee-shift');
  },
  energy: async ({ tab, go, press, shoot }) => {
    station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
    await go('#/machines/press-p1%20energy');
    await tab.getByTestId('energy-quarters').waitFor();
    await shoot('shift');
    await press('energy-units');
    await shoot('units');
    await press('energy-day');
    await tab.waitForTimeout(1_200);
    await shoot('day');
  },
  gauges: async (camera) => {
    const { tab, go, press, shoot } = camera;
    await pages({ register: '#/gauges', fine: '#/gauges/G-115', gauge: '#/gauges/G-114' })(camera);
    await press('print-recall');
    await shoot('sheet');
    await tab.keyboard.press('Escape');
    await press('calibrate');
    await shoot('calibrate');
    await tab.keyboard.press('Escape');
    station.gauges.set({ revision: 2, check: gaugesScene.check, troubled: 2 });
    await go('#/gauges/G-120');
    await shoot('check');
    station.gauges.set({ revision: 3, check: null, troubled: 2 });
  },
  andon: async (camera) => {
    const { tab, go, press, shoot } = camera;
    await go('#/orders');
    await press('help');
    await shoot('help');
    station.andon.set({ ...andonScene.called, revision: 2 });
    await shoot('called');
    await tab.keyboard.press('Escape');
    await pages({ calls: '#/andon', past: '#/andon/past', strip: '#/work' })(camera);
    await go('#/andon/handover');
    await shoot('handover');
    station.handover.set(andonScene.waiting);
    await shoot('waiting');
    await go('#/andon');
    await press('close-ca-02');
    await shoot('close');
    await tab.keyboard.press('Escape');
    station.andon.set({ ...andonScene.quiet, revision: 3 });
    station.handover.set({ ...andonScene.shift, revision: 3 });
    await shoot('quiet');
  },
  bench: async ({ go, shoot }) => {
    const { none, setUps: _setUps, ...views } = benchScene;
    const show = (view: typeof none): void =>
      station.bench.set({ ...view, revision: station.bench.value.revision + 1 });
    await go('#/bench');
    for (const [name, view] of Object.entries(views)) {
      show(view);
      await shoot(name);
    }
    show(none);
  },
  studies: async (camera) => {
    const { tab, shoot } = camera;
    await pages({
      list: '#/studies',
      'set-up': '#/studies/new',
      measuring: '#/studies/study-runs',
      suspect: '#/studies/study-suspect',
      'suspect-report': '#/studies/result%20study-suspect',
      doubted: '#/studies/result%20study-doubted',
      agreement: '#/studies/result%20study-agreement',
      result: '#/studies/result%20study-grr',
    })(camera);
    await tab.pdf({ path: `${folder}/studies-result.pdf`, format: 'A4' });
    await tab.evaluate(`document.querySelector('[data-testid="study-result"]').scrollTo(0, 10_000)`);
    await shoot('result-below');
  },
  stops: async ({ tab, go, press, shoot }) => {
    station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
    station.stops.set({ ...stopsScene.watch, revision: station.stops.value.revision + 1 });
    station.scene('no-unit');
    await go('#/work');
    await shoot('ask');
    station.scene('passed');
    await shoot('ask-passed');
    await go('#/machines/press-p1%20stops');
    await shoot('list');
    await go('#/machines/press-p1%20stops%20stop-open');
    await shoot('card');
    await press('reason-ram');
    await shoot('conflict');
    await press('more-reasons');
    await press('tree-machine');
    await shoot('tree');
    await tab.keyboard.press('Escape');
    await go('#/machines/press-p1%20stops%20stop-long');
    await shoot('parts');
    await go('#/machines/press-p1%20stops%20stop-3');
    await shoot('waited');
    await go('#/machines/press-p1%20stops%20stop-long');
    await press('split');
    await shoot('split');
    await tab.keyboard.press('Escape');
    await press('stop-note');
    await shoot('note');
    await tab.keyboard.press('Escape');
    station.stops.set({ revision: station.stops.value.revision + 1, unexplained: 0, ask: null });
    station.scene('no-unit');
  },
  nonconformances: async ({ tab, go, press, shoot }) => {
    await go('#/nonconformances');
    await shoot('overview');
    await go('#/nonconformances/new');
    await press('defect-burr');
    await shoot('capture');
    await go('#/nonconformances/nc-01');
    await shoot('detail');
    await press('primary-action');
    await shoot('dispose');
    await press('dispose-use-as-is');
    await shoot('concession');
    await tab.keyboard.press('Escape');
    await tab.locator('footer').getByRole('button').nth(2).click();
    await shoot('containment');
    await press('contain');
    await shoot('containment-begin');
    await tab.keyboard.press('Escape');
    await go('#/nonconformances');
    await tab.locator('footer').getByRole('button').nth(2).click();
    await press('containment-ct-01');
    await shoot('containments');
    await press('begin-containing');
    await tab.getByTestId('ct-offer').first().click();
    await shoot('contain-lot');
    await press('ct-kind-operation');
    await shoot('contain-operation');
    await press('ct-kind-device');
    await shoot('contain-device');
    await press('ct-kind-lot');
    await press('ct-other-lot');
    await press('ct-material-SEAL-22');
    await shoot('contain-other-lot');
    await tab.keyboard.press('Escape');
    await tab.keyboard.press('Escape');
  },
};

const { people, settings } = station;
const { person } = people.value;
if (person !== null) people.set({ ...people.value, person: { ...person, permissions: [...permissions] } });
/** As in plant-shots: `SIZES=1280 LOOKS=dark-de` takes those pictures only. */
const sizes = (process.env['SIZES'] ?? '1920,1280').split(',');
const looks = (process.env['LOOKS'] ?? 'light-en,dark-de').split(',');
for (const { width, height } of [
  { width: 1920, height: 1080 },
  { width: 1280, height: 800 },
].filter((size) => sizes.includes(String(size.width))))
  for (const look of looks) {
    const theme = look.startsWith('dark') ? 'dark' : 'light';
    const language = look.endsWith('de') ? 'de' : 'en';
    const tab = await browser.newPage({ viewport: { width, height } });
    tab.on('console', (message) => console.log(`[${message.type()}] ${message.text()}`));
    tab.on('pageerror', (error) => console.log(`[pageerror] ${error.stack ?? error.message}`));
    settings.set({ ...settings.value, theme, language });
    await tab.goto(station.address);
    for (const [feature, take] of Object.entries(features)) {
      if (only.length > 0 && !only.includes(feature)) continue;
      await take({
        tab,
        async go(hash) {
          await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
          await tab.waitForTimeout(900);
        },
        press: (testId) => tab.getByTestId(testId).click(),
        async shoot(name) {
          await tab.waitForTimeout(700);
          const picture = `${feature}-${name}-${width}-${theme}-${language}`;
          await tab.screenshot({ path: `${folder}/${picture}.png` });
          const overflow = await tab.evaluate<readonly string[]>(overflowing);
          if (overflow.length > 0) console.log(`${picture}:\n  ${overflow.join('\n  ')}`);
        },
      });
    }
    await tab.close();
  }
await browser.close();
await station.close();
