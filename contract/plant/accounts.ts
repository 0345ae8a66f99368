/** People who use the plant view, and the keys of programs (ERP). */
import { type } from '@orpc/contract';
import { z } from 'zod';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';
import { plantRoles, type PlantGrant } from './roles.ts';
import { accountIdSchema, passwordSchema } from './sign-in.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'program';
  readonly signIn: 'password' | 'oidc' | 'key';
  readonly language: 'en' | 'de';
  readonly disabled: boolean;
  readonly grants: readonly PlantGrant[];
  readonly lastSeenAt: number | null;
  /**
   * Which human being this is, for the two-person rule: accounts with the same value (in small letters) count as one
   * person, also where one signs in with a password and the other by OIDC.
   */
  readonly person: string;
  /** UTC ms until which it is locked out after wrong passwords; null: it is not. */
  readonly lockedUntilAt: number | null;
  /** An account that everybody knows the password of; works in a demo plant only. */
  readonly demo: boolean;
}
export interface SessionRow {
  readonly id: string;
  readonly accountId: string;
  readonly signIn: 'password' | 'oidc';
  readonly createdAt: number;
  readonly seenAt: number;
  /** When it ends at the latest; earlier when nothing is open for the idle time. */
  readonly endsAt: number;
  readonly from: string;
  /** `User-Agent` of the browser, cut to 200 characters. */
  readonly browser: string;
  /** The session that asks. */
  readonly own: boolean;
}
export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly by: string;
  readonly what: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly from: string;
}

const id = accountIdSchema;
const grants = z.array(
  z.strictObject({ role: z.enum(plantRoles), scope: z.string().regex(/^(\*|(site|area|line):[A-Za-z0-9._-]{1,64})$/) }),
);

export const accounts = {
  list: plantBase.output(type<readonly Account[]>()),
  /** Answers the first password or the key once; it is not kept. */
  create: plantBase
    .input(
      z.strictObject({
        commandId,
        id,
        name: z.string().min(1).max(100),
        kind: z.enum(['person', 'program']),
        language: z.enum(['en', 'de']).default('en'),
        grants,
        /** See `Account.person`; left out: the account's own id. */
        person: accountIdSchema.optional(),
      }),
    )
    .output(type<PlantOutcome<{ readonly secret: string }>>()),
  update: plantBase
    .input(z.strictObject({ commandId, id, name: z.string().min(1).max(100), disabled: z.boolean(), grants }))
    .output(type<PlantOutcome>()),
  resetSecret: plantBase
    .input(z.strictObject({ commandId, id }))
    .output(type<PlantOutcome<{ readonly secret: string }>>()),
  changePassword: plantBase
    .input(z.strictObject({ commandId, old: z.string().max(200), new: passwordSchema }))
    .output(type<PlantOutcome>()),
  /** Those of one account, newest first. `null`: the own ones, which needs no right. */
  sessions: plantBase.input(z.strictObject({ id: id.nullable() })).output(type<readonly SessionRow[]>()),
  endSession: plantBase
    .input(z.strictObject({ commandId, sessionId: z.string().max(64) }))
    .output(type<PlantOutcome>()),
  audit: plantBase.input(pageInput.extend({ query: z.string().max(100).default('') })).output(type<Page<AuditRow>>()),
};
