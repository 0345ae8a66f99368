/** A Modbus server with one or more units, RTU or TCP, over whatever wire it is given. Specification 1.1b3, chapter 6. */
import type { FakeWire } from '../kit/conformance.ts';
import { byteAt, crc16, wordAt } from './codec.ts';

export class FakeUnit {
  readonly holding = new Uint16Array(0x1_0000);
  readonly input = new Uint16Array(0x1_0000);
  readonly coils = new Uint8Array(0x1_0000);
  readonly discretes = new Uint8Array(0x1_0000);
  /** Addresses that it does not have: exception 2 for whoever touches one. */
  readonly missing = new Set<number>();
  /** Answered instead of everything. */
  exception: number | null = null;

  answer(pdu: Uint8Array): Uint8Array {
    const code = byteAt(pdu, 0);
    const start = wordAt(pdu, 1);
    const second = wordAt(pdu, 3);
    const fault = (exception: number): Uint8Array => Uint8Array.of(code | 0x80, exception);
    if (this.exception !== null) return fault(this.exception);
    const length = code === 5 || code === 6 ? 1 : second;
    if (start + length > 0x1_0000) return fault(2);
    for (let at = start; at < start + length; at += 1) if (this.missing.has(at)) return fault(2);
    switch (code) {
      case 1:
      case 2: {
        const bits = code === 1 ? this.coils : this.discretes;
        const bytes = new Uint8Array(Math.ceil(length / 8));
        for (let at = 0; at < length; at += 1) {
          bytes[at >> 3] = byteAt(bytes, at >> 3) | ((byteAt(bits, start + at) & 1) << (at & 7));
        }
        return Uint8Array.of(code, bytes.length, ...bytes);
      }
      case 3:
      case 4: {
        const words = (code === 3 ? this.holding : this.input).subarray(start, start + length);
        return Uint8Array.of(code, length * 2, ...[...words].flatMap((word) => [word >> 8, word & 0xff]));
      }
      case 5:
        this.coils[start] = second === 0xff00 ? 1 : 0;
        return pdu;
      case 6:
        this.holding[start] = second;
        return pdu;
      case 15:
        for (let at = 0; at < length; at += 1) this.coils[start + at] = (byteAt(pdu, 6 + (at >> 3)) >> (at & 7)) & 1;
        return pdu.slice(0, 5);
      case 16:
        for (let at = 0; at < length; at += 1) this.holding[start + at] = wordAt(pdu, 6 + at * 2);
        return pdu.slice(0, 5);
      default:
        return fault(1);
    }
  }
}

export class FakeModbus {
  readonly #wire: FakeWire;
  readonly #rtu: boolean;
  readonly unit = new FakeUnit();
  readonly units = new Map([[1, this.unit]]);
  /** Every request, as bytes of its PDU, with its unit. */
  readonly asked: { readonly unit: number; readonly pdu: Uint8Array }[] = [];
  /** Changes an answer's frame on its way; null: it is not sent. */
  onTheWay: (frame: Uint8Array) => Uint8Array | null = (frame) => frame;
  /** Requests are kept until `release`, as by a device that is slow. */
  holds = false;
  readonly #kept: Buffer[] = [];
  #held: Buffer = Buffer.alloc(0);

  constructor(wire: FakeWire, framing: 'rtu' | 'tcp') {
    this.#wire = wire;
    this.#rtu = framing === 'rtu';
    wire.received((bytes) => {
      this.#held = Buffer.concat([this.#held, bytes]);
      for (let length = this.#length(); length > 0 && this.#held.length >= length; length = this.#length()) {
        const frame = this.#held.subarray(0, length);
        this.#held = this.#held.subarray(length);
        if (this.holds) this.#kept.push(frame);
        else this.#answer(frame);
      }
    });
  }

  send(bytes: Uint8Array): void {
    this.#wire.send(bytes);
  }

  /** What was kept is answered now. */
  release(): void {
    this.holds = false;
    for (const frame of this.#kept.splice(0)) this.#answer(frame);
  }

  /** The line was cut: half a request is forgotten. */
  forget(): void {
    this.#held = Buffer.alloc(0);
  }

  #length(): number {
    if (this.#held.length < 8) return 0;
    if (!this.#rtu) return this.#held.readUInt16BE(4) + 6;
    return this.#held[1] === 15 || this.#held[1] === 16 ? 9 + byteAt(this.#held, 6) : 8;
  }

  #answer(frame: Buffer): void {
    const unit = byteAt(frame, this.#rtu ? 0 : 6);
    const pdu = Uint8Array.from(this.#rtu ? frame.subarray(1, -2) : frame.subarray(7));
    if (this.#rtu && crc16(frame.subarray(0, -2)) !== frame.readUInt16LE(frame.length - 2)) return;
    this.asked.push({ unit, pdu });
    const answer = this.units.get(unit)?.answer(pdu);
    if (!answer) return;
    const sent = this.onTheWay(this.frame(unit, answer, frame));
    if (sent) this.#wire.send(sent);
  }

  frame(unit: number, pdu: Uint8Array, request: Uint8Array): Uint8Array {
    if (!this.#rtu)
      return Uint8Array.of(
        byteAt(request, 0),
        byteAt(request, 1),
        0,
        0,
        (pdu.length + 1) >> 8,
        (pdu.length + 1) & 0xff,
        unit,
        ...pdu,
      );
    const body = Uint8Array.of(unit, ...pdu);
    const crc = crc16(body);
    return Uint8Array.of(...body, crc & 0xff, crc >> 8);
  }
}
