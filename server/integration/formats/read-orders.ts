/** Orders from bytes in whatever format: what is told of a file or body that cannot be read at all is a fault too. */
import { foundInB2mml } from './b2mml-in.ts';
import { foundInCsv, type Separator } from './csv-in.ts';
import type { RowFault } from '#contract/integration/words.ts';
import { readJson } from './json.ts';
import { foundInJson, judgeRows, type FoundRow, type JudgeContext, type JudgedRows } from './order-rows.ts';
import { decodeText } from './text.ts';
import { readJsonTree } from './tree-json.ts';
import { readXml } from './xml.ts';

export type OrderFormat = 'json' | 'csv' | 'b2mml-xml' | 'b2mml-json';

export interface OrdersRead extends JudgedRows {
  /** Of CSV: what the file used, so that an answer can use the same. */
  readonly separator: Separator;
}

/** Largest file or body that is read, in bytes. */
export const maxOrderBytes = 16 * 1024 * 1024;

/** Never throws. */
export function readOrders(bytes: Uint8Array, format: OrderFormat, context: JudgeContext): OrdersRead {
  const decoded = decodeText(bytes, format === 'csv');
  if (decoded.fault !== null) return { ...judgeRows([], [decoded.fault], context), separator: ';' };
  const { rows, faults, separator = ';' } = found(decoded.text, format);
  return { ...judgeRows(rows, faults, context), separator };
}

function found(
  text: string,
  format: OrderFormat,
): { rows: readonly FoundRow[]; faults: readonly RowFault[]; separator?: Separator } {
  switch (format) {
    case 'csv':
      return foundInCsv(text);
    case 'json': {
      const { value, places, fault } = readJson(text);
      return fault === null ? foundInJson(value, places) : { rows: [], faults: [fault] };
    }
    case 'b2mml-xml': {
      const { root, fault } = readXml(text);
      return fault === null ? foundInB2mml(root) : { rows: [], faults: [fault] };
    }
    case 'b2mml-json': {
      const { root, fault } = readJsonTree(text);
      return fault === null ? foundInB2mml(root) : { rows: [], faults: [fault] };
    }
  }
}
