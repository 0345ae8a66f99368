import net from 'node:net';
import {
  LinkError,
  type ByteLink,
  type ByteLinkEvents,
  type DeviceProblem,
  type LinkSettings,
} from '#contract/driver.ts';

/** How long a connection may take to be made, name lookup included. */
export const connectTimeoutMs = 3_000;
/** Idle time before the first keep-alive probe; the interval and count after it are the system's. */
const keepAliveAfterMs = 5_000;

const problemOfCode: Readonly<Record<string, DeviceProblem>> = {
  ECONNREFUSED: 'host-refused',
  EHOSTUNREACH: 'host-unreachable',
  ENETUNREACH: 'host-unreachable',
  ENETDOWN: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
  EADDRNOTAVAIL: 'host-unreachable',
  ENOTFOUND: 'host-unreachable',
  EAI_AGAIN: 'host-unreachable',
  ETIMEDOUT: 'host-timeout',
  ECONNRESET: 'closed-by-device',
  ECONNABORTED: 'closed-by-device',
  EPIPE: 'closed-by-device',
};

export function tcpProblem(error: unknown, otherwise: DeviceProblem): DeviceProblem {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return problemOfCode[code] ?? otherwise;
}

export function openTcpLink(
  settings: Extract<LinkSettings, { kind: 'tcp' }>,
  events: ByteLinkEvents,
): Promise<ByteLink> {
  const description = `${settings.host}:${settings.port}`;
  return new Promise((resolve, reject) => {
    const socket = new net.Socket();
    let open = false;
    let closing = false;
    let lastError: Error | null = null;

    const timer = setTimeout(() => {
      refuse(new LinkError('host-timeout', `${description} did not answer within ${connectTimeoutMs} ms`));
    }, connectTimeoutMs);
    function refuse(error: LinkError): void {
      clearTimeout(timer);
      socket.destroy();
      reject(error);
    }

    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveAfterMs);
    socket.on('error', (error) => {
      lastError = error;
      if (!open) refuse(new LinkError(tcpProblem(error, 'host-unreachable'), `${description}: ${error.message}`));
    });
    socket.on('data', (bytes) => {
      if (!closing) events.data(bytes);
    });
    // 'close' is the socket's last event and comes once, whoever ended it.
    socket.on('close', () => {
      if (!open) return;
      open = false;
      if (closing) events.closed(null, 'closed');
      else if (lastError) events.closed(tcpProblem(lastError, 'closed-by-device'), lastError.message);
      else events.closed('closed-by-device', `${description} closed the connection`);
    });
    socket.connect(settings.port, settings.host, () => {
      clearTimeout(timer);
      open = true;
      resolve({
        description,
        write: (bytes) =>
          new Promise((done, failed) => {
            if (!open || closing) return failed(new LinkError('closed-by-device', `${description} is closed`));
            socket.write(bytes, (error) =>
              error ? failed(new LinkError(tcpProblem(error, 'closed-by-device'), error.message)) : done(),
            );
          }),
        close: () =>
          new Promise((done) => {
            if (!open) return done();
            closing = true;
            socket.once('close', () => done());
            // Not end(): a peer that does not read would keep a half-closed socket for minutes.
            socket.destroy();
          }),
      });
    });
  });
}
