/**
 * Orders as CSV, the way spreadsheets and old programs write it: separator `,` `;` or tab found by itself, headings in
 * English or German, decimal commas, dates of both countries.
 */
import { parse, CsvError } from 'csv-parse/sync';
import type { ErpOrderStatus, RowFault } from '#contract/integration/words.ts';
import { choices } from '#domain/config/closest.ts';
import { shown, wholeFault, type Place } from './faults.ts';
import { remedyFor, type FoundRow, type OrderField } from './order-rows.ts';

export type Separator = ',' | ';' | '\t';

/** First names are those in the documentation; all are compared without case, blanks, dashes, underscores and umlauts. */
const headings: Readonly<Record<OrderField, readonly string[]>> = {
  orderId: ['order', 'work order', 'order id', 'order number', 'Auftrag', 'Auftragsnummer', 'Fertigungsauftrag', 'FA'],
  definitionId: ['definition', 'process definition', 'definition id', 'Prozessdefinition', 'Prozess', 'Arbeitsplan'],
  revision: ['revision', 'rev', 'Änderungsstand', 'Stand', 'Version'],
  material: ['material', 'part number', 'Materialnummer', 'Artikel', 'Artikelnummer', 'Sachnummer', 'Teilenummer'],
  quantity: ['quantity', 'qty', 'Menge', 'Stückzahl', 'Auftragsmenge'],
  priority: ['priority', 'prio', 'Priorität'],
  due: ['due', 'due date', 'Termin', 'Endtermin', 'Liefertermin', 'Fällig', 'Fälligkeit'],
  serialPrefix: ['serial prefix', 'prefix', 'Seriennummernpräfix', 'Seriennummernanfang', 'Präfix'],
  lines: ['line', 'lines', 'Linie', 'Linien'],
  status: ['status'],
  holdReason: ['hold reason', 'Sperrgrund'],
};

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll('ä', 'ae')
    .replaceAll('ö', 'oe')
    .replaceAll('ü', 'ue')
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]/g, '');

const fieldOf = new Map<string, OrderField>(
  Object.entries(headings).flatMap(([field, names]) =>
    [field, ...names].map((name): [string, OrderField] => [plain(name), field as OrderField]),
  ),
);

const statusOf: Readonly<Record<string, ErpOrderStatus>> = {
  created: 'created',
  angelegt: 'created',
  released: 'released',
  freigegeben: 'released',
  held: 'held',
  onhold: 'held',
  gesperrt: 'held',
  closed: 'closed',
  abgeschlossen: 'closed',
};

export interface CsvFound {
  readonly separator: Separator;
  readonly rows: readonly FoundRow[];
  readonly faults: readonly RowFault[];
}

/** Never throws. @param text decoded, without a byte order mark. */
export function foundInCsv(text: string): CsvFound {
  const sep = /^sep=([,;\t])\r?\n/i.exec(text);
  const body = sep ? text.slice(sep[0].length) : text;
  const firstLine = sep ? 2 : 1;
  const separator = (sep?.[1] as Separator | undefined) ?? separatorOf(body);
  const records = recordsOf(body, separator, firstLine);
  if ('fault' in records) return { separator, rows: [], faults: [records.fault] };
  const [heading, ...data] = records.records;
  if (heading === undefined) {
    return {
      separator,
      rows: [],
      faults: [wholeFault('it has no heading', 'Write a line with the names of the columns.')],
    };
  }
  const columns = columnsOf(heading);
  if (columns.faults.length > 0) return { separator, rows: [], faults: columns.faults };
  const rows = data
    .filter(({ cells }) => cells.some((cell) => cell.trim() !== ''))
    .map((record, index) => rowOf(index + 1, record, columns.columns));
  const faults =
    rows.length === 0
      ? [wholeFault('it has a heading and no orders', 'Write one line per order below the heading.')]
      : [];
  return { separator, rows, faults };
}

