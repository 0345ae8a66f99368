import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOrders, type OrderFormat, type OrdersRead } from './read-orders.ts';

const now = Date.parse('2026-11-25T12:00:00Z');
const context = { timeZone: 'Europe/Berlin', now };
const read = (text: string | Uint8Array, format: OrderFormat): OrdersRead =>
  readOrders(typeof text === 'string' ? new TextEncoder().encode(text) : text, format, context);
const example = (name: string): Uint8Array =>
  readFileSync(new URL(`../../../docs/integration/${name}`, import.meta.url));
const told = ({ faults }: OrdersRead): string[] =>
  faults.map(
    ({ row, line, column, field, problem }) =>
      `${row ?? '-'} ${line ?? '-'}:${column ?? '-'} ${field ?? '-'}: ${problem}`,
  );
const changes = (orders: OrdersRead): unknown[] => {
  expect(told(orders)).toEqual([]);
  return orders.rows.map(({ change }) => change);
};
const due = Date.parse('2026-12-18T21:00:00Z');
const endOfDay = Date.parse('2026-12-18T23:00:00Z') - 1;

const first = {
  orderId: 'WO-20001',
  definitionId: 'PMP-100',
  revision: 'C',
  quantity: 120,
  priority: 3,
  lines: [{ lineId: 'L1', quantity: 120 }],
  status: 'released',
  mustExist: false,
  version: null,
};

describe('the examples of the documentation are read', () => {
  it.each([
    ['production-schedule.xml', 'b2mml-xml'],
    ['production-schedule.json', 'b2mml-json'],
    ['job-list.xml', 'b2mml-xml'],
    ['job-list.json', 'b2mml-json'],
  ] as const)('%s', (name, format) => {
    expect(changes(read(example(name), format))).toEqual([
      { ...first, orderId: 'WO-20003', material: 'PMP-100', serialPrefix: 'PMP100-20003-', dueAt: due },
    ]);
  });
  it.each([
    ['orders.csv', 'csv'],
    ['auftraege.csv', 'csv'],
    ['orders.json', 'json'],
  ] as const)('%s', (name, format) => {
    const [one, two] = changes(read(example(name), format));
    expect(one).toEqual({ ...first, dueAt: endOfDay });
    expect(two).toMatchObject({
      orderId: 'WO-20002',
      quantity: 40,
      dueAt: Date.parse('2026-12-21T13:00:00Z'),
      status: 'held',
    });
  });
  it('the same file in Windows-1252 and in UTF-16', () => {
    const text = new TextDecoder().decode(example('auftraege.csv')).replace('\ufeff', '');
    const expected = changes(read(text, 'csv'));
    const latin = Uint8Array.from(text, (character) => character.charCodeAt(0));
    expect(changes(read(latin, 'csv'))).toEqual(expected);
    expect(changes(read(Buffer.from(`\ufeff${text}`, 'utf16le'), 'csv'))).toEqual(expected);
  });
  it('separators are found, and sep= is obeyed', () => {
    for (const sep of [',', ';', '\t']) {
      const text = `order${sep}definition${sep}revision${sep}quantity\nA-1${sep}P${sep}A${sep}5\n`;
      expect(changes(read(text, 'csv')), sep).toMatchObject([{ orderId: 'A-1', quantity: 5 }]);
    }
    expect(changes(read('sep=;\norder;hold reason\nA-1;"a;b"\n', 'csv'))).toMatchObject([{ holdReason: 'a;b' }]);
  });
});

