import type { DriverConformance } from '../kit/conformance.ts';
import { FakeBalance } from './fake-device.ts';

const weight = (n: number): number => Number((120 + n / 100).toFixed(2));

export const conformance: DriverConformance = {
  transports: ['memory', 'tcp', 'pty'],
  async startFake(wire) {
    if (!wire) throw new Error('mettler-sics needs a wire');
    const balance = new FakeBalance(wire);
    // The suite presses as soon as the line is there, before anybody can have told the balance that its key sends.
    balance.keySends = true;
    return {
      settings: { link: wire.link, armKey: false },
      tags: [{ id: 'weight', address: 'weight', type: 'number', unit: 'g', samplingMs: 0, deadband: 0, bridgeMs: 0 }],
      sendGood: async (n) => balance.pressKey(weight(n)),
      expected: weight,
      sendHalf: async (n) => balance.half(weight(n)),
      sendGarbage: async () => balance.garbage(),
      stop: async () => {},
    };
  },
};
