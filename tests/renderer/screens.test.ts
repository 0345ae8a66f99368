/** The built screens in a real browser against a scripted station. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeEach, expect, it, vi } from 'vitest';
import type { WaitsHere } from '#contract/rpc/machines.ts';
import type { EnergyCost } from '#contract/rpc/energy.ts';
import { describeWith } from '../support/system.ts';
import { energyScene } from './energy-scene.ts';
import { machinesScene } from './machines-scene.ts';
import type { ScriptedStation } from './scripted-station.ts';
import { stationTab } from './station-tab.ts';
import { stopsScene } from './stops-scene.ts';
import { mara, system } from './view-parts.ts';
import { scenes } from './views.ts';

const overflowing = readFileSync(new URL('./overflowing.browser.js', import.meta.url), 'utf8');
const scanning = readFileSync(new URL('./scanning.browser.js', import.meta.url), 'utf8').trim();
let station: ScriptedStation;
let tab: Page;
let complaints: readonly string[];
stationTab((here) => ({ station, tab, complaints } = here));
const plain = { theme: 'light', language: 'en', hand: 'right', gloves: false, sound: false, calls: 'off' } as const;
beforeEach(async () => {
  station.plugIn();
  station.people.set({ person: mara, locked: false, pinFor: null, lockAt: null });
  station.system.set({ ...station.system.value, history: system().history });
  station.settings.set({ ...plain, pxPerMm: null });
  await tab.getByTestId('link-banner').waitFor({ state: 'detached' });
  station.acts.length = 0;
  station.answers.delayMs = 0;
});

async function show(scene: string): Promise<void> {
  station.scene(scene);
  const mode = scenes[scene]!(0).mode;
  await tab.locator(`[data-testid="work"][data-mode="${mode}"]`).waitFor();
}
const acts = (path: string) => station.acts.filter((act) => act.path === path);
const primary = () => tab.getByTestId('primary-action');
/** As a scanner in keyboard mode types: no pause, Enter at the end. */
async function scan(code: string): Promise<void> {
  await tab.evaluate<unknown>(`${scanning}\nscanLikeAKeyboard(${JSON.stringify(code)})`);
}

