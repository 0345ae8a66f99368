/**
 * The screen and the station program behind it: the station is killed in the middle of a step, a finger taps twice, a
 * badge brings its language, nobody touches it for a while; and every place fits the panel. In Chromium on the real
 * station and devices.
 */
import { randomUUID } from 'node:crypto';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumArgs, openScreen, scanUntil, wedge as wedgeInto } from '../support/browser.ts';
import {
  editPlant,
  link,
  signInBrowser,
  startDemoLine,
  type Client,
  type DemoLine,
  type Station,
} from '../support/demo-line.ts';
import { factsIn } from '../support/facts.ts';
import { screenFaults } from './screen-check.ts';
import { describeWith } from '../support/system.ts';
import { deviceNow, machineReady, placeNow } from '../support/work.ts';

const pump = 'PMP100-2600417';
const housing = 'PMP200-2600033';
/** Its next operation is the final check. */
const pressed = 'PMP100-2600422';

describeWith('chromium', 'the screen', (executablePath) => {
  let line: DemoLine;
  let station: Station;
  let client: Client;
  let cookie: string;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  async function open(): Promise<void> {
    station = await line.startStation();
    cookie ??= await signInBrowser(station.url);
    ({ client } = await link(station.origin, cookie));
  }
  beforeAll(async () => {
    line = await startDemoLine(['--speed', '10']);
    await open();
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await openScreen(browser, station.origin, cookie);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // While the station is dead each attempt to reach it is told there by the browser itself.
      if (message.type() === 'error' && !/WebSocket connection|ERR_CONNECTION/.test(message.text()))
        faults.push(message.text());
    });
    await machineReady(client);
    // Gone as soon as the page is loaded anew.
    await page.evaluate(() => Object.assign(window, { samePage: true }));
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await line?.stop();
  });

  const see = (testId: string) => page.getByTestId(testId);
  /** Of which nothing is to come. */
  const wedge = (code: string): Promise<void> => wedgeInto(page, code);
  const scan = (code: string, there: Locator): Promise<void> =>
    scanUntil(page, code, (timeout) => there.waitFor({ timeout }));
  const openStep = (id: string): Locator => page.locator(`[data-testid="step"][data-step="${id}"]`);
  const step = (id: string): Promise<void> => openStep(id).waitFor({ timeout: 30_000 });
  /** The watched press tells its own time beside the work. */
  const work = () => factsIn(line.data).filter(({ type }) => !/^(slices?|pieces|machine|energy|stop)\./.test(type));
  const typesSince = (before: number): string[] =>
    work()
      .slice(before)
      .map(({ type }) => type);
  const count = (): number => work().length;
  const notLoadedAnew = () => page.evaluate(() => 'samePage' in window);
  const hold = async (serial: string) =>
    expect(await client.units.hold({ commandId: randomUUID(), serial, reason: 'Room for the next' })).toMatchObject({
      ok: true,
    });
  const language = () => page.evaluate(() => document.documentElement.lang);
  /** A target is 12 mm at the 3.78 px/mm of a panel that does not tell its density; half a pixel for rounding. */
  const demands = { leastText: 14, leastContrast: 7, leastTarget: 12 * 3.78 - 0.5 };
  /** Looks at what is on the screen now. */
  const fits = async (): Promise<void> => {
    await page.evaluate(() => document.fonts.ready.then(() => undefined));
    const none = { outside: [], small: [], faint: [], tiny: [] };
    await expect.poll(() => page.evaluate(screenFaults, demands), { timeout: 30_000 }).toEqual(none);
  };

  it('speaks the language of the badge', async () => {
    await see('sign-in').waitFor({ timeout: 30_000 });
    await fits();
    await line.control('scanner', 'scan', { text: 'BDG-1001' });
    await expect.poll(() => see('header-person').textContent()).toContain('Mara Keller');
    await expect.poll(language).toBe('de');
    await expect.poll(() => see('place-orders').textContent()).toContain('Aufträge');
    await line.control('scanner', 'scan', { text: 'BDG-1002' });
    await expect.poll(() => see('header-person').textContent()).toContain('Sam Okafor');
    await expect.poll(language).toBe('en');
    await expect.poll(() => see('place-orders').textContent()).toContain('Orders');
    expect(await notLoadedAnew()).toBe(true);
  });

  it('is looked at by something that sees', async () => {
    await page.evaluate(() => {
      const bad = document.createElement('button');
      bad.id = 'bad';
      bad.textContent = 'Stop';
      bad.style.cssText =
        'position:fixed;left:-20px;top:0;width:44px;height:60px;font-size:13px;color:#777;background:#fff';
      document.body.append(bad);
    });
    expect(await page.evaluate(screenFaults, demands)).toEqual({
      outside: ['button "Stop"'],
      small: ['13 px: button "Stop"'],
      faint: ['4.48:1: button "Stop"'],
      tiny: ['44 x 60 px: button "Stop"'],
    });
    await page.evaluate(() => document.querySelector('#bad')?.remove());
  });

  describe('the station is killed', () => {
    it('in a step: the screen says so and takes nothing; afterwards nothing of it is done', async () => {
      await scan(pump, openStep('prepare'));
      const primary = see('primary-action');
      await expect.poll(() => primary.isEnabled()).toBe(true);
      const force = see('value-press.ram-force');
      await expect.poll(() => force.getAttribute('class')).not.toContain('hatched');
      const before = count();

      await station.child.kill('SIGKILL');
      await see('link-banner').waitFor({ timeout: 30_000 });
      await fits();
      await expect.poll(() => force.getAttribute('class')).toContain('hatched');
      expect(await primary.isDisabled()).toBe(true);
      expect(await page.getByTestId('header-unit').textContent()).toBe(pump);
      // A finger that does not care, a key, a scanner in keyboard mode, a scanner on its own cable.
      const box = await primary.boundingBox();
      if (box === null) throw new Error('the primary action is not on the screen');
      await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
      await primary.evaluate((button: HTMLButtonElement) => button.click());
      await page.keyboard.press('Enter');
      await wedge('PMP100-2600418');
      await line.control('scanner', 'scan', { text: 'PMP100-2600419' });
      expect(await see('scan-field').isDisabled()).toBe(true);

      await open();
      await see('link-banner').waitFor({ state: 'detached', timeout: 30_000 });
      await step('prepare');
      await expect.poll(() => primary.isEnabled()).toBe(true);
      await expect.poll(() => force.getAttribute('class')).not.toContain('hatched');
      expect(await notLoadedAnew()).toBe(true);
      expect(typesSince(before)).toEqual(['station.started']);
      await primary.click();
      await step('scan-housing');
      expect(typesSince(before + 1)).toEqual(['instruction.confirmed', 'step.passed', 'step.started']);
    }, 240_000);

    it('in the middle of a measurement: what was measured is there, and the next value follows it', async () => {
      await hold(pump);
      await see('no-unit').waitFor({ timeout: 30_000 });
      await fits();
      await machineReady(client);
      await scan(housing, openStep('measure-bore'));
      await line.control('calliper', 'value', { value: 24.011 });
      await expect.poll(() => see('measured').textContent()).toBe('24.011');
      const before = count();

      await station.child.kill('SIGKILL');
      await see('link-banner').waitFor({ timeout: 30_000 });
      await line.control('calliper', 'value', { value: 24.025 });
      await open();
      await see('link-banner').waitFor({ state: 'detached', timeout: 30_000 });
      await step('measure-bore');
      await fits();
      expect(await see('measured').textContent()).toBe('24.011');
      await expect.poll(async () => (await deviceNow(client, 'calliper')).condition.state).toBe('connected');
      await expect.poll(() => see('step-blocked').count()).toBe(0);
      await line.control('calliper', 'garbage');
      await see('push-refused').waitFor({ timeout: 30_000 });
      await fits();
      await line.control('calliper', 'value', { value: 24.004 });
      await see('push-refused').waitFor({ state: 'detached', timeout: 30_000 });
      await expect.poll(() => see('measured').textContent()).toBe('24.004');
      expect(typesSince(before)).toEqual(['station.started', 'measurement.recorded']);
      expect(await notLoadedAnew()).toBe(true);
      await line.control('calliper', 'value', { value: 24.2 });
      await see('failed').waitFor({ timeout: 30_000 });
      await fits();
      await hold(housing);
      await see('no-unit').waitFor({ timeout: 30_000 });
    }, 240_000);
  });

  describe('a finger that taps twice', () => {
    const primary = () => see('primary-action');

    it('does one thing, and not the next step’s', async () => {
      await scan('PMP200-2600031', see('refused'));
      await fits();
      await scan(pressed, openStep('seal-colour'));
      await fits();
      let before = count();
      await page.locator('[data-testid^="option-"]').first().dblclick();
      await primary().dblclick();
      await step('pressure-drop');
      expect(typesSince(before)).toEqual(['choice.recorded', 'step.passed', 'step.started']);

      before = count();
      await fits();
      await see('key-1').click();
      await expect.poll(() => primary().isEnabled()).toBe(true);
      // The next step's text may stay empty: its action is possible from the first moment.
      await primary().dblclick();
      await step('remark');
      await expect.poll(() => primary().isEnabled()).toBe(true);
      expect(typesSince(before)).toEqual(['number.recorded', 'step.passed', 'step.started']);
      expect(await placeNow(client)).toMatchObject({ stepId: 'remark', attempt: 1 });
    }, 240_000);
  });

  describe.each([
    { theme: 'dark', language: 'de' },
    { theme: 'light', language: 'en' },
  ] as const)('in $language, $theme, on 1280 x 800', (look) => {
    beforeAll(async () => {
      await client.settings.set(look);
    });

    it.each([
      { at: '#/work', testId: 'step' },
      { at: '#/orders', testId: 'order-WO-10452' },
      { at: '#/orders/WO-10470', testId: 'orders-why' },
      { at: '#/units', testId: `unit-${pump}` },
      { at: `#/units/${pump}`, testId: 'entry-unit.held' },
      { at: '#/devices', testId: 'device-press' },
      { at: '#/devices/press', testId: 'tab-values' },
      { at: '#/devices/press', tab: 'tab-trend', testId: 'tab-trend' },
      { at: '#/devices/calliper', tab: 'tab-traffic', testId: 'tab-traffic' },
      { at: '#/devices/scanner', tab: 'tab-settings', testId: 'setting-link' },
      { at: '#/settings', testId: 'about' },
    ])('$at, $testId: fits, can be read and can be hit', async ({ at, testId, tab }) => {
      await page.evaluate((hash) => (window.location.hash = hash), at);
      if (tab !== undefined) await see(tab).click();
      await see(testId).first().waitFor({ timeout: 30_000 });
      await expect.poll(language).toBe(look.language);
      await expect.poll(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe(look.theme);
      await fits();
    });
  });

  it('locks after a while without a touch, and keeps the step', async () => {
    await station.child.kill('SIGTERM');
    editPlant(line, 'stations/ST10.yaml', 'idleLockMs: 600000', 'idleLockMs: 5000');
    await page.evaluate(() => (window.location.hash = '#/work'));
    const before = count();
    await open();
    await expect.poll(() => page.locator('main[data-screen="locked"]').count(), { timeout: 30_000 }).toBe(1);
    await see('sign-in').waitFor();
    expect(await see('sign-in').textContent()).toContain(pressed);
    expect(await see('step').count()).toBe(0);
    await fits();
    expect(typesSince(before)).toEqual(['station.started', 'station.locked']);
    // Locked means locked: a unit's code does nothing.
    await wedge(pressed);
    // Every key of it has come to the locked page before somebody signs in: Enter would end the step then.
    await page.waitForTimeout(1_000);
    await line.control('scanner', 'scan', { text: 'BDG-1002' });
    await step('remark');
    // Whoever looks late sees it locked again.
    expect(typesSince(before).slice(0, 3)).toEqual(['station.started', 'station.locked', 'operator.signed-in']);
    expect(await notLoadedAnew()).toBe(true);
  }, 240_000);

  it('said nothing wrong in the console', () => {
    expect(faults).toEqual([]);
  });
});
