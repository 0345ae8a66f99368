/** What a request says of where it comes from, with or without a proxy before us; the same for calls and for sockets. */
import type { IncomingMessage } from 'node:http';

/** The host that the browser asked for, small letters, with its port where it is not the scheme's own. */
export function hostOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-host'] : undefined;
  const asked = typeof forwarded === 'string' ? forwarded.split(',', 1)[0]?.trim() : request.headers.host;
  return (asked ?? '').toLowerCase();
}

/** Whether the browser came over TLS. */
export function isSecure(request: IncomingMessage, trustProxy: boolean): boolean {
  if ('encrypted' in request.socket && request.socket.encrypted === true) return true;
  const forwarded = trustProxy ? request.headers['x-forwarded-proto'] : undefined;
  return typeof forwarded === 'string' && forwarded.split(',', 1)[0]?.trim() === 'https';
}

/** Address of the client; of several proxies the one next to us is believed, which wrote the last one. */
export function addressOf(request: IncomingMessage, trustProxy: boolean): string {
  const forwarded = trustProxy ? request.headers['x-forwarded-for'] : undefined;
  const last = typeof forwarded === 'string' ? forwarded.split(',').at(-1)?.trim() : undefined;
  return last ?? request.socket.remoteAddress ?? 'unknown';
}

/**
 * Whether a page of this very server sent it. Browsers send Origin with everything that changes something and with every
 * WebSocket, which their same-origin rule does not hold back; without one it is refused. Sec-Fetch-Site says the same where
 * a browser knows it (Fetch Metadata, W3C).
 */
export function isOwnPage(request: IncomingMessage, trustProxy: boolean): boolean {
  const { origin } = request.headers;
  if (origin === undefined || !URL.canParse(origin)) return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  return new URL(origin).host === hostOf(request, trustProxy);
}

/** The named cookie of a request; null: it has none. */
export function cookieOf(request: IncomingMessage, name: string): string | null {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
