/**
 * The road to the plant server as the people at the stations see it: linked by code on the Server page, where each fact
 * is, the server gone for a while, a unit that goes on by its label, and the unplug test up to its report. Real server,
 * two real stations with their devices as processes, everything through the screens.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs } from '../support/browser.ts';
import { builtPlantView } from '../support/built.ts';
import { editPlant, link, signInBrowser, startDemoLine, type DemoLine, type Linked } from '../support/demo-line.ts';
import { actOnce } from '../support/job.ts';
import {
  codeAtPlant,
  patience,
  Screen,
  signInAtPlant,
  startStationScreen,
  type StationScreen,
} from '../support/plant-screens.ts';
import { newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';
import { freePorts } from '../support/ports.ts';
import { describeWith } from '../support/system.ts';

const serial = 'PMP100-2600417';
const minute = 60_000;

describeWith('chromium', 'the road to the server on the screens of stations', (executablePath) => {
  let line: DemoLine;
  let database: Database;
  let server: PlantServer;
  let browser: Browser;
  let st20: StationScreen;
  let hands: Linked;
  let at10: Screen;
  let at20: Screen;
  let plant: Screen;
  let oldCode: string;
  let clock10: string;
  let clockOfServer: string;

  beforeAll(async () => {
    [line, database] = await Promise.all([startDemoLine(['--speed', '10']), newDatabase('pglite')]);
    // The final check wants proof of what passed elsewhere when the server cannot be asked.
    editPlant(
      line,
      'definitions/PMP-100.C/definition.yaml',
      'stations: [ST10, ST20]\n',
      'stations: [ST10, ST20]\n    offline: label\n',
    );
    clock10 = join(line.folder, 'clock-st10');
    clockOfServer = join(line.folder, 'clock-server');
    writeFileSync(clock10, '0');
    writeFileSync(clockOfServer, String(-16 * minute));
    const ofFile = (file: string): Record<string, string> => ({
      LINEWRIGHT_CLOCK_FILE: file,
      NODE_OPTIONS: '--import ./tests/support/clock-of-file.ts',
    });
    [server, browser] = await Promise.all([
      startServer(database, { config: line.config, args: ['--view', builtPlantView], env: ofFile(clockOfServer) }),
      chromium.launch({ executablePath, args: chromiumArgs }),
    ]);
    plant = await Screen.open(browser, server.url);
    await signInAtPlant(plant, 'ravi.nair', 'demo-controls');
    oldCode = await codeAtPlant(plant, 'ST20');
    writeFileSync(clockOfServer, '0');
    const [first, second] = await Promise.all([
      line.startStation(ofFile(clock10)),
      startStationScreen(['--config', line.config, '--station', 'ST20', '--data', join(line.folder, 'data-st20')]),
    ]);
    st20 = second;
    const cookie = await signInBrowser(first.url);
    hands = await link(first.origin, cookie);
    [at10, at20] = await Promise.all([Screen.open(browser, first.origin, cookie), Screen.open(browser, second.url)]);
  }, 240_000);

  afterAll(async () => {
    hands?.close();
    await browser?.close();
    await st20?.child.kill('SIGKILL');
    await line?.stop();
    await server?.kill();
    await database?.remove();
  });

  /** Types address and code on the form and links. */
  async function enrol(screen: Screen, address: string, code: string): Promise<void> {
    await screen.press('enrol-address');
    const shown = async (): Promise<string> => (await screen.see('enrol-address').locator('b').textContent()) ?? '';
    for (let left = (await shown()).length; left > 0; left -= 1) await screen.page.keyboard.press('Backspace');
    await screen.page.keyboard.type(address, { delay: 60 });
    await expect.poll(shown, patience).toBe(address);
    await screen.press('enrol-code');
    for (let left = 9; left > 0; left -= 1) await screen.page.keyboard.press('Backspace');
    await screen.page.keyboard.type(code, { delay: 60 });
    await screen.says('enrol-code', code.toUpperCase());
    await screen.press('enrol-do');
  }
  async function toServerPage(screen: Screen): Promise<void> {
    await screen.press('header-server');
    await screen.see('server').waitFor();
  }
  /** One act after the other until the work screen of ST10 says that the operation passed. */
  async function workTo(mode: string): Promise<void> {
    const limit = performance.now() + 2 * minute;
    for (;;) {
      const view = await hands.client.execution.get();
      if (view.mode === mode) return;
      if (performance.now() > limit) throw new Error(JSON.stringify(view));
      const done = await actOnce(hands.client, [serial], () => undefined);
      if (done === null) await new Promise((resolve) => setTimeout(resolve, 50));
      else if (!done.outcome.ok) throw new Error(`${done.what}: ${JSON.stringify(done.outcome.refusal.reasons)}`);
    }
  }

  it('a station of its own says so and how to link it', async () => {
    await at20.see('sign-in').waitFor();
    await at20.says('header-server', 'No server');
    await toServerPage(at20);
    await at20.says('server', 'This station works on its own');
    await at20.says('server', /All it recorded \([\d,]+\) is on this station only/);
    await at20.picture('server-page-none');
  }, 240_000);

  it('the form says what is wrong: nobody there, a wrong code, one that is too old', async () => {
    const [nobody = 0] = await freePorts(1);
    const code = await codeAtPlant(plant, 'ST10');
    await at20.press('server-enrol');
    await enrol(at20, `http://127.0.0.1:${nobody}`, code);
    await at20.says('act-note', 'At this address nothing listens');
    await enrol(at20, server.url, code);
    await at20.says('act-note', 'not the code of this station');
    await at20.picture('server-page-wrong-code');
    await enrol(at20, server.url, oldCode);
    await at20.says('act-note', 'too old');
    // Nothing of it changed anything.
    await at20.page.keyboard.press('Escape');
    await at20.says('server', 'This station works on its own');
  }, 240_000);

  it('the right code links it, and everything recorded until then is sent', async () => {
    for (const [screen, stationId] of [
      [at20, 'ST20'],
      [at10, 'ST10'],
    ] as const) {
      const code = await codeAtPlant(plant, stationId);
      if ((await screen.see('server').count()) === 0) await toServerPage(screen);
      await screen.press('server-enrol');
      // As people type it.
      await enrol(screen, server.url, code.toLowerCase().replace('-', ''));
      await screen.see('enrol-code').waitFor({ state: 'detached' });
      await screen.says('server', server.url);
      await screen.says('server', /Link\s*linked/);
      await screen.says('server', 'nothing, all sent');
      await screen.says('header-server', 'all sent');
    }
    await at20.picture('server-page-linked');
    await plant.says('station-ST20', /linked/i);
  }, 240_000);

  it('facts are marked as on the server once it has them', async () => {
    await at10.press('place-work');
    await at10.scan('BDG-1002', 'header-person', 'Sam');
    await expect
      .poll(async () => (await hands.client.orders.get({ orderId: 'WO-10452' }))?.status, patience)
      .toBe('released');
    await at10.scan(serial, 'header-unit', serial);
    await at10.press('place-units');
    await at10.press(`unit-${serial}`);
    await at10.says('entry-execution.started', 'on the server');
    await at10.says('header-server', 'all sent');
  }, 240_000);

  it('the server is gone: the header counts what is not sent, the page says why, new facts are on this station', async () => {
    await server.kill();
    await workTo('passed');
    await at10.says('header-server', /No server link|[\d,]+ not yet sent/);
    writeFileSync(clock10, String(14 * minute));
    await at10.says('header-server', /[\d,]+ not yet sentoldest 1[4-9]\smin/);
    await at10.picture('server-page-unsent');
    await at10.says('entry-execution.passed', 'on this station');
    await at10.says('entry-execution.started', 'on the server');
    await at10.picture('server-page-marks');
    await toServerPage(at10);
    await at10.says('server', /Link\s*not reachable/);
    await at10.says('server', 'At this address nothing listens. Is the server running?');
    await at10.says('server', /Not yet sent\s*[\d,]+/);
    await at10.picture('server-page-unreachable');
    expect(await at10.see('test-start').isDisabled()).toBe(true);
    writeFileSync(clock10, '0');
  }, 240_000);

  it('the next station wants the label, and takes the unit by it', async () => {
    await at10.press('place-units');
    await at10.press(`unit-${serial}`);
    await at10.press('unit-label');
    const label = (await at10.see('label').getAttribute('data-text')) ?? '';
    expect(label).toMatch(/^LWP1:/);
    await at10.page.locator('dialog img').waitFor();
    await at10.picture('server-page-label');
    await at20.press('place-work');
    await at20.scan('BDG-1002', 'header-person', 'Sam');
    // That the server is gone must have been noticed: before, its word would do.
    await toServerPage(at20);
    await at20.says('server', /Link\s*not reachable/);
    await at20.press('place-work');
    await at20.scan(serial, 'refused', 'The label of the unit must be scanned');
    await at20.says('refused', `Scan the label with the unit’s passport on ${serial}`);
    await at20.picture('server-page-label-wanted');
    const spoilt = label.replace(/.$/, (last) => (last === '0' ? '1' : '0'));
    await at20.scan(spoilt, 'scan-field', /could not be read completely|not made by the station/);
    await at20.scan(label, 'step', /\S/);
    await at20.press('place-units');
    await at20.press(`unit-${serial}`);
    await at20.says('entry-unit.arrived', 'on this station');
  }, 240_000);

  it('the server is back: everything goes there by itself, and the marks say so', async () => {
    await server.start();
    for (const screen of [at10, at20]) await screen.says('header-server', 'all sent');
    await at20.says('entry-unit.arrived', 'on the server');
  }, 240_000);

  it('the unplug test: cut, the job done meanwhile, linked again, both ends compared, the report', async () => {
    await toServerPage(at20);
    await at20.says('server', 'No unplug test yet.');
    await at20.page.getByRole('radio', { name: '5 min', exact: true }).click();
    await at20.press('test-start');
    await at20.says('test-banner', 'the link to the server is cut until');
    await at20.says('header-server', 'Unplug test');
    await at20.press('place-work');
    const step = (id: string): Promise<void> => at20.page.locator(`[data-testid="step"][data-step="${id}"]`).waitFor();
    await step('seal-colour');
    await at20.page.locator('[data-testid^="option-"]').first().click();
    await at20.press('primary-action');
    await step('pressure-drop');
    await at20.press('key-1');
    await at20.press('primary-action');
    await step('remark');
    await at20.picture('server-page-cut');
    await at20.press('primary-action');
    await step('release-check');
    for (const button of await at20.page.locator('[data-testid^="ok-"]').all()) await button.click();
    await at20.says('passed', serial);
    // Still cut: nothing of it can have gone.
    await at20.says('test-banner', /[\d,]+ recorded on this station meanwhile/);
    await at20.says('header-server', /[\d,]+ not yet sent/);
    await at20.press('test-end');
    await at20.see('test-banner').waitFor({ state: 'detached' });
    await at20.says('header-server', 'all sent');
    await toServerPage(at20);
    const report = at20.page.locator('[data-testid^="test-report-"]');
    await expect.poll(() => report.textContent(), patience).toContain('passed');
    await report.click();
    await at20.says('test-report', 'Everything recorded meanwhile arrived once, in order and unchanged.');
    const dialog = at20.page.locator('dialog[open]');
    const text = (await dialog.textContent()) ?? '';
    const [, own, others] = /(\d+) by the test, 2 for its begin and end, (\d+) by people and machines/.exec(text) ?? [];
    // Choice, number, text, three points, the steps' and the operation's own facts, and the unit's release.
    expect(Number(others)).toBeGreaterThanOrEqual(8);
    expect(Number(own)).toBeLessThanOrEqual(20);
    expect(text).toMatch(/(\d+) here, \1 there, every hash equal/);
    expect(text).toContain('by a person · Sam Okafor');
    await at20.picture('server-page-report');
    await at20.page.keyboard.press('Escape');
    await at20.says('server', /Link\s*linked/);
  }, 240_000);

  it('the plant view has the unit as released', async () => {
    await plant.page.goto(`${server.url}/#/units/${serial}`);
    await plant.says('unit', /ST10[\s\S]*ST20/);
    await plant.says('unit', /released|done/i);
  }, 240_000);

  it('no page threw or broke its policy', () => {
    expect([at10, at20, plant].flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
