/**
 * Cuts a byte stream into lines. Pure and incremental: any chunking of the same bytes gives the same frames; memory is
 * bounded by `maxLength` whatever comes in.
 */
export const terminators = ['cr', 'lf', 'crlf', 'any'] as const;
export type Terminator = (typeof terminators)[number];

export type RawFrame =
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  /** More than `maxLength` bytes without an end; the rest of that line is skipped. */
  | { readonly kind: 'overlong'; readonly bytes: Uint8Array }
  /** Only from `flush`: bytes that no terminator ended. */
  | { readonly kind: 'unterminated'; readonly bytes: Uint8Array };

const CR = 0x0d;
const LF = 0x0a;
/** How much of an overlong frame is kept to be shown. */
const overlongShown = 64;

export class LineSplitter {
  readonly #terminator: Terminator;
  readonly #maxLength: number;
  readonly #buffer: Uint8Array;
  #length = 0;
  #skipping = false;
  #last = -1;

  /** @param maxLength longest line in bytes, terminator not counted. */
  constructor(terminator: Terminator, maxLength: number) {
    this.#terminator = terminator;
    this.#maxLength = maxLength;
    // One more for the CR of a CR LF that ends a line of full length.
    this.#buffer = new Uint8Array(maxLength + 1);
  }

  /** True while bytes wait for their end. */
  get pending(): boolean {
    return this.#length > 0 || this.#skipping;
  }

  push(chunk: Uint8Array): RawFrame[] {
    const frames: RawFrame[] = [];
    for (const byte of chunk) {
      const ends = this.#ends(byte);
      this.#last = byte;
      if (ends) {
        const frame = this.#finish();
        if (frame) frames.push(frame);
      } else if (!this.#skipping) {
        if (this.#length === this.#buffer.length) {
          frames.push(this.#overlong());
          this.#skipping = true;
        } else {
          this.#buffer[this.#length++] = byte;
        }
      }
    }
    return frames;
  }

  /** The line went quiet: gives what waits for an end, or null, and starts afresh. */
  flush(): RawFrame | null {
    const bytes = this.#take(this.#length);
    this.#skipping = false;
    this.#last = -1;
    return bytes.length > 0 ? { kind: 'unterminated', bytes } : null;
  }

  #ends(byte: number): boolean {
    if (this.#terminator === 'cr') return byte === CR;
    if (this.#terminator === 'lf') return byte === LF;
    if (this.#terminator === 'any') return byte === CR || byte === LF;
    return byte === LF && this.#last === CR;
  }

  #finish(): RawFrame | null {
    if (this.#skipping) {
      this.#skipping = false;
      this.#length = 0;
      return null;
    }
    const length = this.#terminator === 'crlf' ? this.#length - 1 : this.#length;
    if (length > this.#maxLength) return this.#overlong();
    const bytes = this.#take(length);
    // An empty line says nothing; with `any` it is the second half of a CR LF.
    return bytes.length > 0 ? { kind: 'frame', bytes } : null;
  }

  #overlong(): RawFrame {
    return { kind: 'overlong', bytes: this.#take(Math.min(this.#length, overlongShown)) };
  }

  #take(length: number): Uint8Array {
    const bytes = this.#buffer.slice(0, length);
    this.#length = 0;
    return bytes;
  }
}

/** For problem parameters: control characters visible, at most 64 characters. */
export function shown(bytes: Uint8Array): string {
  const text = Array.from(bytes.slice(0, 64), (byte) => {
    if (byte < 0x20) return String.fromCharCode(0x2400 + byte);
    return byte < 0x7f ? String.fromCharCode(byte) : '·';
  }).join('');
  return bytes.length > 64 ? `${text}…` : text;
}
