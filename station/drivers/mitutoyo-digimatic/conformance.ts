import type { DriverConformance } from '../kit/conformance.ts';
import { FakeCalliper } from './fake-device.ts';

const value = (n: number): number => Number((24 + n / 1000).toFixed(3));

export const conformance: DriverConformance = {
  transports: ['memory', 'tcp', 'pty'],
  async startFake(wire) {
    if (!wire) throw new Error('mitutoyo-digimatic needs a wire');
    const calliper = new FakeCalliper(wire);
    return {
      settings: { link: wire.link },
      tags: [{ id: 'size', address: 'value', type: 'number', unit: 'mm', samplingMs: 0, deadband: 0, bridgeMs: 0 }],
      sendGood: async (n) => calliper.press(value(n)),
      expected: value,
      sendHalf: async (n) => calliper.half(value(n)),
      sendGarbage: async () => calliper.garbage(),
      stop: async () => {},
    };
  },
};
