/**
 * Records of orders, whatever format they came in: judged by the one schema (contract/integration/orders.ts), with faults
 * that say row, line, field, value, problem and remedy. A format brings a candidate per record and knows where each field
 * of it stands and what it is called there.
 */
import type { z } from 'zod';
import { orderWishSchema, type OrderWish } from '#contract/integration/orders.ts';
import { orderStatuses, type RowFault } from '#contract/integration/words.ts';
import { choices, closest } from '#domain/config/closest.ts';
import { cutFaults, shown, wholeFault, type Place } from './faults.ts';
import { instantForms, parseInstant } from './instants.ts';
import type { JsonPlaces } from './json.ts';

/** A wish whose due date is an instant: what the rules for orders are asked. */
export interface OrderChange extends Omit<OrderWish, 'due'> {
  /** UTC ms; null: none; undefined: as it is. */
  readonly dueAt?: number | null | undefined;
  /** Only a change of an order that is there: an unknown one is a fault. */
  readonly mustExist: boolean;
  /** Version that the sender saw (If-Match); null: none given. */
  readonly version: number | null;
}

export type OrderField = keyof OrderWish;

/** A record as it was found. */
export interface FoundRow {
  /** From 1, in the order of the text. */
  readonly row: number;
  readonly candidate: Readonly<Record<string, unknown>>;
  readonly mustExist: boolean;
  /** `rest` goes further inside, e.g. `lines`, `0`, `quantity`. */
  locate(field: string, rest?: readonly (string | number)[]): Place;
  /** The field's name in the text, e.g. the column's heading. */
  called(field: string, rest?: readonly (string | number)[]): string;
  /** What the format could not make sense of already; then the record is not judged further for these fields. */
  readonly faults: readonly RowFault[];
}

export interface JudgedRow {
  readonly row: number;
  readonly line: number | null;
  readonly change: OrderChange;
  readonly notes: readonly string[];
  readonly found: FoundRow;
}

export interface JudgedRows {
  readonly rows: readonly JudgedRow[];
  /** Of records that are not among `rows`, and of the whole. */
  readonly faults: readonly RowFault[];
  /** How many records there were, good and bad. */
  readonly count: number;
  /** Order number and line of the records that are not among `rows`, as far as they could be read. */
  readonly refused: readonly { readonly row: number; readonly line: number | null; readonly orderId: string | null }[];
}

export interface JudgeContext {
  readonly timeZone: string;
  /** UTC ms. */
  readonly now: number;
}

/** Most records that one call or file may hold. */
export const maxRows = 20_000;

const expected: Readonly<Record<OrderField | 'lineId', readonly [what: string, example: string]>> = {
  orderId: ['1 to 40 letters, digits, dots, dashes or underscores', 'WO-1007'],
  definitionId: ['the id of a process definition', 'PMP-100'],
  revision: ['a revision of the process definition, 1 to 16 characters', 'C'],
  material: ['a part number', 'PMP-100'],
  quantity: ['a whole number from 1 to 1000000', '120'],
  priority: ['a whole number from 0 to 9', '5'],
  due: ['a day or an instant', instantForms],
  serialPrefix: ['1 to 24 letters, digits, dots, dashes or underscores', 'WO-1007-'],
  lines: ['shares of lines with a whole number of pieces each', 'L1 60, L2 40'],
  lineId: ['the id of a line', 'L1'],
  status: [`one of ${orderStatuses.join(', ')}`, 'released'],
  holdReason: ['a text of 1 to 500 characters', 'waiting for seals'],
};

export function remedyFor(field: string): string {
  const [what, example] = expected[field as OrderField] ?? ['another value', ''];
  return example === '' ? `Give ${what}.` : `Give ${what}, e.g. ${example}.`;
}

export function rowFault(
  found: FoundRow,
  field: string,
  value: unknown,
  problem: string,
  remedy: string,
  rest: readonly (string | number)[] = [],
): RowFault {
  const place = found.locate(field, rest);
  return { row: found.row, ...place, field: found.called(field, rest), value: shown(value), problem, remedy };
}