describeWith('chromium', 'acts', () => {
  it('two taps on one action are one command', async () => {
    await show('instruction');
    await primary().click({ trial: true });
    await primary().evaluate((button: { click(): void }) => {
      button.click();
      button.click();
    });
    await expect.poll(() => acts('execution.act').length).toBe(1);
    await primary().click({ trial: true });
    expect(acts('execution.act')).toHaveLength(1);
    expect(acts('execution.act')[0]!.input).toMatchObject({ stepId: 'prepare', attempt: 1, action: { do: 'confirm' } });
  });

  it('the second tap of a double one, however late it comes, does nothing that came under the finger since', async () => {
    await show('instruction');
    await primary().click();
    await expect.poll(() => acts('execution.act').length).toBe(1);
    await show('failed');
    await primary().click({ trial: true });
    const tap = (count: number) =>
      tab.evaluate(
        `document.querySelector('[data-testid="primary-action"]').dispatchEvent(new MouseEvent('click', { detail: ${count}, bubbles: true }))`,
      );
    await tap(2);
    await tab.waitForTimeout(200);
    expect(acts('execution.retry')).toEqual([]);
    await tap(1);
    await expect.poll(() => acts('execution.retry').length).toBe(1);
  });

  it('taps on other points of a checklist while the station is slow are all done, in their order', async () => {
    await show('checklist');
    station.answers.delayMs = 400;
    const points = tab.locator('[data-testid^="ok-"]');
    const count = await points.count();
    expect(count).toBeGreaterThan(1);
    for (const button of await points.all()) await button.click();
    await expect.poll(() => acts('execution.act').length, { timeout: 30_000 }).toBe(count);
    const answered = acts('execution.act').map(({ input }) => (input as { action: { item: string } }).action.item);
    expect(answered).toEqual(
      await points.evaluateAll((buttons) => buttons.map((one) => one.getAttribute('data-testid')?.slice(3))),
    );
  });

  it('a tap without a connection is refused on the spot and never sent afterwards', async () => {
    await show('instruction');
    await primary().click({ trial: true });
    station.unplug();
    await tab.getByTestId('link-banner').waitFor();
    expect(await primary().isDisabled()).toBe(true);
    await primary().evaluate((button: { click(): void }) => button.click());
    await tab.keyboard.press('Enter');
    await scan('PMP100-2600417');
    expect(await tab.getByTestId('value-press.force').getAttribute('class')).toContain('hatched');
    station.plugIn();
    await tab.getByTestId('link-banner').waitFor({ state: 'detached' });
    await primary().click({ trial: true });
    expect(acts('execution.act')).toEqual([]);
    expect(acts('scan.submit')).toEqual([]);
  });

  it('after a failed step the primary action tries that very attempt again', async () => {
    await show('failed');
    await primary().click();
    await expect
      .poll(() => acts('execution.retry').map((act) => act.input))
      .toMatchObject([{ executionId: 'x-1', stepId: 'measure-bore', attempt: 2 }]);
  });

  it('the pace is told by the takt and by this hour, in colour only when behind, without a jump; without a takt it says nothing', async () => {
    const [takt, hour] = [tab.getByTestId('work-pace-takt'), tab.getByTestId('work-pace-hour')];
    const heightOf = async () => (await tab.getByTestId('work-pace').boundingBox())?.height;
    await show('instruction');
    await expect.poll(() => takt.innerText()).toMatch(/^Left of 3:45\s+[0-2]:\d\d$/);
    expect(await hour.innerText()).toMatch(/^This hour, of 16\s+13 due by now\s+14$/);
    expect(await tab.locator('[data-testid="work-pace"] .late').count()).toBe(0);
    const height = await heightOf();
    await show('behind');
    await expect.poll(() => takt.innerText()).toMatch(/^Over 3:45 by\s+\+0:\d\d$/);
    expect(await hour.innerText()).toMatch(/9$/);
    expect(await tab.locator('[data-testid="work-pace"] p.late').count()).toBe(2);
    expect(await heightOf()).toBe(height);
    await show('no-takt');
    await tab.getByTestId('work-pace').waitFor({ state: 'detached' });
  });

  it('Enter is the primary action, and digits on a keypad are not shortcuts', async () => {
    await show('number');
    for (const key of ['6', '.', '1']) await tab.keyboard.press(key, { delay: 70 });
    await expect.poll(() => primary().textContent()).toContain('6.1\u00A0bar');
    await primary().click({ trial: true });
    await tab.keyboard.press('Enter');
    await expect
      .poll(() => acts('execution.act').at(-1)?.input)
      .toMatchObject({ action: { type: 'number', value: 6.1 } });
    expect(tab.url()).not.toContain('#/orders');
  });
});

describeWith('chromium', 'a gauge that is not there', () => {
  it('is said on the step, with an age that goes on, and values can be typed', async () => {
    await show('measure-no-gauge');
    const note = tab.getByTestId('gauge-missing');
    await expect
      .poll(() => note.textContent())
      .toMatch(/Calliper · G-114 .*not connected for \d\d\ss\..*enter the value by hand/);
    const said = await note.textContent();
    await expect.poll(() => note.textContent()).not.toBe(said);
    expect(await tab.getByTestId('step-blocked').count()).toBe(0);
    await tab.getByRole('button', { name: 'Enter by hand', exact: true }).click();
    await tab.getByTestId('record-typed').waitFor();
    await tab.keyboard.press('Escape');
  });
});