/** The candidate that occurs most often outside quotes in the first line; a comma when none does. */
function separatorOf(text: string): Separator {
  const end = text.search(/[\r\n]/);
  const first = (end === -1 ? text : text.slice(0, end)).replaceAll(/"[^"]*"/g, '');
  const counts = ([';', '\t', ','] as const).map((each) => ({ each, count: first.split(each).length - 1 }));
  const best = counts.reduce((most, next) => (next.count > most.count ? next : most));
  return best.count === 0 ? ',' : best.each;
}

interface CsvRecord {
  readonly cells: readonly string[];
  readonly line: number;
}

function recordsOf(
  text: string,
  separator: Separator,
  firstLine: number,
): { readonly records: readonly CsvRecord[] } | { readonly fault: RowFault } {
  try {
    const parsed = parse(text, {
      delimiter: separator,
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 65_536,
    }) as unknown as { readonly record: string[]; readonly info: { readonly lines: number } }[];
    return {
      records: parsed.map(({ record, info }) => ({
        cells: record,
        // `lines` counts to the record's last line; line breaks inside quotes lie between.
        line: info.lines - record.reduce((breaks, cell) => breaks + cell.split('\n').length - 1, 0) + firstLine - 1,
      })),
    };
  } catch (error) {
    const line = error instanceof CsvError && typeof error.lines === 'number' ? error.lines + firstLine - 1 : null;
    const code = error instanceof CsvError ? error.code : '';
    const problem =
      code === 'CSV_MAX_RECORD_SIZE'
        ? 'a record has more than 65536 characters'
        : code === 'CSV_QUOTE_NOT_CLOSED'
          ? 'a quotation mark is opened here and never closed'
          : 'a quotation mark stands where none may be';
    return {
      fault: wholeFault(
        `${problem}, so that it is not certain where the next records begin`,
        'Put the whole cell in quotation marks and double the ones inside it ("").',
        { line, column: null },
      ),
    };
  }
}

interface Column {
  readonly field: OrderField;
  readonly name: string;
  readonly at: number;
}

function columnsOf({ cells, line }: CsvRecord): { columns: Column[]; faults: RowFault[] } {
  const faults: RowFault[] = [];
  const columns: Column[] = [];
  const fault = (at: number, name: string | null, problem: string, remedy: string): void => {
    faults.push({ row: null, line, column: at + 1, field: name, value: null, problem, remedy });
  };
  cells.forEach((cell, at) => {
    const name = cell.trim();
    if (name === '') return;
    const field = fieldOf.get(plain(name));
    if (field === undefined) {
      const known = Object.values(headings).map(([first = '']) => first);
      fault(at, shown(name), `unknown column "${shown(name) ?? ''}"`, choices(name, known, 'column'));
      return;
    }
    const before = columns.find((column) => column.field === field);
    if (before) {
      fault(at, name, `columns "${before.name}" and "${name}" mean the same`, 'Remove one of them.');
      return;
    }
    columns.push({ field, name, at });
  });
  if (!columns.some(({ field }) => field === 'orderId')) {
    fault(0, 'order', 'there is no column for the order number', 'Name one of the columns "order" (or "Auftrag").');
  }
  return { columns, faults };
}

