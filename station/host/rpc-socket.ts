/** The router on WebSockets. A peer that sends nonsense, does not answer or does not take what it asked for is cut. */
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { parseFrame } from './frames.ts';

/** RFC 6455 section 7.4.1. */
const closeCodes = { goingAway: 1001, invalid: 1007 } as const;

export interface SocketLimits {
  /** Bytes of one message from a peer. */
  readonly maxMessageBytes: number;
  /** Bytes waiting for a peer that does not read; streams merge upstream, so this is reached only by a dead one. */
  readonly maxWaitingBytes: number;
  /** ms between pings; a peer that has not answered one by the next is cut. */
  readonly pingEveryMs: number;
  readonly maxPeers: number;
}
export const defaultSocketLimits: SocketLimits = {
  maxMessageBytes: 1024 * 1024,
  maxWaitingBytes: 8 * 1024 * 1024,
  pingEveryMs: 5_000,
  maxPeers: 64,
};

export interface RpcSockets {
  readonly server: WebSocketServer;
  isFull(): boolean;
  /** Serves an accepted socket until it closes. */
  serve(socket: WebSocket): void;
  close(): void;
}

export function createRpcSockets(router: AnyRouter, clock: Clock, log: Log, limits: SocketLimits): RpcSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: limits.maxMessageBytes,
    perMessageDeflate: false,
  });
  const handler = new RPCHandler(router);
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
    serve(socket) {
      socket.on('error', (error) => log.warn({ why: error.message }, 'screen link failed'));
      socket.on('pong', () => unanswered.delete(socket));
      void handler.upgrade({
        send(data: Parameters<WebSocket['send']>[0]) {
          if (socket.bufferedAmount > limits.maxWaitingBytes) cut(socket, 'it does not take what it asked for');
          else if (socket.readyState === socket.OPEN) socket.send(data);
        },
        addEventListener(event: string, listener: (event: { readonly data: string }) => void) {
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
      } as Parameters<typeof handler.upgrade>[0]);
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