describeWith('chromium', 'scans', () => {
  it('work whatever has the focus, and type nowhere', async () => {
    await show('instruction');
    await tab.getByTestId('help').focus();
    await scan('PMP100-2600419');
    await expect
      .poll(() => acts('scan.submit').map((act) => act.input))
      .toEqual([{ text: 'PMP100-2600419', source: 'wedge' }]);
    await expect.poll(() => tab.getByTestId('scan-field').textContent()).toContain('PMP100-2600419 understood as unit');
    expect(await tab.locator('dialog').count()).toBe(0);
    expect(acts('execution.act')).toEqual([]);

    await show('text');
    await tab.getByTestId('on-screen-keyboard').waitFor();
    await scan('WO-10452');
    await expect.poll(() => acts('scan.submit').length).toBe(2);
    expect(await tab.getByTestId('on-screen-keyboard').textContent()).not.toContain('WO-10452');
  });

  it('slow typing goes to the keyboard on the screen, unchanged', async () => {
    await show('text');
    for (const key of 'Gut 1h') await tab.keyboard.press(key, { delay: 80 });
    await expect.poll(() => tab.locator('.typed').textContent()).toBe('Gut 1h');
    expect(acts('scan.submit')).toEqual([]);
  });

  it('a code that comes too slowly acts nowhere: no shortcut, no primary action', async () => {
    await show('instruction');
    await primary().click({ trial: true });
    for (const key of 'SH1LP') await tab.keyboard.press(key, { delay: 50 });
    await tab.keyboard.press('Enter');
    await expect.poll(() => tab.getByTestId('scan-field').textContent()).toContain('came in pieces');
    expect(await tab.locator('dialog').count()).toBe(0);
    expect(station.acts.filter((act) => act.path !== 'people.active')).toEqual([]);
    expect(tab.url()).not.toContain('#/');
  });

  it('refused ones say why', async () => {
    await show('instruction');
    await scan('?what-is-this');
    await expect.poll(() => tab.getByTestId('scan-field').textContent()).toContain('This code was not understood');
  });
});

describeWith('chromium', 'place and people', () => {
  it('a reload comes back to the same place and the same step', async () => {
    await show('measure');
    await tab.getByTestId('place-devices').click();
    await tab.reload();
    await tab.locator('[data-screen="devices"]').waitFor();
    await tab.keyboard.press('2');
    await tab.locator('[data-step="measure-bore"][data-type="measure"]').waitFor();
    await tab.reload();
    await tab.locator('[data-step="measure-bore"][data-type="measure"]').waitFor();
  });

  it('locked shows nothing but the sign-in, and keeps the step', async () => {
    await show('instruction');
    station.people.set({ ...station.people.value, locked: true });
    await tab.getByTestId('sign-in').waitFor();
    expect(await tab.getByTestId('step').count()).toBe(0);
    expect(await tab.getByTestId('place-orders').count()).toBe(0);
    expect(await tab.getByTestId('sign-in').textContent()).toContain(
      'PMP100-2600417 stays at the step “Lay out the parts”',
    );
  });

  it('nobody signed in makes the header say so', async () => {
    station.people.set({ ...station.people.value, person: null });
    await tab.getByTestId('header-nobody').waitFor();
  });

  it('a history that keeps nothing: a quiet word in the header that leads to since when, what is lost and what to do', async () => {
    await show('instruction');
    expect(await tab.getByTestId('header-history').count()).toBe(0);
    station.system.set({ ...station.system.value, history: system('ok', 'corrupt').history });
    await tab.getByTestId('header-history').click();
    const about = tab.getByTestId('about');
    await expect.poll(() => about.textContent()).toMatch(/not recorded since .*The file is damaged; .*malformed/);
    expect(await about.textContent()).toMatch(/Values lost since the start\s*1204/);
    // The work goes on.
    await tab.getByTestId('place-work').click();
    await show('instruction');
    await expect.poll(() => primary().isEnabled()).toBe(true);
    expect(await tab.evaluate<readonly string[]>(overflowing)).toEqual([]);
  });

  it('the PIN never shows: dots in the page, digits nowhere', async () => {
    station.people.set({ ...station.people.value, pinFor: { id: 'jonas', name: 'Jonas Brandt' } });
    const pad = tab.getByTestId('pin-pad');
    await pad.waitFor();
    const before = await pad.textContent();
    for (const key of ['2', '5', '8', '0']) await tab.keyboard.press(key, { delay: 80 });
    await expect.poll(() => pad.locator('i.filled').count()).toBe(4);
    expect(await pad.textContent()).toBe(before);
    await tab.keyboard.press('Enter');
    await expect.poll(() => acts('people.givePin').at(-1)?.input).toMatchObject({ pin: '2580' });
  });
});