/** Judges every record; none is looked at twice and a bad one never hides another. Never throws. */
export function judgeRows(
  found: readonly FoundRow[],
  whole: readonly RowFault[],
  { timeZone, now }: JudgeContext,
): JudgedRows {
  const rows: JudgedRow[] = [];
  const faults: RowFault[] = [...whole];
  const refused: { row: number; line: number | null; orderId: string | null }[] = [];
  const seen = new Map<string, FoundRow>();
  if (found.length > maxRows) {
    return {
      rows: [],
      faults: [
        wholeFault(`it holds ${found.length} records, more than ${maxRows}`, `Send at most ${maxRows} at a time.`),
      ],
      count: found.length,
      refused: [],
    };
  }
  for (const each of found) {
    const bad: RowFault[] = [...each.faults];
    const parsed = orderWishSchema.safeParse(each.candidate);
    const told = new Set(bad.map(({ field }) => field));
    if (!parsed.success) {
      for (const issue of parsed.error.issues) bad.push(...issueFaults(each, issue, told));
    }
    const { orderId } = each.candidate;
    const name = typeof orderId === 'string' ? orderId : null;
    if (name !== null) {
      const before = seen.get(name);
      if (before) {
        const { line } = before.locate('orderId');
        bad.push(
          rowFault(
            each,
            'orderId',
            name,
            `order "${name}" is already in record ${before.row}${line === null ? '' : ` (line ${line})`}`,
            'Give each order once; shares of several lines belong into one record.',
          ),
        );
      } else seen.set(name, each);
    }
    const due = judgeDue(each, timeZone, now, bad);
    const judged = parsed.success ? judgeWish(each, parsed.data, due.at, bad) : null;
    const { line } = each.locate('orderId');
    if (judged === null || bad.length > 0) {
      faults.push(...bad);
      refused.push({ row: each.row, line, orderId: name });
    } else rows.push({ row: each.row, line, change: judged, notes: due.notes, found: each });
  }
  return { rows, faults: cutFaults(faults), count: found.length, refused };
}

function issueFaults(found: FoundRow, issue: z.core.$ZodIssue, told: ReadonlySet<string | null>): RowFault[] {
  const [field = 'orderId', ...rest] = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code === 'unrecognized_keys') {
    const known = issue.path.length === 0 ? Object.keys(orderWishSchema.shape) : ['lineId', 'quantity'];
    return issue.keys.map((key) => {
      const near = closest(key, known);
      return rowFault(
        found,
        issue.path.length === 0 ? key : String(field),
        valueAt(found.candidate, [...issue.path, key]),
        `unknown field "${shown(key)}"`,
        `${near === null ? 'Remove it.' : `Did you mean "${near}"?`} Known: ${known.join(', ')}.`,
        issue.path.length === 0 ? [] : [...rest, key],
      );
    });
  }
  const name = String(field);
  if (told.has(found.called(name, rest))) return [];
  const value = valueAt(found.candidate, [name, ...rest]);
  const leaf = [...rest].reverse().find((part) => typeof part === 'string') ?? name;
  const [what] = expected[leaf as OrderField] ?? ['something else'];
  const remedy =
    leaf === 'status' && typeof value === 'string' ? choices(value, orderStatuses, 'status') : remedyFor(String(leaf));
  const problem =
    value === undefined || value === null || value === ''
      ? `${found.called(name, rest)} is missing`
      : `"${shown(value) ?? ''}" is not ${what}`;
  return [rowFault(found, name, value, problem, remedy, rest)];
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let inner = value;
  for (const part of path) {
    if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, part)) return undefined;
    inner = (inner as Record<PropertyKey, unknown>)[part];
  }
  return inner;
}

/** Judged also where other fields are at fault, so that everything is told at once. Adds to `bad`. */
function judgeDue(
  found: FoundRow,
  timeZone: string,
  now: number,
  bad: RowFault[],
): { readonly at: number | null | undefined; readonly notes: readonly string[] } {
  const { due } = found.candidate;
  if (due === null) return { at: null, notes: [] };
  if (typeof due !== 'string') return { at: undefined, notes: [] };
  const text = shown(due) ?? '';
  const at = parseInstant(due, timeZone);
  if (at === null) {
    const problem = `"${text}" is no day and no instant between 2000 and 2199`;
    bad.push(rowFault(found, 'due', due, problem, remedyFor('due')));
  }
  return { at, notes: at !== null && at < now ? [`${found.called('due')} ${text} is in the past`] : [] };
}

