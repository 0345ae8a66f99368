/** Signing in with a password, the first administrator, the accounts of a demo plant, and the keys of programs. */
import type { Configuration } from '#contract/config/index.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { SignInMethods } from '#contract/plant/sign-in.ts';
import type { Db, Queries } from '#server/db/db.ts';
import { Refused, refuse } from '#server/rpc/refused.ts';
import { audited } from './audit.ts';
import { callerColumns, callerOf, type Caller, type CallerRow } from './caller.ts';
import { countTry, forgiveTry } from './lockout.ts';
import { hashPassword, hashToken, newToken, verifyPassword, weakness } from './secrets.ts';
import type { Sessions } from './sessions.ts';

/** The token of the first start is good for this long; a later start makes a new one. */
const setUpMs = 60 * 60_000;

export interface SignInParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly sessions: Sessions;
  readonly plant: () => Configuration['plant'];
  readonly oidcTitle: string | null;
}
export interface Origin {
  readonly from: string;
  readonly browser: string;
  /** Cookie that came with it: that session ends when the new one begins (rotation). */
  readonly token: string | null;
}

export interface SignIn {
  methods(): Promise<SignInMethods>;
  /** @returns the cookie's value. */
  password(account: string, password: string, origin: Origin): Promise<PlantOutcome<{ readonly token: string }>>;
  setUp(
    input: {
      readonly token: string;
      readonly account: string;
      readonly name: string;
      readonly password: string;
      readonly language: 'en' | 'de';
    },
    origin: Origin,
  ): Promise<PlantOutcome<{ readonly token: string }>>;
  /** @param key of an `Authorization: Bearer` header. null: of nobody. */
  program(key: string, from: string): Promise<Caller | null>;
  /**
   * To be called at every start: makes what demo accounts are missing, or, while there is no administrator, a token.
   * @returns the token to print; null: there is an administrator or the plant is a demo.
   */
  prepare(): Promise<string | null>;
}

