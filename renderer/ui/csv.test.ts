import { expect, it } from 'vitest';
import { csv } from './csv.ts';

it('is RFC 4180: quoted where needed, instants in UTC, decimal points, nothing that a spreadsheet would run', () => {
  expect(
    csv([
      ['name', 'OEE [%]', 'from'],
      ['a "b", c', 71.25, { at: Date.UTC(2026, 10, 26, 11) }],
      ['=1+1', Number.NaN, null],
    ]),
  ).toBe('name,OEE [%],from\r\n"a ""b"", c",71.25,2026-11-26T11:00:00.000Z\r\n\'=1+1,,\r\n');
});
