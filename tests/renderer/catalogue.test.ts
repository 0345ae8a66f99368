/** Every code that the contract can put on the screen has its words in both languages. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, describe, it } from 'vitest';
import { z } from 'zod';
import { deviceProblems, deviceStates } from '#contract/driver.ts';
import { eventDefinitions } from '#contract/events/index.ts';
import { permissions, roles } from '#contract/permissions.ts';
import { qualities } from '#contract/reading.ts';
import { metCodes, nextCodes, reasonCodes, type Reason, type ReasonCode } from '#contract/refusal.ts';
import { scanKinds } from '#contract/rpc/scan.ts';
import { linkProblems, serverStates } from '#contract/rpc/sync.ts';
import { documentKinds } from '#contract/sync/down.ts';
import { syncErrorCodes } from '#contract/sync/protocol.ts';
import { storeStates } from '#contract/rpc/system.ts';
import { stepTypes } from '#contract/steps/index.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { catalogueFaults, placeholders, readCatalogues } from '../../renderer/i18n/catalogue.ts';
import { messageKey, metWords, nextWords, reasonWords, type Words } from '../../renderer/i18n/reason.ts';
import { Format } from '../../renderer/state/format.ts';

const catalogues = readCatalogues();
const languages = ['en', 'de'] as const;
const prefixed = (prefix: string, codes: readonly string[], suffix = ''): string[] =>
  codes.map((code) => `${prefix}${messageKey(code)}${suffix}`);

const manifests = [...(await installedDrivers()).values()].map(({ manifest }) => manifest);
const driverSettings = manifests.flatMap(({ id, settings }) => {
  const schema = z.toJSONSchema(settings, { io: 'input' }) as { properties: Record<string, unknown> };
  return Object.keys(schema.properties).map((key) => [
    messageKey(`driver_${id}_setting_${key}`),
    `devices_setting_${key}`,
  ]);
});

describe('catalogue', () => {
  it('is the same in both languages: keys and placeholders', () => {
    expect(catalogueFaults(catalogues)).toEqual([]);
  });

  it.each([
    [
      'reasons',
      [...prefixed('reason_', Object.keys(reasonCodes)), ...prefixed('reason_', Object.keys(reasonCodes), '_text')],
    ],
    ['met conditions', prefixed('met_', Object.keys(metCodes))],
    ['what now', prefixed('next_', Object.keys(nextCodes))],
    ['device states', prefixed('device_state_', deviceStates)],
    ['device problems', [...prefixed('device_problem_', deviceProblems), ...prefixed('device_todo_', deviceProblems)]],
    [
      'events',
      prefixed(
        'event_',
        eventDefinitions.map((one) => one.type),
      ),
    ],
    ['roles', prefixed('role_', roles)],
    ['permissions', prefixed('permission_', permissions)],
    ['qualities', prefixed('quality_', qualities)],
    ['server states', prefixed('server_state_', serverStates)],
    ['troubles of the link', prefixed('sync_problem_', [...linkProblems, ...Object.keys(syncErrorCodes)])],
    ['documents', prefixed('server_document_', Object.keys(documentKinds))],
    ['store states', [...prefixed('store_state_', storeStates), ...prefixed('store_state_', storeStates, '_todo')]],
    [
      'what to do about a broken history',
      prefixed(
        'history_todo_',
        storeStates.filter((state) => state !== 'ok'),
      ),
    ],
    ['step types', prefixed('step_type_', stepTypes)],
    ['scan kinds', prefixed('scan_kind_', scanKinds)],
    ['drivers', manifests.flatMap(({ id }) => [messageKey(`driver_${id}_title`), messageKey(`driver_${id}_text`)])],
  ])('has words for all %s', (_what, keys) => {
    expect(keys.filter((key) => !(key in catalogues.en))).toEqual([]);
  });

  it('names every setting of every driver', () => {
    expect(driverSettings.filter((keys) => !keys.some((key) => key in catalogues.en)).map(([key]) => key)).toEqual([]);
  });

  it('uses only the parameters that a reason carries', () => {
    const foreign: string[] = [];
    for (const [code, params] of Object.entries(reasonCodes) as [ReasonCode, readonly string[]][]) {
      // `limits` is made of lower, upper and unit.
      const known = new Set([...params, ...(params.includes('lower') ? ['limits'] : [])]);
      for (const key of [`reason_${messageKey(code)}`, `reason_${messageKey(code)}_text`])
        for (const name of placeholders(catalogues.en[key] ?? ''))
          if (!known.has(name)) foreign.push(`${key} {${name}}`);
    }
    for (const [prefix, codes] of [
      ['met_', metCodes],
      ['next_', nextCodes],
    ] as const)
      for (const [code, params] of Object.entries(codes) as [string, readonly string[]][])
        for (const name of placeholders(catalogues.en[prefix + messageKey(code)] ?? ''))
          if (!params.includes(name)) foreign.push(`${prefix}${code} {${name}}`);
    expect(foreign).toEqual([]);
  });

  it('has every message that the screens ask for by name', () => {
    const renderer = fileURLToPath(new URL('../../renderer/', import.meta.url));
    const missing = readdirSync(renderer, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(svelte|ts)$/.test(file) && !/^(i18n\/paraglide|plant\/)/.test(file))
      .flatMap((file) =>
        [...readFileSync(renderer + file, 'utf8').matchAll(/\bt\.([a-z]\w+)\(/g)]
          .filter((match) => !((match[1] ?? '') in catalogues.en))
          .map((match) => `${file}: t.${match[1]}`),
      );
    expect(missing).toEqual([]);
  });
});

describe.each(languages)('words in %s', (language) => {
  const now = Date.UTC(2026, 10, 22, 13, 9, 5);
  const words: Words = {
    message: (key, params = {}) =>
      catalogues[language][key]?.replaceAll(/\{(\w+)\}/g, (_all, name: string) => params[name] ?? `{${name}}`) ?? null,
    format: new Format(() => ({ language, timeZone: 'Europe/Berlin' })),
    now: () => now,
  };
  const sample = (name: string): Reason['params'][string] => {
    if (name.endsWith('At')) return now - 90_000;
    if (name.endsWith('Ms')) return 42_300;
    if (name.endsWith('Text')) return { en: 'Ram force', de: 'Stempelkraft' };
    if (['lower', 'upper', 'value', 'written', 'readBack', 'triesLeft', 'open', 'total', 'attempts'].includes(name))
      return 24.5;
    if (name === 'unit') return 'N.m';
    return `${name}-1`;
  };

  it('leave no parameter open, for every reason, met condition and button', () => {
    const open: string[] = [];
    for (const [code, names] of Object.entries(reasonCodes) as [ReasonCode, readonly string[]][]) {
      const params = Object.fromEntries(names.map((name) => [name, sample(name)]));
      const { title, text } = reasonWords({ code, params }, words);
      if (/[{}]|undefined|\[object/.test(title + text)) open.push(`${code}: ${title} / ${text}`);
    }
    for (const [code, names] of Object.entries(metCodes) as [keyof typeof metCodes, readonly string[]][]) {
      const text = metWords({ code, params: Object.fromEntries(names.map((name) => [name, sample(name)])) }, words);
      if (/[{}]/.test(text)) open.push(`${code}: ${text}`);
    }
    for (const [code, names] of Object.entries(nextCodes) as [keyof typeof nextCodes, readonly string[]][]) {
      const text = nextWords({ code, params: Object.fromEntries(names.map((name) => [name, sample(name)])) }, words);
      if (/[{}]/.test(text)) open.push(`${code}: ${text}`);
    }
    expect(open).toEqual([]);
  });

  it('write live values in the language: numbers, units, times, durations, words', () => {
    const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
    const out = reasonWords(
      {
        code: 'value.out-of-limits',
        params: {
          value: 24.041,
          unit: 'mm',
          lower: 23.98,
          upper: 24.03,
          characteristicText: { en: 'Bore B', de: 'Bohrung B' },
        },
      },
      words,
    );
    expect(plain(out.text)).toBe(
      language === 'en'
        ? 'Bore B: 24.041 mm; allowed is 23.980 to 24.030 mm.'
        : 'Bohrung B: 24,041 mm; erlaubt ist 23,980 bis 24,030 mm.',
    );
    const press = { device: 'press', deviceText: { en: 'Press', de: 'Presse' } };
    const ready = (ageMs: number | null): string =>
      plain(metWords({ code: 'device.ready', params: { ...press, ageMs } }, words));
    expect(ready(31_000)).toBe(
      language === 'en' ? 'Press ready, heard 31 s ago' : 'Presse bereit, zuletzt gehört vor 31 s',
    );
    expect(ready(null)).toBe(language === 'en' ? 'Press ready' : 'Presse bereit');
    const expired = reasonWords(
      {
        code: 'operator.qualification-expired',
        params: {
          operator: 'Tom Brandt',
          qualification: 'press-work',
          qualificationText: { en: 'Press work', de: 'Arbeiten an der Presse' },
          expiredAt: Date.UTC(2025, 2, 31, 21, 59, 59),
        },
      },
      words,
    );
    expect(plain(expired.text)).toContain(language === 'en' ? 'until 31 Mar 2025.' : 'bis 31.03.2025.');
    const stale = reasonWords(
      {
        code: 'tag.stale',
        params: { tag: 'p.f', tagText: { en: 'Force', de: 'Kraft' }, ageMs: 42_300, limitMs: 2_000 },
      },
      words,
    );
    expect(plain(stale.text)).toBe(
      language === 'en'
        ? 'Force (p.f) is 42 s old; at most 2.0 s is allowed.'
        : 'Kraft (p.f) ist 42 s alt; erlaubt sind höchstens 2,0 s.',
    );
    const device = reasonWords(
      {
        code: 'device.not-connected',
        params: { device: 'press', deviceText: { en: 'Press', de: 'Presse' }, state: 'disconnected', sinceMs: 61_000 },
      },
      words,
    );
    expect(plain(device.text)).toBe(
      language === 'en'
        ? 'Press (press): not connected for 1 min 1 s.'
        : 'Presse (press): nicht verbunden seit 1 min 1 s.',
    );
  });

  it('name the mark of several, and say "without end" where a qualification has none', () => {
    const plain = (text: string): string => text.replaceAll('\u00A0', ' ');
    const bore = { en: 'Bore B', de: 'Bohrung B' };
    const params = { value: 24.041, unit: 'mm', lower: 23.98, upper: 24.03, characteristicText: bore };
    const at = (pointText: Reason['params'][string]): string =>
      plain(reasonWords({ code: 'value.out-of-limits', params: { ...params, pointText } }, words).text);
    expect(at({ en: 'Mark 2', de: 'Marke 2' })).toMatch(
      language === 'en' ? /^Bore B, Mark 2: / : /^Bohrung B, Marke 2: /,
    );
    expect(at(null)).toMatch(language === 'en' ? /^Bore B: / : /^Bohrung B: /);
    const qualified = (validToAt: number | null): string =>
      plain(
        metWords(
          {
            code: 'operator.qualified',
            params: { operator: 'Sam Okafor', qualificationText: { en: 'Final check', de: 'Endprüfung' }, validToAt },
          },
          words,
        ),
      );
    expect(qualified(null)).toBe(
      language === 'en'
        ? 'Sam Okafor qualified (Final check), without end'
        : 'Sam Okafor qualifiziert (Endprüfung), unbefristet',
    );
    expect(qualified(Date.UTC(2031, 5, 30, 21, 59, 59))).toMatch(/2031$/);
  });

  it('say "at most" where there is no lower limit', () => {
    const { text } = reasonWords(
      { code: 'value.implausible', params: { value: 99, unit: 'bar', lower: null, upper: 12 } },
      words,
    );
    expect(text).toContain(language === 'en' ? 'at most 12\u00A0bar' : 'höchstens 12\u00A0bar');
  });

  it('say so when a code is unknown to this screen', () => {
    const { title, text } = reasonWords({ code: 'future.code' as ReasonCode, params: {} }, words);
    expect(title).toBe(catalogues[language]['reason_unknown']);
    expect(text).toContain('future.code');
  });
});
