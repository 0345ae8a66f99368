/** The cookie that carries a session. */
import type { IncomingMessage } from 'node:http';
import { cookieOf, hostOf, isSecure } from '#server/http/own-page.ts';

/**
 * `__Host-` where there is TLS: no other host and no plain page can have set it (RFC 6265bis 4.1.3). Cookies are shared by
 * all ports of a host, so without TLS, where one tries things out, the port is in the name.
 */
export function cookieName(request: IncomingMessage, trustProxy: boolean): string {
  if (isSecure(request, trustProxy)) return '__Host-linewright-plant';
  return `linewright-plant-${/:(\d+)$/.exec(hostOf(request, trustProxy))?.[1] ?? '80'}`;
}

/** The session's token; null: the request has none. */
export const tokenOf = (request: IncomingMessage, trustProxy: boolean): string | null =>
  cookieOf(request, cookieName(request, trustProxy));

/** Value of `set-cookie`. @param token null: takes the cookie away. */
export function sessionCookie(request: IncomingMessage, trustProxy: boolean, token: string | null): string {
  const secure = isSecure(request, trustProxy) ? '; Secure' : '';
  const age = token === null ? '; Max-Age=0' : '';
  return `${cookieName(request, trustProxy)}=${token ?? ''}; Path=/; HttpOnly; SameSite=Strict${secure}${age}`;
}
