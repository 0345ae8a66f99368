/**
 * The bore drifts into a signal, as people meet it: the unit is on hold at the end of its run, the next start is refused, the
 * reaction is done, the signal closed with a PIN, the hold lifted, and the work goes on.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, wedge as wedgeInto } from '../support/browser.ts';
import { editPlant, startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const slow = 60_000;

describeWith('chromium', 'a signal in a browser', (executablePath) => {
  let line: DemoLine;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    line = await startDemoLine(['--speed', '10']);
    // Limits that are known from the first unit on; of twenty units each takes a minute.
    editPlant(
      line,
      'control-plans/PMP-100.1.yaml',
      'limits: { from: data, minimum: 20 }\n        rules: { set: nelson, use: [1, 2, 3, 5, 6] }',
      'limits: { from: given, mean: 24.005, sigma: 0.004 }\n        rules: { set: nelson, use: [1, 2, 3, 5, 6] }',
    );
    const station = await line.startStation();
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(slow);
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    await page.goto(station.url);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await line?.stop();
  });

  const see = (testId: string) => page.getByTestId(testId);
  const press = (testId: string): Promise<void> => see(testId).click();
  const primary = (): Promise<void> => press('primary-action');
  const step = (id: string): Promise<void> => page.locator(`[data-testid="step"][data-step="${id}"]`).waitFor();
  const wedge = (code: string): Promise<void> => wedgeInto(page, code);
  const picture = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  /** Operation 10 of a unit, with these bores. */
  async function build(serial: string, impeller: string, bores: readonly number[]): Promise<void> {
    await wedge(serial);
    await step('prepare');
    await primary();
    await step('scan-housing');
    await wedge('HSG-100|L:H-22817');
    await step('scan-impeller');
    await wedge(`IMP-100|S:${impeller}`);
    await step('press-bearing');
    await primary();
    await step('measure-bore');
    for (const [index, value] of bores.entries()) {
      await line.control('calliper', 'value', { value });
      if (index < bores.length - 1)
        await expect.poll(() => see('measured').textContent(), { timeout: slow }).toBe(value.toFixed(3));
    }
    await step('check');
    for (const button of await page.locator('[data-testid^="ok-"]').all()) await button.click();
    await see('passed').waitFor();
  }

  it(
    'a unit in control passes, and is a point on the chart',
    async () => {
      await see('sign-in').waitFor();
      await line.control('scanner', 'scan', { text: 'BDG-1002' });
      await see('no-unit').waitFor();
      await build('PMP100-2600417', 'IMP-009112', [24.004, 24.006, 24.005]);
      expect(await see('passed-held').count()).toBe(0);
      await press('place-control');
      await press('chart-bore-b');
      await expect.poll(() => see('point').textContent(), { timeout: slow }).toContain('24.005');
      await picture('chart-in-control');
    },
    4 * slow,
  );

  it(
    'a drifted one is within its limits, but signals: it is on hold at the end of its run',
    async () => {
      await press('place-work');
      await build('PMP100-2600418', 'IMP-009113', [24.02, 24.022, 24.021]);
      await expect.poll(() => see('passed-held').textContent(), { timeout: slow }).toMatch(/on hold.*Bore B/is);
      await expect.poll(() => see('header-signal').textContent(), { timeout: slow }).toContain('Bore B');
      await picture('passed-held');
    },
    4 * slow,
  );

  it(
    'the next start is refused, and one tap leads to the signal with its window',
    async () => {
      await primary();
      await see('no-unit').waitFor();
      await wedge('PMP100-2600419');
      await see('refused').waitFor();
      expect(await see('refused').textContent()).toMatch(/control chart shows a signal/i);
      await picture('refused-signal');
      await press('next-open-signal');
      await see('signal').waitFor();
      expect(await see('signal').textContent()).toMatch(/Nelson 1/);
      expect(await see('suspects').textContent()).toContain('PMP100-2600418');
      expect(await see('suspects').textContent()).not.toContain('PMP100-2600417');
      await press('print-suspects');
      await expect.poll(() => see('suspect-sheet').locator('img').count(), { timeout: slow }).toBe(1);
      await picture('suspect-sheet');
      await page.keyboard.press('Escape');
      // An operator does the steps; closing is not hers.
      await press('step-measure-again');
      await expect.poll(() => see('step-measure-again').isDisabled(), { timeout: slow }).toBe(true);
      expect(await see('primary-action').count()).toBe(0);
    },
    4 * slow,
  );

  it(
    'the line lead finishes the reaction and closes it with the PIN',
    async () => {
      await line.control('scanner', 'scan', { text: 'BDG-1004' });
      await expect.poll(() => see('header-person').textContent(), { timeout: slow }).toContain('Jana Vogt');
      for (const id of ['check-tool', 'tell-lead']) {
        await press(`step-${id}`);
        await expect.poll(() => see(`step-${id}`).isDisabled(), { timeout: slow }).toBe(true);
      }
      await primary();
      await press('cause-tool-worn');
      await press('close-signal');
      await see('own-pin').waitFor();
      for (const digit of '2468') await page.keyboard.press(digit, { delay: 80 });
      await page.keyboard.press('Enter');
      await page.locator('[data-testid="signal"][data-open="false"]').waitFor();
      await expect.poll(() => see('header-signal').count(), { timeout: slow }).toBe(0);
      await picture('signal-closed');
    },
    4 * slow,
  );

  it(
    'the hold is lifted with a reason, and the work goes on',
    async () => {
      await press('lift-all');
      await page
        .locator('dialog')
        .getByRole('button')
        .filter({ hasText: /ok|in Ordnung|geprüft/i })
        .first()
        .click();
      await press('reason-confirm');
      await expect
        .poll(() => see('suspect-PMP100-2600418').textContent(), { timeout: slow })
        .toMatch(/aufgehoben|lifted/);
      await press('place-work');
      await wedge('PMP100-2600419');
      await step('prepare');
      expect(faults).toEqual([]);
    },
    4 * slow,
  );
});