describeWith('chromium', 'a stop', () => {
  it('tells what it used and cost, what nobody can say of it, and nothing without a meter', async () => {
    station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
    const told = tab.getByTestId('stop-energy');
    const cost = vi.spyOn(energyScene, 'cost');
    try {
      const whole = { unit: 'kW.h', energy: 4.2, open: 0, knownMs: 60_000, cost: { amount: 1.134, currency: 'EUR' } };
      cost.mockReturnValue(whole);
      await tab.evaluate("location.hash = '#/machines/press-p1%20stops%20stop-open'");
      await expect.poll(() => told.textContent()).toBe('This stop cost 4.20\u00A0kWh, 1.13\u00A0EUR.');
      const cases: readonly (readonly [EnergyCost, string])[] = [
        [{ ...whole, cost: null }, 'This stop cost 4.20\u00A0kWh.'],
        [
          { ...whole, open: 1.83 },
          'This stop cost 4.20\u00A0kWh, 1.13\u00A0EUR. Another 1.83\u00A0kWh went in an outage over its edge: nobody knows how much of that is this stop’s.',
        ],
        [{ ...whole, energy: 0, knownMs: 0 }, 'The meter has told nothing of this stop yet.'],
      ];
      for (const [value, words] of cases) {
        cost.mockReturnValue(value);
        station.stops.set({ ...stopsScene.watch, revision: station.stops.value.revision + 1 });
        await expect.poll(() => told.textContent()).toBe(words);
      }
      cost.mockReturnValue(null);
      station.stops.set({ ...stopsScene.watch, revision: station.stops.value.revision + 1 });
      await told.waitFor({ state: 'detached' });
      await tab.getByTestId('part-about').waitFor();
    } finally {
      cost.mockRestore();
      station.stops.set({ revision: station.stops.value.revision + 1, unexplained: 0, ask: null });
      await tab.evaluate("location.hash = '#/work'");
    }
  });
});

describeWith('chromium', 'a machine that waits', () => {
  it('says beside the work that it stands, since when and why, whatever came into work since; a tap leads to it', async () => {
    await show('instruction');
    station.machines.set(machinesScene.broken(station.machines.value.revision + 1));
    const stands = tab.getByTestId('machine-stands-press-p1');
    await expect.poll(() => stands.innerText()).toMatch(/Press P1: Fault 4\smin\s+E217 Guard/);
    await stands.click();
    await expect.poll(() => tab.getByTestId('machine-now').innerText()).toMatch(/^Fault\s*4\smin\s*E217 Guard/);
  });

  it('is told by hand where it has no wire, and says beside its state and on its stop which machine it waits for, or why that is not known', async () => {
    const told = tab.getByTestId('machine-waits');
    const card = stopsScene.view('stop-open')!;
    const view = vi.spyOn(stopsScene, 'view');
    const { root } = machinesScene.waits;
    // As long ago as the scene says, whenever the test comes to it.
    const waits = { ...machinesScene.waits, root: root && { ...root, from: Date.now() - 4 * 60_000 - 10_000 } };
    const tell = (waitsFor: WaitsHere): void => {
      view.mockReturnValue({ ...card, waitsFor });
      station.machines.set(machinesScene.waiting(waitsFor, station.machines.value.revision + 1));
      station.stops.set({ ...stopsScene.watch, revision: station.stops.value.revision + 1 });
    };
    try {
      station.machines.set(machinesScene.byHand(station.machines.value.revision + 1));
      await tab.evaluate("location.hash = '#/machines/press-p1%20now'");
      await tab.getByTestId('tell-setup').click();
      await expect.poll(() => acts('machines.tell').at(-1)?.input).toMatchObject({ state: 'setup', from: null });
      tell(waits);
      await expect.poll(() => told.textContent()).toContain('waits for Washer W1: Housings missing, 4\u00A0min');
      await tab.evaluate("location.hash = '#/machines/press-p1%20stops%20stop-open'");
      await expect.poll(() => told.textContent()).toContain('waits for Washer W1: Housings missing, 4\u00A0min');
      const at = Date.now() - 12 * 60_000 - 5_000;
      for (const [why, words] of [
        ['not-linked', 'plant server not heard for 12\u00A0min'],
        ['not-told', 'the plant server has not said it'],
        ['no-server', 'only a plant server tells'],
      ] as const) {
        tell({ ...waits, root: null, unknown: { why, at } });
        await expect.poll(() => told.textContent()).toContain(words);
        expect(await told.getAttribute('class')).toContain('hatched');
        expect(await told.textContent()).not.toContain('Washer');
      }
    } finally {
      view.mockRestore();
      station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
      station.stops.set({ revision: station.stops.value.revision + 1, unexplained: 0, ask: null });
      await tab.evaluate("location.hash = '#/work'");
    }
  });
});

