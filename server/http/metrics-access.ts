/**
 * Who may read `/metrics`. With a token: who shows it (`Authorization: Bearer`, as Prometheus sends it with
 * `authorization: { credentials_file }`). Without one: programs on this machine, and nobody who came through a proxy, since
 * a proxy on this machine would make everybody look like one of its own.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { HttpFault } from './faults.ts';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const loopback = /^(127\.|::1$|::ffff:127\.)/;

/** @param token null: none was set. @throws HttpFault */
export function needMetricsAccess(request: FastifyRequest, token: string | null): void {
  if (token !== null) {
    const shown = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (shown !== undefined && timingSafeEqual(digest(shown), digest(token))) return;
    throw new HttpFault(
      'signature-missing',
      shown === undefined ? 'the figures want a token' : 'this is not the token of the figures',
      'Send "Authorization: Bearer <token>" with the token that the server was started with (LINEWRIGHT_METRICS_TOKEN).',
    );
  }
  const { headers, socket } = request;
  const throughProxy = headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined;
  if (!throughProxy && loopback.test(socket.remoteAddress ?? '')) return;
  throw new HttpFault(
    'not-found',
    'the figures are told to programs on this machine only',
    'Start the server with LINEWRIGHT_METRICS_TOKEN and send the token, or ask from the machine itself without a proxy.',
    { status: 403 },
  );
}
