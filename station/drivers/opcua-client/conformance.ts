import type { DriverConformance } from '../kit/conformance.ts';
import { FakeOpcuaDevice } from './fake-device.ts';
import { FakeCable, freePort } from './fake-network.ts';

const namespaceUri = 'urn:linewright:fake';

export const conformance: DriverConformance = {
  transports: ['own'],
  async startFake() {
    const [near, far] = [await freePort(), await freePort()];
    const device = new FakeOpcuaDevice({
      port: far,
      namespaceUri,
      variables: [{ id: 'Value', dataType: 'Double', value: 0 }],
    });
    await device.start();
    const cable = new FakeCable(near, far);
    return {
      settings: { endpoint: `opc.tcp://127.0.0.1:${near}` },
      tags: [
        {
          id: 'value',
          address: `nsu=${namespaceUri};s=Value`,
          type: 'number',
          unit: 'mm',
          samplingMs: 50,
          deadband: 0,
          bridgeMs: 10_000,
        },
      ],
      sendGood: async (n) => device.set('Value', n),
      expected: (n) => n,
      drop: () => cable.set('refuse'),
      restore: () => cable.set('pass'),
      async stop() {
        await cable.stop();
        await device.stop();
      },
    };
  },
};