/** What spans several fields. Adds to `bad`. */
function judgeWish(found: FoundRow, wish: OrderWish, dueAt: number | null | undefined, bad: RowFault[]): OrderChange {
  const { due: _due, ...rest } = wish;
  if (wish.lines !== undefined) {
    const names = wish.lines.map(({ lineId }) => lineId);
    const twice = names.find((name, at) => names.indexOf(name) !== at);
    if (twice !== undefined) {
      bad.push(
        rowFault(
          found,
          'lines',
          twice,
          `line "${twice}" is given twice`,
          'Give each line once, with all of its pieces.',
        ),
      );
    }
    const sum = wish.lines.reduce((total, { quantity }) => total + quantity, 0);
    if (wish.quantity !== undefined && wish.lines.length > 0 && sum !== wish.quantity) {
      bad.push(
        rowFault(
          found,
          'lines',
          sum,
          `the shares of the lines sum up to ${sum}, but the quantity is ${wish.quantity}`,
          'Correct the shares or the quantity.',
        ),
      );
    }
  }
  if (wish.status === 'held' && wish.holdReason === undefined) {
    bad.push(
      rowFault(
        found,
        'holdReason',
        undefined,
        `${found.called('holdReason')} is missing: the order shall be held`,
        remedyFor('holdReason'),
      ),
    );
  }
  const change: OrderChange = { ...rest, mustExist: found.mustExist, version: null };
  return dueAt === undefined ? change : { ...change, dueAt };
}

/** Records of a JSON body: `[...]` or `{ "orders": [...] }`; a single object is one record. */
export function foundInJson(value: unknown, places: JsonPlaces): { rows: FoundRow[]; faults: RowFault[] } {
  const listed = Array.isArray(value) ? { at: [] as string[], list: value as unknown[] } : inOrders(value);
  if (listed === null) {
    return {
      rows: [],
      faults: [
        wholeFault(
          'there is no list of orders',
          'Send {"orders": [...]} with one object per order.',
          places.locate([]),
        ),
      ],
    };
  }
  const { at, list } = listed;
  const faults: RowFault[] = [];
  const rows = list.flatMap((each, index): FoundRow[] => {
    if (typeof each !== 'object' || each === null || Array.isArray(each)) {
      faults.push({
        row: index + 1,
        ...places.locate([...at, index]),
        field: null,
        value: shown(each),
        problem: 'this is not an object with the fields of an order',
        remedy: 'Write {"orderId": "...", ...}.',
      });
      return [];
    }
    return [jsonRow(index + 1, each as Record<string, unknown>, [...at, index], places, false)];
  });
  if (list.length === 0) {
    faults.push(wholeFault('the list of orders is empty', 'Send at least one order.', places.locate(at)));
  }
  return { rows, faults };
}

export function jsonRow(
  row: number,
  candidate: Readonly<Record<string, unknown>>,
  at: readonly (string | number)[],
  places: JsonPlaces,
  mustExist: boolean,
): FoundRow {
  return {
    row,
    candidate,
    mustExist,
    faults: [],
    locate: (field, rest = []) => places.locate([...at, field, ...rest]),
    called: (field, rest = []) => [field, ...rest].reduce<string>((path, part) => joined(path, part), ''),
  };
}

const joined = (path: string, part: string | number): string => {
  if (typeof part === 'number') return `${path}[${part}]`;
  return path === '' ? part : `${path}.${part}`;
};

function inOrders(value: unknown): { at: string[]; list: unknown[] } | null {
  if (typeof value !== 'object' || value === null) return null;
  const { orders } = value as { orders?: unknown };
  return Array.isArray(orders) ? { at: ['orders'], list: orders } : null;
}
