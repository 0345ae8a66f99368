/**
 * Enrolment codes: eight characters, good once and for 15 minutes, for one station. Only their hash is kept. A code has 40
 * random bits; ten wrong tries spoil it, so guessing is hopeless even without the limit on requests.
 */
import { createHash, randomInt, timingSafeEqual } from 'node:crypto';
import type { Db, Queries } from '../db/db.ts';
import { HttpFault } from '../http/faults.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
export const codeValidMs = 15 * 60_000;
const mostWrongTries = 10;

const hashOf = (stationId: string, code: string): Buffer =>
  createHash('sha256')
    .update(`${stationId}\n${code.replaceAll('-', '')}`)
    .digest();

export interface MadeCode {
  /** `XXXX-XXXX`; told once, nowhere kept. */
  readonly code: string;
  /** UTC ms. */
  readonly untilAt: number;
}

/** Takes the place of an earlier code of the station. */
export async function makeCode(db: Queries, stationId: string, by: string, now: number): Promise<MadeCode> {
  const characters = Array.from({ length: 8 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
  const code = `${characters.slice(0, 4)}-${characters.slice(4)}`;
  const untilAt = now + codeValidMs;
  await db.execute(
    `INSERT INTO enrolment_code (station_id, code_hash, made_at, made_by, until_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (station_id) DO UPDATE SET code_hash = excluded.code_hash, made_at = excluded.made_at,
       made_by = excluded.made_by, until_at = excluded.until_at, used_at = NULL, wrong_tries = 0`,
    [stationId, hashOf(stationId, code), new Date(now), by, new Date(untilAt)],
  );
  return { code, untilAt };
}

interface CodeRow {
  readonly code_hash: Uint8Array;
  readonly made_by: string;
  readonly until_at: Date;
  readonly used_at: Date | null;
  readonly wrong_tries: number;
}

export interface Enrolment {
  readonly stationId: string;
  readonly code: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
}

const newCode = 'Make a new code on the plant view (Stations) and enter it on the station.';

/**
 * Uses the code up and takes the key in, in one transaction. The same key with the same used code again is a repeated
 * request whose answer was lost.
 * @param onEnrolled runs in the same transaction.
 * @throws HttpFault code-wrong, code-expired, already-enrolled.
 */
export async function enrol(
  db: Db,
  { stationId, code, keyId, publicKey }: Enrolment,
  now: number,
  onEnrolled: (tx: Queries) => Promise<void>,
): Promise<void> {
  const fault = await db.transaction(async (tx): Promise<HttpFault | null> => {
    const [row] = await tx.query<CodeRow>(
      'SELECT code_hash, made_by, until_at, used_at, wrong_tries FROM enrolment_code WHERE station_id = $1 FOR UPDATE',
      [stationId],
    );
    const wrong = new HttpFault('code-wrong', `this is not the code of station ${stationId}`, newCode);
    if (row === undefined || row.wrong_tries >= mostWrongTries) return wrong;
    if (!timingSafeEqual(row.code_hash, hashOf(stationId, code))) {
      // Kept although the request is refused: the transaction does not fail.
      await tx.execute('UPDATE enrolment_code SET wrong_tries = wrong_tries + 1 WHERE station_id = $1', [stationId]);
      return wrong;
    }
    const [known] = await tx.query<{ station_id: string; revoked_at: Date | null }>(
      'SELECT station_id, revoked_at FROM station_key WHERE key_id = $1',
      [keyId],
    );
    if (row.used_at !== null) {
      if (known?.station_id === stationId && known.revoked_at === null) return null;
      return new HttpFault('code-expired', `the code of station ${stationId} was used already`, newCode);
    }
    if (row.until_at.getTime() < now)
      return new HttpFault('code-expired', `the code of station ${stationId} is older than 15 minutes`, newCode);
    if (known !== undefined) {
      return new HttpFault(
        'already-enrolled',
        `the key ${keyId} was enrolled before (station ${known.station_id})`,
        'Let the station make a new key: a key is enrolled once.',
      );
    }
    await tx.execute(
      'INSERT INTO station_key (key_id, station_id, public_key, enrolled_at, enrolled_by) VALUES ($1, $2, $3, $4, $5)',
      [keyId, stationId, publicKey, new Date(now), row.made_by],
    );
    await tx.execute('UPDATE enrolment_code SET used_at = $2 WHERE station_id = $1', [stationId, new Date(now)]);
    await onEnrolled(tx);
    return null;
  });
  if (fault !== null) throw fault;
}
