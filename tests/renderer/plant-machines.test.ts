/** Plant view: machines with the OEE of their shift, one machine's window and trend, files of a trend. */
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import type { Locator } from 'playwright-core';
import { expect, it } from 'vitest';
import { sumOf } from '#domain/oee/sums.ts';
import { figuresOf } from '#domain/oee/figures.ts';
import { describeWith } from '../support/system.ts';
import { oeeScene } from './oee-scene.ts';
import { plantTab } from './plant-tab.ts';

const of = plantTab();
const show = (hash: string): Promise<void> => of().show(hash);
const at = (id: string): Locator => of().at(id);
const text = (id: string): Promise<string | null> => at(id).textContent();
const percent = (share: number): string => `${(share * 100).toFixed(1)}\u00A0%`;
const oeeNow = percent(figuresOf(sumOf(oeeScene.view.spans)).oee.value ?? Number.NaN);

describeWith('chromium', 'machines', () => {
  it('show the OEE of their shift on the board and in the overview, which leads to the machine', async () => {
    await show('#/board');
    await expect.poll(() => at('shift-oee-press-p1').first().textContent()).toContain(oeeNow);
    await show('#/machines/press-p1?show=machine');
    await expect.poll(() => text('machine-title')).toBe('Press P1');
    await at('machine-back').click();
    await expect.poll(() => text('plant-machine-press-p1')).toContain(oeeNow);
    await at('plant-machine-press-p1').click();
    await expect.poll(() => text('figure-oee')).toContain(oeeNow);
  });

  it('a stop leads to its machine, the machine to its stops', async () => {
    await show('#/machines/stop-long');
    await at('stop-machine').click();
    await at('machine-stops').click();
    await at('plant-stop-stop-long').click();
    await at('plant-stop-parts').waitFor();
  });

  it('where a line stands is on the board; the overview leads to that stop, and a stop that waited to the one it waited for', async () => {
    await show('#/board/L1');
    await expect
      .poll(() => text('line-stand-L1'))
      .toMatch(/Line stands at Press P1.*Housings missing.*machines: 2.*[4-9]/s);
    await show('#/lines');
    await at('line-stand-L1').click();
    await expect.poll(() => of().tab.url()).toContain('#/machines/stop-open');
    expect(await at('stop-root').count()).toBe(0);
    await at('plant-stop-stop-3').click();
    await expect.poll(() => text('stop-root')).toContain('waited for Washer W1: Housings missing, 9\u00A0min');
    await at('stop-root').locator('a').click();
    await expect.poll(() => of().tab.url()).toContain('#/machines/stop-long');
  });

  it('a figure is opened to the time behind each term, of a shift and of a day', async () => {
    await show('#/machines/press-p1?show=machine');
    await at('figure-availability').click();
    await at('term-APT').click();
    await at('stretch').first().waitFor();
    expect(await at('oee-rhythm-tab').count()).toBe(0);
    await at('window-day').click();
    await expect.poll(() => of().tab.url()).toMatch(/day=\d{4}-\d\d-\d\d$/);
    await at('window-earlier').click();
    await at('oee-bar').waitFor();
    expect(await at('window-later').isDisabled()).toBe(false);
  });

  it('first pass yield is opened to its units, says who counts, and that the counter contradicts them', async () => {
    await show('#/machines/press-p1?show=machine');
    const { unitsMade, unitsFirstPassed, produced } = sumOf(oeeScene.view.spans);
    await expect
      .poll(() => text('counts-differ'))
      .toContain(`Counter: ${produced} pieces, units finished: ${unitsMade}`);
    await at('counts-differ').click();
    expect(await text('figure-pane')).toContain('ISO 22400-2');
    expect(await text('counted-by')).toContain('In units:');
    await at('term-GP').click();
    await expect.poll(() => text('machine-window')).toContain(`${unitsFirstPassed} units behind it`);
    const first = await at('unit-behind').first().textContent();
    await at('unit-behind').first().click();
    await expect.poll(() => of().tab.url()).toContain(`#/units/${/PMP100-\d+/.exec(first ?? '')?.[0]}`);
    // Quality: its counter tells, so its counts are behind it.
    await show('#/machines/press-p1?show=machine');
    await at('figure-quality-ratio').click();
    expect(await at('counted-by').allTextContents()).toEqual([
      'Good and scrap: the machine’s counter tells.',
      'How many: the machine’s counter counts.',
    ]);
  });

  it('a trend is a chart with its table, says what is summed up and what was told anew, and opens a day', async () => {
    await show('#/machines/press-p1?show=machine&part=trend');
    await expect.poll(() => at('trend-row').count()).toBe(31);
    expect(await text('machine-trend')).toContain('Summed up until');
    expect(await at('trend-row').nth(1).textContent()).toContain('told anew');
    await at('trend-anew').click();
    expect(await text('told-anew')).toContain('Somebody said something else of stops');
    await at('trend-figures').click();
    await at('figure-mtbf').click();
    await expect.poll(() => text('trend-table')).toContain('MTBF');
    await at('trend-week').click();
    await expect.poll(() => at('trend-row').count()).toBe(26);
    await at('trend-day').click();
    await at('trend-row').nth(3).getByRole('button').click();
    await at('trend-open-day').click();
    await at('machine-window').waitFor();
  });

  it('a trend is saved as CSV and as a workbook with the numbers of the table', async () => {
    await show('#/machines/press-p1?show=machine&part=trend');
    const saved = async (id: string): Promise<{ name: string; content: Buffer }> => {
      const coming = of().tab.waitForEvent('download');
      await at(id).click();
      const file = await coming;
      return { name: file.suggestedFilename(), content: await readFile(await file.path()) };
    };
    const table = await saved('trend-csv');
    expect(table.name).toBe('oee-press-p1-day.csv');
    const rows = parse(table.content) as string[][];
    expect(rows).toHaveLength(32);
    const [head = [], last = []] = [rows[0], rows.at(-1)];
    expect(last).toHaveLength(head.length);
    const column = head.indexOf('OEE [%]');
    expect(percent(Number(last[column]) / 100)).toBe(await at('trend-row').first().locator('td').nth(1).textContent());
    expect(last.at(-1)).toBe('under way');
    const book = await saved('trend-xlsx');
    expect(book.name).toBe('oee-press-p1-day.xlsx');
    expect(book.content.subarray(0, 2).toString()).toBe('PK');
  });

  it('says what cannot be, and when nothing comes', async () => {
    await show('#/machines/press-p1?show=machine&part=doubts');
    await expect.poll(() => text('machine-doubts')).toContain('The counter began again');
    of().plant.broken.add('oee.trend');
    await at('part-trend').click();
    await at('fetching-failed').waitFor();
    await show('#/machines/nothing?show=machine');
    await of().tab.getByText('This machine is not known').waitFor();
  });
});
