/** Who asks, as the database says at this moment. */
import type { PlantGrant } from '#contract/plant/roles.ts';

export interface Caller {
  readonly accountId: string;
  readonly name: string;
  readonly language: 'en' | 'de';
  readonly kind: 'person' | 'program';
  readonly grants: readonly PlantGrant[];
  /** Which human being, in small letters; see `Account.person` in contract/plant/accounts.ts. */
  readonly person: string;
  readonly email: string | null;
  /** Nothing but a new password is taken from this account. */
  readonly passwordToChange: boolean;
  /** Hash of the session; null: a program, which has none. */
  readonly sessionId: string | null;
  /** Network address. */
  readonly from: string;
}

/** What to select of `account a` for a caller. */
export const callerColumns = `a.id, a.name, a.language, a.kind, a.person, a.email, a.secret_to_change,
  (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('role', g.role, 'scope', g.scope)), '[]'::json)
   FROM account_grant g WHERE g.account_id = a.id) AS grants`;

export interface CallerRow {
  readonly id: string;
  readonly name: string;
  readonly language: 'en' | 'de';
  readonly kind: 'person' | 'program';
  readonly person: string;
  readonly email: string | null;
  readonly secret_to_change: boolean;
  readonly grants: readonly PlantGrant[];
}

export function callerOf(row: CallerRow, sessionId: string | null, from: string): Caller {
  return {
    accountId: row.id,
    name: row.name,
    language: row.language,
    kind: row.kind,
    grants: row.grants,
    person: row.person,
    email: row.email,
    passwordToChange: row.secret_to_change,
    sessionId,
    from,
  };
}

interface Identity {
  readonly accountId: string;
  readonly person: string;
  readonly email: string | null;
}

/** Whether two accounts are one human being, as far as the server can know (two-person rule). */
export function samePerson(a: Identity, b: Identity): boolean {
  if (a.accountId.toLowerCase() === b.accountId.toLowerCase() || a.person === b.person) return true;
  return a.email !== null && a.email.toLowerCase() === b.email?.toLowerCase();
}
