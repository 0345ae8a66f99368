/** People who use the plant view, and the keys of programs (ERP). */
import { type } from '@orpc/contract';
import { z } from 'zod';
import { commandId, pageInput, type Page } from '../rpc/base.ts';
import { plantBase, type PlantOutcome } from './base.ts';
import { plantRoles, type PlantGrant } from './roles.ts';

export interface Account {
  readonly id: string;
  readonly name: string;
  readonly kind: 'person' | 'program';
  readonly signIn: 'password' | 'oidc' | 'key';
  readonly language: 'en' | 'de';
  readonly disabled: boolean;
  readonly grants: readonly PlantGrant[];
  readonly lastSeenAt: number | null;
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

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/);
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
    .input(z.strictObject({ commandId, old: z.string().max(200), new: z.string().min(12).max(200) }))
    .output(type<PlantOutcome>()),
  audit: plantBase.input(pageInput.extend({ query: z.string().max(100).default('') })).output(type<Page<AuditRow>>()),
};
