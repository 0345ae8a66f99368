/**
 * The product's own label form for parts whose maker prints none: the material, then what is known of the piece, with `|`
 * between: `HSG-100|L:H-22817` (lot), `IMP-100|S:IMP-009112` (serial), `|E:2027-06-30` (end of use), `|Q:40` (quantity).
 */
import { dateText, endOfDay, longDate } from './dates.ts';
import type { LabelData, LabelProblem } from './label.ts';

const keys: ReadonlyMap<string, string> = new Map([
  ['L', 'lot'],
  ['S', 'serial'],
  ['E', 'expires'],
  ['Q', 'quantity'],
]);

/** @returns null when the text is not of that form at all. */
export function parsePlainLabel(text: string): LabelData | LabelProblem | null {
  const [material = '', ...parts] = text.split('|');
  if (parts.length === 0 || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(material)) return null;
  const fields: Record<string, string> = { customerPart: material };
  let expiresAt: number | null = null;
  for (const part of parts) {
    const [, key = '', raw = ''] = /^([A-Z]):(.+)$/s.exec(part) ?? [];
    const field = keys.get(key);
    if (field === undefined) return { problem: 'identifier-unknown', at: part.slice(0, 8) };
    let value = raw.trim();
    if (value === '') return { problem: 'length-wrong', at: key };
    if (field === 'quantity' && !/^\d+(\.\d+)?$/.test(value)) return { problem: 'not-digits', at: key };
    if (field === 'expires') {
      const date = longDate(value);
      if (!date) return { problem: 'date-invalid', at: key };
      value = dateText(date);
      expiresAt = endOfDay(date);
    }
    if (field in fields) return { problem: 'contradicts-itself', at: key };
    fields[field] = value;
  }
  return { fields, expiresAt };
}
