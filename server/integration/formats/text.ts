/** From bytes to text: byte order marks, UTF-8, UTF-16, and Windows-1252 where a spreadsheet wrote it. */
import { wholeFault } from './faults.ts';
import type { RowFault } from '#contract/integration/words.ts';

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';
export type Decoded =
  | { readonly text: string; readonly encoding: Encoding; readonly fault: null }
  | { readonly text: null; readonly encoding: null; readonly fault: RowFault };

/**
 * A byte order mark decides; without one the text is UTF-8 when it is valid as such, else Windows-1252, in which every
 * byte but five means something. Zero bytes mean that it is no text.
 * @param fallback false: only Unicode (XML and JSON must not be guessed at).
 */
export function decodeText(bytes: Uint8Array, fallback: boolean): Decoded {
  if (bytes.length === 0) {
    return bad('it is empty', 'Write its content, or do not send it.');
  }
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return decoded(bytes, 'utf-16le');
  if (a === 0xfe && b === 0xff) return decoded(bytes, 'utf-16be');
  const zero = bytes.indexOf(0);
  if (zero !== -1) {
    return bad(
      `it is not a text file: byte ${zero + 1} is zero`,
      'Save it as text with the encoding UTF-8; spreadsheets as CSV.',
    );
  }
  try {
    return decoded(bytes, 'utf-8');
  } catch {
    if (fallback) return decoded(bytes, 'windows-1252');
    return bad('it is not UTF-8 text', 'Save or send it with the encoding UTF-8.');
  }
}

const bad = (problem: string, remedy: string): Decoded => ({
  text: null,
  encoding: null,
  fault: wholeFault(problem, remedy),
});

/** The byte order mark itself is left out by the decoder. */
function decoded(bytes: Uint8Array, encoding: Encoding): Decoded {
  const text = new TextDecoder(encoding, { fatal: encoding === 'utf-8' }).decode(bytes);
  if (text.trim() === '') return bad('it is empty', 'Write its content, or do not send it.');
  return { text, encoding, fault: null };
}
