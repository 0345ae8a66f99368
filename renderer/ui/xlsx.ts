/** A table as an Office Open XML workbook. Numbers stay numbers and instants become dates: a reader never guesses at a comma. */
import writeXlsx from 'write-excel-file/universal';
import { zoneOffsetMs } from '#domain/people/local-day.ts';

/** `at`: UTC ms. */
export type Cell = string | number | null | { readonly at: number };

/**
 * @param sheet its name; what no sheet may be called is left out.
 * @param timeZone IANA name: a workbook knows no zones, so instants are written as the clocks there show them.
 */
export const workbook = (sheet: string, rows: readonly (readonly Cell[])[], timeZone: string): Promise<Blob> =>
  writeXlsx(
    rows.map((row) => row.map((cell) => written(cell, timeZone))),
    { sheet: sheet.replace(/[\\/?*[\]:]/g, ' ').slice(0, 31) },
  ).toBlob();

function written(cell: Cell, timeZone: string): string | number | null | { value: Date; format: string } {
  if (typeof cell === 'number') return Number.isFinite(cell) ? cell : null;
  if (cell !== null && typeof cell === 'object')
    return { value: new Date(cell.at + zoneOffsetMs(cell.at, timeZone)), format: 'yyyy-mm-dd hh:mm' };
  // Control characters have no place in XML 1.0.
  // eslint-disable-next-line no-control-regex
  return cell?.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '') ?? null;
}
