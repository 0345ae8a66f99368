/**
 * The plant view's calls on a WebSocket at `/rpc`. Only a page of our own with a session gets one; a peer that sends
 * nonsense, does not answer or does not take what it asked for is cut.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PlantSession } from '#contract/plant/session.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';

/** Who is behind a request; what every procedure gets as its context. */
export interface PlantCaller {
  readonly session: PlantSession;
  /** Of the client, for the audit. */
  readonly address: string;
}
export type Authenticate = (request: IncomingMessage) => Promise<PlantSession | null>;

export interface RpcSocketOptions {
  readonly router: AnyRouter;
  readonly authenticate: Authenticate;
  readonly trustProxy: boolean;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<SocketLimits>;
}

export interface SocketLimits {
  /** Bytes of one message from a peer; a whole release is one. */
  readonly maxMessageBytes: number;
  /** Bytes waiting for a peer that does not read; streams merge upstream, so this is reached only by a dead one. */
  readonly maxWaitingBytes: number;
  /** ms between pings; a peer that has not answered one by the next is cut, and its session is asked for again. */
  readonly pingEveryMs: number;
  readonly maxPeers: number;
}
const defaultLimits: SocketLimits = {
  maxMessageBytes: 8 * 1024 * 1024,
  maxWaitingBytes: 16 * 1024 * 1024,
  pingEveryMs: 10_000,
  maxPeers: 500,
};
/** RFC 6455 section 7.4.1; 4401: the session ended (own range, 4000-4999). */
const closeCodes = { goingAway: 1001, invalid: 1007, signedOut: 4401 } as const;

export interface RpcSockets {
  /** For the server's `upgrade` event. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  peers(): number;
  close(): void;
}

export function createRpcSockets(options: RpcSocketOptions): RpcSockets {
  const { clock, log, authenticate } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const server = new WebSocketServer({ noServer: true, maxPayload: limits.maxMessageBytes, perMessageDeflate: false });
  const handler = new RPCHandler<PlantCaller>(options.router);
  const unanswered = new WeakSet<WebSocket>();
  const requests = new WeakMap<WebSocket, IncomingMessage>();

  const cut = (socket: WebSocket, why: string): void => {
    log.info({ why }, 'plant view cut off');
    socket.terminate();
  };
  const lookAtAll = (): void => {
    for (const socket of server.clients) {
      if (unanswered.has(socket)) cut(socket, 'no answer to a ping');
      else {
        unanswered.add(socket);
        socket.ping();
        void endWithoutSession(socket);
      }
    }
    timer = clock.setTimer(limits.pingEveryMs, lookAtAll);
  };
  // Signed out, disabled or expired elsewhere: the open link must end too. A database that is away ends nobody.
  const endWithoutSession = async (socket: WebSocket): Promise<void> => {
    const request = requests.get(socket);
    if (request === undefined) return;
    const session = await authenticate(request).catch(() => 'unknown' as const);
    if (session === null) socket.close(closeCodes.signedOut, 'signed out');
  };
  let timer = clock.setTimer(limits.pingEveryMs, lookAtAll);

  const serve = (socket: WebSocket, caller: PlantCaller): void => {
    socket.on('error', (error) => log.info({ why: error.message }, 'plant view link failed'));
    socket.on('pong', () => unanswered.delete(socket));
    void handler.upgrade(
      {
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
            if (data !== null && isRequest(data)) listener({ data });
            else socket.close(closeCodes.invalid, 'not a request');
          });
        },
      } as Parameters<typeof handler.upgrade>[0],
      { context: caller },
    );
  };

  const judge = async (request: IncomingMessage): Promise<PlantCaller | string> => {
    if (request.url?.split('?', 1)[0] !== '/rpc') return '404 Not Found';
    if (!isOwnPage(request, options.trustProxy)) return '403 Forbidden';
    if (server.clients.size >= limits.maxPeers) return '503 Service Unavailable';
    const session = await authenticate(request);
    if (session === null) return '401 Unauthorized';
    return { session, address: addressOf(request, options.trustProxy) };
  };

  return {
    upgrade(request, socket, head) {
      socket.on('error', () => socket.destroy());
      judge(request).then(
        (judged) => {
          if (typeof judged === 'string') return refuse(socket, judged);
          server.handleUpgrade(request, socket, head, (accepted) => {
            requests.set(accepted, request);
            serve(accepted, judged);
          });
        },
        (error: unknown) => {
          log.warn({ err: error }, 'a plant view could not be let in');
          refuse(socket, '503 Service Unavailable');
        },
      );
    },
    peers: () => server.clients.size,
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

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A WebSocket is not held back by the browser's same-origin rule: the Origin must be the very host that was asked. */
export function isOwnPage(request: IncomingMessage, trustProxy: boolean): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const forwarded = trustProxy ? request.headers['x-forwarded-host'] : undefined;
  const asked = typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.trim() : host;
  return new URL(origin).host === asked?.toLowerCase();
}

function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  const first = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return first ?? request.socket.remoteAddress ?? 'unknown';
}

/** oRPC's peer codec: id, kind (absent or 1: request, 3: event, 4: abort), payload with an address. */
function isRequest(data: string): boolean {
  try {
    const frame = JSON.parse(data) as { i?: unknown; t?: unknown; p?: { u?: unknown } };
    if (typeof frame !== 'object' || frame === null || typeof frame.i !== 'string' || frame.i.length > 64) return false;
    if (frame.t === 4) return true;
    return (frame.t === undefined || frame.t === 1) && typeof frame.p?.u === 'string' && frame.p.u.startsWith('/');
  } catch {
    return false;
  }
}
