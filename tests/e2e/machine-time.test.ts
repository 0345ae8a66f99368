/** The press stands: the station asks why, a line lead answers, splits and moves the edge, and argues with the shift's OEE. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, wedge } from '../support/browser.ts';
import { editPlant, startDemoLine, type DemoLine } from '../support/demo-line.ts';
import { factsIn } from '../support/facts.ts';
import { patience, Screen, startStationScreen, type StationScreen } from '../support/plant-screens.ts';
import { describeWith } from '../support/system.ts';

const slow = 3 * patience.timeout;

describeWith('chromium', 'machine time', (executablePath) => {
  let line: DemoLine;
  let station: StationScreen;
  let browser: Browser;
  let screen: Screen;
  let data: string;

  beforeAll(async () => {
    line = await startDemoLine();
    // Also on a Sunday and at noon: a machine that stands outside of shifts or in a break is asked about nothing.
    rmSync(join(line.config, 'calendar.yaml'));
    const file = join(line.config, 'plant.yaml');
    const plant = parse(readFileSync(file, 'utf8')) as { readonly shifts: readonly object[] };
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
    const shifts = plant.shifts.map((shift) => ({ ...shift, days, breaks: [] }));
    writeFileSync(file, stringify({ ...plant, shifts, holidays: [] }));
    editPlant(line, 'machines/press-p1.yaml', 'idleAfterMs: 45000', 'idleAfterMs: 1000');
    editPlant(line, 'machines/press-p1.yaml', 'rates:', 'stops: { microUnderMs: 3000 }\nrates:');
    data = join(line.folder, 'data-ST10');
    station = await startStationScreen(['--config', line.config, '--station', 'ST10', '--data', data]);
    browser = await chromium.launch({ executablePath, args: chromiumArgs });
    screen = await Screen.open(browser, station.url);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await station?.child.kill('SIGKILL');
    await line?.stop();
  });
  const types = (): readonly string[] =>
    factsIn(data)
      .map(({ type }) => type)
      .filter((type) => type.startsWith('stop.'));

  it(
    'is asked about when nothing is in work, and answered in one tap',
    async () => {
      await screen.see('sign-in').waitFor();
      await wedge(screen.page, 'BDG-1004');
      await screen.says('header-person', 'Jana Vogt');
      await screen.see('stop-ask').waitFor();
      await screen.picture('ask');
      await screen.see('big-reasons').locator('button').first().click();
      await screen.see('stop-ask').waitFor({ state: 'detached' });
      expect(types()).toEqual(['stop.opened', 'stop.classified']);
    },
    slow,
  );

  it(
    'is split, its second part given another reason from the tree, and the edge moved by keys',
    async () => {
      await screen.press('place-machines');
      await screen.says('machine-state', 'Wartet');
      await screen.picture('now');
      await screen.press('machine-tab-stops');
      await screen.see('stop-row').first().click();
      // Long enough for a step of ten seconds on both sides.
      await screen.page.waitForTimeout(26_000);
      await screen.press('split');
      await screen.press('edge-save');
      await screen.press('part-2');
      await screen.press('more-reasons');
      const tree = screen.see('reason-tree');
      await tree.locator('[data-testid^="tree-"]').last().click();
      await tree.locator('[data-testid^="tree-"]:not([data-testid="tree-up"])').last().click();
      await screen.press('part-2');
      await screen.press('move-edge');
      await screen.press('step--10');
      await screen.press('edge-save');
      await expect
        .poll(types, patience)
        .toEqual(['stop.opened', 'stop.classified', 'stop.split', 'stop.classified', 'stop.edge-moved']);
      await screen.picture('card');
    },
    slow,
  );

  it(
    'is behind the OEE of the shift: by reason, by the stretch of time, and as it would be without it',
    async () => {
      await screen.press('machine-tab-oee');
      await screen.press('oee-reasons');
      await screen.says('oee-pareto', /\d/);
      await screen.picture('reasons');
      await screen.press('figure-availability');
      await screen.press('term-PBT');
      await screen.see('stretch').filter({ hasText: 'Jana Vogt' }).first().click();
      await screen.see('what-if').waitFor();
      await screen.picture('what-if');
      expect(screen.complaints).toEqual([]);
    },
    slow,
  );
});
