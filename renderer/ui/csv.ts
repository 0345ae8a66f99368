/** A table as text: RFC 4180, decimal points, instants as ISO 8601 in UTC, for programs. For people there is the workbook. */
import type { Cell } from './xlsx.ts';

/** A text that a spreadsheet would run as a formula is quoted away. */
function field(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  const text = typeof cell === 'object' ? new Date(cell.at).toISOString() : cell.replace(/^(?=[=+\-@\t\r])/, "'");
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}

export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
