/**
 * The station in a browser: serves the built renderer and the router's WebSocket on one port, for thin clients, tests
 * and machines without Electron. Plain HTTP on loopback unless told otherwise; see `guards.ts` and `session.ts` for who
 * is let in.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { readBelow, readDefinitionImage, type ServedFile } from '../web/files.ts';
import { allowedHosts, judge } from './guards.ts';
import { notStartedHerePage, notStartedHerePolicy } from './pages.ts';
import { createRpcSockets, defaultSocketLimits, type RpcSockets, type SocketLimits } from './rpc-socket.ts';
import { contentSecurityPolicy, picturePolicy, securityHeaders } from '../web/security-headers.ts';
import { createSessions, type Sessions } from './session.ts';

/** A part of the host with addresses of its own (the demo panel); returns false for what is not its own. */
export type Extension = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;

export interface BrowserHostOptions {
  readonly router: AnyRouter;
  /** Folder of the built renderer, with `index.html`. */
  readonly rendererDir: string;
  /** Where definitions are kept, each in the folder of its hash, with its pictures. */
  readonly definitionsFolder: string;
  /** Address to listen on; 127.0.0.1 unless the plant wants thin clients. */
  readonly host?: string;
  /** 0: any free one. */
  readonly port: number;
  /** One-time token of the printed address (`newToken`). */
  readonly token: string;
  /** Secret of this data folder (`loadHostKey`). */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly log: Log;
  readonly extension?: Extension;
  readonly limits?: Partial<SocketLimits>;
}

export interface BrowserHost {
  readonly port: number;
  /** `http://127.0.0.1:7373` (the address listened on). */
  readonly origin: string;
  /** The address that opens one browser, once. */
  readonly startUrl: string;
  /** Screens linked now. */
  peers(): number;
  close(): Promise<void>;
}

/** Rejects with the system's error (`code` EADDRINUSE, EACCES, EADDRNOTAVAIL) where it cannot listen. */
export async function createBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const { clock, log, host = '127.0.0.1' } = options;
  const server = createServer();
  await listen(server, options.port, host);
  const { port } = server.address() as AddressInfo;
  const hosts = allowedHosts(host, port);
  const sessions = createSessions(options.key, options.token, port, () => clock.now());
  const sockets = createRpcSockets(options.router, clock, log, { ...defaultSocketLimits, ...options.limits });

  server.on('request', (request, response) => {
    answer(request, response, { options, hosts, sessions }).catch((error: unknown) => {
      log.error({ error: String(error) }, 'request failed');
      if (!response.headersSent) send(response, 500, 'Internal error');
      response.end();
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const status = mayUpgrade(request, hosts, sessions, sockets);
    if (status !== null) {
      log.warn({ status, origin: request.headers.origin, host: request.headers.host }, 'link refused');
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.server.handleUpgrade(request, socket, head, (accepted) => sockets.serve(accepted));
  });

  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const origin = `http://${shown.includes(':') ? `[${shown}]` : shown}:${port}`;
  return {
    port,
    origin,
    startUrl: `${origin}/?token=${options.token}`,
    peers: () => sockets.server.clients.size,
    close: () =>
      new Promise((resolve) => {
        sockets.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Registers the error listener before `listen`, so that a taken port rejects instead of crashing. */
function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** @returns null when the socket may be opened, else the HTTP status line to refuse it with. */
function mayUpgrade(
  request: IncomingMessage,
  hosts: ReadonlySet<string>,
  sessions: Sessions,
  sockets: RpcSockets,
): string | null {
  if (judge(request, hosts, true) !== 'ok') return '403 Forbidden';
  if (!sessions.accepts(request.headers.cookie)) return '401 Unauthorized';
  if (request.url !== '/rpc') return '404 Not Found';
  return sockets.isFull() ? '503 Service Unavailable' : null;
}

interface Answering {
  readonly options: BrowserHostOptions;
  readonly hosts: ReadonlySet<string>;
  readonly sessions: Sessions;
}

async function answer(request: IncomingMessage, response: ServerResponse, by: Answering): Promise<void> {
  const { options, hosts, sessions } = by;
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  response.setHeader('content-security-policy', contentSecurityPolicy(`ws://${request.headers.host ?? ''}`));
  response.setHeader('cache-control', 'no-store');

  const reads = request.method === 'GET' || request.method === 'HEAD';
  const trust = judge(request, hosts, !reads);
  if (trust !== 'ok') {
    // The Host header is not ours: it must not be repeated in the policy.
    response.setHeader('content-security-policy', contentSecurityPolicy());
    options.log.warn({ trust, host: request.headers.host, origin: request.headers.origin }, 'request refused');
    return send(response, trust === 'wrong-host' ? 421 : 403, `Refused: ${trust}`);
  }
  const [path = '/', query = ''] = (request.url ?? '/').split('?', 2);
  const signedIn = sessions.accepts(request.headers.cookie);
  const token = path === '/' ? new URLSearchParams(query).get('token') : null;
  if (token !== null && (sessions.redeem(token) || signedIn)) {
    response.setHeader('set-cookie', sessions.issue());
    response.setHeader('location', '/');
    return send(response, 303, '');
  }
  if (!signedIn) {
    response.setHeader('content-security-policy', notStartedHerePolicy);
    response.setHeader('content-type', 'text/html; charset=utf-8');
    return send(response, 403, notStartedHerePage);
  }
  if (await options.extension?.(request, response, path)) return;
  if (!reads) return send(response, 405, 'Only GET');
  if (path.startsWith('/definition-images/')) {
    response.setHeader('content-security-policy', picturePolicy);
    return sendFile(response, await readDefinitionImage(options.definitionsFolder, path));
  }
  // Loading the page prolongs the session, so that a panel in daily use never falls out of it.
  if (path === '/') response.setHeader('set-cookie', sessions.issue());
  return sendFile(response, await readBelow(options.rendererDir, path === '/' ? '/index.html' : path));
}

function send(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'text/plain; charset=utf-8');
  response.end(text);
}

export function sendFile(response: ServerResponse, file: ServedFile | null): void {
  if (file === null) return send(response, 404, 'Not found');
  response.setHeader('content-type', file.type);
  response.setHeader('cache-control', file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache');
  response.end(file.body);
}
