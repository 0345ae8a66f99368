import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { LinkError, type ByteLinkEvents, type DeviceProblem, type LinkSettings } from '#contract/driver.ts';
import { hasSocat, ptyWire, until } from '#tests/conformance/wires.ts';
import { freePort } from '#tests/support/ports.ts';
import { openLink } from './open-link.ts';
import { serialProblem } from './serial-link.ts';
import { connectTimeoutMs, tcpProblem } from './tcp-link.ts';

interface Heard extends ByteLinkEvents {
  text(): string;
  readonly closes: (readonly [DeviceProblem | null, string])[];
}
function listener(): Heard {
  let text = '';
  const closes: [DeviceProblem | null, string][] = [];
  return {
    data: (bytes) => (text += Buffer.from(bytes).toString('latin1')),
    closed: (problem, detail) => closes.push([problem, detail]),
    text: () => text,
    closes,
  };
}
async function problemOf(opening: Promise<unknown>): Promise<DeviceProblem> {
  const error = await opening.then(
    () => null,
    (cause: unknown) => cause,
  );
  if (!(error instanceof LinkError)) throw new Error(`expected a LinkError, got ${String(error)}`);
  return error.problem;
}

const servers: net.Server[] = [];
const peers: net.Socket[] = [];
afterEach(() => {
  for (const peer of peers.splice(0)) peer.destroy();
  for (const server of servers.splice(0)) server.close();
});
async function serve(): Promise<{ port: number; peer: Promise<net.Socket> }> {
  const server = net.createServer((socket) => {
    peers.push(socket);
    socket.on('error', () => {});
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const peer = once(server, 'connection').then(([socket]) => socket as net.Socket);
  return { port: (server.address() as net.AddressInfo).port, peer };
}
const tcp = (port: number, host = '127.0.0.1'): LinkSettings => ({ kind: 'tcp', host, port });

describe('tcp', () => {
  test('carries bytes both ways', async () => {
    const { port, peer } = await serve();
    const heard = listener();
    const link = await openLink(tcp(port), heard);
    const socket = await peer;
    socket.write('scan\r');
    await until(() => heard.text() === 'scan\r', 'bytes come');
    const [got] = await Promise.all([once(socket, 'data'), link.write(Buffer.from([0x31, 0x0d]))]);
    expect([...(got[0] as Buffer)]).toEqual([0x31, 0x0d]);
    await link.close();
    expect(heard.closes).toEqual([[null, 'closed']]);
  });

  test('nobody listens: host-refused', async () => {
    const heard = listener();
    expect(await problemOf(openLink(tcp(await freePort()), heard))).toBe('host-refused');
    expect(heard.closes).toEqual([]);
  });

  test('a name that does not exist: host-unreachable', async () => {
    expect(await problemOf(openLink(tcp(1, 'no-such-host.invalid'), listener()))).toBe('host-unreachable');
  });

  test('no answer in time: host-timeout, and nothing comes later', async () => {
    const { port } = await serve();
    const heard = listener();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const opening = problemOf(openLink(tcp(port), heard));
      // Before the event loop turns the connection cannot be made: the host "does not answer".
      vi.advanceTimersByTime(connectTimeoutMs);
      expect(await opening).toBe('host-timeout');
    } finally {
      vi.useRealTimers();
    }
    for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => setImmediate(done));
    expect(heard.closes).toEqual([]);
  });

  test('the far end closes or resets: told once, later writes fail', async () => {
    for (const leave of ['end', 'resetAndDestroy'] as const) {
      const { port, peer } = await serve();
      const heard = listener();
      const link = await openLink(tcp(port), heard);
      const socket = await peer;
      socket.write('last');
      socket[leave]();
      await until(() => heard.closes.length > 0, 'closed is told');
      expect(heard.closes[0]![0]).toBe('closed-by-device');
      if (leave === 'end') expect(heard.text()).toBe('last');
      expect(await problemOf(link.write(Buffer.from('x')))).toBe('closed-by-device');
      await link.close();
      expect(heard.closes).toHaveLength(1);
    }
  });

  test('close twice, and close with data on its way: told once, no data after', async () => {
    const { port, peer } = await serve();
    const heard = listener();
    const link = await openLink(tcp(port), heard);
    (await peer).write('late');
    await Promise.all([link.close(), link.close()]);
    const text = heard.text();
    await new Promise((done) => setImmediate(done));
    expect(heard.text()).toBe(text);
    expect(heard.closes).toEqual([[null, 'closed']]);
  });

  test('codes of the system', () => {
    const code = (name: string): Error => Object.assign(new Error(name), { code: name });
    expect(tcpProblem(code('EHOSTUNREACH'), 'no-answer')).toBe('host-unreachable');
    expect(tcpProblem(code('ENETUNREACH'), 'no-answer')).toBe('host-unreachable');
    expect(tcpProblem(code('ETIMEDOUT'), 'no-answer')).toBe('host-timeout');
    expect(tcpProblem(code('ECONNRESET'), 'no-answer')).toBe('closed-by-device');
    expect(tcpProblem(code('EWEIRD'), 'no-answer')).toBe('no-answer');
  });
});

