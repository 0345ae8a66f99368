/** Accounts as the plant view manages them: persons and programs, what they may do, their secrets and sessions. */
import type { Account, SessionRow } from '#contract/plant/accounts.ts';
import type { PlantOutcome } from '#contract/plant/base.ts';
import type { PlantGrant } from '#contract/plant/roles.ts';
import type { Db, Queries } from '#server/db/db.ts';
import type { Changes } from '#server/rpc/changes.ts';
import { refuse } from '#server/rpc/refused.ts';
import type { Caller } from './caller.ts';
import { countTry, forgiveTry } from './lockout.ts';
import { hashPassword, hashToken, newKey, newPassword, verifyPassword, weakness } from './secrets.ts';
import type { Sessions } from './sessions.ts';

export interface AccountParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly change: Changes;
  readonly sessions: Sessions;
}

interface AccountRow {
  readonly id: string;
  readonly name: string;
  readonly kind: Account['kind'];
  readonly sign_in: Account['signIn'];
  readonly language: Account['language'];
  readonly disabled: boolean;
  readonly demo: boolean;
  readonly person: string;
  readonly last_seen_at: number | null;
  readonly locked_until: number | null;
  readonly grants: readonly PlantGrant[];
}

const select = `SELECT a.id, a.name, a.kind, a.sign_in, a.language, a.disabled, a.demo, a.person, a.last_seen_at,
    f.locked_until,
    (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('role', g.role, 'scope', g.scope)), '[]'::json)
     FROM account_grant g WHERE g.account_id = a.id) AS grants
  FROM account a LEFT JOIN sign_in_failure f ON f.key = 'account:' || lower(a.id)`;

const accountOf = (row: AccountRow, now: number): Account => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  signIn: row.sign_in,
  language: row.language,
  disabled: row.disabled,
  grants: row.grants,
  lastSeenAt: row.last_seen_at,
  person: row.person,
  lockedUntilAt: row.locked_until !== null && row.locked_until > now ? row.locked_until : null,
  demo: row.demo,
});

/** What of an account belongs in the audit trail. */
const told = ({ name, disabled, grants, person }: Account): object => ({ name, disabled, grants, person });

export interface Accounts {
  list(): Promise<readonly Account[]>;
  create(
    caller: Caller,
    input: {
      readonly commandId: string;
      readonly id: string;
      readonly name: string;
      readonly kind: Account['kind'];
      readonly language: Account['language'];
      readonly grants: readonly PlantGrant[];
      readonly person?: string | undefined;
    },
  ): Promise<PlantOutcome<{ readonly secret: string }>>;
  update(
    caller: Caller,
    input: {
      readonly commandId: string;
      readonly id: string;
      readonly name: string;
      readonly disabled: boolean;
      readonly grants: readonly PlantGrant[];
    },
  ): Promise<PlantOutcome>;
  resetSecret(
    caller: Caller,
    input: { readonly commandId: string; readonly id: string },
  ): Promise<PlantOutcome<{ readonly secret: string }>>;
  changePassword(
    caller: Caller,
    input: { readonly commandId: string; readonly old: string; readonly new: string },
  ): Promise<PlantOutcome>;
  /** The caller must have been found to be allowed, unless it is the own account. */
  sessions(caller: Caller, id: string): Promise<readonly SessionRow[]>;
  endSession(caller: Caller, input: { readonly commandId: string; readonly sessionId: string }): Promise<PlantOutcome>;
}

