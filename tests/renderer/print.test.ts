/** What comes out of the printer: A4 pages of a chart, its capability, a study and a list of held units. `SHOTS`: a folder for pictures. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { permissions } from '#contract/permissions.ts';
import { describeWith } from '../support/system.ts';
import { controlScene } from './control-scene.ts';
import type { ScriptedStation } from './scripted-station.ts';
import { stationTab } from './station-tab.ts';

const folder = process.env['SHOTS'];
/** What the margins of 12 mm (below 14 mm) leave of A4, in CSS pixels. */
const mm = 96 / 25.4;
const upright = { width: Math.floor(186 * mm), height: Math.floor(271 * mm) };
const sideways = { width: Math.floor(273 * mm), height: Math.floor(184 * mm) };
const boreChart = '#/control/chart%20PMP-100%20bore-b%20bore-b%20ST10';

let station: ScriptedStation;
let tab: Page;
let complaints: readonly string[];
stationTab((here) => ({ station, tab, complaints } = here));

beforeAll(() => {
  const { person } = station.people.value;
  if (person !== null)
    station.people.set({ ...station.people.value, person: { ...person, permissions: [...permissions] } });
});
afterAll(() => expect(complaints).toEqual([]));
beforeEach(() => station.settings.set({ ...station.settings.value, theme: 'dark', language: 'en' }));

async function open(hash: string, ready: string): Promise<void> {
  await tab.setViewportSize({ width: 1280, height: 800 });
  await tab.goto(station.address);
  await tab.evaluate(`window.location.hash = ${JSON.stringify(hash)}`);
  await tab.getByTestId(ready).waitFor();
}

interface Sheet {
  readonly pages: number;
  /** In points. */
  readonly sizes: readonly string[];
}
async function pdf(name: string): Promise<Sheet> {
  const bytes = await tab.pdf({
    preferCSSPageSize: true,
    printBackground: false,
    ...(folder !== undefined && { path: `${folder}/${name}.pdf` }),
  });
  const text = bytes.toString('latin1');
  return {
    pages: text.match(/\/Type \/Page\b/g)?.length ?? 0,
    sizes: [...new Set([...text.matchAll(/\/MediaBox \[([^\]]+)\]/g)].map((found) => found[1] ?? ''))],
  };
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}
interface Paper {
  readonly words: string;
  readonly shown: number;
  readonly ground: string;
  readonly ink: string;
  readonly chart: Box | null;
  /** Words that stick out of the paper, or out of the picture that they are in. */
  readonly cut: readonly string[];
}
/** The page as it is laid out for the printer, at the width of the paper. */
async function onPaper(name: string, size: typeof upright): Promise<Paper> {
  await tab.setViewportSize(size);
  await tab.emulateMedia({ media: 'print' });
  const paper = tab.locator('.paper');
  await paper.locator('h1').waitFor();
  if (folder !== undefined) await tab.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
  const found = await tab.evaluate<Paper>(`(() => {
    const box = (element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { left, top, right, bottom };
    };
    const paper = document.querySelector('.paper');
    const outer = box(paper);
    const sticksOut = (element) => {
      const { left, right, top, bottom } = box(element);
      const picture = element.closest('svg');
      const within = picture === null ? outer : box(picture);
      return left < within.left - 1 || right > within.right + 1 || (picture !== null && (top < within.top - 1 || bottom > within.bottom + 1));
    };
    const all = [...paper.querySelectorAll('h1, h2, h3, p, li, dd, dt, th, td, text')];
    const chart = paper.querySelector('[data-testid="paper-chart"] svg');
    return {
      words: paper.innerText,
      shown: [...document.body.children].filter((each) => getComputedStyle(each).display !== 'none').length,
      ground: getComputedStyle(paper).backgroundColor,
      ink: getComputedStyle(paper).color,
      chart: chart === null ? null : box(chart),
      cut: all.filter(sticksOut).map((each) => each.textContent.trim().slice(0, 60)),
    };
  })()`);
  await tab.emulateMedia({ media: null });
  await tab.setViewportSize({ width: 1280, height: 800 });
  return found;
}
const blackOnWhite = { ground: 'rgb(255, 255, 255)', ink: 'rgb(0, 0, 0)', shown: 1, cut: [] };

