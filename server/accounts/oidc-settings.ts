/** The file of `--oidc`: how to reach the provider, and what its claims mean here. No part of the released configuration. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { plantRoles } from '#contract/plant/roles.ts';
import { OptionError } from '#server/option-error.ts';

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const httpsUrl = z.url().refine((text) => {
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && loopback.has(hostname));
}, 'must begin with https:// (http:// only on this machine)');

const oidcSchema = z.strictObject({
  schema: z.literal('linewright/oidc@1'),
  /** As the provider calls itself; its settings are read from `<issuer>/.well-known/openid-configuration`. */
  issuer: httpsUrl,
  clientId: z.string().min(1),
  /** On the button of the sign-in page. */
  title: z.string().min(1).max(60),
  /** Address of the plant view as browsers see it; the provider must allow `<publicUrl>/session/oidc/callback`. */
  publicUrl: httpsUrl,
  scopes: z.array(z.string().min(1)).default(['openid', 'profile', 'email']),
  /** Names of the claims that are read. */
  claims: z
    .strictObject({
      account: z.string().default('preferred_username'),
      name: z.string().default('name'),
      email: z.string().default('email'),
    })
    .default({ account: 'preferred_username', name: 'name', email: 'email' }),
  /** A grant for each account whose claim is, or contains, the value. Written anew at every sign-in. */
  grants: z
    .array(
      z.strictObject({
        claim: z.string().min(1),
        value: z.string().min(1),
        role: z.enum(plantRoles).exclude(['integration']),
        scope: z.string().regex(/^(\*|(site|area|line):[A-Za-z0-9._-]{1,64})$/, "use '*', site:ID, area:ID or line:ID"),
      }),
    )
    .default([]),
});
export type OidcSettings = z.infer<typeof oidcSchema> & {
  /** From `LINEWRIGHT_OIDC_SECRET`; null: a public client, PKCE alone. */
  readonly clientSecret: string | null;
};

/** @throws OptionError naming the first fault. */
export function readOidcSettings(file: string, clientSecret: string | null): OidcSettings {
  let raw: unknown;
  try {
    raw = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new OptionError(`--oidc ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = oidcSchema.safeParse(raw);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new OptionError(
      `--oidc ${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''} (docs/operations.md shows the file)`,
    );
  }
  return { ...parsed.data, clientSecret };
}
