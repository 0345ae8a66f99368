/** CSV for spreadsheets: with a byte order mark, and with nothing in it that a spreadsheet would run as a formula. */
import { stringify } from 'csv-stringify/sync';
import type { Separator } from './csv-in.ts';

export type Cell = string | number | null;

/**
 * A text that begins with `=`, `+`, `-`, `@`, tab or return gets an apostrophe in front (OWASP, CSV injection); numbers
 * are numbers and stay.
 */
export function writeCsv(rows: readonly (readonly Cell[])[], separator: Separator = ';'): string {
  return `\ufeff${stringify(
    rows.map((row) => row.map((cell) => (typeof cell === 'string' ? harmless(cell) : cell))),
    { delimiter: separator, record_delimiter: '\r\n', quoted_match: /[\r\n]/ },
  )}`;
}

const harmless = (text: string): string => (/^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text);
