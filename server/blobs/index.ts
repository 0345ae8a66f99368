/** The side road (contract/sync/blobs.ts): offered, sent piece by piece, resumed where it stopped, checked as a whole. */
import { createHash } from 'node:crypto';
import { blobOfferSchema, type BlobAnswer } from '#contract/sync/blobs.ts';
import { hashSchema, syncLimits, syncPaths } from '#contract/sync/protocol.ts';
import type { Clock } from '../clock.ts';
import type { Db, Queries } from '../db/db.ts';
import { jsonBody, stationOf, type StationGuard } from '../enrolment/guard.ts';
import type { App } from '../http/app.ts';
import { HttpFault } from '../http/faults.ts';
import { parsed } from '../http/parsed.ts';
import { readPhotoBytes } from './photo.ts';

export interface Blobs {
  routes(app: App): Promise<void>;
  /** Removes what was begun and not gone on with for a week. @returns how many. */
  sweep(): Promise<number>;
}

const forgottenMs = 7 * 86_400_000;

interface Row {
  readonly size: number;
  readonly received: number;
  readonly complete: boolean;
}
const answerOf = ({ size, received, complete }: Row): BlobAnswer => ({ offset: received, size, complete });

export function createBlobs({
  db,
  guard,
  clock,
}: {
  readonly db: Db;
  readonly guard: StationGuard;
  readonly clock: Clock;
}): Blobs {
  return {
    routes: (app) =>
      guard.signedRoutes(app, syncLimits.blobPieceBytes, (scope) => {
        scope.post(syncPaths.blobs, async (request): Promise<BlobAnswer> => {
          const { stationId } = stationOf(request);
          const offer = parsed(blobOfferSchema, jsonBody(request), 'the body');
          if (offer.size > syncLimits.blobBytes) {
            throw new HttpFault(
              'batch-too-large',
              `${offer.name} has ${offer.size} bytes, a blob may have ${syncLimits.blobBytes}`,
              'Leave it out; it stays on the station.',
            );
          }
          const now = new Date(clock.now());
          await db.execute(
            `INSERT INTO blob (station_id, sha256, kind, size, content_type, name, from_at, to_at, touched_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (station_id, sha256) DO NOTHING`,
            [
              stationId,
              offer.sha256,
              offer.kind,
              offer.size,
              offer.contentType,
              offer.name,
              offer.fromAt,
              offer.toAt,
              now,
            ],
          );
          const row = await find(db, stationId, offer.sha256, false);
          if (row.size !== offer.size)
            throw new HttpFault(
              'input-invalid',
              `the server was told ${row.size} bytes for this hash, not ${offer.size}`,
              'Offer it with its true size.',
            );
          return answerOf(row);
        });

        // Of photos only, and by a hash that nobody can guess: nonconformances name it to the stations that see the unit.
        scope.get<{ Params: { sha256: string } }>(`${syncPaths.blobs}/:sha256`, async (request, reply) => {
          const sha256 = parsed(hashSchema, request.params.sha256, 'the hash in the address');
          const bytes = await readPhotoBytes(db, sha256);
          if (bytes === null)
            throw new HttpFault(
              'not-found',
              `there is no photo ${sha256}`,
              'Ask again later: photos come after all facts of the station that took it.',
            );
          return reply.type('application/octet-stream').send(bytes);
        });

        scope.patch<{ Params: { sha256: string } }>(`${syncPaths.blobs}/:sha256`, async (request, reply) => {
          const { stationId } = stationOf(request);
          const sha256 = parsed(hashSchema, request.params.sha256, 'the hash in the address');
          const offset = Number(request.headers['upload-offset']);
          const bytes = request.body instanceof Uint8Array ? request.body : new Uint8Array();
          if (!Number.isSafeInteger(offset) || offset < 0 || bytes.byteLength === 0)
            throw new HttpFault(
              'input-invalid',
              'a piece needs the header upload-offset and at least one byte',
              'Send it as the contract says.',
            );
          const done = await db.transaction(async (tx) => {
            const row = await find(tx, stationId, sha256, true);
            if (row.complete) return { ok: true, row };
            if (row.received !== offset) return { ok: false, row };
            if (offset + bytes.byteLength > row.size)
              throw new HttpFault(
                'input-invalid',
                `the piece ends at byte ${offset + bytes.byteLength}, the blob has ${row.size}`,
                'Offer it with its true size.',
              );
            return { ok: true, row: await add(tx, stationId, sha256, row, bytes, new Date(clock.now())) };
          });
          if (done.ok) return answerOf(done.row);
          const fault = new HttpFault(
            'input-invalid',
            `the next byte is ${done.row.received}, not ${offset}`,
            'Go on from offset.',
          );
          return reply.code(409).send({ ...fault.body(), ...answerOf(done.row) });
        });
      }),
    sweep: () =>
      db.execute('DELETE FROM blob WHERE complete_at IS NULL AND touched_at < $1', [
        new Date(clock.now() - forgottenMs),
      ]),
  };
}

/** @throws HttpFault not-found */
async function find(on: Queries, stationId: string, sha256: string, lock: boolean): Promise<Row> {
  const [row] = await on.query<Row>(
    `SELECT size, received, complete_at IS NOT NULL AS complete FROM blob
     WHERE station_id = $1 AND sha256 = $2 ${lock ? 'FOR UPDATE' : ''}`,
    [stationId, sha256],
  );
  if (row === undefined)
    throw new HttpFault('not-found', `station ${stationId} offered no blob ${sha256}`, 'Offer it first (POST blobs).');
  return row;
}

async function add(
  tx: Queries,
  stationId: string,
  sha256: string,
  row: Row,
  bytes: Uint8Array,
  now: Date,
): Promise<Row> {
  const key = [stationId, sha256] as const;
  await tx.execute('INSERT INTO blob_piece (station_id, sha256, from_byte, bytes) VALUES ($1, $2, $3, $4)', [
    ...key,
    row.received,
    bytes,
  ]);
  const received = row.received + bytes.byteLength;
  const whole = received === row.size;
  const right = whole && (await hashOf(tx, stationId, sha256)) === sha256;
  // What does not hash to its name is of no use to anybody: it begins again.
  if (whole && !right) await tx.execute('DELETE FROM blob_piece WHERE station_id = $1 AND sha256 = $2', key);
  const kept = whole && !right ? 0 : received;
  await tx.execute(
    'UPDATE blob SET received = $3, touched_at = $4, complete_at = $5 WHERE station_id = $1 AND sha256 = $2',
    [...key, kept, now, right ? now : null],
  );
  return { size: row.size, received: kept, complete: right };
}

/** Piece by piece: a blob may be larger than what should be in memory at once. */
async function hashOf(on: Queries, stationId: string, sha256: string): Promise<string> {
  const digest = createHash('sha256');
  for (let at = 0; ;) {
    const [piece] = await on.query<{ bytes: Uint8Array }>(
      'SELECT bytes FROM blob_piece WHERE station_id = $1 AND sha256 = $2 AND from_byte = $3',
      [stationId, sha256, at],
    );
    if (piece === undefined) return digest.digest('hex');
    digest.update(piece.bytes);
    at += piece.bytes.byteLength;
  }
}
