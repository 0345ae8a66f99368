/**
 * A small Gage R&R study at the quality bench, as people lead it: set up in few taps, measured blind through the simulated gauge by
 * two who take turns with their badges, the cable pulled in between, judged, and seen with its result.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs } from '../support/browser.ts';
import { editPlant, startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const slow = 60_000;
const badges: Readonly<Record<string, string>> = { 'li.chen': 'BDG-1005', 'sam.okafor': 'BDG-1002' };

describeWith('chromium', 'a study in a browser', (executablePath) => {
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
  }, 180_000);

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
      expect(faults).toEqual([]);
    },
    2 * slow,
  );
});
