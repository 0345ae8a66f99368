/** Sessions in the database, so that every instance knows them and none outlives its end. Only a hash of the cookie is kept. */
import type { SessionRow } from '#contract/plant/accounts.ts';
import type { Db, Queries } from '#server/db/db.ts';
import { audited } from './audit.ts';
import { callerColumns, callerOf, type Caller, type CallerRow } from './caller.ts';
import { hashToken, newToken } from './secrets.ts';

export interface SessionRules {
  /** A session that nothing was asked in and no page was open with for this long is over. */
  readonly idleMs: number;
  /** Over this long after signing in, whatever happened. */
  readonly endMs: number;
}
export const defaultSessionRules: SessionRules = { idleMs: 60 * 60_000, endMs: 12 * 60 * 60_000 };

/** `seen_at` is written at most this often. */
const seenEveryMs = 60_000;

export interface NewSession {
  readonly accountId: string;
  readonly signIn: 'password' | 'oidc';
  readonly idToken: string | null;
  readonly from: string;
  readonly browser: string;
}

export interface Sessions {
  /** @returns the cookie's value, which is nowhere else. */
  begin(tx: Queries, session: NewSession): Promise<string>;
  /** Who this cookie is, as the database says now; null: nobody any more. */
  caller(token: string | null, from: string): Promise<Caller | null>;
  /** The same for a session known by its hash, e.g. that of an open WebSocket. */
  callerOf(idHash: string, from: string): Promise<Caller | null>;
  /** Those of these sessions that still hold, with who they are. One query. Counts as being seen. */
  alive(idHashes: readonly string[]): Promise<ReadonlyMap<string, Caller>>;
  /** @returns what OIDC needs to end it at the provider; null: there was none. */
  end(token: string): Promise<{ readonly accountId: string; readonly idToken: string | null } | null>;
  list(accountId: string, own: string | null): Promise<readonly SessionRow[]>;
  /** Removes what is over; any instance, any time. */
  sweep(): Promise<void>;
}

export interface SessionParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly rules: SessionRules;
  /** Whether accounts with told passwords work (demo plant). */
  readonly demo: () => boolean;
}

export function createSessions({ db, clock, rules, demo }: SessionParts): Sessions {
  const holds = `NOT a.disabled AND (NOT a.demo OR $3) AND s.ends_at > $2 AND s.seen_at > $2::bigint - $4::bigint`;

  const alive = async (idHashes: readonly string[], from: string): Promise<Map<string, Caller>> => {
    const now = clock.now();
    if (idHashes.length === 0) return new Map();
    const rows = await db.query<CallerRow & { readonly id_hash: string; readonly seen_at: number }>(
      `SELECT s.id_hash, s.seen_at, ${callerColumns} FROM session s JOIN account a ON a.id = s.account_id
       WHERE s.id_hash = ANY($1::text[]) AND ${holds}`,
      [idHashes, now, demo(), rules.idleMs],
    );
    const old = rows.filter(({ seen_at }) => seen_at < now - seenEveryMs);
    if (old.length > 0) {
      await db.execute('UPDATE session SET seen_at = $2 WHERE id_hash = ANY($1::text[]) AND seen_at < $2', [
        old.map(({ id_hash }) => id_hash),
        now,
      ]);
      await db.execute('UPDATE account SET last_seen_at = $2 WHERE id = ANY($1::text[])', [
        old.map(({ id }) => id),
        now,
      ]);
    }
    return new Map(rows.map((row) => [row.id_hash, callerOf(row, row.id_hash, from)]));
  };
  const one = async (idHash: string, from: string): Promise<Caller | null> =>
    (await alive([idHash], from)).get(idHash) ?? null;

  return {
    async begin(tx, session) {
      const now = clock.now();
      const token = newToken();
      await tx.execute(
        `INSERT INTO session (id_hash, account_id, sign_in, id_token, created_at, seen_at, ends_at, from_address, browser)
         VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8)`,
        [
          hashToken(token),
          session.accountId,
          session.signIn,
          session.idToken,
          now,
          now + rules.endMs,
          session.from,
          session.browser.slice(0, 200),
        ],
      );
      await tx.execute('UPDATE account SET last_seen_at = $2 WHERE id = $1', [session.accountId, now]);
      await audited(tx, {
        at: now,
        by: session.accountId,
        what: 'session.begun',
        subject: `account:${session.accountId}`,
        before: null,
        after: { signIn: session.signIn, browser: session.browser.slice(0, 200) },
        from: session.from,
      });
      return token;
    },
    caller: (token, from) => (token === null ? Promise.resolve(null) : one(hashToken(token), from)),
    callerOf: one,
    alive: (idHashes) => alive(idHashes, ''),
    async end(token) {
      const [row] = await db.query<{ account_id: string; id_token: string | null }>(
        'DELETE FROM session WHERE id_hash = $1 RETURNING account_id, id_token',
        [hashToken(token)],
      );
      return row === undefined ? null : { accountId: row.account_id, idToken: row.id_token };
    },
    async list(accountId, own) {
      const now = clock.now();
      const rows = await db.query<{
        id_hash: string;
        account_id: string;
        sign_in: 'password' | 'oidc';
        created_at: number;
        seen_at: number;
        ends_at: number;
        from_address: string;
        browser: string;
      }>(
        `SELECT id_hash, account_id, sign_in, created_at, seen_at, ends_at, from_address, browser FROM session
         WHERE account_id = $1 AND ends_at > $2 AND seen_at > $2::bigint - $3::bigint ORDER BY created_at DESC`,
        [accountId, now, rules.idleMs],
      );
      return rows.map((row) => ({
        id: row.id_hash,
        accountId: row.account_id,
        signIn: row.sign_in,
        createdAt: row.created_at,
        seenAt: row.seen_at,
        endsAt: row.ends_at,
        from: row.from_address,
        browser: row.browser,
        own: row.id_hash === own,
      }));
    },
    async sweep() {
      const now = clock.now();
      await db.execute('DELETE FROM session WHERE ends_at <= $1 OR seen_at <= $1::bigint - $2::bigint', [
        now,
        rules.idleMs,
      ]);
      await db.execute('DELETE FROM oidc_flow WHERE created_at < $1', [now - 60 * 60_000]);
      await db.execute('DELETE FROM set_up_token WHERE ends_at <= $1', [now]);
      await db.execute('DELETE FROM sign_in_failure WHERE last_at < $1 AND locked_until < $2', [
        now - 24 * 3_600_000,
        now,
      ]);
      await db.execute('DELETE FROM plant_command WHERE at < $1', [now - 7 * 24 * 3_600_000]);
    },
  };
}
