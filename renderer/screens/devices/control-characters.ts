/** Splits text in which control characters were made visible (U+2400 and up) into plain text and their names. */
const names = [
  'NUL',
  'SOH',
  'STX',
  'ETX',
  'EOT',
  'ENQ',
  'ACK',
  'BEL',
  'BS',
  'HT',
  'LF',
  'VT',
  'FF',
  'CR',
  'SO',
  'SI',
  'DLE',
  'DC1',
  'DC2',
  'DC3',
  'DC4',
  'NAK',
  'SYN',
  'ETB',
  'CAN',
  'EM',
  'SUB',
  'ESC',
  'FS',
  'GS',
  'RS',
  'US',
] as const;

export interface TextPart {
  readonly control: boolean;
  readonly text: string;
}

export function partsOf(text: string): readonly TextPart[] {
  return text
    .split(/([\u2400-\u2421])/u)
    .filter((part) => part !== '')
    .map((part) => {
      const code = (part.codePointAt(0) ?? 0) - 0x2400;
      const name = code === 0x21 ? 'DEL' : code === 0x20 ? 'SP' : names[code];
      return name !== undefined && part.length === 1 ? { control: true, text: name } : { control: false, text: part };
    });
}
