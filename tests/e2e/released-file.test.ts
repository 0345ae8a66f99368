/**
 * A limit of a process definition on its way, as the people do it: an engineer writes a draft on the plant view and may
 * not release it, another person sees the difference and releases, the station takes it in force at once; the run that is
 * open goes on under what it began with, the next unit runs under the new text; then back by one click. Real server,
 * real station, everything through the screens.
 */
import { join } from 'node:path';
import { chromium, type Browser, type Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chromiumArgs, wedge } from '../support/browser.ts';
import { builtPlantView } from '../support/built.ts';
import {
  codeAtPlant,
  enrolByCommand,
  patience,
  Screen,
  signInAtPlant,
  startStationScreen,
  type StationScreen,
} from '../support/plant-screens.ts';
import { newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';
import { describeWith } from '../support/system.ts';
import { plantCalls } from '../support/plant-calls.ts';
import { plantFolder, type PlantFolder } from '../support/plant-folder.ts';

const path = 'definitions/PMP-100.C/definition.yaml';
const before = 'lower: 0\n        upper: 2.5\n';
const after = 'lower: 0\n        upper: 2.1\n';
/** Passed operation 10 elsewhere, so that the station without devices can take them. */
const [first, second, third] = ['PMP100-2600422', 'PMP100-2600423', 'PMP100-2600424'] as const;

describeWith('chromium', 'a released file from the engineer to the station', (executablePath) => {
  let folder: PlantFolder;
  let database: Database;
  let server: PlantServer;
  let browser: Browser;
  let st20: StationScreen;
  let station: Screen;
  let engineer: Screen;
  let quality: Screen;

  beforeAll(async () => {
    folder = plantFolder();
    for (const serial of [second, third])
      folder.edit(
        'orders/demo.yaml',
        `      - serial: ${serial}\n`,
        `      - serial: ${serial}\n        passed:\n          - { operation: '10', station: ST10, at: '2026-11-20T14:41:00+01:00' }\n`,
      );
    database = await newDatabase('pglite');
    [server, browser] = await Promise.all([
      startServer(database, { config: folder.config, args: ['--view', builtPlantView] }),
      chromium.launch({ executablePath, args: chromiumArgs }),
    ]);
    [engineer, quality] = await Promise.all([Screen.open(browser, server.url), Screen.open(browser, server.url)]);
    await signInAtPlant(quality, 'ravi.nair', 'demo-controls');
    const code = await codeAtPlant(quality, 'ST20');
    const who = ['--config', folder.config, '--station', 'ST20', '--data', join(folder.home, 'data')];
    enrolByCommand(server.url, code, who);
    await Promise.all([
      signInAtPlant(engineer, 'emre.aydin', 'demo-engineer'),
      signInAtPlant(quality, 'li.chen', 'demo-quality'),
    ]);
    st20 = await startStationScreen(who);
    station = await Screen.open(browser, st20.url);
    await station.see('sign-in').waitFor();
    await station.scan('BDG-1002', 'header-person', 'Sam');
    await station.says('header-server', 'all sent');
  }, 240_000);

  afterAll(async () => {
    await browser?.close();
    await st20?.child.kill('SIGKILL');
    await server?.kill();
    await database?.remove();
    folder?.remove();
  });

  const openStep = (id: string): Locator => station.page.locator(`[data-testid="step"][data-step="${id}"]`);
  const step = (id: string): Promise<void> => openStep(id).waitFor();
  /** Starts the unit, where it is not, and goes on to the step with the limit. */
  async function toLimit(serial: string, scanned = false): Promise<void> {
    if (!scanned) await station.scan(serial, openStep('seal-colour'));
    await step('seal-colour');
    await station.says('header-unit', serial);
    await station.page.locator('[data-testid^="option-"]').first().click();
    await station.press('primary-action');
    await step('pressure-drop');
  }
  /** 2.3 mbar: good up to 2.5, not good up to 2.1. */
  async function enter(): Promise<void> {
    for (const key of ['2', 'mark', '3']) await station.press(`key-${key}`);
    await station.says('primary-action', /2\.3\s+mbar/);
    await station.press('primary-action');
  }
  async function toFile(screen: Screen): Promise<void> {
    await screen.press('place-releases');
    await screen.press(`file-${path}`);
    await screen.see('file').waitFor();
  }

  it('a run is open when the engineer begins', async () => {
    // Until the station has the order of the server, the unit is refused with that reason.
    await expect
      .poll(
        async () => {
          await wedge(station.page, first);
          return station.page.locator('main').textContent();
        },
        { ...patience, interval: 2_000 },
      )
      .toContain('Step 1 of');
    await toLimit(first, true);
    await station.says('step', '2.5');
  }, 240_000);

  it('the engineer writes the limit as a draft and submits it; nothing is in force by that', async () => {
    await toFile(engineer);
    await engineer.press('file-edit');
    const text = await engineer.see('code').inputValue();
    expect(text.split(before)).toHaveLength(2);
    // A slip first: it is told beside its line and cannot be submitted.
    await engineer.see('code').fill(text.replace(before, before.replace('2.5', '-1')));
    await engineer.press('save-draft');
    await engineer.see('config-faults').waitFor();
    await engineer.picture('release-faults');
    await engineer.see('code').fill(text.replace(before, after));
    await engineer.see('draft-note').fill('Upper limit after the capability study');
    await engineer.press('save-draft');
    await engineer.see('config-faults').waitFor({ state: 'detached' });
    await engineer.press('close-editor');
    await engineer.says('draft', 'A draft, not yet submitted');
    await engineer.press('submit-draft');
    await engineer.says('draft', 'Submitted, waits for its release');
    await engineer.says('draft', 'by Emre Aydin');
    await engineer.picture('release-own');
  }, 240_000);

  it('who wrote it may not release it: the page does not offer it, the server refuses it', async () => {
    await engineer.says('draft-own', 'somebody else');
    expect(await engineer.see('release-draft').count()).toBe(0);
    const refused = await plantCalls(server.url, 'emre.aydin', 'demo-engineer', async (calls) => {
      const draft = await calls.releases.draft({ path });
      const release = { path, version: draft?.version ?? 0, note: 'because', also: [] };
      return calls.releases.release({ commandId: crypto.randomUUID(), ...release });
    });
    expect(refused).toMatchObject({ ok: false, faults: [{ code: 'draft.own' }] });
  }, 240_000);

  it('a second person sees the difference and what rests on it, and releases', async () => {
    await toFile(quality);
    await quality.says('draft', 'by Emre Aydin');
    await quality.says('draft', 'Why: Upper limit after the capability study');
    await quality.says('diff', 'upper: 2.5');
    await quality.says('diff', 'upper: 2.1');
    await quality.says('affects', /open runs 1[\s\S]*WO-10452/);
    await quality.picture('release-diff');
    await quality.press('release-draft');
    // Another text under a released revision needs a reason.
    expect(await quality.see('note-confirm').isDisabled()).toBe(true);
    await quality.see('note-text').fill('Capability study of 18 Nov');
    await quality.press('note-confirm');
    await quality.says('file', 'Release 2 is in force');
    await quality.press('file-history');
    await quality.says('history', 'written by Emre Aydin, released by Li Chen');
    await quality.picture('release-history');
  }, 240_000);

  it('the station has it at once, and the open run goes on under what it began with', async () => {
    await station.says('definition-changed', 'This run goes on under revision C as it was when it began');
    await step('pressure-drop');
    await station.says('step', '2.5');
    await station.picture('release-open-run');
    await enter();
    await step('remark');
    await station.press('primary-action');
    await step('release-check');
    for (const button of await station.page.locator('[data-testid^="ok-"]').all()) await button.click();
    await station.says('passed', first);
  }, 240_000);

  it('the next unit runs under the new text', async () => {
    await toLimit(second);
    expect(await station.see('definition-changed').count()).toBe(0);
    await station.says('step', '2.1');
    await enter();
    await station.says('failed', /2\.3\s+mbar; allowed is 0\.0 to 2\.1\s+mbar/);
    await station.picture('release-new-limit');
  }, 240_000);

  it('back by one click and a reason: the unit after runs under the first text again', async () => {
    await quality.press('roll-back-1');
    await quality.see('note-text').fill('The new limit rejects good parts');
    await quality.press('note-confirm');
    await quality.says('file', 'Release 3 is in force');
    await quality.says('history', 'rolled back');
    await station.says('definition-changed', 'as it was when it began');
    // The failed unit stays with its limit also when it is tried again.
    await station.press('primary-action');
    await step('pressure-drop');
    await station.says('step', '2.1');
    await enter();
    await station.see('failed').waitFor();
    await station.says('failed', 'on hold');
    await station.press('primary-action');
    await station.see('no-unit').waitFor();
    await toLimit(third);
    await station.says('step', '2.5');
    await enter();
    await step('remark');
  }, 240_000);

  it('no page threw or broke its policy', () => {
    expect([station, engineer, quality].flatMap(({ complaints }) => complaints)).toEqual([]);
  });
});
