/**
 * Against pages of other sites that reach for a station on this machine: the Host header must be an address of ours
 * (DNS rebinding) and Origin, where a browser sends it, must be our own page.
 */
import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

export function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

/**
 * Values of the Host header that mean this station.
 * @param bound the address listened on; anything but loopback also allows this machine's own addresses and name.
 */
export function allowedHosts(bound: string, port: number): ReadonlySet<string> {
  const names = new Set(['127.0.0.1', 'localhost', '[::1]', bracketed(bound)]);
  if (!isLoopback(bound)) {
    names.add(hostname().toLowerCase());
    for (const addresses of Object.values(networkInterfaces())) {
      for (const { address } of addresses ?? []) names.add(bracketed(address));
    }
  }
  return new Set([...names].flatMap((name) => (port === 80 ? [name, `${name}:80`] : [`${name}:${port}`])));
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address.toLowerCase()}]` : address.toLowerCase();
}

export type Trust = 'ok' | 'wrong-host' | 'wrong-origin';

/** @param needsOrigin true for what changes something: there a missing Origin is refused too. */
export function judge(request: IncomingMessage, hosts: ReadonlySet<string>, needsOrigin: boolean): Trust {
  const host = request.headers.host?.toLowerCase();
  if (host === undefined || !hosts.has(host)) return 'wrong-host';
  const origin = request.headers.origin;
  if (origin === undefined) return needsOrigin ? 'wrong-origin' : 'ok';
  return origin.toLowerCase() === `http://${host}` ? 'ok' : 'wrong-origin';
}