export function createAccounts({ db, clock, change, sessions }: AccountParts): Accounts {
  const read = async (tx: Queries, id: string): Promise<Account> => {
    // Locked before it is read: FOR UPDATE is not allowed over the join.
    await tx.query('SELECT id FROM account WHERE lower(id) = lower($1) FOR UPDATE', [id]);
    const [row] = await tx.query<AccountRow>(`${select} WHERE lower(a.id) = lower($1)`, [id]);
    return row === undefined ? refuse('account.unknown', { account: id }, 'id') : accountOf(row, clock.now());
  };
  const grant = async (tx: Queries, id: string, grants: readonly PlantGrant[]): Promise<void> => {
    for (const { role, scope } of grants) {
      await tx.execute(
        `INSERT INTO account_grant (account_id, role, scope, source) VALUES ($1, $2, $3, 'plant') ON CONFLICT DO NOTHING`,
        [id, role, scope],
      );
    }
  };
  const checkGrants = (kind: Account['kind'], grants: readonly PlantGrant[]): void => {
    grants.forEach(({ role }, at) => {
      if ((kind === 'program') !== (role === 'integration')) {
        refuse(kind === 'program' ? 'grant.role-of-persons' : 'grant.role-of-programs', { role }, `grants[${at}].role`);
      }
    });
  };
  /** Somebody who can make accounts must be left, or only a restart of the server helps. */
  const keepAnAdministrator = async (tx: Queries, account: string): Promise<void> => {
    const [row] = await tx.query<{ count: number }>(
      `SELECT count(DISTINCT a.id)::int AS count FROM account a JOIN account_grant g ON g.account_id = a.id
       WHERE g.role = 'administrator' AND g.scope = '*' AND NOT a.disabled`,
    );
    if ((row?.count ?? 0) === 0) refuse('account.last-administrator', { account }, 'grants');
  };

  return {
    async list() {
      const now = clock.now();
      return (await db.query<AccountRow>(`${select} ORDER BY a.kind, lower(a.name), a.id`)).map((row) =>
        accountOf(row, now),
      );
    },

    async create(caller, { commandId, id, name, kind, language, grants, person }) {
      const secret = kind === 'program' ? newKey() : newPassword();
      const hash = kind === 'program' ? hashToken(secret) : await hashPassword(secret);
      return change(
        caller,
        commandId,
        { right: 'account.manage', lineId: null, keep: false },
        async ({ tx, at, audit }) => {
          checkGrants(kind, grants);
          const made = await tx.execute(
            `INSERT INTO account (id, name, kind, sign_in, language, secret_hash, secret_to_change, person, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, lower($8), $9) ON CONFLICT DO NOTHING`,
            [
              id,
              name,
              kind,
              kind === 'program' ? 'key' : 'password',
              language,
              hash,
              kind === 'person',
              person ?? id,
              at,
            ],
          );
          if (made === 0) refuse('account.exists', { account: id }, 'id');
          await grant(tx, id, grants);
          await audit({
            what: 'account.created',
            subject: `account:${id}`,
            before: null,
            after: { name, kind, language, grants, person: (person ?? id).toLowerCase() },
          });
          return { secret };
        },
      );
    },

    update: (caller, { commandId, id, name, disabled, grants }) =>
      change(caller, commandId, { right: 'account.manage', lineId: null }, async ({ tx, audit }) => {
        const before = await read(tx, id);
        checkGrants(before.kind, grants);
        await tx.execute('UPDATE account SET name = $2, disabled = $3 WHERE id = $1', [before.id, name, disabled]);
        // What the provider's claims gave is written at the next sign-in anyway; what is taken away here counts at once.
        await tx.execute('DELETE FROM account_grant WHERE account_id = $1', [before.id]);
        await grant(tx, before.id, grants);
        await keepAnAdministrator(tx, before.id);
        if (disabled) await tx.execute('DELETE FROM session WHERE account_id = $1', [before.id]);
        const after = await read(tx, id);
        await audit({
          what: 'account.updated',
          subject: `account:${before.id}`,
          before: told(before),
          after: told(after),
        });
        return undefined;
      }),

    async resetSecret(caller, { commandId, id }) {
      const password = newPassword();
      const hash = await hashPassword(password);
      return change(
        caller,
        commandId,
        { right: 'account.manage', lineId: null, keep: false },
        async ({ tx, audit }) => {
          const { id: known, signIn } = await read(tx, id);
          if (signIn === 'oidc') refuse('account.no-secret', { account: known, signIn }, 'id');
          const secret = signIn === 'key' ? newKey() : password;
          await tx.execute('UPDATE account SET secret_hash = $2, secret_to_change = $3 WHERE id = $1', [
            known,
            signIn === 'key' ? hashToken(secret) : hash,
            signIn === 'password',
          ]);
          await tx.execute('DELETE FROM session WHERE account_id = $1', [known]);
          await tx.execute('DELETE FROM sign_in_failure WHERE key = $1', [`account:${known.toLowerCase()}`]);
          await audit({ what: 'account.secret-reset', subject: `account:${known}`, before: null, after: null });
          return { secret };
        },
      );
    },

    async changePassword(caller, { commandId, old, new: wanted }) {
      // A stolen open session must not be a way to guess the password in peace.
      const tried = await countTry(db, caller.accountId, caller.from, clock.now());
      if (tried.lockedUntilAt !== null) {
        const params = { untilAt: tried.lockedUntilAt };
        return { ok: false, faults: [{ code: 'sign-in.locked', params, field: 'old' }] };
      }
      const [row] = await db.query<{ secret_hash: string | null; sign_in: string; demo: boolean }>(
        'SELECT secret_hash, sign_in, demo FROM account WHERE id = $1',
        [caller.accountId],
      );
      const right = await verifyPassword(row?.sign_in === 'password' ? row.secret_hash : null, old);
      if (right) await forgiveTry(db, caller.accountId, caller.from);
      const hash = await hashPassword(wanted);
      return change(caller, commandId, { right: null }, async ({ tx, audit }) => {
        if (row?.sign_in !== 'password')
          refuse('account.no-secret', { account: caller.accountId, signIn: row?.sign_in ?? '' });
        if (row.demo) refuse('account.of-demo', { account: caller.accountId });
        if (!right) refuse('password.wrong', {}, 'old');
        if (wanted === old) refuse('password.same', {}, 'new');
        const weak = weakness(wanted, { id: caller.accountId, name: caller.name });
        if (weak !== null) refuse(weak, {}, 'new');
        await tx.execute('UPDATE account SET secret_hash = $2, secret_to_change = false WHERE id = $1', [
          caller.accountId,
          hash,
        ]);
        // Whoever had got in with the old one is out; the session that asks stays.
        await tx.execute('DELETE FROM session WHERE account_id = $1 AND id_hash <> $2', [
          caller.accountId,
          caller.sessionId ?? '',
        ]);
        await audit({
          what: 'account.password-changed',
          subject: `account:${caller.accountId}`,
          before: null,
          after: null,
        });
        return undefined;
      });
    },

    sessions: (caller, id) => sessions.list(id, caller.sessionId),

    endSession: (caller, { commandId, sessionId }) =>
      change(caller, commandId, { right: null }, async ({ tx, need, audit }) => {
        const [row] = await tx.query<{ account_id: string; from_address: string }>(
          'DELETE FROM session WHERE id_hash = $1 RETURNING account_id, from_address',
          [sessionId],
        );
        if (row === undefined) refuse('session.unknown', {}, 'sessionId');
        if (row.account_id !== caller.accountId) need('account.manage', null);
        await audit({
          what: 'session.ended',
          subject: `account:${row.account_id}`,
          before: { from: row.from_address },
          after: null,
        });
        return undefined;
      }),
  };
}