describe('serial', () => {
  const serial = (path: string): LinkSettings =>
    ({ kind: 'serial', path, baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 }) as const;

  test('a port that is not there: port-missing', async () => {
    expect(await problemOf(openLink(serial('/dev/linewright-no-such-port'), listener()))).toBe('port-missing');
  });

  test('something that is no serial port: settings-invalid', async () => {
    expect(await problemOf(openLink(serial('/tmp'), listener()))).toBe('settings-invalid');
  });

  // Wordings seen with serialport 13.0.0 on Linux, and those of its sources for Windows.
  test.each([
    ['Error Resource temporarily unavailable Cannot lock port', 'port-busy'],
    ['Error: Device or resource busy, cannot open /dev/ttyUSB0', 'port-busy'],
    ['Opening COM3: Access denied', 'port-busy'],
    ['Error: Permission denied, cannot open /dev/ttyUSB0', 'port-denied'],
    ['Error: No such file or directory, cannot open /dev/ttyUSB0', 'port-missing'],
    ['Opening COM3: File not found', 'port-missing'],
    ['Error: Inappropriate ioctl for device setting custom baud rate of 9600', 'settings-invalid'],
    ['Error: Input/output error, cannot open /dev/ttyUSB0', 'port-missing'],
  ] as const)('%s', (message, problem) => {
    expect(serialProblem(message)).toBe(problem);
  });

  describe.skipIf(!hasSocat)('over a pty', () => {
    test('carries bytes both ways, is exclusive, and tells once when it is pulled', async () => {
      const wire = ptyWire();
      try {
        await wire.restore();
        let asked = '';
        wire.received((bytes) => (asked += Buffer.from(bytes).toString()));
        const heard = listener();
        const link = await openLink(wire.link, heard);
        expect(await problemOf(openLink(wire.link, listener()))).toBe('port-busy');
        wire.send(Buffer.from('01A+0024.005\r'));
        await until(() => heard.text() === '01A+0024.005\r', 'bytes come');
        await link.write(Buffer.from('1\r'));
        await until(() => asked === '1\r', 'bytes go');
        await wire.drop();
        await until(() => heard.closes.length > 0, 'the pull is told');
        expect(heard.closes).toHaveLength(1);
        expect(heard.closes[0]![0]).toBe('closed-by-device');
        expect(await problemOf(link.write(Buffer.from('x')))).toBe('closed-by-device');
        await link.close();
        expect(heard.closes).toHaveLength(1);
        expect(await problemOf(openLink(wire.link, listener()))).toBe('port-missing');
      } finally {
        await wire.stop();
      }
    });

    test('closes cleanly and can be opened again', async () => {
      const wire = ptyWire();
      try {
        await wire.restore();
        const heard = listener();
        await (await openLink(wire.link, heard)).close();
        expect(heard.closes).toEqual([[null, 'closed']]);
        await (await openLink(wire.link, listener())).close();
      } finally {
        await wire.stop();
      }
    });
  });
});
