import { setTimeout as pause } from 'node:timers/promises';
import type { DriverConformance } from '../kit/conformance.ts';
import { FakeModbus } from './fake-device.ts';

const count = (n: number): number => 1_000 + n;
const pollMs = 50;

export const conformance: DriverConformance = {
  transports: ['memory', 'tcp', 'pty'],
  async startFake(wire) {
    if (!wire) throw new Error('modbus needs a wire');
    const device = new FakeModbus(wire, wire.link.kind === 'serial' ? 'rtu' : 'tcp');
    // The suite says when there is a value: until then the device has the question and owes the answer.
    device.holds = true;
    return {
      settings: { link: wire.link, pollMs, answerTimeoutMs: 2_000 },
      tags: [
        { id: 'count', address: 'holding=10', type: 'number', unit: null, samplingMs: 0, deadband: 0, bridgeMs: 0 },
      ],
      sendGood: async (n) => {
        device.forget();
        device.onTheWay = (frame) => frame;
        device.unit.holding[10] = count(n);
        device.release();
      },
      expected: count,
      sendHalf: async () => {
        device.unit.holding[10] = 0;
        device.onTheWay = (frame) => frame.subarray(0, frame.length - 3);
        await pause(pollMs * 3);
      },
      sendGarbage: async () => device.send(Uint8Array.of(1, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa, 0x55, 0xaa)),
      stop: async () => {},
    };
  },
};
