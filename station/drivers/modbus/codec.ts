/**
 * Bytes to frames and back: MODBUS Application Protocol Specification V1.1b3 (functions), MODBUS over Serial Line V1.02
 * (RTU frame, CRC), MODBUS Messaging on TCP/IP V1.0b (MBAP header). Pure. Only what a client needs: requests out,
 * answers in.
 */
import type { Table } from './address.ts';

/** What one request may ask for (1.1b3, 6.1 to 6.4, 6.11, 6.12). */
export const most = { readBits: 2_000, readWords: 125, writeBits: 1_968, writeWords: 123 } as const;

export const readFunction: Readonly<Record<Table, number>> = { coil: 1, discrete: 2, holding: 3, input: 4 };

/** Exception codes in words (1.1b3, 7); 9 is not given out by the specification. */
const exceptions: Readonly<Record<number, string>> = {
  1: 'illegal-function',
  2: 'illegal-address',
  3: 'illegal-value',
  4: 'server-failure',
  5: 'acknowledge',
  6: 'server-busy',
  7: 'negative-acknowledge',
  8: 'memory-parity',
  10: 'gateway-path',
  11: 'gateway-no-answer',
};
export const exceptionName = (code: number): string => exceptions[code] ?? `exception-${code}`;

/** 0 beyond the end. */
export const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
export const wordAt = (bytes: Uint8Array, at: number): number => (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);

/** A request or an answer without its address and its check: function code and data. */
export type Pdu = Uint8Array;

export function readRequest(table: Table, start: number, length: number): Pdu {
  return Uint8Array.of(readFunction[table], start >> 8, start & 0xff, length >> 8, length & 0xff);
}
export function writeBitRequest(start: number, value: boolean): Pdu {
  return Uint8Array.of(5, start >> 8, start & 0xff, value ? 0xff : 0, 0);
}
export function writeWordRequest(start: number, word: number): Pdu {
  return Uint8Array.of(6, start >> 8, start & 0xff, word >> 8, word & 0xff);
}
export function writeBitsRequest(start: number, values: readonly boolean[]): Pdu {
  const bytes = new Uint8Array(6 + Math.ceil(values.length / 8));
  bytes.set([15, start >> 8, start & 0xff, values.length >> 8, values.length & 0xff, bytes.length - 6]);
  values.forEach((on, at) => {
    if (on) bytes[6 + (at >> 3)] = byteAt(bytes, 6 + (at >> 3)) | (1 << (at & 7));
  });
  return bytes;
}
export function writeWordsRequest(start: number, words: readonly number[]): Pdu {
  const bytes = new Uint8Array(6 + words.length * 2);
  bytes.set([16, start >> 8, start & 0xff, words.length >> 8, words.length & 0xff, words.length * 2]);
  words.forEach((word, at) => bytes.set([word >> 8, word & 0xff], 6 + at * 2));
  return bytes;
}

export type Answer =
  | { readonly kind: 'bits'; readonly bits: readonly boolean[] }
  | { readonly kind: 'words'; readonly words: readonly number[] }
  | { readonly kind: 'written' }
  | { readonly kind: 'exception'; readonly code: number };

/** @returns what the answer says to that very request; null where it does not answer it. */
export function readAnswer(request: Pdu, answer: Pdu): Answer | null {
  const asked = request[0] ?? 0;
  if (answer[0] === (asked | 0x80)) return answer.length === 2 ? { kind: 'exception', code: byteAt(answer, 1) } : null;
  if (answer[0] !== asked) return null;
  if (asked > 4) {
    // The echo: address and value, or address and number.
    return answer.length === 5 && answer.every((byte, at) => byte === request[at]) ? { kind: 'written' } : null;
  }
  const length = wordAt(request, 3);
  const size = asked <= 2 ? Math.ceil(length / 8) : length * 2;
  if (answer[1] !== size || answer.length !== size + 2) return null;
  if (asked <= 2) {
    return {
      kind: 'bits',
      bits: Array.from({ length }, (_, at) => ((byteAt(answer, 2 + (at >> 3)) >> (at & 7)) & 1) === 1),
    };
  }
  return { kind: 'words', words: Array.from({ length }, (_, at) => wordAt(answer, 2 + at * 2)) };
}

const crcTable = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let n = 0; n < 8; n += 1) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});
/** CRC-16 of the serial line (V1.02, 6.2.2): polynomial 0xA001 reflected, begun with 0xFFFF, sent low byte first. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = (crc >> 8) ^ (crcTable[(crc ^ byte) & 0xff] ?? 0);
  return crc;
}

export type FrameFault = 'crc' | 'format' | 'cut-off' | 'unasked';
export type Frame =
  | { readonly kind: 'answer'; readonly unit: number; readonly transaction: number | null; readonly pdu: Pdu }
  | { readonly kind: 'invalid'; readonly fault: FrameFault; readonly shown: string };

/** Makes frames of requests and takes those of answers out of whatever the line delivers. */
export interface Framing {
  encode(unit: number, transaction: number, pdu: Pdu): Uint8Array;
  push(bytes: Uint8Array): Frame[];
  /** True while bytes of an unfinished frame are held. */
  readonly pending: boolean;
  /** Nothing more comes: what is held is judged as it is. */
  idle(): Frame[];
}

