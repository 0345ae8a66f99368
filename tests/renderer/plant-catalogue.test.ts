/** Every code that the plant server can refuse with has its words in both languages, and the plant view has its own words. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { plantFaultCodes } from '#contract/plant/fault-codes.ts';
import { catalogueFaults, placeholders, readCatalogues } from '../../renderer/i18n/catalogue.ts';
import { messageKey } from '../../renderer/i18n/reason.ts';

const plant = readCatalogues('plant-messages');
const shared = readCatalogues();

describe('plant catalogue', () => {
  it('is the same in both languages: keys and placeholders', () => {
    expect(catalogueFaults(plant)).toEqual([]);
  });

  it('says nothing under a key of the shared catalogue', () => {
    expect(Object.keys(plant.en).filter((key) => key in shared.en)).toEqual([]);
  });

  it('has title and text for every fault code, with its parameters only', () => {
    const faults: string[] = [];
    for (const [code, params] of Object.entries(plantFaultCodes) as [string, readonly string[]][])
      for (const key of [`plant_reason_${messageKey(code)}`, `plant_reason_${messageKey(code)}_text`]) {
        if (!(key in plant.en)) faults.push(`${key}: missing`);
        for (const name of placeholders(plant.en[key] ?? ''))
          if (!params.includes(name)) faults.push(`${key}: uses {${name}}, which the code does not carry`);
      }
    expect(faults).toEqual([]);
  });

  it('has every message that the plant view asks for by name', () => {
    const folder = fileURLToPath(new URL('../../renderer/plant/', import.meta.url));
    const missing = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(svelte|ts)$/.test(file))
      .flatMap((file) =>
        [...readFileSync(folder + file, 'utf8').matchAll(/\bt\.([a-z]\w+)\(/g)]
          .filter((match) => !((match[1] ?? '') in plant.en) && !((match[1] ?? '') in shared.en))
          .map((match) => `${file}: t.${match[1]}`),
      );
    expect(missing).toEqual([]);
  });
});
