/** Bytes as text for a printed code: two bytes in three characters. */

/**
 * Digits, capitals and five signs: all in the alphanumeric mode of QR codes, and none that a scan would lose at its ends.
 * 41^3 = 68,921 is more than two bytes hold.
 */
const digits41 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-./:+';

/** Two characters for a last single byte, three for each pair. */
export function base41(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 2) {
    const [high = 0, low] = bytes.slice(i, i + 2);
    let value = low === undefined ? high : high * 256 + low;
    for (let n = 0; n < (low === undefined ? 2 : 3); n += 1) {
      text += digits41[value % 41];
      value = Math.floor(value / 41);
    }
  }
  return text;
}

/** null: no such text. One text and no other is made of the same bytes. */
export function fromBase41(text: string): Uint8Array | null {
  if (text.length % 3 === 1 || text.length > 4096) return null;
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i += 3) {
    const group = Array.from(text.slice(i, i + 3), (char) => digits41.indexOf(char));
    if (group.includes(-1)) return null;
    const value = group.reduceRight((sum, digit) => sum * 41 + digit, 0);
    if (value >= (group.length === 3 ? 65_536 : 256)) return null;
    if (group.length === 3) bytes.push(value >> 8);
    bytes.push(value & 255);
  }
  return Uint8Array.from(bytes);
}