export function createSignIn({ db, clock, sessions, plant, oidcTitle }: SignInParts): SignIn {
  const hasAdministrator = async (tx: Queries): Promise<boolean> => {
    const [row] = await tx.query<{ there: boolean }>(
      `SELECT EXISTS (SELECT 1 FROM account a JOIN account_grant g ON g.account_id = a.id
         WHERE g.role = 'administrator' AND g.scope = '*' AND NOT a.disabled AND (NOT a.demo OR $1)) AS there`,
      [plant().demo],
    );
    return row?.there === true;
  };
  const begin = (tx: Queries, accountId: string, { from, browser }: Origin): Promise<string> =>
    sessions.begin(tx, { accountId, signIn: 'password', idToken: null, from, browser });
  const outcome = async <T>(run: () => Promise<T>): Promise<PlantOutcome<T>> => {
    try {
      return { ok: true, value: await run() };
    } catch (error) {
      if (error instanceof Refused) return { ok: false, faults: error.faults };
      throw error;
    }
  };

  return {
    async methods() {
      const { title, language, demo, demoAccounts } = plant();
      return {
        plant: { title, language, demo },
        setUp: !(await hasAdministrator(db)),
        oidc: oidcTitle === null ? null : { title: oidcTitle },
        demoAccounts: demo ? demoAccounts.map(({ id, password, text }) => ({ id, password, text })) : [],
      };
    },

    password: (account, password, origin) =>
      outcome(async () => {
        const now = clock.now();
        const tried = await countTry(db, account, origin.from, now);
        if (tried.lockedUntilAt !== null) {
          refuse('sign-in.locked', { untilAt: tried.lockedUntilAt });
        }
        const [row] = await db.query<{ id: string; secret_hash: string | null; disabled: boolean; demo: boolean }>(
          `SELECT id, secret_hash, disabled, demo FROM account WHERE lower(id) = lower($1) AND sign_in = 'password'`,
          [account],
        );
        const good = await verifyPassword(row?.secret_hash ?? null, password);
        if (!good || row === undefined) {
          refuse('sign-in.failed', { triesLeft: tried.triesLeft });
        }
        // Told only to who knows the password.
        if (row.disabled || (row.demo && !plant().demo)) refuse('sign-in.disabled');
        await forgiveTry(db, account, origin.from);
        if (origin.token !== null) await sessions.end(origin.token);
        return { token: await db.transaction((tx) => begin(tx, row.id, origin)) };
      }),

    setUp: (input, origin) =>
      outcome(async () => {
        const now = clock.now();
        // The same brake as for passwords; a token cannot be guessed, but nobody needs to try for long.
        const tried = await countTry(db, 'set-up', origin.from, now);
        if (tried.lockedUntilAt !== null) {
          refuse('sign-in.locked', { untilAt: tried.lockedUntilAt });
        }
        const weak = weakness(input.password, { id: input.account, name: input.name });
        if (weak !== null) refuse(weak, {}, 'password');
        const secret = await hashPassword(input.password);
        const token = await db.transaction(async (tx) => {
          // One at a time: two browsers with the token make one administrator.
          await tx.execute('LOCK TABLE set_up_token IN EXCLUSIVE MODE');
          if (await hasAdministrator(tx)) refuse('set-up.done');
          const used = await tx.execute('DELETE FROM set_up_token WHERE hash = $1 AND ends_at > $2', [
            hashToken(input.token),
            now,
          ]);
          if (used === 0) refuse('set-up.token-wrong', {}, 'token');
          const made = await tx.execute(
            `INSERT INTO account (id, name, kind, sign_in, language, secret_hash, person, created_at)
             VALUES ($1, $2, 'person', 'password', $3, $4, lower($1), $5) ON CONFLICT DO NOTHING`,
            [input.account, input.name, input.language, secret, now],
          );
          if (made === 0) refuse('account.exists', { account: input.account }, 'account');
          await tx.execute(
            `INSERT INTO account_grant (account_id, role, scope, source) VALUES ($1, 'administrator', '*', 'plant')`,
            [input.account],
          );
          await tx.execute('DELETE FROM set_up_token');
          await audited(tx, {
            at: now,
            by: input.account,
            what: 'account.set-up',
            subject: `account:${input.account}`,
            before: null,
            after: { name: input.name, grants: [{ role: 'administrator', scope: '*' }] },
            from: origin.from,
          });
          return begin(tx, input.account, origin);
        });
        await forgiveTry(db, 'set-up', origin.from);
        return { token };
      }),

    async program(key, from) {
      const [row] = await db.query<CallerRow>(
        `UPDATE account a SET last_seen_at = $2 WHERE sign_in = 'key' AND secret_hash = $1 AND NOT disabled
         RETURNING ${callerColumns}`,
        [hashToken(key), clock.now()],
      );
      return row === undefined ? null : callerOf(row, null, from);
    },

    async prepare() {
      const now = clock.now();
      const { demo, demoAccounts } = plant();
      if (demo) for (const account of demoAccounts) await makeDemoAccount(account, now);
      return db.transaction(async (tx) => {
        if (await hasAdministrator(tx)) return null;
        const token = newToken();
        await tx.execute('INSERT INTO set_up_token (hash, created_at, ends_at) VALUES ($1, $2, $3)', [
          hashToken(token),
          now,
          now + setUpMs,
        ]);
        return token;
      });
    },
  };

  async function makeDemoAccount(account: Configuration['plant']['demoAccounts'][number], now: number): Promise<void> {
    const [known] = await db.query<{ id: string }>('SELECT id FROM account WHERE lower(id) = lower($1)', [account.id]);
    if (known !== undefined) return;
    const secret = await hashPassword(account.password);
    await db.transaction(async (tx) => {
      const made = await tx.execute(
        `INSERT INTO account (id, name, kind, sign_in, language, secret_hash, person, demo, created_at)
         VALUES ($1, $2, 'person', 'password', $3, $4, lower($1), true, $5) ON CONFLICT DO NOTHING`,
        [account.id, account.name, account.language, secret, now],
      );
      if (made === 0) return;
      for (const { role, scope } of account.roles) {
        await tx.execute(
          `INSERT INTO account_grant (account_id, role, scope, source) VALUES ($1, $2, $3, 'plant') ON CONFLICT DO NOTHING`,
          [account.id, role, scope],
        );
      }
      await audited(tx, {
        at: now,
        by: 'server',
        what: 'account.created',
        subject: `account:${account.id}`,
        before: null,
        after: { name: account.name, grants: account.roles, demo: true },
        from: '',
      });
    });
  }
}
