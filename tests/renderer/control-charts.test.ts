/** The control charts in a real browser: what a person chooses, hears and takes away. */
import { readFileSync } from 'node:fs';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith, systemPart } from '#tests/support/system.ts';
import { openStage } from './chart-stage/open.ts';

describeWith('chromium', 'control charts', () => {
  let page: Page;
  let close = async (): Promise<void> => undefined;
  const complaints: string[] = [];
  const chart = (): Locator => page.getByTestId('control-chart');
  const said = (): Promise<string> => page.getByTestId('chart-point').innerText();
  const selected = (): Promise<string | null> => chart().getAttribute('data-selected');
  const scene = (name: string): Promise<unknown> => page.evaluate(`stage.scene('${name}')`);
  async function file(id: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(id).click()]);
    return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
  }

  beforeAll(async () => {
    ({ page, close } = await openStage(systemPart('chromium') ?? ''));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  }, 240_000);
  afterAll(async () => {
    await close();
    expect(complaints).toEqual([]);
  });

  it('tells in words what the picture shows', async () => {
    await scene('bore');
    expect(await chart().getAttribute('aria-label')).toMatch(
      /Bore B.*72 points, newest 24\.03\d\d\u{A0}mm, signals 4.*limits/u,
    );
    await scene('none');
    expect(await chart().getAttribute('aria-label')).toBe('No values recorded yet.');
  });

  it('is gone through with the keyboard: point by point, signal by signal', async () => {
    await scene('bore');
    await chart().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await selected()).toBe('71');
    expect(await said()).toMatch(/^Point 72, .* x̄ 24\.\d{4}\u{A0}mm · R 0\.\d{4}\u{A0}mm · out of tolerance$/u);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await said()).toContain('Nelson 3 · Nelson 1');
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await selected()).toBe('67');
    await page.keyboard.press('Home');
    await page.keyboard.press('Escape');
    expect(await selected()).toBe('');
    await page.keyboard.press('ArrowRight');
    expect(await selected()).toBe('0');
  });

  it('chooses the point that is tapped, and tells what is special about it', async () => {
    await scene('bore');
    await page.getByTestId('chart-all').click();
    const over = page.locator('.u-over').first();
    const box = await over.boundingBox();
    if (box === null) throw new Error('no chart');
    // Of 72 points (and 9 % of room for the names of the limits) the place of the 13th.
    const at = ((12 + 0.6) / (72 + 0.2 + 72 * 0.09)) * box.width;
    await over.click({ position: { x: at, y: box.height / 2 } });
    expect(await selected()).toBe('12');
    expect(await said()).toContain('left out: Chip in the jaw');
  });

  it('gives table, vectors and picture', async () => {
    await scene('bore');
    const csv = await file('chart-csv');
    expect(csv.name).toBe('Bore-B-ST10.csv');
    const lines = csv.bytes.toString().split('\r\n');
    expect(lines).toHaveLength(74);
    expect(lines[0]).toBe(
      '\u{FEFF}point,at,x̄ [mm],x̄ center,x̄ lower,x̄ upper,x̄ signals,R [mm],R center,R lower,R upper,R signals,excluded,replaced,suspect,note',
    );
    expect(lines[13]).toContain('Chip in the jaw');
    expect(lines[70]).toMatch(/,3 1,/);
    const svg = await file('chart-svg');
    expect(svg.bytes.toString()).toMatch(/^<svg [^>]*>[\s\S]*Bore B · ST10[\s\S]*<\/svg>\n$/u);
    expect(svg.bytes.toString()).not.toMatch(/NaN|Infinity|undefined/);
    const png = await file('chart-png');
    expect([...png.bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
    expect(png.bytes.length).toBeGreaterThan(8_000);
  });

  it('draws limits of their own for each point and no point where there is no value', async () => {
    await scene('share');
    await page.evaluate('stage.select(17)');
    expect(await said()).toContain('p no value');
    const svg = (await file('chart-svg')).bytes.toString();
    expect(svg).not.toMatch(/NaN/);
  });
});
