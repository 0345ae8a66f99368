/** Every screen of the plant view fits, is readable and can be hit, in both languages and both themes. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { describeWith } from '../support/system.ts';
import { plantTab } from '#tests/renderer/plant-tab.ts';
import { screenFaults } from './screen-check.ts';

const overflowing = readFileSync(new URL('../renderer/overflowing.browser.js', import.meta.url), 'utf8');
/** 9 mm at 96 dpi, and type that is read at a desk. */
const demands = { leastText: 14, leastContrast: 7, leastTarget: 34 };
const of = plantTab();
const show = (hash: string): Promise<void> => of().show(hash);

describeWith('chromium', 'every screen', () => {
  const file = encodeURIComponent('definitions/PMP-100.C/definition.yaml');
  const hashes = [
    '#/lines',
    '#/board',
    '#/board/L1',
    '#/orders',
    '#/orders/WO-10467',
    '#/orders?show=all',
    '#/units?q=PMP100',
    '#/units/PMP100-2600409',
    '#/units?show=cases',
    '#/stations/ST10',
    '#/trouble',
    '#/trouble?show=forks',
    '#/trouble?show=deadLetters',
    '#/releases',
    `#/releases/${file}`,
    `#/releases/${file}?show=edit`,
    `#/releases/${file}?show=history`,
    '#/accounts/jana.vogt',
    '#/accounts?show=audit',
  ];
  // Length comes from the language, contrast from the theme: two runs see both of each.
  it.each([
    ['en', 'light'],
    ['de', 'dark'],
  ])(
    'fits, is readable and can be hit, in %s and %s',
    async (language, theme) => {
      await of().tab.evaluate(
        `localStorage.setItem('linewright.language', '${language}'); localStorage.setItem('linewright.theme', '${theme}')`,
      );
      const problems: string[] = [];
      for (const hash of hashes) {
        await show(hash);
        await of().tab.waitForTimeout(250);
        expect(await of().tab.evaluate('document.documentElement.lang')).toBe(language);
        for (const one of await of().tab.evaluate<readonly string[]>(overflowing)) problems.push(`${hash}: ${one}`);
        const faults = await of().tab.evaluate(screenFaults, demands);
        for (const [kind, found] of Object.entries(faults))
          for (const one of found) problems.push(`${hash} ${kind}: ${one}`);
      }
      expect(problems).toEqual([]);
    },
    240_000,
  );
});