describe('each fault says row, line, column, field, problem', () => {
  it('CSV', () => {
    const text = [
      'Auftrag;Menge;Termin;Status;Linie',
      'WO-1;-5;31.02.2026;released;',
      '',
      'WO-2;1.000;01.12.2026;geschlossen;L1',
      '"WO-3";1e309;;;',
      'WO 4;5;2026-13-01;;',
      'WO-1;5;;;L1:3 L2:3',
      ';7;;;',
      'WO-6;7;;;;zu viel',
    ].join('\r\n');
    const orders = read(text, 'csv');
    expect(told(orders)).toEqual([
      '1 2:2 Menge: "-5" is not a whole number from 1 to 1000000',
      '1 2:3 Termin: "31.02.2026" is no day and no instant between 2000 and 2199',
      '2 4:2 Menge: "1.000" can be read as 1000 or as 1.000',
      '2 4:4 Status: "geschlossen" is no status',
      '2 4:5 Linie: a line is given without a quantity',
      '3 5:2 Menge: "1e309" is no whole number',
      '4 6:1 Auftrag: "WO 4" is not 1 to 40 letters, digits, dots, dashes or underscores',
      '4 6:3 Termin: "2026-13-01" is no day and no instant between 2000 and 2199',
      '5 7:1 Auftrag: order "WO-1" is already in record 1 (line 2)',
      '5 7:5 Linie: the shares of the lines sum up to 6, but the quantity is 5',
      '6 8:1 Auftrag: Auftrag is missing',
      '7 9:6 -: the line has 6 cells, the heading 5',
    ]);
    expect(orders.rows).toEqual([]);
    expect(orders.faults.every(({ remedy }) => remedy.length > 5)).toBe(true);
    expect(orders.refused.map(({ line }) => line)).toEqual([2, 4, 5, 6, 7, 8, 9]);
  });
  it('CSV: headings', () => {
    expect(told(read('order;quantty;Menge;Stückzahl\nA;1;1;1', 'csv'))).toEqual([
      '- 1:2 quantty: unknown column "quantty"',
      '- 1:4 Stückzahl: columns "Menge" and "Stückzahl" mean the same',
    ]);
    expect(told(read('Menge\n1', 'csv'))).toEqual(['- 1:1 order: there is no column for the order number']);
    expect(told(read('order;quantity\n', 'csv'))).toEqual(['- -:- -: it has a heading and no orders']);
  });
  it('CSV: a line break inside quotes does not shift the lines of what follows', () => {
    expect(told(read('order;hold reason;quantity\nA;"x\ny\nz";1\nB;;0', 'csv'))).toEqual([
      '2 5:3 quantity: "0" is not a whole number from 1 to 1000000',
    ]);
  });
  it('CSV: quotes that do not fit', () => {
    expect(told(read('order;quantity\nA;1\nB;"2\nC;3', 'csv'))[0]).toMatch(
      /^- \d:- -: a quotation mark is opened here/,
    );
    expect(told(read('order;hold reason\nA;5" pipe', 'csv'))[0]).toMatch(/^- 2:- -: a quotation mark stands where/);
  });
  it('JSON', () => {
    const text = `{ "orders": [
  { "orderId": "WO-1", "quantity": "5", "due": null },
  { "orderId": "WO-2", "quantiy": 5,
    "lines": [ { "lineId": "L1", "quantity": 2.5 } ] },
  7,
  { "orderId": "WO-3", "status": "relesed",
    "due": "tomorrow" },
  { "quantity": 1e309 }
] }`;
    expect(told(read(text, 'json'))).toEqual([
      '3 5:3 -: this is not an object with the fields of an order',
      '1 2:36 quantity: "5" is not a whole number from 1 to 1000000',
      '2 4:46 lines[0].quantity: "2.5" is not a whole number from 1 to 1000000',
      '2 3:35 quantiy: unknown field "quantiy"',
      '4 6:34 status: "relesed" is not one of created, released, held, closed',
      '4 7:12 due: "tomorrow" is no day and no instant between 2000 and 2199',
      '5 8:3 orderId: orderId is missing',
      '5 8:17 quantity: "Infinity" is not a whole number from 1 to 1000000',
    ]);
  });
  it('JSON that is none', () => {
    const one = (text: string): string | undefined => told(read(text, 'json'))[0];
    expect(one('{"orders": [\n {"orderId": }\n]}')).toBe('- 2:14 -: it is not JSON: a value is expected here');
    expect(one('{"orders": [')).toBe('- 1:13 -: it is not JSON: a value or ] is expected here');
    expect(one('{"orders": [],\n}')).toBe('- 2:1 -: it is not JSON: a name in quotes is expected here');
    expect(one('{"orders" []}')).toBe('- 1:11 -: it is not JSON: a colon is expected here');
    expect(one('[1 2]')).toBe('- 1:4 -: it is not JSON: a comma or ] is expected here');
    expect(one('["a\\x"]')).toBe('- 1:2 -: it is not JSON: a whole text in quotes is expected here');
    expect(one('[] x')).toBe('- 1:4 -: it is not JSON: the end is expected here');
    expect(told(read('['.repeat(100_000), 'json'))).toEqual(['- 1:65 -: it nests deeper than 64 levels']);
  });
  it('B2MML', () => {
    const text = `<ProcessProductionSchedule>
<DataArea><ProductionSchedule>
<ProductionRequest>
  <ID>WO-1</ID>
  <Version>C</Version>
  <EndTime>2026-12-99</EndTime>
  <SegmentRequirement>
    <MaterialRequirement><MaterialUse>Produced</MaterialUse>
      <Quantity><QuantityString>-5</QuantityString></Quantity>
    </MaterialRequirement>
  </SegmentRequirement>
  <RequestState>Relased</RequestState>
</ProductionRequest>
<ProductionRequest>
  <ID>WO-2</ID>
  <SegmentRequirement>
    <MaterialRequirement><MaterialUse>Produced</MaterialUse>
      <Quantity><QuantityString>5</QuantityString><UnitOfMeasure>kg</UnitOfMeasure></Quantity>
    </MaterialRequirement>
  </SegmentRequirement>
</ProductionRequest>
</ProductionSchedule></DataArea></ProcessProductionSchedule>`;
    expect(told(read(text, 'b2mml-xml'))).toEqual([
      '1 12:3 RequestState: "Relased" is not possible for RequestState here',
      '1 9:17 QuantityString: "-5" is not a whole number from 1 to 1000000',
      '1 6:3 EndTime: "2026-12-99" is no day and no instant between 2000 and 2199',
      '2 18:51 UnitOfMeasure: the quantity is in "kg", orders count pieces',
    ]);
  });
  it('XML that is none, or dangerous', () => {
    const one = (text: string): string => told(read(text, 'b2mml-xml'))[0] ?? 'nothing';
    expect(one('<a>\n<b></a>')).toMatch(/^- 2:\d+ -: it is not well-formed XML/);
    expect(one('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')).toMatch(
      /^- 1:1 -: it has a document type/,
    );
    expect(one('<JobList>\n<JobOrder><ID>&lol9;</ID></JobOrder></JobList>')).toBe('- 2:11 -: unknown entity "&lol9;"');
    expect(one('<a>'.repeat(500) + '</a>'.repeat(500))).toMatch(/nests deeper/);
    expect(one('<a/><b/>')).toMatch(/more than one element at the top/);
    expect(one('<?xml version="1.0" encoding="ISO-8859-1"?><a/>')).toMatch(/its encoding is "ISO-8859-1"/);
    expect(one('<Order/>')).toMatch(/is no production schedule and no job list/);
    expect(one('<GetJobList/>')).toMatch(/verb "Get" asks for nothing/);
  });
  it('of a file as a whole', () => {
    for (const format of ['csv', 'json', 'b2mml-xml', 'b2mml-json'] as const) {
      expect(told(read(new Uint8Array(), format))).toEqual(['- -:- -: it is empty']);
      expect(told(read(Uint8Array.of(80, 75, 3, 4, 0, 1), format))).toEqual([
        '- -:- -: it is not a text file: byte 5 is zero',
      ]);
    }
    expect(told(read(Uint8Array.of(0xe4, 0x20), 'json'))).toEqual(['- -:- -: it is not UTF-8 text']);
  });
});

