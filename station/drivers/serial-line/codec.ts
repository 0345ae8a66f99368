/** Bytes to lines of text. Pure: no clock, no I/O; never throws; bounded by `maxLength`. */
import { LineSplitter, shown, type RawFrame } from '../kit/line-splitter.ts';
import type { SerialLineSettings } from './manifest.ts';

export type LineFault =
  | 'overlong'
  | 'terminator-missing'
  | 'terminator-wrong'
  | 'encoding'
  | 'prefix-missing'
  | 'suffix-missing';

export type LineFrame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'invalid'; readonly fault: LineFault; readonly shown: string };

export type LineRules = Pick<
  SerialLineSettings,
  'terminator' | 'prefix' | 'suffix' | 'encoding' | 'maxLength' | 'acceptWithoutTerminator'
>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class LineParser {
  readonly #rules: LineRules;
  readonly #splitter: LineSplitter;

  constructor(rules: LineRules) {
    this.#rules = rules;
    this.#splitter = new LineSplitter(rules.terminator, rules.maxLength);
  }

  /** True while bytes wait for their end. */
  get pending(): boolean {
    return this.#splitter.pending;
  }

  push(chunk: Uint8Array): LineFrame[] {
    return this.#splitter.push(chunk).map((frame) => this.#read(frame));
  }

  /** The line went quiet for `idleMs`. */
  idle(): LineFrame | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : this.#read(frame);
  }

  /** The link is gone: forgets what was half received and says what it was, if anything. */
  cut(): string | null {
    const frame = this.#splitter.flush();
    return frame === null ? null : shown(frame.bytes);
  }

  #read(frame: RawFrame): LineFrame {
    const invalid = (fault: LineFault): LineFrame => ({ kind: 'invalid', fault, shown: shown(frame.bytes) });
    const { terminator, prefix, suffix, acceptWithoutTerminator } = this.#rules;
    if (frame.kind === 'overlong') return invalid('overlong');
    if (frame.kind === 'unterminated' && !acceptWithoutTerminator) return invalid('terminator-missing');
    // The other half of a CR LF inside a line means that the setting does not fit the device: the text would carry it.
    if (terminator === 'cr' && frame.bytes[0] === 0x0a) return invalid('terminator-wrong');
    if (terminator === 'lf' && frame.bytes.at(-1) === 0x0d) return invalid('terminator-wrong');
    const text = this.#decode(frame.bytes);
    if (text === null) return invalid('encoding');
    if (!text.startsWith(prefix)) return invalid('prefix-missing');
    if (text.length < prefix.length + suffix.length || !text.endsWith(suffix)) return invalid('suffix-missing');
    // Control characters inside (GS of a GS1 code) are part of the value.
    return { kind: 'text', text: text.slice(prefix.length, text.length - suffix.length) };
  }

  #decode(bytes: Uint8Array): string | null {
    if (this.#rules.encoding === 'latin1') return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    try {
      return utf8.decode(bytes);
    } catch {
      return null;
    }
  }
}
