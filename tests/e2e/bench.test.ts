/**
 * A sample at the quality bench, as the technician measures it: three units scanned, started with one tap, six values by the
 * buttons of calliper and balance alone, into a chart point of the process station.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, wedge } from '../support/browser.ts';
import { root, startChild, type Child } from '../support/child.ts';
import { freePorts } from '../support/ports.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const slow = 60_000;
const ready = /"ready":true/;

describeWith('chromium', 'a sample at the quality bench', (executablePath) => {
  const folder = mkdtempSync(join(tmpdir(), 'linewright-bench-'));
  const children: Child[] = [];
  const controls: Record<string, number> = {};
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    const config = join(folder, 'config');
    cpSync(join(root, 'resources/demo-plant'), config, { recursive: true });
    const [calliper = 0, balance = 0, calliperControl = 0, balanceControl = 0, port = 0] = await freePorts(5);
    Object.assign(controls, { calliper: calliperControl, balance: balanceControl });
    const ports: Record<string, number> = { '48413': calliper, '48414': balance };
    for (const name of readdirSync(join(config, 'devices'))) {
      const file = join(config, 'devices', name);
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replaceAll(/484\d\d/g, (found) => String(ports[found] ?? found)),
      );
    }
    const simulator = (name: string, own: number, control: number): Child =>
      startChild([`simulator/${name}/${name}.entry.ts`, '--port', String(own), '--control', String(control)]);
    children.push(simulator('calliper', calliper, calliperControl), simulator('balance', balance, balanceControl));
    await Promise.all(children.map((child) => child.line(ready, slow)));
    const station = startChild([
      'station/node.entry.ts',
      '--config',
      config,
      '--station',
      'QB10',
      '--data',
      join(folder, 'data'),
      '--port',
      String(port),
    ]);
    children.push(station);
    const [, url = ''] = await station.line(/(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)/, slow);
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(slow);
    page.on('pageerror', (error) => faults.push(`page error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(`console: ${message.text()}`);
    });
    await page.goto(url);
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all(children.map((child) => child.kill('SIGKILL')));
    rmSync(folder, { recursive: true, force: true });
  });

  const control = async (device: string, path: string, body: object = {}): Promise<void> => {
    const answer = await fetch(`http://127.0.0.1:${controls[device]}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${device}/${path}: ${answer.status} ${await answer.text()}`);
  };
  const see = (testId: string) => page.getByTestId(testId);
  const picture = async (name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const measured = (count: number): Promise<void> =>
    page.locator(`[data-testid="sample"][data-done="${count}"]`).waitFor();

  it('is measured by the gauges alone, after one tap', async () => {
    await page.locator('main').waitFor();
    await wedge(page, 'BDG-1005');
    await see('bench').waitFor();
    for (const serial of ['PMP100-2600429', 'PMP100-2600430', 'PMP100-2600431']) {
      await wedge(page, serial);
      await page.getByText(serial).first().waitFor();
    }
    await see('primary-action').click();
    await measured(0);
    await control('calliper', 'value', { value: 0.945 });
    await see('refused-push').waitFor();
    await picture('bench-refused');
    // A defect seen meanwhile: two taps, and the sample goes on where it was.
    await see('defect').click();
    await see('defect-burr').click();
    await see('part').click({ position: { x: 200, y: 160 } });
    await see('nc-unit-PMP100-2600429').waitFor();
    expect(await see('nc').textContent()).toContain('Operation 10');
    await see('place-bench').click();
    await measured(0);
    for (const [unit, bore] of [24.004, 24.006, 24.005].entries()) {
      await control('calliper', 'value', { value: bore });
      await measured(2 * unit + 1);
      if (unit === 1) await picture('bench-weight');
      await control('balance', 'press');
      if (unit < 2) await measured(2 * unit + 2);
    }
    await page.locator('[data-testid="sample"][data-finished="true"]').waitFor();
    await see('landed-bore-b-bench').waitFor();
    await see('landed-weight').waitFor();
    await picture('bench-landed');
    await see('landed-bore-b-bench').click();
    await page.locator('[data-screen="control"]').waitFor();
    await picture('bench-chart');
    expect(faults).toEqual([]);
  }, 150_000);
});