it('Cancel closes and Change needs the order to be there', () => {
  const body = (verb: string): string =>
    `<x:${verb}JobList xmlns:x="u"><x:DataArea><x:JobList><x:JobOrder><x:ID>A</x:ID></x:JobOrder></x:JobList></x:DataArea></x:${verb}JobList>`;
  expect(changes(read(body('Cancel'), 'b2mml-xml'))).toEqual([
    { orderId: 'A', status: 'closed', mustExist: true, version: null },
  ]);
  expect(changes(read(body('Change'), 'b2mml-xml'))).toMatchObject([{ orderId: 'A', mustExist: true }]);
});

it('several segments with lines of their own are shares', () => {
  const segment = (line: string, quantity: number): object => ({
    HierarchyScope: {
      EquipmentID: 'HALL',
      EquipmentElementLevel: 'Area',
      HierarchyScope: { EquipmentID: line, EquipmentElementLevel: 'ProductionLine' },
    },
    MaterialRequirement: [{ MaterialUse: 'Produced', Quantity: { QuantityString: quantity } }],
  });
  const document = {
    ProductionSchedule: {
      ProductionRequest: { ID: 'A', SegmentRequirement: [segment('L1', 60), segment('L2', 40)] },
    },
  };
  expect(changes(read(JSON.stringify(document), 'b2mml-json'))).toMatchObject([
    {
      quantity: 100,
      lines: [
        { lineId: 'L1', quantity: 60 },
        { lineId: 'L2', quantity: 40 },
      ],
    },
  ]);
});

