/** What a simulated device needs of Modbus TCP: functions 3 and 4 (V1.1b3, 6.3 and 6.4), everything else refused. */
import type { Socket } from 'node:net';
import { TcpPlug } from './tcp-plug.ts';

export interface ModbusOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Modbus unit; others are not answered. */
  readonly unit: number;
}

/** The device's plug: a server of one unit, whose holding and input registers are the same. */
export class ModbusServer {
  readonly #options: ModbusOptions;
  readonly #image: () => Buffer;
  readonly #plug: TcpPlug;
  /** Switched off it takes connections and answers nothing. */
  on = true;

  /** @param image all its registers from 0 on as they are now, two bytes each, high byte first */
  constructor(options: ModbusOptions, image: () => Buffer) {
    this.#options = options;
    this.#image = image;
    this.#plug = new TcpPlug(options, (socket) => {
      const take = tcpFrames((request) => this.#answer(socket, request));
      socket.on('data', (bytes) => {
        if (!take(bytes)) socket.destroy();
      });
    });
  }

  get plugged(): boolean {
    return this.#plug.plugged;
  }
  get clients(): number {
    return this.#plug.clients.size;
  }
  get port(): number {
    return this.#plug.port;
  }
  /** @throws Error with a code (EADDRINUSE) when the port cannot be opened. */
  plug(): Promise<void> {
    return this.#plug.plug();
  }
  unplug(): Promise<void> {
    return this.#plug.unplug();
  }

  #answer(socket: Socket, { transaction, unit, pdu }: Request): void {
    if (!this.on || unit !== this.#options.unit) return;
    const answer = answerTo(pdu, this.#image());
    const header = Buffer.alloc(7);
    header.writeUInt16BE(transaction, 0);
    header.writeUInt16BE(answer.length + 1, 4);
    header[6] = unit;
    socket.write(Buffer.concat([header, answer]));
  }
}

interface Request {
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** @returns takes bytes as they come; false where they are no Modbus TCP and the connection is of no use. */
function tcpFrames(hear: (request: Request) => void): (bytes: Buffer) => boolean {
  let held: Buffer = Buffer.alloc(0);
  return (bytes) => {
    held = Buffer.concat([held, bytes]);
    while (held.length >= 8) {
      const length = held.readUInt16BE(4);
      if (held.readUInt16BE(2) !== 0 || length < 2 || length > 254) return false;
      if (held.length < length + 6) break;
      hear({ transaction: held.readUInt16BE(0), unit: held[6] ?? 0, pdu: held.subarray(7, length + 6) });
      held = held.subarray(length + 6);
    }
    return true;
  };
}

/** @param image its registers; one beyond their end is refused with exception 2. */
export function answerTo(pdu: Buffer, image: Buffer): Buffer {
  const code = pdu[0] ?? 0;
  const refused = (exception: number): Buffer => Buffer.from([code | 0x80, exception]);
  if (code !== 3 && code !== 4) return refused(1);
  if (pdu.length !== 5) return refused(3);
  const [start, count] = [pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
  if (count < 1 || count > 125) return refused(3);
  if ((start + count) * 2 > image.length) return refused(2);
  return Buffer.concat([Buffer.from([code, count * 2]), image.subarray(start * 2, (start + count) * 2)]);
}
