/** A scanner that does what it is told, over whatever wire it is given. */
import type { FakeWire } from '../kit/conformance.ts';

export class FakeScanner {
  readonly #wire: Pick<FakeWire, 'send'>;
  readonly #end: string;

  constructor(wire: Pick<FakeWire, 'send'>, end = '\r') {
    this.#wire = wire;
    this.#end = end;
  }

  scan(text: string): void {
    this.raw(Buffer.from(text + this.#end, 'utf8'));
  }

  /** The beginning of a code: the cable goes before the rest. */
  half(text: string): void {
    this.raw(Buffer.from(text.slice(0, Math.ceil(text.length / 2)), 'utf8'));
  }

  /** What a wrong baud rate looks like: bytes that are no text, then an end. */
  garbage(): void {
    this.raw(Buffer.concat([Buffer.from([0xff, 0xfe, 0x80, 0xc3, 0x28, 0x00]), Buffer.from(this.#end)]));
  }

  raw(bytes: Uint8Array): void {
    this.#wire.send(bytes);
  }
}
