import { eventIterator, type } from '@orpc/contract';
import { z } from 'zod';
import type { Language, Localized } from '../config/text.ts';
import type { Permission, Role } from '../permissions.ts';
import type { Outcome } from '../refusal.ts';
import { base, commandId } from './base.ts';

export interface SignedInPerson {
  readonly id: string;
  readonly name: string;
  readonly language: Language;
  readonly roles: readonly Role[];
  /** What may be done right now; with `pinGiven` false some need the PIN first. */
  readonly permissions: readonly Permission[];
  readonly pinGiven: boolean;
  readonly signedInAt: number;
  readonly qualifications: readonly {
    readonly id: string;
    readonly title: Localized;
    readonly validToAt: number | null;
    readonly expired: boolean;
  }[];
}
export interface PeopleView {
  /** Whose name the next write carries; null = nobody (header amber). */
  readonly person: SignedInPerson | null;
  /** The screen is locked; the running step is kept. */
  readonly locked: boolean;
  /** Badge accepted, PIN still missing: the screen asks for it. */
  readonly pinFor: { readonly id: string; readonly name: string } | null;
  readonly lockAt: number | null;
}

export const people = {
  watch: base.output(eventIterator(type<PeopleView>())),
  /** Badge typed by hand on the sign-in screen; scanned badges come through `scan.submit`. */
  signIn: base
    .input(
      z.strictObject({
        commandId,
        badge: z.string().min(1).max(128),
        pin: z
          .string()
          .regex(/^\d{4,12}$/)
          .nullable(),
      }),
    )
    .output(type<Outcome>()),
  /** Gives the PIN of the person in `pinFor` or, when signed in, confirms the own PIN. */
  givePin: base.input(z.strictObject({ commandId, pin: z.string().regex(/^\d{4,12}$/) })).output(type<Outcome>()),
  cancelPin: base.output(type<Outcome>()),
  signOut: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  lock: base.input(z.strictObject({ commandId })).output(type<Outcome>()),
  /** Something was touched or keyed: idle time starts anew. */
  active: base.output(type<null>()),
};
