/**
 * Gauges and studies at the quality bench, as people lead them. A small Gage R&R study: set up in few taps, measured blind through
 * the simulated gauge by two who take turns with their badges, the cable pulled in between, judged, and seen with its result; an
 * attribute agreement the same way. The register: a calibration recorded, master checks led through the gauge, and what it
 * measured before it was found bad recalled and held.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs } from '../support/browser.ts';
import { editPlant, startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const slow = 90_000;
const badges: Readonly<Record<string, string>> = { 'li.chen': 'BDG-1005', 'sam.okafor': 'BDG-1002' };

describeWith('chromium', 'studies and gauges in a browser', (executablePath) => {
  let line: DemoLine;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    line = await startDemoLine();
    // The bench, with the simulators of the line: one calliper and one scanner are enough.
    editPlant(line, 'plant.yaml', 'defaultStation: ST10', 'defaultStation: QB10');
    for (const [device, port] of [
      ['calliper', '48413'],
      ['scanner', '48415'],
    ] as const) {
      const text = readFileSync(join(line.config, `devices/${device}.yaml`), 'utf8');
      const [, own = ''] = /port: (\d+)/.exec(text) ?? [];
      editPlant(line, `devices/bench-${device}.yaml`, `port: ${port}`, `port: ${own}`);
    }
    const station = await line.startStation();
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(slow);
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
  const press = (testId: string): Promise<void> => see(testId).click();
  const measuring = (attribute: string): Promise<string | null> => see('study-measuring').getAttribute(attribute);
  const picture = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  async function tapBadge(personId: string, name: string): Promise<void> {
    await line.control('scanner', 'scan', { text: badges[personId] });
    await expect.poll(() => see('header-person').textContent(), { timeout: slow }).toContain(name);
  }

  it(
    'is set up in few taps',
    async () => {
      await see('sign-in').waitFor();
      await tapBadge('li.chen', 'Li Chen');
      await press('place-studies');
      await press('primary-action');
      await press('characteristic-PMP-100-bore-b');
      await press('gauge-G-115');
      await press('person-li.chen');
      await press('person-sam.okafor');
      await press('field-parts');
      for (let n = 0; n < 7; n += 1) await press('fewer-parts');
      await press('field-trials');
      await press('fewer-trials');
      await picture('study-set-up');
      await press('primary-action');
      await see('study-measuring').waitFor();
      expect(await measuring('data-done')).toBe('0');
    },
    2 * slow,
  );

  it(
    'is measured blind through the gauge, by whoever taps the badge, over a pulled cable',
    async () => {
      const taken: string[] = [];
      for (let done = 0; done < 12; done += 1) {
        const turn = (await measuring('data-turn')) ?? '';
        const [name = ''] = turn === 'li.chen' ? ['Li Chen'] : ['Sam Okafor'];
        if (!(await see('header-person').textContent())?.includes(name)) await tapBadge(turn, name);
        const part = (await see('study-part').textContent()) ?? '';
        const trial = done < 6 ? 1 : 2;
        taken.push(`${turn} ${trial} ${part}`);
        if (done === 3) {
          await line.control('calliper', 'unplug');
          await page.locator('[data-reason^="device."]').waitFor();
          await picture('study-unplugged');
          await line.control('calliper', 'plug');
          await page.locator('[data-reason^="device."]').waitFor({ state: 'detached' });
        }
        const value = 23.975 + Number(part) * 0.015 + (turn === 'li.chen' ? 0.001 : 0) + (trial - 1) * 0.001;
        await line.control('calliper', 'value', { value: Number(value.toFixed(3)) });
        await expect.poll(() => measuring('data-done'), { timeout: slow }).toBe(String(done + 1));
        expect(await page.locator('main').textContent()).not.toMatch(/2[34][.,]\d/);
        if (done === 4) await picture('study-measuring');
      }
      // Each part once per person and trial, in whatever order.
      const all = ['li.chen', 'sam.okafor'].flatMap((who) =>
        [1, 2].flatMap((t) => [1, 2, 3].map((p) => `${who} ${t} ${p}`)),
      );
      expect(taken.toSorted()).toEqual(all.toSorted());
    },
    4 * slow,
  );

  it(
    'is judged, and shows its result',
    async () => {
      await press('primary-action');
      await page.locator('[data-testid="study-verdict"][data-status="passed"]').waitFor();
      const report = await see('study-report').textContent();
      expect(report).toMatch(/%GRR/);
      expect(report).toContain('24.005');
      expect(await see('study-report').locator('figure svg').count()).toBe(5);
      await picture('study-result');
    },
    2 * slow,
  );

  it(
    'attribute agreement: good or bad by eye, blind, against what is right',
    async () => {
      await tapBadge('li.chen', 'Li Chen');
      await press('place-studies');
      await press('primary-action');
      await press('field-kind');
      await press('kind-agreement');
      await page.locator('[data-testid^="check-"]').first().click();
      await press('field-appraisers');
      await press('person-li.chen');
      await press('person-sam.okafor');
      await press('field-parts');
      while ((await see('part-4').count()) > 0) await press('fewer-parts');
      for (const part of [1, 2, 3]) {
        await press(`part-${part}`);
        await press(part === 2 ? 'reference-bad' : 'reference-good');
      }
      await picture('agreement-set-up');
      await press('field-trials');
      await press('fewer-trials');
      await press('primary-action');
      await see('study-measuring').waitFor();
      const total = 2 * 3 * 2;
      for (let done = 0; done < total; done += 1) {
        const turn = (await measuring('data-turn')) ?? '';
        const name = turn === 'li.chen' ? 'Li Chen' : 'Sam Okafor';
        if (!(await see('header-person').textContent())?.includes(name)) await tapBadge(turn, name);
        const part = (await see('study-part').textContent()) ?? '';
        if (done === 4) await picture('agreement-judging');
        await press(part.trim() === '2' ? 'judge-bad' : 'judge-good');
        await expect.poll(() => measuring('data-done'), { timeout: slow }).toBe(String(done + 1));
      }
      await press('primary-action');
      await page.locator('[data-testid="study-verdict"][data-status="passed"]').waitFor();
      expect(await see('study-report').textContent()).toMatch(/kappa/i);
      await picture('agreement-result');
    },
    4 * slow,
  );

  const pin = async (digits: string): Promise<void> => {
    await see('own-pin').waitFor();
    for (const digit of digits) await page.keyboard.press(digit, { delay: 80 });
    await page.keyboard.press('Enter');
  };
  const standing = (of: string): Promise<void> =>
    page.locator(`[data-testid="gauge"][data-standing="${of}"]`).waitFor();
  /** Led through the gauge, three readings. */
  async function check(readings: readonly number[]): Promise<void> {
    await press('primary-action');
    for (const [at, value] of readings.entries()) {
      await page.locator(`[data-testid="master-check"][data-readings="${at}"]`).waitFor();
      await line.control('calliper', 'value', { value });
    }
    await page.locator(`[data-testid="master-check"][data-readings="${readings.length}"]`).waitFor();
    await picture(`gauge-check-${readings[0]}`);
    await press('primary-action');
    await see('gauge').waitFor();
  }

  it(
    'the register tells what is overdue, and a calibration puts it right',
    async () => {
      await line.control('scanner', 'scan', { text: 'BDG-1007' });
      await expect.poll(() => see('header-person').textContent(), { timeout: slow }).toContain('Nora Feld');
      await press('place-gauges');
      await picture('gauges-register');
      await press('gauge-G-090');
      await standing('overdue');
      await press('calibrate');
      // No scanner: a person at the keyboard.
      for (const key of 'DKD-99') await page.keyboard.press(key, { delay: 60 });
      await picture('gauge-calibrate');
      await press('record-calibration');
      await pin('9753');
      await standing('ready');
      await picture('gauge-calibrated');
    },
    2 * slow,
  );

  it(
    'a gauge that fails its master check is refused, and what it measured since the last good one is held at one tap',
    async () => {
      const serial = 'PMP100-2600429';
      await tapBadge('li.chen', 'Li Chen');
      await press('place-gauges');
      await press('gauge-G-115');
      await check([24.001, 24.002, 24.0]);
      await standing('ready');
      await press('place-bench');
      await see('nothing-due').waitFor();
      await picture('bench-alone');
      // Without a scanner: the units that are known are there to be tapped.
      await press(`measurable-${serial}`);
      await page.getByText(serial).first().waitFor();
      await press('primary-action');
      await line.control('calliper', 'value', { value: 24.005 });
      await page.locator('[data-testid="sample"][data-done="1"]').waitFor();
      await press('place-gauges');
      await press('gauge-G-115');
      await check([24.05, 24.051, 24.05]);
      await standing('check-failed');
      await expect.poll(() => see('recall').textContent(), { timeout: slow }).toContain(serial);
      await picture('gauge-recall');
      await press('recall-hold');
      await expect.poll(() => see(`recall-${serial}`).textContent(), { timeout: slow }).toMatch(/on hold/);
      await press('print-recall');
      await expect.poll(() => see('recall-sheet').locator('img').count(), { timeout: slow }).toBe(1);
      await page.keyboard.press('Escape');
      // The sample goes on, but not with this gauge, and what it gave counts as not done.
      await press('place-bench');
      await page.locator('[data-testid="sample"][data-done="0"]').waitFor();
      await expect.poll(() => see('suspect').textContent(), { timeout: slow }).toMatch(/G-115 was found bad/);
      await picture('bench-after-recall');
      await press('place-gauges');
      await press('gauge-G-115');
      await check([24.002, 24.001, 24.0]);
      await standing('ready');
      // A tap takes the value again, no reason is asked for.
      await press('place-bench');
      await press('suspect');
      await expect.poll(() => see('remeasuring').textContent(), { timeout: slow }).toMatch(/G-115/);
      await line.control('calliper', 'value', { value: 24.006 });
      await page.locator('[data-testid="sample"][data-done="1"]').waitFor();
      expect(await see('suspect').count()).toBe(0);
      await picture('bench-measured-again');
      expect(faults).toEqual([]);
    },
    4 * slow,
  );
});
