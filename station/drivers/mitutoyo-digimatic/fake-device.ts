/** A calliper with a data button that also answers questions, over whatever wire it is given. */
import type { FakeWire } from '../kit/conformance.ts';

export class FakeCalliper {
  readonly #wire: FakeWire;
  readonly #decimals: number;
  /** What it shows now; null: switched off, answers nothing. */
  shows: number | null = 0;

  /** @param request what it answers to; null: only its button sends. */
  constructor(wire: FakeWire, request: string | null = null, decimals = 3) {
    this.#wire = wire;
    this.#decimals = decimals;
    let asked = '';
    wire.received((bytes) => {
      if (request === null) return;
      asked += Buffer.from(bytes).toString('latin1');
      while (asked.includes(request)) {
        asked = asked.slice(asked.indexOf(request) + request.length);
        this.press();
      }
    });
  }

  /** The data button. */
  press(value: number | null = this.shows): void {
    if (value !== null) this.#wire.send(Buffer.from(this.frame(value)));
  }

  /** Cable pulled while sending. */
  half(value: number): void {
    this.#wire.send(Buffer.from(this.frame(value).slice(0, 8)));
  }

  /** A character lost on the way: still a number, but not the one measured. */
  garbage(): void {
    this.#wire.send(Buffer.from(this.frame(12.345).replace('.', '')));
  }

  /** Somebody switched it to inches, and it says so. */
  inInches(size: number): void {
    this.#wire.send(Buffer.from(this.frame(size).replace('\r', 'in\r')));
  }

  error(code: number): void {
    this.#wire.send(Buffer.from(`91${code}\r`));
  }

  frame(value: number): string {
    const digits = Math.abs(value).toFixed(this.#decimals).padStart(8, '0');
    return `01A${value < 0 ? '-' : '+'}${digits}\r`;
  }
}
