/** Stations become members of the plant: codes, keys, revocation. */
import { enrolSchema, type EnrolAnswer } from '#contract/sync/enrol.ts';
import { plantStationId, syncPaths } from '#contract/sync/protocol.ts';
import type { Clock } from '../clock.ts';
import type { Db, Queries } from '../db/db.ts';
import type { App } from '../http/app.ts';
import { HttpFault } from '../http/faults.ts';
import { parsed } from '../http/parsed.ts';
import type { Log } from '../log.ts';
import { enrol, makeCode, type MadeCode } from './codes.ts';
import { keyIdOf } from './verify.ts';

export interface StationKey {
  readonly keyId: string;
  readonly stationId: string;
  /** Ed25519, 32 bytes, base64url. */
  readonly publicKey: string;
  /** UTC ms. */
  readonly enrolledAt: number;
  readonly enrolledBy: string;
  readonly revokedAt: number | null;
}

export interface EnrolmentOptions {
  readonly db: Db;
  readonly plantId: string;
  readonly clock: Clock;
  readonly log: Log;
  /** In the transaction that enrolled or revoked it: the document that tells the stations. */
  readonly publishKey: (tx: Queries, key: StationKey) => Promise<void>;
  /** Afterwards. */
  readonly onKeysChanged: () => void;
}

export interface Enrolment {
  routes(app: App): void;
  makeCode(on: Queries, stationId: string, by: string): Promise<MadeCode>;
  /** @returns the key as it is now, null for an unknown one. Revoking twice keeps the first time. */
  revoke(tx: Queries, keyId: string, by: string): Promise<StationKey | null>;
  keys(on?: Queries): Promise<readonly StationKey[]>;
}

/** Attempts per minute and address; a person types one in ten seconds. */
const triesPerMinute = 10;

export function createEnrolment({ db, plantId, clock, log, ...told }: EnrolmentOptions): Enrolment {
  const publish = async (tx: Queries, keyId: string): Promise<StationKey | null> => {
    const key = (await keysOn(tx)).find((each) => each.keyId === keyId) ?? null;
    if (key !== null) await told.publishKey(tx, key);
    return key;
  };
  return {
    routes(app) {
      app.post(
        syncPaths.enrol,
        { config: { rateLimit: { max: triesPerMinute, timeWindow: 60_000 } } },
        async (request): Promise<EnrolAnswer> => {
          const input = parsed(enrolSchema, request.body, 'the body');
          if (input.plantId !== plantId) {
            throw new HttpFault(
              'input-invalid',
              `this is the server of plant ${plantId}, the station belongs to ${input.plantId}`,
              'Give the station the address of its own plant server.',
            );
          }
          if (input.stationId === plantStationId)
            throw new HttpFault('input-invalid', `${plantStationId} is the server's own name`, 'Rename the station.');
          const publicKey = Buffer.from(input.publicKey, 'base64url');
          const keyId = keyIdOf(publicKey);
          await enrol(
            db,
            { stationId: input.stationId, code: input.code, keyId, publicKey },
            clock.now(),
            async (tx) => {
              await publish(tx, keyId);
            },
          );
          log.info({ stationId: input.stationId, keyId }, 'station enrolled');
          told.onKeysChanged();
          return { keyId, plantId, stationId: input.stationId };
        },
      );
    },
    makeCode: (on, stationId, by) => makeCode(on, stationId, by, clock.now()),
    async revoke(tx, keyId, by) {
      await tx.execute(
        'UPDATE station_key SET revoked_at = $2, revoked_by = $3 WHERE key_id = $1 AND revoked_at IS NULL',
        [keyId, new Date(clock.now()), by],
      );
      const key = await publish(tx, keyId);
      if (key !== null) told.onKeysChanged();
      return key;
    },
    keys: (on = db) => keysOn(on),
  };
}

interface Row {
  readonly key_id: string;
  readonly station_id: string;
  readonly public_key: Uint8Array;
  readonly enrolled_at: Date;
  readonly enrolled_by: string;
  readonly revoked_at: Date | null;
}

async function keysOn(on: Queries): Promise<readonly StationKey[]> {
  const rows = await on.query<Row>(
    'SELECT key_id, station_id, public_key, enrolled_at, enrolled_by, revoked_at FROM station_key ORDER BY enrolled_at, key_id',
  );
  return rows.map((row) => ({
    keyId: row.key_id,
    stationId: row.station_id,
    publicKey: Buffer.from(row.public_key).toString('base64url'),
    enrolledAt: row.enrolled_at.getTime(),
    enrolledBy: row.enrolled_by,
    revokedAt: row.revoked_at?.getTime() ?? null,
  }));
}