function rowOf(row: number, { cells, line }: CsvRecord, columns: readonly Column[]): FoundRow {
  const candidate: { [field: string]: unknown } = {};
  const faults: RowFault[] = [];
  const byField = new Map(columns.map((column) => [column.field as string, column]));
  const place = (field: string): Place => ({ line, column: (byField.get(field)?.at ?? 0) + 1 });
  const extra = cells.length - Math.max(...columns.map(({ at }) => at + 1), 0);
  if (extra > 0 && cells.slice(-extra).some((cell) => cell.trim() !== '')) {
    faults.push({
      row,
      line,
      column: cells.length - extra + 1,
      field: null,
      value: shown(cells.at(-extra)),
      problem: `the line has ${cells.length} cells, the heading ${cells.length - extra}`,
      remedy: 'Put cells with a separator or a decimal comma in them into quotation marks.',
    });
  }
  for (const { field, name, at } of columns) {
    const cell = (cells[at] ?? '').trim();
    if (cell === '') continue;
    const converted = convert(field, cell);
    if (converted.problem === null) candidate[field] = converted.value;
    else {
      candidate[field] = undefined;
      const { problem, remedy } = converted;
      faults.push({ row, ...place(field), field: name, value: shown(cell), problem, remedy });
    }
  }
  if (!completeLine(candidate)) {
    const { name = 'line' } = byField.get('lines') ?? {};
    faults.push({
      row,
      ...place('lines'),
      field: name,
      value: null,
      problem: 'a line is given without a quantity',
      remedy: 'Give the quantity too, or leave the line out.',
    });
  }
  return {
    row,
    candidate,
    mustExist: false,
    locate: (field) => place(field),
    called: (field) => byField.get(field)?.name ?? headings[field as OrderField]?.[0] ?? field,
    faults,
  };
}

type Converted =
  | { readonly value: unknown; readonly problem: null }
  | { readonly problem: string; readonly remedy: string };

function convert(field: OrderField, cell: string): Converted {
  switch (field) {
    case 'quantity':
    case 'priority':
      return wholeNumber(field, cell);
    case 'status': {
      const status = statusOf[plain(cell)];
      return status === undefined
        ? { problem: `"${shown(cell) ?? ''}" is no status`, remedy: choices(cell, Object.keys(statusOf), 'status') }
        : { value: status, problem: null };
    }
    case 'lines':
      return shares(cell);
    default:
      return { value: cell, problem: null };
  }
}

/**
 * `120`, `120,0`, `120.00`; `1 200`. A single group of three digits behind a mark (`1.200`) is refused: it is 1200 in
 * Germany and 1.2 in America, and nobody should have to guess.
 */
function wholeNumber(field: OrderField, cell: string): Converted {
  const digits = cell.replaceAll(/[\s\u00a0\u202f'’]/g, '');
  if (/^[+-]?\d{1,3}[.,]\d{3}$/.test(digits)) {
    return {
      problem: `"${shown(cell) ?? ''}" can be read as ${digits.replace(/[.,]/, '')} or as ${digits.replace(',', '.')}`,
      remedy: 'Write it without a mark for the thousands.',
    };
  }
  const match = /^([+-]?\d{1,15})(?:[.,]0*)?$/.exec(digits);
  if (!match) return { problem: `"${shown(cell) ?? ''}" is no whole number`, remedy: remedyFor(field) };
  return { value: Number(match[1]), problem: null };
}

/** `L1`: all of it; `L1:60 L2:40` or `L1=60|L2=40`: shares. A line alone is completed by the quantity afterwards. */
function shares(cell: string): Converted {
  const parts = cell.split(/[\s|/]+/).filter((part) => part !== '');
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && !/[:=]/.test(only)) return { value: only, problem: null };
  const lines = parts.map((part) => /^([^:=]+)[:=](\d{1,7})$/.exec(part));
  if (lines.some((match) => match === null)) {
    return { problem: `"${shown(cell) ?? ''}" is no line and no list of shares`, remedy: 'Write L1, or L1:60 L2:40.' };
  }
  return { value: lines.map((match) => ({ lineId: match?.[1], quantity: Number(match?.[2]) })), problem: null };
}

/** A line alone takes the whole quantity, so that one has to be given. */
function completeLine(candidate: { [field: string]: unknown }): boolean {
  const { lines, quantity } = candidate;
  if (typeof lines !== 'string') return true;
  candidate['lines'] = typeof quantity === 'number' ? [{ lineId: lines, quantity }] : undefined;
  return typeof quantity === 'number';
}
