/**
 * Wrong passwords are slowed down, per account and per network address, for all instances (in the database). A try is
 * counted before the password is looked at and taken back when it was right, so that many at once gain nothing.
 */
import type { Db } from '#server/db/db.ts';

interface Rule {
  /** Wrong tries that cost nothing. */
  readonly free: number;
  readonly firstPauseMs: number;
}
/** Many people sit behind one address, so it is given more. */
const rules = {
  account: { free: 5, firstPauseMs: 5_000 },
  address: { free: 30, firstPauseMs: 5_000 },
} as const satisfies Record<string, Rule>;
const longestPauseMs = 15 * 60_000;
/** Failures are forgotten when there was none for this long. */
const forgetMs = 60 * 60_000;

export type LockKind = keyof typeof rules;

/** ms for which nothing is looked at after this many failures in a row: 0 while they are free, then doubling up to 15 min. */
export function pauseAfter(kind: LockKind, failures: number): number {
  const { free, firstPauseMs } = rules[kind];
  return failures < free ? 0 : Math.min(firstPauseMs * 2 ** Math.min(failures - free, 30), longestPauseMs);
}

const keyOf = (kind: LockKind, name: string): string => `${kind}:${name.toLowerCase()}`;

export interface Tried {
  /** UTC ms; null: the try may be looked at. */
  readonly lockedUntilAt: number | null;
  /** Wrong tries that are left before a pause, if this one is wrong. */
  readonly triesLeft: number;
}

/** Counts one try against both. Does not count a try that comes during a pause. */
export async function countTry(db: Db, account: string, address: string, now: number): Promise<Tried> {
  return db.transaction(async (tx) => {
    const kinds = [
      ['account', account],
      ['address', address],
    ] as const;
    const keys = kinds.map(([kind, name]) => keyOf(kind, name));
    // Made first, so that FOR UPDATE finds them and tries at the same moment are put in a row; always in the same order.
    await tx.execute(
      `INSERT INTO sign_in_failure (key, failures, last_at, locked_until)
       SELECT key, 0, $2, 0 FROM unnest($1::text[]) AS key ORDER BY key ON CONFLICT DO NOTHING`,
      [keys, now],
    );
    const rows = await tx.query<{ key: string; failures: number; last_at: number; locked_until: number }>(
      'SELECT key, failures, last_at, locked_until FROM sign_in_failure WHERE key = ANY($1::text[]) ORDER BY key FOR UPDATE',
      [keys],
    );
    const lockedUntil = Math.max(0, ...rows.map(({ locked_until }) => locked_until));
    if (lockedUntil > now) return { lockedUntilAt: lockedUntil, triesLeft: 0 };
    let triesLeft = Number.POSITIVE_INFINITY;
    for (const [kind, name] of kinds) {
      const row = rows.find(({ key }) => key === keyOf(kind, name));
      const failures = (row === undefined || row.last_at < now - forgetMs ? 0 : row.failures) + 1;
      triesLeft = Math.min(triesLeft, Math.max(0, rules[kind].free - failures));
      await tx.execute('UPDATE sign_in_failure SET failures = $2, last_at = $3, locked_until = $4 WHERE key = $1', [
        keyOf(kind, name),
        failures,
        now,
        now + pauseAfter(kind, failures),
      ]);
    }
    return { lockedUntilAt: null, triesLeft };
  });
}

/** The try was right: the account's count ends, the address's goes back by this one. */
export async function forgiveTry(db: Db, account: string, address: string): Promise<void> {
  await db.execute('DELETE FROM sign_in_failure WHERE key = $1', [keyOf('account', account)]);
  await db.execute('UPDATE sign_in_failure SET failures = greatest(failures - 1, 0), locked_until = 0 WHERE key = $1', [
    keyOf('address', address),
  ]);
}
