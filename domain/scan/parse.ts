/**
 * What a scan means. The code itself decides where it can (badge, command, structured labels, known identifiers); only
 * what is left is decided by what the current step expects. The order is fixed, so the same scan in the same situation
 * is always understood in the same way.
 */
import type { ScanKind } from '#contract/rpc/scan.ts';
import type { ScannedComponent } from '#domain/facts.ts';
import { isLabelPassport } from '#domain/units/label-passport.ts';
import { clean, GS, keyboardLayouts, undoLayout, type KeyboardLayout } from './characters.ts';
import { fromHumanForm, parseGs1 } from './gs1.ts';
import { parseIso15434 } from './iso15434.ts';
import type { LabelData, LabelProblem } from './label.ts';
import { parsePlainLabel } from './plain-label.ts';

export interface ScanContext {
  readonly prefixes: { readonly badge: string; readonly order: string; readonly command: string };
  isBadge(text: string): boolean;
  isOrder(text: string): boolean;
  isUnit(text: string): boolean;
  isMaterial(text: string): boolean;
  materialByGtin(gtin: string): string | null;
  /** What the current step waits for. */
  readonly expects: 'component' | 'text' | 'nothing';
  /** The present year, for the century of two-digit years. */
  readonly year: number;
}

export interface ParsedScan {
  readonly kind: ScanKind;
  /** The data without framing: the badge, order, serial, command word or text. */
  readonly value: string;
  /** For the screen. Never holds a badge. */
  readonly fields: Readonly<Record<string, string>>;
  /** Set for kind `component`; its `raw` is the whole code with its symbology identifier. */
  readonly component: ScannedComponent | null;
  /** The code makes no sense as it came, but would if the scanner's keyboard layout were that of this computer. */
  readonly layout: KeyboardLayout | null;
  /** Control characters or framing were taken off. */
  readonly cleaned: boolean;
}

/** No label of ours or of a supplier is longer; more is two scans run together or a document. */
const longest = 512;

/** AIM symbology identifiers (ISO/IEC 15424); those that promise GS1 data. */
const aim = /^\][A-Za-z][0-9A-Za-z]/;
const aimGs1 = new Set([']C1', ']d2', ']Q3', ']e0', ']J1']);

/** Never throws, whatever the text. */
export function parseScan(raw: string, context: ScanContext): ParsedScan {
  const parsed = understand(raw, context);
  if (parsed.kind !== 'unknown') return parsed;
  for (const layout of keyboardLayouts) {
    const meant = understand(undoLayout(raw, layout), { ...context, expects: 'nothing' });
    if (meant.kind === 'unknown' || (meant.component !== null && meant.component.materialId === null)) continue;
    return { ...parsed, layout, fields: { ...parsed.fields, keyboardLayout: layout, meantKind: meant.kind } };
  }
  return parsed;
}

/** Only the component reading of a code, for a step that asks for one; null when it is none. */
export function parseComponent(raw: string, context: Omit<ScanContext, 'expects'>): ScannedComponent | null {
  return understand(raw, { ...context, expects: 'component' }).component;
}

function understand(raw: string, context: ScanContext): ParsedScan {
  const { text, removed } = clean(raw);
  const symbology = aim.exec(text)?.[0] ?? null;
  const code = symbology === null ? text : text.slice(symbology.length);
  const base = {
    component: null,
    layout: null,
    cleaned: removed,
  };
  const told: Record<string, string> = symbology === null ? {} : { symbology };
  const as = (kind: ScanKind, value: string, fields: Readonly<Record<string, string>> = {}): ParsedScan => ({
    ...base,
    kind,
    value,
    fields: { ...told, ...fields },
  });

  if (code === '') return as('unknown', code);
  // Longer than what suppliers print, and no other code begins like it.
  if (isLabelPassport(code)) return as('passport', code);
  if (text.length > longest) return as('unknown', code);
  const { prefixes } = context;
  const prefix = [prefixes.badge, prefixes.order, prefixes.command]
    .filter((each) => code.startsWith(each) && code.length > each.length)
    .sort((a, b) => b.length - a.length)[0];
  if (context.isBadge(code) || prefix === prefixes.badge) return as('badge', code);
  if (prefix === prefixes.command) {
    const command = code.slice(prefixes.command.length).toUpperCase();
    return as('command', command, { command });
  }
  // A text step takes whatever is scanned, word for word.
  if (context.expects === 'text') return as('text', code, { text: code });
  if (context.isOrder(code)) return as('order', code, { order: code });
  if (context.isUnit(code)) return as('unit', code, { serial: code });

  const label = labelOf(code, symbology, context);
  if (label !== null) {
    if ('problem' in label) return as('unknown', code, { problem: label.problem, problemAt: label.at });
    return ofLabel(code, text, label, context, as);
  }
  if (prefix === prefixes.order) return as('order', code, { order: code });
  if (context.isMaterial(code))
    return { ...as('component', code, { material: code }), component: componentOf(text, { materialId: code }) };
  // A step that waits for a part is told that this is no part it knows, rather than that it is nothing.
  if (context.expects === 'component') {
    return { ...as('component', code, {}), component: componentOf(text, {}) };
  }
  return as('unknown', code);
}

function labelOf(code: string, symbology: string | null, context: ScanContext): LabelData | LabelProblem | null {
  const envelope = parseIso15434(code, context.year);
  if (envelope !== null) return envelope;
  if (symbology !== null && aimGs1.has(symbology)) return parseGs1(code, context.year);
  const human = fromHumanForm(code);
  if (human !== null) return parseGs1(human, context.year);
  const plain = parsePlainLabel(code);
  if (plain !== null) return plain;
  // Scanners that send no symbology identifier: only a code that is flawless GS1 data with a right GTIN is taken as such.
  if (/^01\d{14}/.test(code.startsWith(GS) ? code.slice(1) : code)) {
    const bare = parseGs1(code, context.year);
    if (!('problem' in bare)) return bare;
  }
  return null;
}

function ofLabel(
  code: string,
  text: string,
  label: LabelData,
  context: ScanContext,
  as: (kind: ScanKind, value: string, fields: Readonly<Record<string, string>>) => ParsedScan,
): ParsedScan {
  const { fields } = label;
  const gtin = fields['gtin'] ?? null;
  const serial = fields['serial'] ?? null;
  // Our own product's label names the unit by its serial number.
  if (serial !== null && context.isUnit(serial) && context.expects !== 'component') {
    return as('unit', serial, { ...fields, serial });
  }
  const named = [fields['itemId'], fields['customerPart'], fields['supplierPart']].filter((each) => each !== undefined);
  const materialId =
    (gtin === null ? null : context.materialByGtin(gtin)) ??
    named.find((each) => context.isMaterial(each)) ??
    (gtin === null ? (named[0] ?? null) : null);
  const shown = materialId === null ? fields : { ...fields, material: materialId };
  return {
    ...as('component', code, shown),
    component: {
      materialId,
      gtin,
      lot: fields['lot'] ?? null,
      serial,
      expiresAt: label.expiresAt,
      raw: text,
    },
  };
}

function componentOf(raw: string, known: { readonly materialId?: string }): ScannedComponent {
  return { materialId: known.materialId ?? null, gtin: null, lot: null, serial: null, expiresAt: null, raw };
}
