/** GS1 element strings (General Specifications section 3): application identifiers that stations meet. */
import { gtinCheckDigit } from '#domain/config/gtin.ts';
import { GS } from './characters.ts';
import { dateText, endOfDay, gs1Date } from './dates.ts';
import type { LabelData, LabelProblem } from './label.ts';

type Kind = 'gtin' | 'date' | 'digits' | 'text';
interface Identifier {
  readonly field: string;
  readonly kind: Kind;
  /** Exact length, or [1, most] ended by FNC1 (GS) or the end of the code. */
  readonly length: number | readonly [1, number];
}

const identifiers: ReadonlyMap<string, Identifier> = new Map([
  ['00', { field: 'sscc', kind: 'digits', length: 18 }],
  ['01', { field: 'gtin', kind: 'gtin', length: 14 }],
  ['02', { field: 'contentGtin', kind: 'gtin', length: 14 }],
  ['10', { field: 'lot', kind: 'text', length: [1, 20] }],
  ['11', { field: 'made', kind: 'date', length: 6 }],
  ['13', { field: 'packed', kind: 'date', length: 6 }],
  ['15', { field: 'bestBefore', kind: 'date', length: 6 }],
  ['17', { field: 'expires', kind: 'date', length: 6 }],
  ['20', { field: 'variant', kind: 'digits', length: 2 }],
  ['21', { field: 'serial', kind: 'text', length: [1, 20] }],
  ['22', { field: 'consumerVariant', kind: 'text', length: [1, 20] }],
  ['30', { field: 'quantity', kind: 'digits', length: [1, 8] }],
  ['37', { field: 'quantity', kind: 'digits', length: [1, 8] }],
  ['240', { field: 'itemId', kind: 'text', length: [1, 30] }],
  ['241', { field: 'customerPart', kind: 'text', length: [1, 30] }],
  ['250', { field: 'secondarySerial', kind: 'text', length: [1, 30] }],
  ['251', { field: 'sourceReference', kind: 'text', length: [1, 30] }],
  ['400', { field: 'purchaseOrder', kind: 'text', length: [1, 30] }],
  ['422', { field: 'origin', kind: 'digits', length: 3 }],
]);
const inHouse: Identifier = { field: 'inHouse', kind: 'text', length: [1, 90] };

function identifierAt(text: string, at: number): readonly [string, Identifier] | null {
  for (const size of [2, 3]) {
    const id = text.slice(at, at + size);
    const known = identifiers.get(id);
    if (known) return [id, known];
  }
  const id = text.slice(at, at + 2);
  return /^9[0-9]$/.test(id) ? [id, { ...inHouse, field: `inHouse${id}` }] : null;
}

/** @param year the present year, for the century of two-digit years. */
export function parseGs1(text: string, year: number): LabelData | LabelProblem {
  const fields: Record<string, string> = {};
  let expiresAt: number | null = null;
  let at = text.startsWith(GS) ? 1 : 0;
  if (at >= text.length) return { problem: 'empty', at: '' };
  while (at < text.length) {
    const found = identifierAt(text, at);
    if (!found) return { problem: 'identifier-unknown', at: text.slice(at, at + 4) };
    const [id, { field, kind, length }] = found;
    const start = at + id.length;
    const fixed = typeof length === 'number';
    const separator = text.indexOf(GS, start);
    const end = fixed ? start + length : separator < 0 ? text.length : separator;
    const value = text.slice(start, end);
    const wrong = fixed ? value.length !== length : value.length < 1 || value.length > length[1];
    if (wrong || value.includes(GS)) return { problem: 'length-wrong', at: id };
    const judged = judge(kind, value, year);
    if ('problem' in judged) return { problem: judged.problem, at: id };
    if (field in fields && fields[field] !== judged.text) return { problem: 'contradicts-itself', at: id };
    fields[field] = judged.text;
    if (field === 'expires') expiresAt = judged.endAt ?? null;
    at = text[end] === GS ? end + 1 : end;
  }
  return { fields, expiresAt };
}

function judge(
  kind: Kind,
  value: string,
  year: number,
): { readonly text: string; readonly endAt?: number } | { readonly problem: LabelProblem['problem'] } {
  switch (kind) {
    case 'gtin':
      if (!/^\d{14}$/.test(value)) return { problem: 'not-digits' };
      return gtinCheckDigit(value.slice(0, -1)) === value.at(-1) ? { text: value } : { problem: 'check-digit-wrong' };
    case 'digits':
      return /^\d+$/.test(value) ? { text: value } : { problem: 'not-digits' };
    case 'date': {
      const date = gs1Date(value, year);
      return date ? { text: dateText(date), endAt: endOfDay(date) } : { problem: 'date-invalid' };
    }
    case 'text':
      return { text: value };
  }
}

/** `(01)09521234000303(10)H-22817`, as printed under a code and keyed in by hand; null when the text is not of that form. */
export function fromHumanForm(text: string): string | null {
  if (!/^\(\d{2,4}\)/.test(text)) return null;
  return text
    .replace(/^\(/, '')
    .split(/\((?=\d{2,4}\))/)
    .map((part) => part.replace(')', ''))
    .join(GS);
}
