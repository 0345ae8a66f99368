/**
 * A defect, as people meet it: found on a unit that is on hold, captured in two taps, disposed of as rework, done again, and
 * the unit released.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, wedge as wedgeInto } from '../support/browser.ts';
import { startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const slow = 60_000;
const serial = 'PMP100-2600417';

describeWith('chromium', 'a nonconformance in a browser', (executablePath) => {
  let line: DemoLine;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    line = await startDemoLine(['--speed', '10']);
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
  const signIn = async (badge: string, name: string): Promise<void> => {
    await line.control('scanner', 'scan', { text: badge });
    await expect.poll(() => see('header-person').textContent(), { timeout: slow }).toContain(name);
  };
  const picture = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  /** The steps of operation 10 from the first one. */
  async function pressAndMeasure(): Promise<void> {
    await step('prepare');
    await primary();
    await step('scan-housing');
    await wedge('HSG-100|L:H-22817');
    await step('scan-impeller');
    await wedge('IMP-100|S:IMP-009112');
    await step('press-bearing');
    await primary();
    await step('measure-bore');
    for (const [index, value] of [24.004, 24.006, 24.005].entries()) {
      await line.control('calliper', 'value', { value });
      if (index < 2)
        await expect
          .poll(() => see('measured').textContent(), { timeout: slow })
          .toMatch(new RegExp(value.toFixed(3).replace('.', '[.,]')));
    }
    await step('check');
  }
  async function answerAll(): Promise<void> {
    for (const button of await page.locator('[data-testid^="ok-"]').all()) await button.click();
    await see('passed').waitFor();
  }

  it(
    'is captured in two taps on the picture of the part, and the unit leaves its run on hold',
    async () => {
      await see('sign-in').waitFor();
      await signIn('BDG-1002', 'Sam Okafor');
      await wedge(serial);
      await pressAndMeasure();
      await press('defect');
      await picture('capture');
      // Two taps: what, and where.
      await press('defect-burr');
      await see('part').click({ position: { x: 200, y: 160 } });
      await see('nc').waitFor();
      expect(await see('nc').getAttribute('data-status')).toBe('open');
      await expect.poll(() => see(`nc-unit-${serial}`).textContent(), { timeout: slow }).toMatch(/on hold/);
      await picture('recorded');
      // An operator records; deciding is not hers, and a photo that is none is told.
      expect(await see('primary-action').count()).toBe(0);
      await press('add-photo');
      await see('no-camera').waitFor();
      await see('photo-file').setInputFiles({
        name: 'x.png',
        mimeType: 'image/png',
        buffer: Buffer.from('no picture'),
      });
      await page.getByText('not a photo').waitFor();
      const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
      await see('photo-file').setInputFiles({
        name: 'y.png',
        mimeType: 'image/png',
        buffer: Buffer.from(png, 'base64'),
      });
      await see('photo').locator('img').waitFor();
    },
    4 * slow,
  );

  it(
    'keeps the unit from going on, and is disposed of as rework by the line lead with the PIN',
    async () => {
      await press('place-work');
      await wedge(serial);
      await see('refused').waitFor();
      await signIn('BDG-1004', 'Jana Vogt');
      await press('place-nonconformances');
      await see('nc-row').first().click();
      await primary();
      await press('dispose-rework');
      await see('usual-reason').first().click();
      await picture('dispose');
      await press('dispose');
      await see('own-pin').waitFor();
      for (const digit of '2468') await page.keyboard.press(digit, { delay: 80 });
      await page.keyboard.press('Enter');
      await page.locator('[data-testid="nc"][data-status="rework"]').waitFor();
      await picture('in-rework');
    },
    4 * slow,
  );

  it(
    'the operation is done again as rework, the nonconformance closes by itself, and the unit is released',
    async () => {
      await press('place-work');
      await wedge(serial);
      await pressAndMeasure();
      expect(await see('rework').textContent()).toMatch(/Nacharbeit/);
      await picture('rework');
      await answerAll();
      await press('place-nonconformances');
      await press('nc-all');
      await expect.poll(() => see('nc-row').first().textContent(), { timeout: slow }).toMatch(/Abgeschlossen/);
      await press('place-work');
      await primary();
      await see('no-unit').waitFor();
      await wedge(serial);
      await step('seal-colour');
      // It comes for the first time: that is no rework.
      expect(await see('rework').count()).toBe(0);
      expect(faults.filter((fault) => !fault.includes('photo'))).toEqual([]);
    },
    4 * slow,
  );
});
