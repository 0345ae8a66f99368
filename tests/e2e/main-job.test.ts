/**
 * The main job as a person does it, in Chromium on the real station with its devices as processes: sign in by badge, take
 * up a unit, every step type, one refusal, release. A reload in every step type returns to the same step.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, scanUntil } from '../support/browser.ts';
import { startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];

describeWith('chromium', 'the main job in a browser', (executablePath) => {
  let line: DemoLine;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    line = await startDemoLine();
    const station = await line.startStation();
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    await page.goto(station.url);
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await line?.stop();
  });

  const see = (testId: string) => page.getByTestId(testId);
  const openStep = (id: string): Locator => page.locator(`[data-testid="step"][data-step="${id}"]`);
  const step = (id: string): Promise<void> => openStep(id).waitFor({ timeout: 30_000 });
  /** As a wedge scanner, whatever has the focus. */
  const wedge = (code: string, there: Locator): Promise<void> =>
    scanUntil(page, code, (timeout) => there.waitFor({ timeout }));
  const press = (testId: string): Promise<void> => see(testId).click({ timeout: 30_000 });
  const primary = (): Promise<void> => press('primary-action');
  /** Nothing that matters lives in the page. */
  const reload = async (id: string): Promise<void> => {
    await page.reload();
    await step(id);
  };
  const picture = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  it('signs in by a badge that the scanner reads', async () => {
    await see('sign-in').waitFor({ timeout: 30_000 });
    await line.control('scanner', 'scan', { text: 'BDG-1002' });
    await expect.poll(() => see('header-person').textContent(), { timeout: 30_000 }).toContain('Sam Okafor');
    await see('no-unit').waitFor();
  });

  it('refuses a unit with every reason and takes another', async () => {
    await wedge('PMP200-2600031', see('refused'));
    await expect.poll(() => see('refused').textContent()).toMatch(/Leak test/);
    await picture('refused');
    await page.reload();
    await see('refused').waitFor();
    await wedge('PMP100-2600417', openStep('prepare'));
    expect(await see('header-unit').textContent()).toBe('PMP100-2600417');
  });

  it('instruction', async () => {
    await reload('prepare');
    await primary();
    await step('scan-housing');
  });

  it('scan component: a wrong part is refused, the right one goes in', async () => {
    await reload('scan-housing');
    await line.control('scanner', 'scan', { text: 'IMP-100|S:IMP-009112' });
    await expect.poll(() => see('scan-field').textContent()).toMatch(/not the part|wrong|IMP-100/i);
    await step('scan-housing');
    await line.control('scanner', 'scan', { text: 'HSG-100|L:H-22817' });
    await step('scan-impeller');
    await wedge('IMP-100|S:IMP-009112', openStep('press-bearing'));
  });

  it('machine cycle: recipe written, read back and compared; curve; results', async () => {
    await reload('press-bearing');
    await primary();
    await expect
      .poll(() => see('cycle-phase').getAttribute('data-phase'), { timeout: 30_000 })
      .toMatch(/preparing|running/);
    await page.reload();
    await picture('machine-cycle');
    await step('measure-bore');
  });

  it('measure: the calliper is pressed twice, the third value is typed and marked', async () => {
    await reload('measure-bore');
    await line.control('calliper', 'value', { value: 24.011 });
    await expect.poll(() => see('measured').textContent()).toBe('24.011');
    await page.reload();
    await step('measure-bore');
    await line.control('calliper', 'value', { value: 24.004 });
    await expect.poll(() => see('measured').textContent()).toBe('24.004');
    await picture('measure');
    await page.locator('footer').getByRole('button', { name: 'Enter by hand' }).click();
    for (const key of '24.009') await page.keyboard.press(key, { delay: 60 });
    await page.keyboard.press('Enter');
    await step('check');
  });

  it('checklist', async () => {
    await reload('check');
    for (const button of await page.locator('[data-testid^="ok-"]').all()) await button.click();
    await see('passed').waitFor({ timeout: 30_000 });
    await expect.poll(() => see('passed').textContent()).toContain('PMP100-2600417');
  });

  it('choice, number, text and the last checklist release the unit', async () => {
    await wedge('PMP100-2600417', openStep('seal-colour'));
    await reload('seal-colour');
    await page.locator('[data-testid^="option-"]').first().click();
    await primary();
    await step('pressure-drop');
    await reload('pressure-drop');
    await press('key-1');
    await primary();
    await step('remark');
    await reload('remark');
    await page.keyboard.type('Checked by hand', { delay: 80 });
    await primary();
    await step('release-check');
    await reload('release-check');
    for (const button of await page.locator('[data-testid^="ok-"]').all()) await button.click();
    await see('passed').waitFor({ timeout: 30_000 });
    await expect.poll(() => see('passed').textContent()).toMatch(/Released/);
    await picture('released');
  });

  it('the history tells all of it, with the typed value marked', async () => {
    await see('passed').getByRole('button').click();
    await see('units').waitFor();
    await expect.poll(() => see('units').textContent()).toContain('H-22817');
    await see('entry-measurement.recorded').first().waitFor();
    await expect.poll(() => see('units').textContent()).toMatch(/typed/i);
    await picture('history');
  });

  it('says nothing wrong in the console', () => {
    expect(faults).toEqual([]);
  });
});
