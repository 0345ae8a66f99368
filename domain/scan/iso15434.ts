/**
 * ISO/IEC 15434 envelopes (`[)>` RS format ... RS EOT) with format 05 (GS1 application identifiers) or 06 (ASC MH10.8.2
 * data identifiers).
 */
import { EOT, GS, RS } from './characters.ts';
import { dateText, endOfDay, longDate } from './dates.ts';
import { parseGs1 } from './gs1.ts';
import type { LabelData, LabelProblem } from './label.ts';

const identifiers: ReadonlyMap<string, string> = new Map([
  ['P', 'customerPart'],
  ['1P', 'supplierPart'],
  ['30P', 'supplierPart'],
  ['Q', 'quantity'],
  ['S', 'serial'],
  ['T', 'lot'],
  ['1T', 'lot'],
  ['V', 'supplier'],
  ['4L', 'origin'],
  ['14D', 'expires'],
  ['16D', 'made'],
  ['K', 'purchaseOrder'],
]);

/** @returns null when the text is no such envelope at all. */
export function parseIso15434(text: string, year: number): LabelData | LabelProblem | null {
  if (!text.startsWith('[)>')) return null;
  const formats = text
    .slice(3)
    .replaceAll(EOT, '')
    .split(RS)
    .filter((part) => part.length > 0);
  const fields: Record<string, string> = {};
  let expiresAt: number | null = null;
  for (const format of formats) {
    const body = format.slice(2).replace(new RegExp(`^${GS}|${GS}$`, 'g'), '');
    const kind = format.slice(0, 2);
    if (kind === '05') {
      const data = parseGs1(body, year);
      if ('problem' in data) return data;
      Object.assign(fields, data.fields);
      expiresAt = data.expiresAt ?? expiresAt;
      continue;
    }
    if (kind !== '06') return { problem: 'envelope-broken', at: kind };
    for (const element of body.split(GS)) {
      const parts = /^(\d{0,3}[A-Z])([\s\S]+)$/.exec(element);
      const id = parts?.[1] ?? '';
      let value = parts?.[2]?.trim() ?? '';
      if (value === '') return { problem: 'length-wrong', at: id || element.slice(0, 4) };
      const field = identifiers.get(id) ?? `di${id}`;
      if (field === 'quantity' && !/^\d+(\.\d+)?$/.test(value)) return { problem: 'not-digits', at: id };
      if (field === 'expires' || field === 'made') {
        const date = longDate(value);
        if (!date) return { problem: 'date-invalid', at: id };
        value = dateText(date);
        if (field === 'expires') expiresAt = endOfDay(date);
      }
      if (field in fields && fields[field] !== value) return { problem: 'contradicts-itself', at: id };
      fields[field] = value;
    }
  }
  return Object.keys(fields).length > 0 ? { fields, expiresAt } : { problem: 'empty', at: '' };
}
