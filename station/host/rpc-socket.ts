/** The router on WebSockets (host/rpc-peers.ts). */
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket, WebSocketServer } from 'ws';
import { createRpcPeers, type PeerLimits } from '../../host/rpc-peers.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

export type SocketLimits = PeerLimits;
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
  const peers = createRpcPeers({ clock, log, limits });
  const handler = new RPCHandler(router);
  return {
    server: peers.server,
    isFull: peers.isFull,
    serve: (socket) => void handler.upgrade(peers.peer(socket) as Parameters<typeof handler.upgrade>[0]),
    close: peers.close,
  };
}
