/** Calls on WebSockets. A peer that sends nonsense, does not answer or does not take what it asked for is cut. */
import { WebSocketServer, type WebSocket } from 'ws';
import { parseFrame } from './frames.ts';

/** RFC 6455 section 7.4.1. */
const closeCodes = { goingAway: 1001, invalid: 1007 } as const;

export interface PeerLimits {
  /** Bytes of one message from a peer. */
  readonly maxMessageBytes: number;
  /** Bytes waiting for a peer that does not read; streams merge upstream, so this is reached only by a dead one. */
  readonly maxWaitingBytes: number;
  /** ms between pings; a peer that has not answered one by the next is cut. */
  readonly pingEveryMs: number;
  readonly maxPeers: number;
}

/** A socket as oRPC's handler wants it. */
export interface Peer {
  send(data: Parameters<WebSocket['send']>[0]): void;
  addEventListener(event: string, listener: (event: { readonly data: string }) => void): void;
}

export interface RpcPeers {
  readonly server: WebSocketServer;
  isFull(): boolean;
  /** For an accepted socket. */
  peer(socket: WebSocket): Peer;
  close(): void;
}

export function createRpcPeers({
  clock,
  log,
  limits,
}: {
  readonly clock: { setTimer(ms: number, run: () => void): { cancel(): void } };
  readonly log: { warn(what: object, message: string): void };
  readonly limits: PeerLimits;
}): RpcPeers {
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.maxMessageBytes, perMessageDeflate: false });
  const unanswered = new WeakSet<WebSocket>();
  const cut = (socket: WebSocket, why: string): void => {
    log.warn({ why }, 'screen cut off');
    socket.terminate();
  };
  const pingAll = (): void => {
    for (const socket of server.clients) {
      if (unanswered.has(socket)) cut(socket, 'no answer to a ping');
      else {
        unanswered.add(socket);
        socket.ping();
      }
    }
    timer = clock.setTimer(limits.pingEveryMs, pingAll);
  };
  let timer = clock.setTimer(limits.pingEveryMs, pingAll);

  return {
    server,
    isFull: () => server.clients.size >= limits.maxPeers,
    peer(socket) {
      socket.on('error', (error) => log.warn({ why: error.message }, 'screen link failed'));
      socket.on('pong', () => unanswered.delete(socket));
      return {
        send(data) {
          if (socket.bufferedAmount > limits.maxWaitingBytes) cut(socket, 'it does not take what it asked for');
          else if (socket.readyState === socket.OPEN) socket.send(data);
        },
        addEventListener(event, listener) {
          if (event === 'close') socket.on('close', () => listener({ data: '' }));
          if (event !== 'message') return;
          socket.on('message', (bytes: Buffer, isBinary) => {
            unanswered.delete(socket);
            const data = isBinary ? null : bytes.toString('utf8');
            const problem = parseFrame(data);
            if (problem === null && data !== null) listener({ data });
            else {
              log.warn({ problem }, 'screen sent something that is no request');
              socket.close(closeCodes.invalid, problem ?? 'not text');
            }
          });
        },
      };
    },
    close() {
      timer.cancel();
      for (const socket of server.clients) {
        socket.close(closeCodes.goingAway);
        // The close handshake of a dead peer would keep the process; the kernel still sends the frame above.
        setImmediate(() => socket.terminate());
      }
      server.close();
    },
  };
}
