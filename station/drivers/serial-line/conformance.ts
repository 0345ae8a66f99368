import type { DriverConformance } from '../kit/conformance.ts';
import { FakeScanner } from './fake-device.ts';

const code = (n: number): string => `]d20104012345678901\u001d21SN-${String(n).padStart(6, '0')}`;

export const conformance: DriverConformance = {
  transports: ['memory', 'tcp', 'pty'],
  async startFake(wire) {
    if (!wire) throw new Error('serial-line needs a wire');
    const scanner = new FakeScanner(wire);
    return {
      settings: { link: wire.link },
      tags: [{ id: 'scan', address: 'line', type: 'text', unit: null, samplingMs: 0, deadband: 0, bridgeMs: 0 }],
      sendGood: async (n) => scanner.scan(code(n)),
      expected: code,
      sendHalf: async (n) => scanner.half(code(n)),
      sendGarbage: async () => scanner.garbage(),
      stop: async () => {},
    };
  },
};
