import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { allowedHosts, judge } from './guards.ts';

const request = (host: string | undefined, origin?: string): IncomingMessage =>
  ({ headers: { host, origin } }) as IncomingMessage;

test('on loopback only loopback names are this station', () => {
  const hosts = allowedHosts('127.0.0.1', 7373);
  for (const host of ['127.0.0.1:7373', 'localhost:7373', 'LOCALHOST:7373', '[::1]:7373'])
    expect(judge(request(host), hosts, false), host).toBe('ok');
  for (const host of ['127.0.0.1', '127.0.0.1:80', 'station.example:7373', '127.0.0.1.example:7373', undefined])
    expect(judge(request(host), hosts, false), host).toBe('wrong-host');
});

test('open to the network also the addresses of this machine, but no name that somebody else gives out', () => {
  const hosts = allowedHosts('0.0.0.0', 7373);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  expect(own.length).toBeGreaterThan(0);
  for (const { address, family } of own)
    expect(hosts).toContain(family === 'IPv6' ? `[${address}]:7373` : `${address}:7373`);
  expect(judge(request('rebound.example:7373'), hosts, false)).toBe('wrong-host');
});

test('an origin is our own page with the same name and port, and is asked for where something changes', () => {
  const hosts = allowedHosts('127.0.0.1', 7373);
  const at = (origin: string | undefined, needed: boolean) => judge(request('localhost:7373', origin), hosts, needed);
  expect(at('http://localhost:7373', true)).toBe('ok');
  expect(at(undefined, false)).toBe('ok');
  expect(at(undefined, true)).toBe('wrong-origin');
  for (const origin of [
    'http://127.0.0.1:7373',
    'https://localhost:7373',
    'http://localhost:7374',
    'null',
    'app://linewright',
  ])
    expect(at(origin, false), origin).toBe('wrong-origin');
});

test('the standard port is left out by browsers', () => {
  expect(judge(request('127.0.0.1'), allowedHosts('127.0.0.1', 80), false)).toBe('ok');
});