/** Enough to recognise a frame in the live view; a list of problems is no place for 260 bytes. */
function shown(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(0, 24)].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(' ');
  return bytes.length > 24 ? `${hex} … (${bytes.length} bytes)` : hex;
}

/** @returns bytes of the answer's frame as its first three say; 0 = more are needed, -1 = no answer begins so. */
function rtuLength(bytes: Uint8Array): number {
  const code = bytes[1];
  if (code === undefined) return 0;
  if (code >= 1 && code <= 4) {
    const size = bytes[2];
    if (size === undefined) return 0;
    return size > 0 && size <= 250 ? size + 5 : -1;
  }
  if (code === 5 || code === 6 || code === 15 || code === 16) return 8;
  const failed = code & 0x7f;
  return code > 0x80 && (failed <= 6 || failed === 15 || failed === 16) ? 5 : -1;
}

export class RtuFraming implements Framing {
  #held: Uint8Array = new Uint8Array(0);

  get pending(): boolean {
    return this.#held.length > 0;
  }

  encode(unit: number, _transaction: number, pdu: Pdu): Uint8Array {
    const frame = new Uint8Array(pdu.length + 3);
    frame[0] = unit;
    frame.set(pdu, 1);
    const crc = crc16(frame.subarray(0, -2));
    frame.set([crc & 0xff, crc >> 8], pdu.length + 1);
    return frame;
  }

  push(bytes: Uint8Array): Frame[] {
    this.#held = joined(this.#held, bytes);
    return this.#take(false);
  }

  idle(): Frame[] {
    return this.#take(true);
  }

  /**
   * Noise before a frame (a transceiver that turns round) or a damaged one must not take the next one along: where no
   * whole frame with a right CRC begins, the search goes on one byte further.
   */
  #take(ended: boolean): Frame[] {
    const frames: Frame[] = [];
    let at = 0;
    /** Bytes before it are in no frame; those from `from` on are not told yet. */
    let from = 0;
    let fault: FrameFault = 'format';
    const tell = (): void => {
      if (at > from) frames.push({ kind: 'invalid', fault, shown: shown(this.#held.subarray(from, at)) });
      fault = 'format';
    };
    while (at < this.#held.length) {
      const rest = this.#held.subarray(at);
      const length = rtuLength(rest);
      if (length === 0 || length > rest.length) {
        if (!ended) break;
        if (fault === 'format') fault = 'cut-off';
      } else if (length > 0) {
        const frame = rest.subarray(0, length);
        const crc = crc16(frame.subarray(0, -2));
        if (frame[length - 2] === (crc & 0xff) && frame[length - 1] === crc >> 8) {
          tell();
          frames.push({ kind: 'answer', unit: byteAt(frame, 0), transaction: null, pdu: frame.slice(1, -2) });
          at += length;
          from = at;
          continue;
        }
        fault = 'crc';
      }
      at += 1;
    }
    tell();
    this.#held = this.#held.slice(at);
    return frames;
  }
}

export class MbapFraming implements Framing {
  #held: Uint8Array = new Uint8Array(0);

  get pending(): boolean {
    return this.#held.length > 0;
  }

  encode(unit: number, transaction: number, pdu: Pdu): Uint8Array {
    const length = pdu.length + 1;
    const frame = new Uint8Array(pdu.length + 7);
    frame.set([transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit]);
    frame.set(pdu, 7);
    return frame;
  }

  push(bytes: Uint8Array): Frame[] {
    this.#held = joined(this.#held, bytes);
    const frames: Frame[] = [];
    while (this.#held.length > 0) {
      const held = this.#held;
      const length = wordAt(held, 4);
      const wrong =
        (held.length > 2 && held[2] !== 0) ||
        (held.length > 3 && held[3] !== 0) ||
        (held.length > 5 && (length < 3 || length > 254));
      if (wrong) {
        // Without a check sum there is no telling where the next frame begins: all that came so far is given up.
        frames.push(this.#drop('format'));
        break;
      }
      if (held.length < 6 || held.length < length + 6) break;
      const transaction = wordAt(held, 0);
      frames.push({ kind: 'answer', unit: byteAt(held, 6), transaction, pdu: held.slice(7, length + 6) });
      this.#held = held.slice(length + 6);
    }
    return frames;
  }

  idle(): Frame[] {
    return this.pending ? [this.#drop('cut-off')] : [];
  }

  #drop(fault: FrameFault): Frame {
    const bytes = this.#held;
    this.#held = new Uint8Array(0);
    return { kind: 'invalid', fault, shown: shown(bytes) };
  }
}

function joined(held: Uint8Array, bytes: Uint8Array): Uint8Array {
  const all = new Uint8Array(held.length + bytes.length);
  all.set(held);
  all.set(bytes, held.length);
  return all;
}
