/** The built screens in a real browser against a scripted station: what their tests share. */
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { chromiumArgs } from '../support/browser.ts';
import { builtScreens } from '../support/built.ts';
import { systemPart } from '../support/system.ts';
import { startScriptedStation, type ScriptedStation } from './scripted-station.ts';

const images = fileURLToPath(new URL('../../resources/demo-plant/definitions/PMP-100.C/images', import.meta.url));

export interface StationTab {
  readonly station: ScriptedStation;
  readonly tab: Page;
  /** What broke the content security policy or threw, so far. */
  readonly complaints: readonly string[];
}

/** In a test file: opens the page once, and hands it over before the first test. */
export function stationTab(opened: (here: StationTab) => void): void {
  let end = async (): Promise<void> => undefined;
  beforeAll(async () => {
    const station = await startScriptedStation(builtScreens, images);
    const browser = await chromium.launch({ executablePath: systemPart('chromium') ?? '', args: chromiumArgs });
    end = async () => {
      await browser.close();
      await station.close();
    };
    const tab = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const complaints: string[] = [];
    tab.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('WebSocket connection'))
        complaints.push(message.text());
    });
    tab.on('pageerror', (error) => complaints.push(error.message));
    await tab.goto(station.address);
    opened({ station, tab, complaints });
  }, 240_000);
  afterAll(() => end());
}
