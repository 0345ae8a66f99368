/**
 * A unit passes from one station to the next with the plant server between them, and the server is killed in the middle:
 * real server, two real stations enrolled by code, devices as processes, a person at each screen and one at the plant view.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, openScreen, scanUntil, wedge } from '../support/browser.ts';
import { builtPlantView } from '../support/built.ts';
import { root } from '../support/child.ts';
import { link, signInBrowser, startDemoLine, type DemoLine, type Linked } from '../support/demo-line.ts';
import { actOnce } from '../support/job.ts';
import { enrolByCommand, enrolmentCodes, startStationScreen, type StationScreen } from '../support/plant-screens.ts';
import { planAllTime } from '../support/plant-folder.ts';
import { newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';
import { describeWith } from '../support/system.ts';

const pictures = process.env['LINEWRIGHT_PICTURES'];
const serial = 'PMP100-2600417';
const next = 'PMP100-2600418';
/** Of the housings that are fitted (tests/support/job.ts). */
const lot = 'H-22817';

describeWith('chromium', 'a unit passes between two stations', (executablePath) => {
  let line: DemoLine;
  let database: Database;
  let server: PlantServer;
  let browser: Browser;
  let st20: StationScreen;
  let first: Linked;
  let at10: Page;
  let at20: Page;
  let plant: Page;

  beforeAll(async () => {
    [line, database] = await Promise.all([
      startDemoLine(['--speed', '10'], { rig: ['--places', '2'] }),
      newDatabase('pglite'),
    ]);
    // A line stands in planned time only.
    planAllTime(line.config);
    server = await startServer(database, { config: line.config, args: ['--view', builtPlantView] });
    const stationIds = ['ST10', 'ST20'] as const;
    const data = { ST10: line.data, ST20: join(line.folder, 'data-st20') };
    for (const [index, code] of (await enrolmentCodes(server.url, stationIds)).entries()) {
      const station = stationIds[index] ?? 'ST10';
      enrolByCommand(server.url, code, ['--config', line.config, '--station', station, '--data', data[station]]);
    }
    const [station, second] = await Promise.all([
      line.startStation(),
      startStationScreen(['--config', line.config, '--station', 'ST20', '--data', data.ST20]),
    ]);
    st20 = second;
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    // The address is good once; the browser and the test's own client share its session.
    const cookie = await signInBrowser(station.url);
    first = await link(station.origin, cookie);
    at10 = await openScreen(browser, station.origin, cookie);
    const panel = { viewport: { width: 1280, height: 800 }, locale: 'en' };
    [at20, plant] = await Promise.all([browser.newPage(panel), browser.newPage(panel)]);
    await Promise.all([at20.goto(second.url), plant.goto(server.url)]);
  }, 240_000);

  afterAll(async () => {
    first?.close();
    await browser?.close();
    await st20?.child.kill('SIGKILL');
    await line?.stop();
    await server?.kill();
    await database?.remove();
  });

  let working = serial;
  const headerServer = (page: Page): Promise<string | null> => page.getByTestId('header-server').textContent();
  const said = (page: Page, testId: string, words: string, timeout: number): Promise<void> =>
    page.getByTestId(testId).filter({ hasText: words }).waitFor({ timeout });
  const picture = async (page: Page, name: string): Promise<void> => {
    if (pictures === undefined) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  /** One act after the other until the work screen shows that the operation passed. */
  async function workTo(
    until: (view: Awaited<ReturnType<typeof first.client.execution.get>>) => boolean,
  ): Promise<void> {
    const limit = performance.now() + 120_000;
    while (!until(await first.client.execution.get())) {
      if (performance.now() > limit) throw new Error(JSON.stringify(await first.client.execution.get()));
      const done = await actOnce(first.client, [working], () => undefined);
      if (done === null) await new Promise((resolve) => setTimeout(resolve, 50));
      // Without this, a unit that is held would be answered with new ones until the order is full.
      else if (done.what === 'create unit') throw new Error(`${working} can not be worked on`);
      else if (!done.outcome.ok) throw new Error(`${done.what}: ${JSON.stringify(done.outcome.refusal.reasons)}`);
    }
  }

  it('both stations are linked and have the orders of the server', async () => {
    for (const page of [at10, at20]) {
      await page.getByTestId('sign-in').waitFor({ timeout: 60_000 });
      await scanUntil(page, 'BDG-1002', (timeout) => said(page, 'header-person', 'Sam', timeout));
      await expect.poll(() => headerServer(page), { timeout: 60_000 }).toContain('all sent');
    }
    await plant.getByTestId('account').fill('jana.vogt');
    await plant.getByTestId('password').fill('demo-line-lead');
    await plant.keyboard.press('Enter');
    await expect.poll(() => plant.locator('body').textContent(), { timeout: 60_000 }).toContain('ST20');
  }, 240_000);

  it('the next station refuses the unit while the first works on it, and says where it is', async () => {
    await expect
      .poll(async () => (await first.client.orders.get({ orderId: 'WO-10452' }))?.status, { timeout: 60_000 })
      .toBe('released');
    await scanUntil(at10, serial, (timeout) => said(at10, 'header-unit', serial, timeout));
    await expect
      .poll(
        async () => {
          await wedge(at20, serial);
          return at20.locator('main').textContent();
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toContain('in work at ST10');
    await picture(at20, 'two-stations-refused');
    await expect.poll(() => plant.locator('body').textContent(), { timeout: 60_000 }).toContain(serial);
    await picture(plant, 'two-stations-board');
  }, 240_000);

  it('the server is killed in the middle: the first station goes on and says what is not yet sent', async () => {
    await server.kill();
    await workTo((view) => view.mode === 'passed');
    await expect.poll(() => headerServer(at10), { timeout: 60_000 }).toMatch(/not yet sent/);
    await picture(at10, 'two-stations-cut');
  }, 240_000);

  it('it comes back: everything arrives by itself and the next station takes the unit', async () => {
    await server.start();
    await expect.poll(() => headerServer(at10), { timeout: 120_000 }).toContain('all sent');
    await expect
      .poll(
        async () => {
          await wedge(at20, serial);
          return at20.locator('main').textContent();
        },
        { timeout: 90_000, interval: 3_000 },
      )
      .toContain('Step 1 of');
    expect(await at20.getByTestId('header-unit').textContent()).toBe(serial);
    await picture(at20, 'two-stations-next');
  }, 240_000);

  it('the plant view shows the unit at the next station', async () => {
    await expect
      .poll(
        async () => {
          await plant.goto(`${server.url}/#/units/${serial}`);
          return plant.locator('main').textContent();
        },
        { timeout: 120_000, interval: 2_000 },
      )
      .toMatch(/ST10[\s\S]*ST20/);
    await picture(plant, 'two-stations-unit');
  }, 240_000);

  it('the test rig of the next station breaks down: what the press makes fills the buffer until it is blocked, the server tells the first station which machine it waits for, and both go on', async () => {
    const waits = (page: Page): Promise<string | null> => page.getByTestId('machine-waits').textContent();
    const state = (page: Page): Promise<string | null> => page.getByTestId('machine-state').textContent();
    for (const page of [at10, at20]) await page.getByTestId('place-machines').click();
    // The first unit was its only part so far.
    await expect.poll(() => state(at20), { timeout: 60_000 }).toContain('Starved');
    await line.control('press', 'feed', { cycleMs: 18_000 });
    await expect.poll(() => state(at20), { timeout: 60_000 }).toContain('Producing');
    await line.control('rig', 'fault');
    await expect.poll(() => state(at20), { timeout: 60_000 }).toContain('Fault');
    await expect
      .poll(() => at20.locator('main').textContent(), { timeout: 60_000 })
      .toContain('E31 Test pressure does not hold');
    await expect.poll(() => state(at10), { timeout: 60_000 }).toContain('Blocked');
    await picture(at20, 'two-stations-rig');
    // The server looks at waits of a quarter of a minute and more.
    await expect.poll(() => waits(at10), { timeout: 90_000 }).toMatch(/Test rig T1.*E31/);
    await picture(at10, 'two-stations-waits');
    await plant.goto(`${server.url}/#/board/L1`);
    await expect
      .poll(() => plant.locator('body').textContent(), { timeout: 60_000 })
      .toContain('Linie steht an Prüfstand T1');
    await picture(plant, 'two-stations-board');
    await line.control('rig', 'recover');
    await at10.getByTestId('machine-waits').waitFor({ state: 'detached', timeout: 60_000 });
    await expect.poll(() => state(at10), { timeout: 60_000 }).toContain('Producing');
    await expect.poll(() => state(at20), { timeout: 60_000 }).toContain('Producing');
    await line.control('press', 'pause');
  }, 240_000);

  it('without the server a lot is contained at the one station while the other builds on with it; both hold all of it once it is back', async () => {
    const holds = async (unit: string): Promise<readonly unknown[]> => {
      const view = await first.client.units.get({ serial: unit });
      return (view?.holds ?? []).flatMap(({ liftedAt, reason }) => (liftedAt === null ? [reason] : []));
    };
    const contained = async (): Promise<string> => (await at20.getByTestId('containments').textContent()) ?? '';
    await server.kill();
    await scanUntil(at20, 'BDG-1004', (timeout) => said(at20, 'header-person', 'Jana', timeout));
    await at20.getByTestId('place-nonconformances').click();
    await at20.locator('footer').getByRole('button', { name: 'Eingrenzungen' }).click();
    await at20.getByTestId('begin-containing').click();
    await at20.getByTestId('ct-other-lot').click();
    await at20.getByTestId('ct-material-HSG-100').click();
    await at20.getByTestId('ct-lot-done').waitFor();
    for (const letter of lot) await at20.keyboard.press(letter, { delay: 80 });
    await at20.getByTestId('ct-lot-done').click();
    // Passports do not carry what is fitted: which units hold the lot only the first station and the server know.
    await expect
      .poll(() => at20.getByTestId('ct-preview').textContent(), { timeout: 60_000 })
      .toContain('die diese Station kennt');
    await at20.getByTestId('ct-begin').click();
    await at20.getByTestId('reason-confirm').waitFor();
    for (const letter of 'poren') await at20.keyboard.press(letter, { delay: 80 });
    await at20.getByTestId('reason-confirm').click();
    await expect.poll(contained, { timeout: 60_000 }).toMatch(/0 gesperrt · bisher nur diese Station/);
    await picture(at20, 'two-stations-contained-alone');
    // The first station cannot know it, and builds the next unit of the lot.
    working = next;
    await workTo((view) => view.mode === 'passed' && view.unit?.serial === next);
    expect(await holds(next)).toEqual([]);
    await server.start();
    for (const unit of [serial, next])
      await expect
        .poll(() => holds(unit), { timeout: 120_000 })
        .toEqual([{ en: `Pump housing ${lot}: poren`, de: `Pumpengehäuse ${lot}: poren` }]);
    await expect.poll(contained, { timeout: 60_000 }).toMatch(/2 gesperrt · an allen Stationen bekannt/);
    await picture(at20, 'two-stations-contained');
    await at20.locator('[data-testid^="containment-"]').first().click();
    await at20.locator('[data-testid^="lift-"]').click();
    await at20.locator('dialog').last().getByRole('button', { name: 'sortiert' }).click();
    await at20.getByTestId('reason-confirm').click();
    await at20.getByTestId('own-pin').waitFor({ timeout: 60_000 });
    for (const digit of '2468') await at20.keyboard.press(digit, { delay: 80 });
    await at20.keyboard.press('Enter');
    for (const unit of [serial, next]) await expect.poll(() => holds(unit), { timeout: 60_000 }).toEqual([]);
  }, 300_000);

  it('both ends are equal, number by number', () => {
    const answer = execFileSync(
      process.execPath,
      [join(root, 'station/cli/linewright.entry.ts'), 'audit', '--data', line.data, '--config', line.config, '--json'],
      { cwd: root, encoding: 'utf8' },
    );
    expect(JSON.parse(answer)).toMatchObject({ equal: true });
  }, 240_000);
});