describeWith('chromium', 'OEE', () => {
  it('is told of a shift and of a day, each with those before it', async () => {
    station.machines.set({ ...machinesScene.state, revision: station.machines.value.revision + 1 });
    try {
      await tab.evaluate("location.hash = '#/machines/press-p1%20oee'");
      const [title, later] = [tab.getByTestId('oee-window'), tab.getByTestId('oee-later')];
      await expect.poll(() => title.textContent()).toContain('Early shift');
      await tab.getByTestId('oee-earlier').click();
      // A shift that is over was told anew since.
      await tab.getByTestId('restated').waitFor();
      await tab.getByTestId('oee-day').click();
      await expect.poll(() => title.textContent()).not.toContain('shift');
      expect(await later.isDisabled()).toBe(true);
      await tab.getByTestId('oee-earlier').click();
      await expect.poll(() => later.isEnabled()).toBe(true);
      for (const figure of ['mtbf', 'mttr', 'allocation'])
        expect(await tab.getByTestId(`figure-${figure}`).textContent()).toMatch(/\d.*ISO 22400-2/);
    } finally {
      await tab.evaluate("location.hash = '#/work'");
    }
  });
});

describeWith('chromium', 'words', () => {
  it.each(['en', 'de'] as const)(
    'fit on the small panel in %s, in every state of the work screen',
    async (language) => {
      station.settings.set({ ...station.settings.value, language });
      await expect.poll(() => tab.evaluate<string>('document.documentElement.lang')).toBe(language);
      const problems: string[] = [];
      for (const scene of Object.keys(scenes)) {
        await show(scene);
        await tab.evaluate<unknown>('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
        for (const problem of await tab.evaluate<readonly string[]>(overflowing)) problems.push(`${scene}: ${problem}`);
      }
      expect(problems).toEqual([]);
    },
    240_000,
  );

  it('of a unit that has passed are all there under the question why the machine stood', async () => {
    station.stops.set({ ...stopsScene.watch, revision: station.stops.value.revision + 1 });
    await show('passed');
    await tab.getByTestId('stop-ask').waitFor();
    const hidden = `(() => { const page = document.querySelector('[data-testid="passed"]'); return page.scrollHeight - page.clientHeight; })()`;
    expect(await tab.evaluate(hidden)).toBe(0);
    station.stops.set({ revision: station.stops.value.revision + 1, unexplained: 0, ask: null });
  });

  it('nothing on the way broke the content security policy or threw', () => {
    expect(complaints).toEqual([]);
  });
});
