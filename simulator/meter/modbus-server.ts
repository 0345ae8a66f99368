/** What a meter needs of Modbus TCP: functions 3 and 4 (V1.1b3, 6.3 and 6.4), everything else refused. */

export interface Request {
  readonly transaction: number;
  readonly unit: number;
  readonly pdu: Buffer;
}

/** @returns takes bytes as they come; false where they are no Modbus TCP and the connection is of no use. */
export function tcpFrames(hear: (request: Request) => void): (bytes: Buffer) => boolean {
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

/** @param registers null: the meter does not have all of these. */
export function answerTo(pdu: Buffer, registers: (start: number, count: number) => readonly number[] | null): Buffer {
  const code = pdu[0] ?? 0;
  const refused = (exception: number): Buffer => Buffer.from([code | 0x80, exception]);
  if (code !== 3 && code !== 4) return refused(1);
  if (pdu.length !== 5) return refused(3);
  const count = pdu.readUInt16BE(3);
  if (count < 1 || count > 125) return refused(3);
  const words = registers(pdu.readUInt16BE(1), count);
  if (words === null) return refused(2);
  const answer = Buffer.alloc(2 + count * 2);
  answer[0] = code;
  answer[1] = count * 2;
  words.forEach((word, at) => answer.writeUInt16BE(word, 2 + at * 2));
  return answer;
}
