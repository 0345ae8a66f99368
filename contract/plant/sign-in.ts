/**
 * Signing in on the plant server. Plain HTTP beside the calls, because it sets a cookie and OIDC leaves the page:
 *
 * | | Body | Answer |
 * |---|---|---|
 * | `GET /session` | | `SessionHolds` |
 * | `GET /session/methods` | | `SignInMethods` |
 * | `POST /session` | `signInSchema` | 200 `{ ok: true }` and the cookie, else `{ ok: false, faults }` with 401, or 429 with `retry-after` |
 * | `POST /session/setup` | `setUpSchema` | as above; makes the first administrator, only while there is none |
 * | `DELETE /session` | | 200 `SignedOut`; the cookie is gone and the session with it |
 * | `GET /session/oidc?to=/orders` | | 302 to the provider |
 * | `GET /session/oidc/callback` | | a page that goes on to `to`, or to `/?fault=<code>` |
 *
 * Everything that changes must come from a page of this server (`Origin`), else 403 with `origin.foreign`.
 */
import { z } from 'zod';
import type { Language, Localized } from '../config/text.ts';
import { languages } from '../config/text.ts';

/** What a page asks whose WebSocket was not taken: a browser does not tell it why. */
export interface SessionHolds {
  readonly signedIn: boolean;
}

export interface SignInMethods {
  /** Without a session only this is told of the plant. */
  readonly plant: { readonly title: Localized; readonly language: Language; readonly demo: boolean };
  /** The first administrator is still to be made: show the set-up form (token, name, password). */
  readonly setUp: boolean;
  /** Title of the provider's button, e.g. "Company sign-in"; null: none. */
  readonly oidc: { readonly title: string } | null;
  /** Demo plant only: accounts that anybody may use. */
  readonly demoAccounts: readonly { readonly id: string; readonly password: string; readonly text: Localized }[];
}

/** Characters; NIST SP 800-63B asks for at least 8 and advises against rules of composition. */
export const minPasswordLength = 12;
export const maxPasswordLength = 200;

export const accountIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/);
export const passwordSchema = z.string().min(minPasswordLength).max(maxPasswordLength);

export const signInSchema = z.strictObject({
  account: z.string().min(1).max(64),
  password: z.string().min(1).max(maxPasswordLength),
});
export const setUpSchema = z.strictObject({
  token: z.string().min(1).max(100),
  account: accountIdSchema,
  name: z.string().trim().min(1).max(100),
  password: passwordSchema,
  language: z.enum(languages).default('en'),
});

export interface SignedOut {
  /** Where the browser should go to end the session at the provider too; null: stay. */
  readonly goTo: string | null;
}
