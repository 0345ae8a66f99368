/** A table as text for programs: RFC 4180, instants as ISO 8601 in UTC, decimal points. */
import type { Cell } from './xlsx.ts';

/** Words that a table program would take for a formula are made plain text. */
export function csvField(words: string): string {
  const plain = /^[=+\-@\t\r]/.test(words) ? `'${words}` : words;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** @returns lines that each end with CR LF; what is not known and numbers that are none are empty. */
export const csv = (rows: readonly (readonly Cell[])[]): string =>
  rows.map((row) => `${row.map(written).join(',')}\r\n`).join('');

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return Number.isFinite(cell) ? String(cell) : '';
  return typeof cell === 'string' ? csvField(cell) : new Date(cell.at).toISOString();
}
