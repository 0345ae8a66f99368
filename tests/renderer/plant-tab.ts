/** The built plant view in a real browser against a scripted plant server: what its tests share. */
import { chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumArgs } from '#tests/support/browser.ts';
import { builtPlantView } from '#tests/support/built.ts';
import { describeWith, systemPart } from '#tests/support/system.ts';
import { lineRows, methods, openOrders, plantSession } from './plant-scene.ts';
import { quarantine } from './plant-scene-records.ts';
import { startScriptedPlant, type ScriptedPlant } from './scripted-plant.ts';

export interface PlantTab {
  readonly plant: ScriptedPlant;
  readonly tab: Page;
  /** A fresh page: nothing of the test before is left. */
  show(hash: string): Promise<void>;
  at(id: string): Locator;
  /** Inputs of the acts of this path, oldest first. */
  acts(path: string): unknown[];
}

/** In a test file: opens the page once, puts the plant back before each test; `of()` is there inside of tests. */
export function plantTab(): () => PlantTab {
  let here: PlantTab | null = null;
  let end = async (): Promise<void> => undefined;
  const complaints: string[] = [];
  const of = (): PlantTab => {
    if (here === null) throw new Error('the page is not open yet');
    return here;
  };
  beforeAll(async () => {
    const plant = await startScriptedPlant(builtPlantView);
    const browser = await chromium.launch({
      executablePath: systemPart('chromium') ?? '',
      args: chromiumArgs,
    });
    end = async () => {
      await browser.close();
      await plant.close();
    };
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    tab.setDefaultTimeout(60_000);
    tab.on('console', (message) => {
      if (message.type() === 'error' && !/WebSocket connection|Failed to load resource/.test(message.text()))
        complaints.push(message.text());
    });
    tab.on('pageerror', (error) => complaints.push(error.message));
    await tab.goto(plant.address);
    here = {
      plant,
      tab,
      async show(hash) {
        await tab.goto('about:blank');
        await tab.goto(plant.address + hash);
        if (plant.signedIn) await tab.locator('[data-screen]').waitFor();
      },
      at: (id) => tab.getByTestId(id),
      acts: (path) => plant.acts.filter((act) => act.path === path).map((act) => act.input),
    };
  }, 240_000);
  afterAll(() => end());
  beforeEach(async () => {
    const { plant, tab, show } = of();
    plant.plugIn();
    plant.signedIn = true;
    plant.delayMs = 0;
    plant.broken.clear();
    plant.session.set(plantSession());
    plant.methods.set(methods);
    plant.orders.set(openOrders());
    plant.lines.set({ at: Date.now(), lines: lineRows() });
    plant.quarantine.set(quarantine());
    plant.acts.length = 0;
    await tab.evaluate('localStorage.clear()');
    await show('#/lines');
  });
  describeWith('chromium', 'the page', () =>
    it('opens, and nothing breaks the content security policy or throws', () => expect(complaints).toEqual([])),
  );
  afterAll(() => expect(complaints).toEqual([]));
  return of;
}
