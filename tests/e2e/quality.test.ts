/**
 * The whole road of quality, as people go it: a unit is made at ST10, measured at the quality bench through calliper and balance
 * into a signal, which by the plant server locks ST10 and holds the units; a defect with a photo taken by the bench's camera; the
 * reaction and its closing; the disposition, the rework, the release. Real server, real stations, a person at each screen.
 */
import { join } from 'node:path';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs } from '../support/browser.ts';
import { builtPlantView } from '../support/built.ts';
import { startDemoLine, type DemoLine } from '../support/demo-line.ts';
import {
  enrolByCommand,
  enrolmentCodes,
  patience,
  Screen,
  signInAtPlant,
  startStationScreen,
  type StationScreen,
} from '../support/plant-screens.ts';
import { newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';
import { describeWith } from '../support/system.ts';

const made = 'PMP100-2600417';
const next = 'PMP100-2600418';
const sampled = [made, 'PMP100-2600429', 'PMP100-2600430'];
const slow = 4 * patience.timeout;

describeWith('chromium', 'the road of quality', (executablePath) => {
  let line: DemoLine;
  let database: Database;
  let server: PlantServer;
  let browser: Browser;
  const stations: StationScreen[] = [];
  let work: Screen;
  let bench: Screen;
  let plant: Screen;

  beforeAll(async () => {
    [line, database] = await Promise.all([startDemoLine(['--speed', '10'], { bench: true }), newDatabase('pglite')]);
    server = await startServer(database, { config: line.config, args: ['--view', builtPlantView] });
    const ids = ['ST10', 'QB10'] as const;
    const argsOf = (id: string): readonly string[] => [
      '--config',
      line.config,
      '--station',
      id,
      '--data',
      join(line.folder, `data-${id}`),
    ];
    const codes = await enrolmentCodes(server.url, ids);
    for (const [at, id] of ids.entries()) enrolByCommand(server.url, codes[at] ?? '', argsOf(id));
    stations.push(...(await Promise.all(ids.map((id) => startStationScreen(argsOf(id))))));
    // A camera that shows a moving test picture; nobody has to be asked for leave.
    const args = [...chromiumArgs, '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
    browser = await chromium.launch({ executablePath, args });
    [work, bench, plant] = (await Promise.all(
      [stations[0]?.url ?? '', stations[1]?.url ?? '', server.url].map((url) => Screen.open(browser, url)),
    )) as [Screen, Screen, Screen];
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await Promise.all(stations.map(({ child }) => child.kill('SIGKILL')));
    await line?.stop();
    await server?.kill();
    await database?.remove();
  });

  const primary = (screen: Screen): Promise<void> => screen.press('primary-action');
  const openStep = (id: string): Locator => work.page.locator(`[data-testid="step"][data-step="${id}"]`);
  const step = (id: string): Promise<void> => openStep(id).waitFor();
  async function signIn(screen: Screen, badge: string, name: string): Promise<void> {
    await screen.scan(badge, 'header-person', name);
  }
  async function enterPin(screen: Screen): Promise<void> {
    await screen.see('own-pin').waitFor();
    for (const digit of '2468') await screen.page.keyboard.press(digit, { delay: 80 });
    await screen.page.keyboard.press('Enter');
  }
  /** Operation 10 from its first step to its end, with these bores. */
  async function build(bores: readonly number[]): Promise<void> {
    await step('prepare');
    await primary(work);
    await step('scan-housing');
    await work.scan('HSG-100|L:H-22817', openStep('scan-impeller'));
    await work.scan('IMP-100|S:IMP-009112', openStep('press-bearing'));
    await primary(work);
    await step('measure-bore');
    for (const [at, value] of bores.entries()) {
      await line.control('calliper', 'value', { value });
      if (at < bores.length - 1) await work.says('measured', new RegExp(value.toFixed(3).replace('.', '[.,]')));
    }
    await step('check');
    for (const button of await work.page.locator('[data-testid^="ok-"]').all()) await button.click();
    await work.see('passed').waitFor();
  }
  const measured = (count: number): Promise<void> =>
    bench.page.locator(`[data-testid="sample"][data-done="${count}"]`).waitFor();

  it(
    'a unit made at the line makes a sample due at the bench',
    async () => {
      await Promise.all([
        work
          .see('sign-in')
          .waitFor()
          .then(() => signIn(work, 'BDG-1002', 'Sam Okafor')),
        bench
          .see('sign-in')
          .waitFor()
          .then(() => signIn(bench, 'BDG-1005', 'Li Chen')),
        signInAtPlant(plant, 'li.chen', 'demo-quality'),
      ]);
      await bench.says('nothing-due', 'ST10');
      await bench.picture('bench-nothing-due');
      await work.scan(made, 'header-unit', made);
      await build([24.004, 24.006, 24.005]);
      await bench.page.locator('[data-testid^="due-"]').first().waitFor();
      await bench.picture('bench-due');
    },
    slow,
  );

  it(
    'is measured by the gauges alone; a defect seen on the way is captured in two taps, with a photo',
    async () => {
      for (const serial of sampled) {
        await bench.scan(serial, bench.page.getByText(serial));
      }
      await primary(bench);
      await measured(0);
      await line.control('bench-calliper', 'value', { value: 0.945 });
      await bench.see('refused-push').waitFor();
      await bench.picture('bench-refused');
      await bench.press('defect');
      await bench.picture('capture');
      await bench.press('defect-burr');
      await bench.see('part').click({ position: { x: 200, y: 160 } });
      await bench.says(`nc-unit-${made}`, /on hold/);
      expect(await bench.see('nc').textContent()).toContain('Operation 10');
      await bench.press('add-photo');
      await bench.see('photo-shoot').waitFor();
      await bench.page.waitForTimeout(300);
      await bench.picture('camera');
      await bench.press('photo-shoot');
      await bench.see('photo').locator('img').waitFor();
      await bench.picture('recorded');
      // The process drifts.
      await bench.press('place-bench');
      for (const [unit, bore] of [24.016, 24.021, 24.024].entries()) {
        await line.control('bench-calliper', 'value', { value: bore });
        await measured(2 * unit + 1);
        if (unit === 1) await bench.picture('bench-weight');
        await line.control('balance', 'press');
        if (unit < 2) await measured(2 * unit + 2);
      }
      await bench.page.locator('[data-testid="sample"][data-finished="true"]').waitFor();
      await bench.says('landed-bore-b-bench', /[Ss]ignal/);
      await bench.picture('bench-landed');
      await bench.press('landed-bore-b-bench');
      await bench.see('signal').waitFor();
      for (const serial of sampled) await bench.says(`suspect-${serial}`, /on hold/);
      await bench.picture('bench-signal');
    },
    slow,
  );

  it(
    'locks the next start at the line, and one tap leads to the signal with its window',
    async () => {
      await work.says('header-signal', 'Bore B');
      await primary(work);
      await work.see('no-unit').waitFor();
      await work.scan(next, work.see('refused'));
      expect(await work.see('refused').textContent()).toMatch(/control chart shows a signal/i);
      await work.picture('refused-signal');
      await work.press('next-open-signal');
      await work.see('signal').waitFor();
      expect(await work.see('signal').textContent()).toMatch(/Nelson 1/);
      await work.says(`suspect-${made}`, /on hold/);
      await work.press('print-suspects');
      await expect.poll(() => work.see('suspect-sheet').locator('img').count(), patience).toBe(3);
      await work.picture('suspect-sheet');
      await work.page.keyboard.press('Escape');
      // An operator does the steps; closing is not hers.
      await work.press('step-measure-again');
      await expect.poll(() => work.see('step-measure-again').isDisabled(), patience).toBe(true);
      expect(await work.see('primary-action').count()).toBe(0);
    },
    slow,
  );

  it(
    'the line lead finishes the reaction, closes it with the PIN and lifts its holds; the one of the defect stays',
    async () => {
      await signIn(work, 'BDG-1004', 'Jana Vogt');
      for (const id of ['check-tool', 'tell-lead']) {
        await work.press(`step-${id}`);
        await expect.poll(() => work.see(`step-${id}`).isDisabled(), patience).toBe(true);
      }
      await primary(work);
      await work.press('cause-tool-worn');
      await work.press('close-signal');
      await enterPin(work);
      await work.page.locator('[data-testid="signal"][data-open="false"]').waitFor();
      await expect.poll(() => work.see('header-signal').count(), patience).toBe(0);
      await work.press('lift-all');
      await work.page
        .locator('dialog')
        .getByRole('button')
        .filter({ hasText: /ok|in Ordnung|geprüft/i })
        .first()
        .click();
      await work.press('reason-confirm');
      for (const serial of sampled) await work.says(`suspect-${serial}`, /aufgehoben|lifted/);
      await work.picture('signal-closed');
      await work.press('place-work');
      await work.scan(made, work.see('refused'));
      await work.picture('refused-nonconforming');
    },
    slow,
  );

  it(
    'she disposes of the defect as rework; its photo is there, at the line and in the plant view',
    async () => {
      await work.press('place-nonconformances');
      await work.see('nc-row').first().click();
      await work.see('photo').locator('img').waitFor();
      await work.picture('elsewhere-recorded');
      await plant.page.goto(`${server.url}/#/nonconformances`);
      await plant.see('plant-nc-row').first().click();
      await plant.press('plant-photo');
      await plant.see('plant-nc').locator('img').waitFor();
      await plant.picture('plant-photo');
      await primary(work);
      await work.press('dispose-rework');
      await work.see('usual-reason').first().click();
      await work.picture('dispose');
      await work.press('dispose');
      // The PIN of a moment ago still holds, unless this machine is slow.
      const disposed = work.page.locator('[data-testid="nc"][data-status="rework"]');
      await disposed.or(work.see('own-pin')).first().waitFor();
      if ((await disposed.count()) === 0) await enterPin(work);
      await disposed.waitFor();
    },
    slow,
  );

  it(
    'the operation is done again as rework, the nonconformance closes by itself everywhere, and the unit is released',
    async () => {
      await work.press('place-work');
      // The same code again within a second and a half is one scan: it was refused a moment ago.
      await work.page.waitForTimeout(1_600);
      await work.scan(made, openStep('prepare'));
      expect(await work.see('rework').textContent()).toMatch(/Nacharbeit/);
      await work.picture('rework');
      await build([24.005, 24.004, 24.006]);
      await primary(work);
      await work.see('no-unit').waitFor();
      await work.scan(made, openStep('seal-colour'));
      // It comes for the first time: that is no rework.
      expect(await work.see('rework').count()).toBe(0);
      await bench.press('place-nonconformances');
      await bench.press('nc-all');
      await bench.says('nc-row', /Closed/);
      await plant.says('plant-nc', /Closed/);
      await plant.picture('plant-closed');
      for (const screen of [work, bench, plant]) expect(screen.complaints).toEqual([]);
    },
    slow,
  );

  it(
    'help called at the line is heard at the bench and on the big board; who comes is told at all three',
    async () => {
      await work.press('help');
      await work.press('call-kind-maintenance');
      await work.see('call-take-back-maintenance').waitFor();
      await work.picture('help');
      await work.page.keyboard.press('Escape');
      await bench.press('place-andon');
      await bench.page.locator('[data-testid^="answer-"]').click();
      await plant.page.goto(`${server.url}/#/board/L1`);
      await plant.page.locator('[data-testid^="board-call-"]:not(.unanswered)').waitFor();
      await plant.see('board-machines-ST10').waitFor();
      await plant.picture('board');
      await work.press('place-andon');
      await work.page.locator('[data-testid^="close-"]').click();
      await work.press('call-helped');
      await plant.page.locator('[data-testid^="board-call-"]').waitFor({ state: 'detached' });
      for (const screen of [work, bench, plant]) expect(screen.complaints).toEqual([]);
    },
    slow,
  );

  it(
    'a lot that nobody found a defect in is contained at the line; the plant view foretells the same, refuses it with who, and lifts it',
    async () => {
      await work.press('place-nonconformances');
      await work.page.locator('footer').getByRole('button', { name: 'Eingrenzungen' }).click();
      await work.press('begin-containing');
      await work.see('ct-offer').filter({ hasText: 'H-22817' }).click();
      await work.says('ct-preview', made);
      await work.picture('contain-lot');
      await work.press('ct-begin');
      await work.see('reason-confirm').waitFor();
      for (const letter of 'poren') await work.page.keyboard.press(letter, { delay: 80 });
      await work.press('reason-confirm');
      await work.see('begin-containment').waitFor({ state: 'detached' });
      await work.says('containments', /H-22817/);
      await work.picture('contained');
      await work.page.keyboard.press('Escape');
      await work.press('place-work');
      await work.see('no-unit').waitFor();
      await work.scan(made, work.see('refused'));
      await work.picture('refused-contained');
      expect(await work.see('refused').textContent()).toContain('Pumpengehäuse H-22817: poren');

      await plant.page.goto(`${server.url}/#/nonconformances?show=containments`);
      await plant.says('plant-containment-row', /H-22817.*Jana Vogt/);
      await plant.press('plant-contain');
      await plant.press('plant-kind-device');
      await plant.see('ct-device').selectOption('press');
      await plant.see('ct-from-day').fill('2026-01-01');
      await plant.says('ct-preview', made);
      await plant.picture('contain-device');
      await plant.press('plant-kind-lot');
      await plant.see('ct-material').selectOption('HSG-100');
      await plant.see('ct-lot').fill('H-22817');
      await plant.says('ct-preview', made);
      await plant.picture('contain');
      await plant.see('ct-reason').fill('the same again');
      await plant.press('ct-done');
      await plant.page
        .locator('dialog')
        .getByText(/Jana Vogt/)
        .waitFor();
      await plant.picture('contain-refused');
      await plant.page.keyboard.press('Escape');
      await plant.see('plant-containment-row').first().click();
      await plant.press('plant-lift');
      await plant.see('ct-reason').fill('sorted, all good');
      await plant.press('ct-done');
      await plant.see('plant-lift').waitFor({ state: 'detached' });
      await work.page.waitForTimeout(1_600);
      await work.scan(made, openStep('seal-colour'));
      for (const screen of [work, bench, plant]) expect(screen.complaints).toEqual([]);
    },
    slow,
  );
});
