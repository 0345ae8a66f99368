/** Characters that scanners add, that keyboards lose, and that a wrong keyboard layout turns into others. */

export const GS = '\u001d';
export const RS = '\u001e';
export const EOT = '\u0004';

const isControl = (char: string): boolean => char < ' ' || char === '\u007f';

/** Control characters as pictures (U+2400 block), so that a text shows what it really holds. */
export function visible(text: string): string {
  return [...text]
    .map((char) =>
      !isControl(char) ? char : char === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + char.charCodeAt(0)),
    )
    .join('');
}

/** What scanners without a GS key send in its place. */
const spelledOut: readonly (readonly [RegExp, string])[] = [
  [/\u241d|<GS>|\{GS\}/g, GS],
  [/\u241e|<RS>|\{RS\}/g, RS],
  [/\u2404|<EOT>|\{EOT\}/g, EOT],
];

export interface Cleaned {
  readonly text: string;
  /** Something other than data was taken off: suffix keys, framing, stray control characters. */
  readonly removed: boolean;
}

/** Takes off what is not data. GS, RS and EOT stay: they separate data; so do all other characters. */
export function clean(raw: string): Cleaned {
  let text = raw;
  for (const [pattern, char] of spelledOut) text = text.replace(pattern, char);
  const separators = [GS, RS, EOT];
  const kept = [...text]
    .filter((char) => !isControl(char) || separators.includes(char))
    .join('')
    .trim();
  const suffixOnly = raw.replace(/[\r\n\t]+$/, '');
  return { text: kept, removed: kept.length < suffixOnly.length };
}

/** Keys of a US keyboard and what a host set to German makes of them, in the same order. */
const usKeys = 'yzYZ-_=+[{]};:\'"\\|,<.>/?@#^&*()`~';
const onGermanHost = 'zyZYß?´`üÜ+*öÖäÄ#\',;.:-_"§&/()=^°';

const table = (from: string, to: string): ReadonlyMap<string, string> =>
  new Map([...from].map((char, at) => [char, [...to][at] ?? char]));
const germanToUs = table(onGermanHost, usKeys);
const usToGerman = table(usKeys, onGermanHost);

export const keyboardLayouts = ['us-scanner-on-german-host', 'german-scanner-on-us-host', 'caps-lock'] as const;
export type KeyboardLayout = (typeof keyboardLayouts)[number];

/** What the scanner meant to send if the two keyboard layouts differ in this way. */
export function undoLayout(text: string, layout: KeyboardLayout): string {
  if (layout === 'caps-lock') {
    return [...text].map((c) => (c === c.toUpperCase() ? c.toLowerCase() : c.toUpperCase())).join('');
  }
  const map = layout === 'us-scanner-on-german-host' ? germanToUs : usToGerman;
  return [...text].map((char) => map.get(char) ?? char).join('');
}
