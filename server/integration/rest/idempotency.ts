/**
 * `Idempotency-Key`: the first request with a key is done and its answer kept, in one transaction; the same request again
 * gets that answer; another request with the key is refused. A request that comes while the first runs waits for it.
 */
import { createHash } from 'node:crypto';
import type { Db, Queries } from '../../db/db.ts';
import { ApiFault } from './problem.ts';

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}
export interface Asked {
  readonly accountId: string;
  /** null: none was sent. */
  readonly key: string | null;
  /** All that makes the request: method, address, If-Match, bytes. */
  readonly parts: readonly (string | Uint8Array)[];
  readonly at: number;
}

/** Answers are kept this long; later the key counts as new. */
export const keptMs = 7 * 86_400_000;

/** @param run rejects: nothing is kept and the key stays free. @throws ApiFault */
export async function once(db: Db, asked: Asked, run: (tx: Queries) => Promise<ApiAnswer>): Promise<ApiAnswer> {
  const { accountId, key, at } = asked;
  if (key === null) return db.transaction(run);
  if (!/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new ApiFault(400, 'Idempotency-Key must have 1 to 200 printable ASCII characters without blanks.');
  }
  const hash = createHash('sha256');
  for (const part of asked.parts) hash.update(part).update('\n');
  const digest = hash.digest('hex');
  return db.transaction(async (tx) => {
    const mine = await tx.execute(
      `INSERT INTO erp_request (account_id, key, digest, at) VALUES ($1, $2, $3, $4)
       ON CONFLICT (account_id, key) DO UPDATE SET digest = $3, at = $4, status = NULL, body = NULL
         WHERE erp_request.at < $5`,
      [accountId, key, digest, at, at - keptMs],
    );
    if (mine === 0) {
      const [kept] = await tx.query<{ digest: string; status: number; headers: Record<string, string>; body: string }>(
        'SELECT digest, status, headers, body FROM erp_request WHERE account_id = $1 AND key = $2',
        [accountId, key],
      );
      if (kept?.digest !== digest) {
        throw new ApiFault(409, `Idempotency-Key "${key}" was used for another request; use a new key.`);
      }
      return { status: kept.status, headers: { ...kept.headers, 'idempotency-replayed': 'true' }, body: kept.body };
    }
    const answer = await run(tx);
    await tx.execute(
      'UPDATE erp_request SET status = $3, headers = $4::text::jsonb, body = $5 WHERE account_id = $1 AND key = $2',
      [accountId, key, answer.status, JSON.stringify(answer.headers), answer.body],
    );
    return answer;
  });
}

export const forgetOld = (db: Db, now: number): Promise<number> =>
  db.execute('DELETE FROM erp_request WHERE at < $1', [now - keptMs]);