it('a due date in the past is accepted with a note', () => {
  const { rows } = read('order;due\nA;01.11.2026', 'csv');
  expect(rows[0]?.notes).toEqual(['due 01.11.2026 is in the past']);
});

describe('whatever is sent, the reader answers with records and faults and never throws', () => {
  const formats = ['csv', 'json', 'b2mml-xml', 'b2mml-json'] as const;
  const judge = (bytes: Uint8Array, format: OrderFormat): void => {
    const orders = readOrders(bytes, format, context);
    expect(orders.rows.length + orders.faults.length).toBeGreaterThan(0);
    for (const fault of orders.faults) {
      expect(fault.problem).not.toBe('');
      expect(fault.remedy).not.toBe('');
      expect((fault.value ?? '').length).toBeLessThanOrEqual(200);
    }
  };
  it.each(formats)('bytes as %s', (format) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => judge(bytes, format)),
      { numRuns: 300 },
    );
  });
  it.each(formats)('nearly right %s', (format) => {
    const name = {
      csv: 'auftraege.csv',
      json: 'orders.json',
      'b2mml-xml': 'job-list.xml',
      'b2mml-json': 'job-list.json',
    }[format];
    const bytes = example(name);
    const damage = fc.array(
      fc.tuple(
        fc.nat(bytes.length - 1),
        fc.nat(12),
        fc.oneof(
          fc.constantFrom('"', ';', '<', '>', '&', '{', '}', '[', '\n', '\\u', '1e999', '-', '\0', '__proto__'),
          fc.string(),
        ),
      ),
      { minLength: 1, maxLength: 4 },
    );
    fc.assert(
      fc.property(damage, (edits) => {
        let text = Buffer.from(bytes).toString('utf8');
        for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
        judge(new TextEncoder().encode(text), format);
      }),
      { numRuns: 400 },
    );
  });
  it('JSON values of every kind in every field', () => {
    fc.assert(
      fc.property(
        fc.record(
          {
            orderId: fc.jsonValue(),
            quantity: fc.jsonValue(),
            due: fc.jsonValue(),
            lines: fc.jsonValue(),
            x: fc.jsonValue(),
          },
          { requiredKeys: [] },
        ),
        (order) => judge(new TextEncoder().encode(JSON.stringify([order])), 'json'),
      ),
      { numRuns: 300 },
    );
  });
});
