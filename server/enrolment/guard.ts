/** Lets only stations in: checks the signature of a request, and says whose it is. Every `/sync` route but `enrol` is behind it. */
import type { FastifyRequest } from 'fastify';
import type { Db } from '../db/db.ts';
import { grouped } from '../grouped.ts';
import type { App } from '../http/app.ts';
import { HttpFault } from '../http/faults.ts';
import { contentDigestOf, isSignedBy, publicKeyOf, readSignature } from './verify.ts';

export interface SignedStation {
  readonly stationId: string;
  readonly keyId: string;
}

declare module 'fastify' {
  interface FastifyRequest {
    station: SignedStation | null;
  }
}

export interface StationGuard {
  /**
   * Routes that only a station may ask. Inside, `stationOf(request)` tells which one, and a body is the bytes as they came
   * (a Buffer; `jsonBody` reads it as JSON).
   * @param bodyBytes largest body.
   */
  signedRoutes(app: App, bodyBytes: number, routes: (scope: App) => void | Promise<void>): Promise<void>;
}

interface KeyRow {
  readonly station_id: string;
  readonly public_key: Uint8Array;
  readonly revoked_at: Date | null;
}

const enrolAgain = 'Enrol the station again with a new code from the plant view.';

export function createStationGuard(db: Db): StationGuard {
  const keyRow = grouped<string, KeyRow | undefined>({ most: 200, atOnce: 2 }, async (keyIds) => {
    const rows = await db.query<KeyRow & { readonly key_id: string }>(
      'SELECT key_id, station_id, public_key, revoked_at FROM station_key WHERE key_id = ANY($1::text[])',
      [keyIds],
    );
    const found = new Map(rows.map((row) => [row.key_id, row]));
    return keyIds.map((keyId) => found.get(keyId));
  });
  /**
   * Before the body is read: a stranger cannot make the server take one. The key is asked of the database each time, so
   * that one revoked on any instance gets nothing in from then on.
   */
  const checkSignature = async (request: FastifyRequest): Promise<void> => {
    const headers = readSignature(request.headers['signature-input'], request.headers['signature']);
    if (headers === null) {
      throw new HttpFault(
        'signature-missing',
        'the request carries no signature of a station in the form of contract/sync/signature.ts',
        'Sign it, or enrol the station first.',
      );
    }
    const row = await keyRow(headers.keyId);
    if (row === undefined)
      throw new HttpFault('station-unknown', `no station is enrolled with the key ${headers.keyId}`, enrolAgain);
    const url = request.raw.url ?? '';
    const at = url.indexOf('?');
    const signed = {
      method: request.method,
      path: at === -1 ? url : url.slice(0, at),
      query: at === -1 ? '?' : url.slice(at),
      contentDigest: digestOf(request),
    };
    if (!isSignedBy(publicKeyOf(row.public_key), signed, headers)) {
      throw new HttpFault(
        'signature-wrong',
        `the signature of key ${headers.keyId} (station ${row.station_id}) does not fit ${request.method} ${signed.path}`,
        'A proxy that rewrites paths or headers must not stand between station and server.',
      );
    }
    if (row.revoked_at !== null) {
      throw new HttpFault(
        'station-revoked',
        `the key ${headers.keyId} of station ${row.station_id} was revoked at ${row.revoked_at.toISOString()}`,
        enrolAgain,
      );
    }
    request.station = { stationId: row.station_id, keyId: headers.keyId };
  };

  /** The signature covers the digest, the digest the body. */
  const checkBody = async (request: FastifyRequest): Promise<void> => {
    const body = request.body instanceof Uint8Array ? request.body : new Uint8Array();
    const digest = digestOf(request);
    if (digest === null ? body.byteLength === 0 : digest === contentDigestOf(body)) return;
    throw new HttpFault(
      'signature-wrong',
      digest === null
        ? 'there is a body and no content-digest: it is not signed'
        : `content-digest does not fit the ${body.byteLength} bytes that came`,
      'Send it again; if it happens again, something between station and server changes what is sent.',
    );
  };

  return {
    async signedRoutes(app, bodyBytes, routes) {
      await app.register(async (scope) => {
        scope.decorateRequest('station', null);
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyBytes }, (_request, body, done) =>
          done(null, body),
        );
        scope.addHook('onRequest', checkSignature);
        scope.addHook('preHandler', checkBody);
        await routes(scope as unknown as App);
      });
    },
  };
}

function digestOf(request: FastifyRequest): string | null {
  const digest = request.headers['content-digest'];
  return typeof digest === 'string' ? digest : null;
}

/** Who signed the request; for routes behind the guard. */
export function stationOf(request: FastifyRequest): SignedStation {
  if (request.station === null) throw new Error('this route is not behind the guard of stations');
  return request.station;
}

/** @throws HttpFault input-invalid */
export function jsonBody(request: FastifyRequest): unknown {
  try {
    return JSON.parse(Buffer.from(request.body as Uint8Array).toString('utf8'));
  } catch {
    throw new HttpFault('input-invalid', 'the body is no JSON', 'Send it as the contract says.');
  }
}
