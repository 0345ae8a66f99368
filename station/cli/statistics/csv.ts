/** Numbers from a CSV file: one column of values, or one row per subgroup. */
import { CaseFault } from './read-case.ts';

export interface Table {
  /** Empty where the first line is numbers already. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly (number | null)[])[];
}

/**
 * Separated by tab, semicolon or comma, whichever the first line has (in this order); with tab or semicolon a decimal comma
 * may stand in numbers. An empty cell, NA, NaN and - are missing values; lines that are empty are left out. A cell that is no number is
 * a fault with its line, except in the first line, which then is the header.
 */
export function readCsv(text: string): Table {
  const lines = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim() !== '');
  const first = lines[0];
  if (!first) throw new CaseFault('line 1', 'there is nothing in the file');
  const separator = first.line.includes('\t') ? '\t' : first.line.includes(';') ? ';' : ',';
  const cells = (line: string): string[] =>
    line.split(separator).map((cell) =>
      cell
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    );
  const value = (cell: string): number | null | undefined => {
    if (/^(|na|nan|-)$/i.test(cell)) return null;
    const plain = separator === ',' ? cell : cell.replace(',', '.');
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
  };
  const top = cells(first.line);
  const headed = top.some((cell) => value(cell) === undefined);
  const rows = lines.slice(headed ? 1 : 0).map(({ line, number }) => {
    const row = cells(line);
    if (row.length !== top.length) {
      throw new CaseFault(`line ${number}`, `has ${row.length} cells where the first line has ${top.length}`);
    }
    return row.map((cell, i) => {
      const found = value(cell);
      if (found === undefined) throw new CaseFault(`line ${number}, cell ${i + 1}`, `"${cell}" is not a number`);
      return found;
    });
  });
  return { header: headed ? top : [], rows };
}
