/** `GET documents` and `GET files/<sha256>` of the road to the stations (contract/sync/down.ts). */
import type { FastifyRequest } from 'fastify';
import { hashSchema, syncLimits, syncPaths } from '#contract/sync/protocol.ts';
import type { Db } from '../db/db.ts';
import type { App } from '../http/app.ts';
import { HttpFault } from '../http/faults.ts';
import type { AskingStations } from './asking.ts';
import type { Scope } from './publish.ts';
import { readDocuments, type DocumentsPage } from './read.ts';
import type { DocumentWaiting } from './waiting.ts';

export interface DownlinkParts {
  readonly db: Db;
  readonly waiting: DocumentWaiting;
  readonly asking: AskingStations;
  /** Which station signed the request. @throws HttpFault */
  readonly stationOf: (request: FastifyRequest) => Promise<string>;
  /** Where the station looks: plant, its line, itself. Always in the same order. */
  readonly scopesOf: (stationId: string) => readonly Scope[];
  /** Bytes of a released file; null: there is none. */
  readonly file: (sha256: string) => Promise<Uint8Array | null>;
}

export function registerDownlink(app: App, { db, waiting, asking, stationOf, scopesOf, file }: DownlinkParts): void {
  app.get(syncPaths.documents, async (request, reply) => {
    const stationId = await stationOf(request);
    const query = request.query as { readonly cursor?: unknown; readonly wait?: unknown };
    const cursor = typeof query.cursor === 'string' ? query.cursor : '';
    const waitMs = waitOf(query.wait);
    asking.asked(stationId, cursor);
    const page = await nextPage(stationId, cursor, waitMs);
    return reply.type('application/json; charset=utf-8').send(page.json);
  });

  const nextPage = async (stationId: string, cursor: string, waitMs: number): Promise<DocumentsPage> => {
    const scopes = scopesOf(stationId);
    // Before looking: what comes between looking and waiting must not be slept through.
    const wait = waiting.begin(scopes, waitMs);
    try {
      const page = await readDocuments(db, scopes, cursor);
      // A station's first question is answered at once, so that it has a cursor to come back with.
      if (page.count > 0 || page.reset || cursor === '' || waitMs === 0) return page;
      await wait.changed;
    } finally {
      wait.forget();
    }
    return readDocuments(db, scopesOf(stationId), cursor);
  };

  app.get<{ Params: { sha256: string } }>(`${syncPaths.files}/:sha256`, async (request, reply) => {
    await stationOf(request);
    const { sha256 } = request.params;
    const bytes = hashSchema.safeParse(sha256).success ? await file(sha256) : null;
    if (bytes === null)
      throw new HttpFault(
        'not-found',
        `there is no released file ${sha256}`,
        'Ask for the documents again: the file may have been released anew.',
      );
    return reply.type('application/octet-stream').send(Buffer.from(bytes));
  });
}

function waitOf(wait: unknown): number {
  if (wait === undefined || wait === '') return 0;
  const ms = Number(wait);
  if (!Number.isFinite(ms) || ms < 0)
    throw new HttpFault('input-invalid', `wait is "${String(wait)}", not a number of ms`, 'Send e.g. wait=25000.');
  return Math.min(ms, syncLimits.documentsWaitMs);
}