describeWith('chromium', 'on paper', () => {
  it('a control chart is on one landscape page, whole, with what it is and who printed it, in the dark theme too', async () => {
    await open(boreChart, 'control-chart');
    const { pages, sizes } = await pdf('chart');
    expect(sizes).toHaveLength(1);
    const [, , width, height] = sizes[0]!.split(' ').map(Number);
    expect([Math.round(width!), Math.round(height!)]).toEqual([842, 595]);
    const paper = await onPaper('chart', sideways);
    expect(paper).toMatchObject(blackOnWhite);
    const { chart } = paper;
    expect(chart!.left).toBeGreaterThanOrEqual(0);
    expect(chart!.right).toBeLessThanOrEqual(sideways.width);
    expect(chart!.bottom).toBeLessThanOrEqual(sideways.height);
    // As wide as the paper, not as the screen was.
    expect(chart!.right - chart!.left).toBeGreaterThan(sideways.width * 0.98);
    for (const words of [
      'Bore B',
      'ST10',
      'PMP-100, revision 1',
      'Press and measure',
      station.people.value.person!.name,
    ])
      expect(paper.words).toContain(words);
    expect(paper.words).toMatch(/Nelson 1/);
    expect(pages).toBe(1);
    // The screen is as it was.
    await tab.getByTestId('chart-print').waitFor();
    await expect.poll(() => tab.locator('.paper h1').count()).toBe(0);
  });

  it('a chart of counts has one plot, in German', async () => {
    station.settings.set({ ...station.settings.value, language: 'de' });
    await open('#/control/chart%20PMP-100%20final-check%20final-check%20ST10', 'control-chart');
    const paper = await onPaper('counts', sideways);
    expect(paper).toMatchObject(blackOnWhite);
    expect(paper.words).toContain('Lenkungsplan');
    expect((await pdf('counts')).pages).toBe(1);
  });

  it('capability is one upright page', async () => {
    await open(boreChart, 'control-chart');
    await tab.getByTestId('side-capability').click();
    await tab.getByTestId('capability-print').waitFor();
    const paper = await onPaper('capability', upright);
    expect(paper).toMatchObject(blackOnWhite);
    expect(paper.words).toMatch(/Cpk[\s\S]*Anderson-Darling/);
    expect(await pdf('capability')).toMatchObject({ pages: 1 });
  });

  it('a study is a report of upright pages', async () => {
    await open('#/studies/result%20study-grr', 'study-report');
    const paper = await onPaper('study', upright);
    expect(paper).toMatchObject(blackOnWhite);
    const { pages, sizes } = await pdf('study');
    expect(pages).toBeGreaterThanOrEqual(1);
    expect(pages).toBeLessThanOrEqual(3);
    const [, , width, height] = sizes[0]!.split(' ').map(Number);
    expect([Math.round(width!), Math.round(height!)]).toEqual([595, 842]);
  });

  it('the list of held units has a code to scan for each, large enough', async () => {
    await open('#/control/sg-01', 'print-suspects');
    await tab.getByTestId('print-suspects').click();
    await tab.getByTestId('suspect-sheet').waitFor();
    const paper = await onPaper('held', upright);
    expect(paper).toMatchObject(blackOnWhite);
    await tab.emulateMedia({ media: 'print' });
    const codes = tab.locator('.paper img');
    expect(await codes.count()).toBe(controlScene.codes.length);
    for (const { serial } of controlScene.codes) expect(paper.words).toContain(serial);
    const { width = 0 } = (await codes.first().boundingBox()) ?? {};
    expect(width / mm).toBeCloseTo(14, 0);
    await expect
      .poll(() => codes.first().evaluate((image: { naturalWidth: number }) => image.naturalWidth))
      .toBeGreaterThan(0);
    await tab.emulateMedia({ media: null });
    expect((await pdf('held')).pages).toBe(1);
  });

  it('so has the list of what else could have a defect, in German', async () => {
    station.settings.set({ ...station.settings.value, language: 'de' });
    await open('#/nonconformances/nc-01', 'nc');
    await tab.getByRole('button', { name: 'Weitere betroffene Teile' }).click();
    await tab.getByTestId('print-containment').click();
    await tab.getByTestId('containment-sheet').waitFor();
    const paper = await onPaper('contained', upright);
    expect(paper).toMatchObject(blackOnWhite);
    // What the listed units have in common stands on it, not only what was found at the first.
    expect(await tab.getByTestId('containment-sheet').textContent()).toContain(
      'PMP-100 · 10 · seit 24.11.2026 13:00:00',
    );
    expect((await pdf('contained')).pages).toBeGreaterThan(0);
  });
});
