/**
 * What a person waits for, in a real browser on the real station: change at the machine to pixel at 1,000 tags changing
 * every 100 ms, and scan to visible answer under that load. Both ends read the same clock: `Bulk.Clock` of the press is
 * the UTC ms of its change, the page compares it with its own clock in the frame after the number changed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { parse, stringify } from 'yaml';
import { chromiumArgs, wedge } from '../tests/support/browser.ts';
import { startDemoLine } from '../tests/support/demo-line.ts';
import { systemPart } from '../tests/support/system.ts';
import { printRows, type BenchRow } from './row.ts';

const tagCount = 1_000;
const seconds = process.argv.includes('--quick') ? 10 : 60;
const scans = process.argv.includes('--quick') ? 20 : 100;

/** @returns quantile of `values` (nearest rank). */
function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

interface DeviceFile {
  tags: Record<string, unknown>[];
}

export async function run(): Promise<BenchRow[]> {
  const executablePath = systemPart('chromium');
  if (executablePath === null) throw new Error('Chromium is needed: apt-get install chromium');
  const line = await startDemoLine(['--tags', String(tagCount), '--period', '100']);
  try {
    const file = join(line.config, 'devices', 'press.yaml');
    const device = parse(readFileSync(file, 'utf8')) as DeviceFile;
    const node = 'nsu=urn:linewright:sim:press;s=Bulk.';
    const common = { title: { en: 'Load', de: 'Last' }, type: 'number', samplingMs: 0, record: true };
    for (let i = 0; i < tagCount; i += 1) {
      device.tags.push({
        ...common,
        id: `bulk.${i}`,
        address: `${node}${i}`,
        type: i % 10 === 9 ? 'boolean' : 'number',
        decimals: 0,
      });
    }
    device.tags.push({ ...common, id: 'bulk.clock', address: `${node}Clock`, decimals: 0 });
    writeFileSync(file, stringify(device, { aliasDuplicateObjects: false }));
    const stationFile = join(line.config, 'stations', 'ST10.yaml');
    const station = parse(readFileSync(stationFile, 'utf8')) as { panel: string[] };
    station.panel = ['bulk.clock', ...station.panel];
    writeFileSync(stationFile, stringify(station));

    const { url } = await line.startStation();
    const browser = await chromium.launch({ executablePath, args: chromiumArgs });
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
    // Before the page's own listeners, which keep the keys of a scan to themselves.
    await page.addInitScript(() => {
      const state = window as unknown as { enteredAt: number };
      addEventListener('keydown', (event) => event.key === 'Enter' && (state.enteredAt = performance.now()), true);
    });
    await page.goto(url);
    await page.getByTestId('scan-field').waitFor();
    await scan(page, 'BDG-1002');
    await scan(page, 'PMP100-2600417');
    await page.getByTestId('value-bulk.clock').waitFor();
    await page.waitForTimeout(3_000);

    const ages = await page.evaluate(async (forMs) => {
      const found: number[] = [];
      const box = document.querySelector('[data-testid="value-bulk.clock"] b');
      if (!box) throw new Error('no clock on the screen');
      const observer = new MutationObserver(() => {
        // After the next frame was handed to the compositor: what a person can see.
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.addEventListener('message', () =>
            found.push(Date.now() - Number(box.textContent.replaceAll(/\D/g, ''))),
          );
          channel.port1.start();
          channel.port2.postMessage(null);
        });
      });
      observer.observe(box, { characterData: true, childList: true, subtree: true });
      await new Promise((resolve) => setTimeout(resolve, forMs));
      observer.disconnect();
      return found;
    }, seconds * 1_000);

    const answers: number[] = [];
    for (let i = 0; i < scans; i += 1) {
      answers.push(await scan(page, `HSG-999|L:BENCH-${i}`));
      await page.waitForTimeout(60);
    }
    await browser.close();
    const row = (name: string, value: number, limit: number): BenchRow => ({
      name,
      value,
      unit: 'ms',
      floor: null,
      ratio: null,
      target: `< ${limit} ms`,
      met: value < limit,
    });
    return [
      {
        name: 'changes seen on the screen',
        value: ages.length / seconds,
        unit: '1/s',
        floor: null,
        ratio: null,
        target: 'about 10 /s',
        met: ages.length / seconds > 8,
      },
      row('machine to pixel, p50', quantile(ages, 0.5), 75),
      row('machine to pixel, p99', quantile(ages, 0.99), 200),
      row(`scan to visible answer, p99 of ${answers.length}`, quantile(answers, 0.99), 100),
    ];
  } finally {
    await line.stop();
  }
}

/** Scans by keys at the speed of a wedge; returns ms from Enter to the frame that shows another answer. */
async function scan(page: import('playwright-core').Page, code: string): Promise<number> {
  await page.evaluate((wanted) => {
    const strip = document.querySelector('[data-testid="scan-field"]') ?? document.body;
    const state = window as unknown as { answered?: Promise<number>; enteredAt: number };
    state.answered = new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        if (!strip.textContent.includes(wanted)) return;
        observer.disconnect();
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.addEventListener('message', () => resolve(performance.now() - state.enteredAt));
          channel.port1.start();
          channel.port2.postMessage(null);
        });
      });
      observer.observe(strip, { characterData: true, childList: true, subtree: true, attributes: true });
    });
    // Badges are shown by their last four characters.
  }, code.slice(-4));
  await wedge(page, code);
  return page.evaluate(() => (window as unknown as { answered: Promise<number> }).answered);
}

if (import.meta.main) printRows(await run());
