/**
 * The plant view's calls on a WebSocket at `/rpc`. Only a page of our own with a session gets one; a peer that sends
 * nonsense, does not answer or does not take what it asked for is cut.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Router } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import type { WebSocket } from 'ws';
import type { PlantContract } from '#contract/plant/index.ts';
import { createRpcPeers, type PeerLimits } from '../../host/rpc-peers.ts';
import type { Caller } from '../accounts/caller.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { PlantContext } from '../rpc/context.ts';
import { judged } from '../rpc/judged.ts';
import { isOwnPage } from './own-page.ts';

/** Who the sessions are. */
export interface CallersOfSockets {
  /** By the cookie of a request. */
  ofRequest(request: IncomingMessage): Promise<Caller | null>;
  /** By the session's hash, as the database says now. */
  ofSession(idHash: string, from: string): Promise<Caller | null>;
  /** Those of these sessions that still hold. One query. */
  alive(idHashes: readonly string[]): Promise<ReadonlyMap<string, Caller>>;
}

export interface RpcSocketOptions {
  /** May lack features: they are answered as unknown calls. */
  readonly router: Partial<Router<PlantContract, PlantContext>>;
  readonly callers: CallersOfSockets;
  readonly trustProxy: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<SocketLimits>;
}

export interface SocketLimits extends PeerLimits {
  /** ms between looks at the sessions of all open sockets: how long a revoked account may still see what comes. */
  readonly recheckMs: number;
}
const defaultLimits: SocketLimits = {
  // A picture of 2 MB in base64 fits, and a text far too long is still answered instead of cut.
  maxMessageBytes: 16 * 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  pingEveryMs: 10_000,
  recheckMs: 2_000,
  maxPeers: 500,
};
/** Own range of RFC 6455, section 7.4.2: 4000-4999. */
const closeCodes = { signedOut: 4401, rolesChanged: 4403 } as const;

export interface RpcSockets {
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  peers(): number;
  close(): void;
}

export function createRpcSockets(options: RpcSocketOptions): RpcSockets {
  const { clock, log, callers } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const sockets = createRpcPeers({ clock, log, limits });
  const handler = new RPCHandler(options.router as Router<PlantContract, PlantContext>, {
    clientInterceptors: [judged((idHash, from) => callers.ofSession(idHash, from), log)],
  });
  const open = new Map<WebSocket, { readonly idHash: string; readonly rights: string }>();

  // Signed out, disabled, expired, other roles: what was opened under the old ones ends. A database that is away ends nobody.
  const recheck = async (): Promise<void> => {
    try {
      const known = [...open];
      if (known.length === 0) return;
      const alive = await callers.alive([...new Set(known.map(([, { idHash }]) => idHash))]);
      for (const [socket, { idHash, rights }] of known) {
        const caller = alive.get(idHash);
        if (caller === undefined) socket.close(closeCodes.signedOut, 'signed out');
        else if (rightsText(caller) !== rights) socket.close(closeCodes.rolesChanged, 'roles changed');
      }
    } catch (error) {
      log.warn({ err: error }, 'open sessions could not be looked up');
    } finally {
      if (!closed) recheckTimer = clock.setTimer(limits.recheckMs, () => void recheck());
    }
  };
  let closed = false;
  let recheckTimer = clock.setTimer(limits.recheckMs, () => void recheck());

  const serve = (socket: WebSocket, caller: Caller, idHash: string): void => {
    open.set(socket, { idHash, rights: rightsText(caller) });
    socket.on('close', () => open.delete(socket));
    void handler.upgrade(sockets.peer(socket) as Parameters<typeof handler.upgrade>[0], { context: { caller } });
  };

  const judge = async (request: IncomingMessage): Promise<Caller | string> => {
    if (request.url?.split('?', 1)[0] !== '/rpc') return '404 Not Found';
    if (!isOwnPage(request, options.trustProxy)) return '403 Forbidden';
    if (sockets.isFull()) return '503 Service Unavailable';
    return (await callers.ofRequest(request)) ?? '401 Unauthorized';
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      judge(request).then(
        (caller) => {
          if (typeof caller === 'string') return refuse(socket, caller);
          const { sessionId } = caller;
          if (sessionId === null) return refuse(socket, '401 Unauthorized');
          sockets.server.handleUpgrade(request, socket, head, (accepted) => serve(accepted, caller, sessionId));
        },
        (error: unknown) => {
          log.warn({ err: error }, 'a plant view could not be let in');
          refuse(socket, '503 Service Unavailable');
        },
      );
    },
    peers: () => sockets.server.clients.size,
    close() {
      closed = true;
      recheckTimer.cancel();
      sockets.close();
    },
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Everything about a caller that decides what an open stream may show. */
const rightsText = ({ grants, passwordToChange }: Caller): string =>
  JSON.stringify([grants.map(({ role, scope }) => `${role} ${scope}`).sort(), passwordToChange]);
