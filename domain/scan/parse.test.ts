import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { undoLayout, visible } from './characters.ts';
import { parseComponent, parseScan, type ScanContext } from './parse.ts';

const GS = '\u001d';
const context: ScanContext = {
  prefixes: { badge: 'BDG-', order: 'WO-', command: 'CMD-' },
  isBadge: (text) => text === 'BDG-1001' || text === '4711',
  isOrder: (text) => text === 'WO-10452',
  isUnit: (text) => text.startsWith('PMP100-26'),
  isMaterial: (text) => ['HSG-100', 'IMP-100', 'BRG-62'].includes(text),
  materialByGtin: (gtin) => (gtin === '09521234000303' ? 'HSG-100' : null),
  expects: 'nothing',
  year: 2026,
};
const at = (expects: ScanContext['expects']): ScanContext => ({ ...context, expects });
const component = (text: string, where = context) => parseScan(text, where).component;

describe('what a plain code is', () => {
  it.each([
    ['BDG-1001', 'badge'],
    ['BDG-9999', 'badge'], // by its prefix; who it is, is not the parser's to say
    ['4711', 'badge'], // known without the prefix
    ['WO-10452', 'order'],
    ['WO-99999', 'order'],
    ['PMP100-2600417', 'unit'],
    ['CMD-CONFIRM', 'command'],
    ['BRG-62', 'component'],
    ['BDG-', 'unknown'],
    ['hello', 'unknown'],
    ['', 'unknown'],
  ] as const)('%s is a %s', (text, kind) => expect(parseScan(text, context).kind).toBe(kind));

  it('takes a command word in any case', () => expect(parseScan('CMD-lock', context).value).toBe('LOCK'));

  it('lets the longest prefix decide', () => {
    const nested = { ...context, prefixes: { badge: 'A-', order: 'A-WO-', command: 'CMD-' } };
    expect(parseScan('A-WO-1', nested).kind).toBe('order');
    expect(parseScan('A-1', nested).kind).toBe('badge');
  });
});

describe('what the current step makes of it', () => {
  it('a badge always is a badge', () => {
    for (const expects of ['component', 'text', 'nothing'] as const) {
      expect(parseScan('BDG-1001', at(expects)).kind).toBe('badge');
    }
  });
  it('a text step takes what else is scanned word for word, also orders and labels', () => {
    for (const text of ['WO-10452', 'HSG-100|L:1', 'free text']) {
      expect(parseScan(text, at('text'))).toMatchObject({ kind: 'text', value: text });
    }
  });
  it('a component step calls a code of no known form a component of no known material', () => {
    expect(parseScan('IMP-009112', at('component'))).toMatchObject({
      kind: 'component',
      component: { materialId: null, serial: null, lot: null, raw: 'IMP-009112' },
    });
  });
  it('a component step still knows units and orders', () => {
    expect(parseScan('PMP100-2600417', at('component')).kind).toBe('unit');
    expect(parseScan('WO-10452', at('component')).kind).toBe('order');
  });
});

describe('the own label form', () => {
  it('reads lot, serial, end of use and quantity', () => {
    expect(component('HSG-100|L:H-22817')).toMatchObject({ materialId: 'HSG-100', lot: 'H-22817', serial: null });
    expect(component('IMP-100|S:IMP-009112|E:2027-06-30|Q:2')).toEqual({
      materialId: 'IMP-100',
      gtin: null,
      lot: null,
      serial: 'IMP-009112',
      expiresAt: Date.UTC(2027, 6, 1) - 1,
      raw: 'IMP-100|S:IMP-009112|E:2027-06-30|Q:2',
    });
  });
  it('keeps the name of a material that is not known, so that the refusal can say it', () => {
    expect(component('HSG-999|L:1')).toMatchObject({ materialId: 'HSG-999' });
  });
  it.each([
    ['HSG-100|X:1', 'identifier-unknown'],
    ['HSG-100|L:', 'identifier-unknown'],
    ['HSG-100|L:1|L:2', 'contradicts-itself'],
    ['HSG-100|E:2027-02-30', 'date-invalid'],
    ['HSG-100|Q:many', 'not-digits'],
  ])('%s: %s', (text, problem) =>
    expect(parseScan(text, context)).toMatchObject({ kind: 'unknown', fields: { problem } }),
  );
});

describe('GS1 element strings', () => {
  it('reads fixed and variable fields with the AIM identifier', () => {
    expect(parseScan(`]d201095212340003031727060010H-22817${GS}21X9\r`, context)).toMatchObject({
      kind: 'component',
      fields: {
        symbology: ']d2',
        gtin: '09521234000303',
        expires: '2027-06-30',
        lot: 'H-22817',
        serial: 'X9',
        material: 'HSG-100',
      },
      component: {
        materialId: 'HSG-100',
        expiresAt: Date.UTC(2027, 6, 1) - 1,
        raw: `]d201095212340003031727060010H-22817${GS}21X9`,
      },
    });
  });
  it('reads itself again from `raw` to the same component', () => {
    const first = component(`]C110L-1${GS}240HSG-100`);
    expect(first).toMatchObject({ materialId: 'HSG-100', lot: 'L-1' });
    expect(parseComponent(first?.raw ?? '', context)).toEqual(first);
  });
  it('reads the form printed under the code, keyed in by hand', () => {
    expect(component('(01)09521234000303(10)H-1(17)270228')).toMatchObject({ materialId: 'HSG-100', lot: 'H-1' });
  });
  it('reads a scanner that spells the separator out', () => {
    expect(component('010952123400030310H-1<GS>21S-1')).toMatchObject({ lot: 'H-1', serial: 'S-1' });
  });
  it('does not take digits for GS1 data when the check digit is wrong', () => {
    expect(parseScan('0109521234000304', context).kind).toBe('unknown');
  });
  it.each([
    [']d20109521234000304', 'check-digit-wrong', '01'],
    [']d217271345', 'date-invalid', '17'],
    [']d20109521', 'length-wrong', '01'],
    [']d25512', 'identifier-unknown', '5512'],
    [`]d210${'x'.repeat(21)}`, 'length-wrong', '10'],
    [']d237x', 'not-digits', '37'],
    [`]d210A${GS}10B`, 'contradicts-itself', '10'],
  ])('%s: %s', (text, problem, problemAt) =>
    expect(parseScan(text, context)).toMatchObject({ kind: 'unknown', fields: { problem, problemAt } }),
  );
  it.each([
    ['280200', '2028-02-29'],
    ['270200', '2027-02-28'],
    ['760101', '2076-01-01'],
    ['770101', '1977-01-01'],
  ])('date %s is %s', (text, date) => expect(parseScan(`]d217${text}`, context).fields['expires']).toBe(date));
  it('knows the label of an own unit by its serial', () => {
    const label = `]d2010952123400010521PMP100-2600417`;
    expect(parseScan(label, context)).toMatchObject({ kind: 'unit', value: 'PMP100-2600417' });
    expect(parseScan(label, at('component')).kind).toBe('component');
  });
});

