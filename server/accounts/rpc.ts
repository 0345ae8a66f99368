/** The accounts and session features of the plant view's contract. */
import { implement, ORPCError } from '@orpc/server';
import { accounts as accountsContract } from '#contract/plant/accounts.ts';
import type { PlantHealth } from '#contract/plant/base.ts';
import { session as sessionContract } from '#contract/plant/session.ts';
import type { Configuration } from '#contract/config/index.ts';
import { linesWith, may, rightsOf, type LinePlaces } from '#domain/accounts/may.ts';
import type { PlantRight } from '#contract/plant/roles.ts';
import type { Db } from '#server/db/db.ts';
import type { PlantContext } from '#server/rpc/context.ts';
import { readAudit } from './audit.ts';
import type { Accounts } from './accounts.ts';
import type { Caller } from './caller.ts';

/** @throws ORPCError FORBIDDEN: for reads, whose answer has no place for a refusal. */
export function needToRead(caller: Caller, right: PlantRight, lineId: string | null, places: LinePlaces): void {
  if (!may(caller.grants, right, lineId, places)) {
    throw new ORPCError('FORBIDDEN', {
      data: { code: 'right.missing', right, scope: lineId === null ? '*' : `line:${lineId}` },
    });
  }
}

export function createAccountsRouter(parts: {
  readonly db: Db;
  readonly accounts: Accounts;
  readonly places: () => LinePlaces;
}) {
  const { db, accounts } = parts;
  const os = implement(accountsContract).$context<PlantContext>();
  const nowhere: LinePlaces = new Map();
  return os.router({
    list: os.list.handler(({ context }) => {
      needToRead(context.caller, 'account.manage', null, nowhere);
      return accounts.list();
    }),
    create: os.create.handler(({ context, input }) => accounts.create(context.caller, input)),
    update: os.update.handler(({ context, input }) => accounts.update(context.caller, input)),
    resetSecret: os.resetSecret.handler(({ context, input }) => accounts.resetSecret(context.caller, input)),
    changePassword: os.changePassword.handler(({ context, input }) => accounts.changePassword(context.caller, input)),
    sessions: os.sessions.handler(({ context, input }) => {
      if (input.id !== null && input.id !== context.caller.accountId) {
        needToRead(context.caller, 'account.manage', null, nowhere);
      }
      return accounts.sessions(context.caller, input.id ?? context.caller.accountId);
    }),
    endSession: os.endSession.handler(({ context, input }) => accounts.endSession(context.caller, input)),
    // Who administers lines reads what is about them alone.
    audit: os.audit.handler(({ context: { caller }, input }) => {
      const lines = linesWith(caller.grants, 'account.manage', parts.places());
      if (lines?.length === 0) needToRead(caller, 'account.manage', null, nowhere);
      return readAudit(db, input, lines);
    }),
  });
}

export function createSessionRouter(parts: {
  readonly db: Db;
  readonly inForce: () => Configuration;
  /** Emits at least every 5 s until the signal. */
  readonly health: (signal: AbortSignal | undefined) => AsyncGenerator<PlantHealth>;
}) {
  const os = implement(sessionContract).$context<PlantContext>();
  return os.router({
    get: os.get.handler(({ context: { caller } }) => {
      const { id, title, timeZone, demo } = parts.inForce().plant;
      return {
        account: {
          id: caller.accountId,
          name: caller.name,
          language: caller.language,
        },
        passwordToChange: caller.passwordToChange,
        grants: caller.grants,
        rights: rightsOf(caller.grants),
        plant: { id, title, timeZone, demo },
      };
    }),
    names: os.names.handler(async () => {
      const rows = await parts.db.query<{ id: string; name: string }>('SELECT id, name FROM account');
      const named = (all: readonly { readonly id: string; readonly name: string }[]): Record<string, string> =>
        Object.fromEntries(all.map(({ id, name }) => [id, name]));
      return { people: named(parts.inForce().people.people), accounts: named(rows) };
    }),
    health: os.health.handler(({ signal }) => parts.health(signal)),
  });
}
