/**
 * Writes protobuf (protobuf.dev/programming-guides/encoding) straight into one buffer: an object per metric on the way
 * cost twice the sending itself (bench/sparkplug.bench.ts).
 */

const doubleView = new DataView(new ArrayBuffer(8));

export class WireWriter {
  #bytes = Buffer.allocUnsafe(16_384);
  #at = 0;

  /** A copy of what was written; the writer begins anew. */
  finish(): Buffer {
    const written = Buffer.from(this.#bytes.subarray(0, this.#at));
    this.#at = 0;
    return written;
  }

  /** @param value a whole number from 0 to 2^53 - 1. */
  varint(field: number, value: number): void {
    this.#room(12);
    this.#raw(field << 3);
    this.#raw(value);
  }

  bool(field: number, value: boolean): void {
    this.varint(field, value ? 1 : 0);
  }

  double(field: number, value: number): void {
    this.#room(11);
    this.#raw((field << 3) | 1);
    doubleView.setFloat64(0, value, true);
    for (let n = 0; n < 8; n += 1) this.#bytes[this.#at++] = doubleView.getUint8(n);
  }

  string(field: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.#room(length + 12);
    this.#raw((field << 3) | 2);
    this.#raw(length);
    this.#at += this.#bytes.write(value, this.#at);
  }

  /** A message inside begins. @returns its place, for `end`. */
  begin(field: number): number {
    this.#room(16);
    this.#raw((field << 3) | 2);
    this.#at += 1;
    return this.#at;
  }

  /** It ends: its length, known only now, goes before it. */
  end(start: number): void {
    const length = this.#at - start;
    if (length < 128) {
      this.#bytes[start - 1] = length;
      return;
    }
    const more = length < 16_384 ? 1 : length < 2_097_152 ? 2 : 3;
    this.#room(more);
    this.#bytes.copyWithin(start + more, start, this.#at);
    this.#at = start - 1;
    this.#raw(length);
    this.#at += length;
  }

  #raw(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes[this.#at++] = (rest % 128) | 128;
      rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 128);
    }
    this.#bytes[this.#at++] = rest;
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + bytes));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