describe('ISO 15434 envelopes', () => {
  const envelope = (...data: string[]): string => `[)>\u001e06${GS}${data.join(GS)}\u001e\u0004`;
  it('reads data identifiers', () => {
    expect(parseScan(envelope('PHSG-100', '1TH-22817', 'Q25', 'V1234', '4LDE', '14D20270630'), context)).toMatchObject({
      kind: 'component',
      fields: { lot: 'H-22817', quantity: '25', supplier: '1234', origin: 'DE', expires: '2027-06-30' },
      component: { materialId: 'HSG-100', lot: 'H-22817' },
    });
  });
  it('takes the supplier part where it is the known one', () => {
    expect(component(envelope('PC-55', '1PIMP-100', 'SIMP-1'))).toMatchObject({
      materialId: 'IMP-100',
      serial: 'IMP-1',
    });
  });
  it('reads format 05', () => {
    expect(component(`[)>\u001e05${GS}0109521234000303${GS}10H-1\u001e\u0004`)).toMatchObject({
      materialId: 'HSG-100',
    });
  });
  it.each([
    ['[)>', 'empty'],
    ['[)>\u001e07', 'envelope-broken'],
    [envelope('P'), 'length-wrong'],
    [envelope('PA', 'PB'), 'contradicts-itself'],
  ])('%j: %s', (text, problem) => expect(parseScan(text, context).fields['problem']).toBe(problem));
});

describe('a scanner in the wrong keyboard layout', () => {
  it.each([
    ['BDGß1001', 'us-scanner-on-german-host', 'badge'],
    ["HSGß100'LÖHß22817", 'us-scanner-on-german-host', 'component'],
    ['WO/10452', 'german-scanner-on-us-host', 'order'],
    ['bdg-1001', 'caps-lock', 'badge'],
  ] as const)('%s: %s, would be a %s', (text, layout, meantKind) =>
    expect(parseScan(text, context)).toMatchObject({
      kind: 'unknown',
      layout,
      fields: { keyboardLayout: layout, meantKind },
    }),
  );
  it('says nothing of layouts when no layout helps', () => expect(parseScan('zzz', context).layout).toBeNull());
  it('undoes what it does', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_|:;/()<>?@#^&*"'`~\\[\]{}+=-]*$/), (text) => {
        const garbled = undoLayout(text, 'german-scanner-on-us-host');
        expect(undoLayout(garbled, 'us-scanner-on-german-host')).toBe(text);
      }),
    );
  });
});

describe('control characters', () => {
  it('are taken off around the data and said so', () => {
    expect(parseScan('\u0002BDG-1001\u0003\r\n', context)).toMatchObject({
      kind: 'badge',
      value: 'BDG-1001',
      cleaned: true,
    });
    expect(parseScan('BDG-1001\r\n', context).cleaned).toBe(false);
  });
  it('are shown as pictures', () => expect(visible(`A${GS}B\r`)).toBe('A␝B␍'));
});

describe('garbage', () => {
  const pieces = fc.constantFrom(
    GS,
    '\u001e',
    '\u0004',
    '[)>',
    '06',
    '01',
    '10',
    '17',
    '(01)',
    '|',
    'L:',
    ']d2',
    ']C1',
    'BDG-',
    'CMD-',
    '09521234000303',
    '\u0000',
    '😀',
  );
  const garbage = fc.oneof(
    fc.string({ maxLength: 600 }),
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 20 }).map((parts) => parts.join('')),
  );
  it('never throws, and says the same each time', () => {
    fc.assert(
      fc.property(garbage, fc.constantFrom('component', 'text', 'nothing' as const), (text, expects) => {
        const where = at(expects as ScanContext['expects']);
        const parsed = parseScan(text, where);
        expect(parseScan(text, where)).toEqual(parsed);
        if (parsed.kind === 'component') expect(parsed.component).not.toBeNull();
      }),
      { numRuns: 500 },
    );
  });
  it('a label reads back from what was put in it', () => {
    const lot = fc.stringMatching(/^[A-Za-z0-9.-]{1,20}$/);
    fc.assert(
      fc.property(lot, lot, (batch, serial) => {
        const text = `]d2010952123400030310${batch}${GS}21${serial}`;
        expect(component(text, at('component'))).toMatchObject({ materialId: 'HSG-100', lot: batch, serial });
      }),
    );
  });
});
