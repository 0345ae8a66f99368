/**
 * Signing in at an OpenID provider: authorization code with PKCE, state and nonce (OpenID Connect Core 1.0 section 3.1,
 * RFC 9700). A flow is one row in the database, used once, and bound to the browser that began it by a cookie.
 */
import { createHash } from 'node:crypto';
import * as client from 'openid-client';
import type { PlantGrant } from '#contract/plant/roles.ts';
import { accountIdSchema } from '#contract/plant/sign-in.ts';
import type { PlantFaultCode } from '#contract/plant/fault-codes.ts';
import type { Db, Queries } from '#server/db/db.ts';
import type { Log } from '#server/log.ts';
import { audited } from './audit.ts';
import type { OidcSettings } from './oidc-settings.ts';
import { hashToken } from './secrets.ts';
import type { Sessions } from './sessions.ts';

/** A person has this long at the provider's page. */
const flowMs = 10 * 60_000;

/** Why a sign-in at the provider did not end in a session. */
export class OidcRefused extends Error {
  readonly code: PlantFaultCode;
  constructor(code: PlantFaultCode, message: string = code) {
    super(message);
    this.name = 'OidcRefused';
    this.code = code;
  }
}

export interface Oidc {
  readonly title: string;
  /** @returns where to send the browser, and the value for the cookie that binds the flow to it. */
  begin(goTo: string): Promise<{ readonly url: string; readonly state: string }>;
  /**
   * @param query of the callback's address, with `?`. @param state from the browser's cookie.
   * @throws OidcRefused
   */
  finish(
    query: string,
    state: string | null,
    origin: { readonly from: string; readonly browser: string },
  ): Promise<{ readonly token: string; readonly goTo: string }>;
  /** Where the session ends at the provider too; null: it has no such address or cannot be reached. */
  endUrl(idToken: string | null): Promise<string | null>;
}

export interface OidcParts {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly log: Log;
  readonly sessions: Sessions;
  readonly settings: OidcSettings;
}

export function createOidc({ db, clock, log, sessions, settings }: OidcParts): Oidc {
  const callback = new URL('/session/oidc/callback', settings.publicUrl).href;
  let discovered: Promise<client.Configuration> | null = null;

  /** Asked again after a failure: the provider may come up later than we. */
  const provider = (): Promise<client.Configuration> => {
    discovered ??= client
      .discovery(
        new URL(settings.issuer),
        settings.clientId,
        undefined,
        settings.clientSecret === null ? client.None() : client.ClientSecretBasic(settings.clientSecret),
        // The settings allow http on this machine only.
        settings.issuer.startsWith('http://') ? { execute: [client.allowInsecureRequests] } : {},
      )
      .catch((error: unknown) => {
        discovered = null;
        throw error;
      });
    return discovered;
  };
  const asked = async <T>(what: string, run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof OidcRefused) throw error;
      if (error instanceof client.AuthorizationResponseError) throw new OidcRefused('oidc.denied', error.error);
      // Codes and tokens are in no message of the package; the cause says which check failed.
      log.warn({ issuer: settings.issuer, step: what, err: error }, 'the OpenID provider did not answer as it should');
      throw new OidcRefused('oidc.failed', error instanceof Error ? error.message : String(error));
    }
  };

  return {
    title: settings.title,

    begin: (goTo) =>
      asked('begin', async () => {
        const config = await provider();
        const state = client.randomState();
        const nonce = client.randomNonce();
        const verifier = client.randomPKCECodeVerifier();
        await db.execute(
          'INSERT INTO oidc_flow (state_hash, nonce, code_verifier, go_to, created_at) VALUES ($1, $2, $3, $4, $5)',
          [hashToken(state), nonce, verifier, goTo, clock.now()],
        );
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: settings.scopes.join(' '),
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          state,
          nonce,
        });
        return { url: url.href, state };
      }),

    finish: (query, state, origin) =>
      asked('finish', async () => {
        const given = new URLSearchParams(query).get('state');
        if (state === null || given !== state) throw new OidcRefused('oidc.flow-unknown');
        const [flow] = await db.query<{ nonce: string; code_verifier: string; go_to: string; created_at: number }>(
          'DELETE FROM oidc_flow WHERE state_hash = $1 RETURNING nonce, code_verifier, go_to, created_at',
          [hashToken(state)],
        );
        if (flow === undefined || flow.created_at < clock.now() - flowMs) throw new OidcRefused('oidc.flow-unknown');
        const config = await provider();
        const url = new URL(callback);
        url.search = query;
        const tokens = await client.authorizationCodeGrant(config, url, {
          expectedState: state,
          expectedNonce: flow.nonce,
          pkceCodeVerifier: flow.code_verifier,
          idTokenExpected: true,
        });
        const idClaims = tokens.claims();
        if (idClaims === undefined) throw new Error('the provider gave no ID token');
        // Many providers put profile and groups only there; what the signed ID token says wins.
        const more =
          config.serverMetadata().userinfo_endpoint === undefined
            ? {}
            : await client.fetchUserInfo(config, tokens.access_token, idClaims.sub);
        const identity = identityOf({ ...more, ...idClaims }, settings);
        const token = await db.transaction((tx) => enter(tx, identity, tokens.id_token ?? null, origin));
        if (token === null) throw new OidcRefused('oidc.no-role', `${identity.account} has no role`);
        return { token, goTo: flow.go_to };
      }),

    async endUrl(idToken) {
      try {
        const config = await provider();
        if (config.serverMetadata().end_session_endpoint === undefined) return null;
        return client.buildEndSessionUrl(config, {
          post_logout_redirect_uri: new URL('/', settings.publicUrl).href,
          ...(idToken === null ? {} : { id_token_hint: idToken }),
        }).href;
      } catch (error) {
        log.warn(
          { issuer: settings.issuer, err: error },
          'the OpenID provider could not be asked where a session ends',
        );
        return null;
      }
    },
  };

  /** Makes or brings up to date the account of this identity. @returns null: it has no role, and no session. */
  async function enter(
    tx: Queries,
    identity: Identity,
    idToken: string | null,
    origin: { readonly from: string; readonly browser: string },
  ): Promise<string | null> {
    const now = clock.now();
    const account = await accountFor(tx, identity, now, origin.from);
    if (account.disabled) throw new OidcRefused('sign-in.disabled');
    await tx.execute('UPDATE account SET name = $2, person = $3, email = $4 WHERE id = $1', [
      account.id,
      identity.name,
      identity.account.toLowerCase(),
      identity.email,
    ]);
    await takeGrants(tx, account.id, identity.grants, now, origin.from);
    const [row] = await tx.query<{ count: number }>(
      'SELECT count(*)::int AS count FROM account_grant WHERE account_id = $1',
      [account.id],
    );
    if ((row?.count ?? 0) === 0) return null;
    return sessions.begin(tx, { accountId: account.id, signIn: 'oidc', idToken, ...origin });
  }

  async function accountFor(
    tx: Queries,
    identity: Identity,
    now: number,
    from: string,
  ): Promise<{ readonly id: string; readonly disabled: boolean }> {
    const known = async (): Promise<{ id: string; disabled: boolean } | undefined> =>
      (
        await tx.query<{ id: string; disabled: boolean }>(
          'SELECT id, disabled FROM account WHERE oidc_issuer = $1 AND oidc_subject = $2 FOR UPDATE',
          [settings.issuer, identity.subject],
        )
      )[0];
    const before = await known();
    if (before !== undefined) return before;
    // The name may be that of a password account. It is never taken over: whoever controls the provider's names would get
    // its roles. The two-person rule still sees one person, by `person`.
    for (const id of [
      identity.account,
      `${identity.account.slice(0, 40)}@oidc`,
      `oidc-${shortHash(identity.subject)}`,
    ]) {
      if (!accountIdSchema.safeParse(id).success) continue;
      const made = await tx.execute(
        `INSERT INTO account (id, name, kind, sign_in, language, oidc_issuer, oidc_subject, person, email, created_at)
         VALUES ($1, $2, 'person', 'oidc', $3, $4, $5, lower($6), $7, $8) ON CONFLICT DO NOTHING`,
        [
          id,
          identity.name,
          identity.language,
          settings.issuer,
          identity.subject,
          identity.account,
          identity.email,
          now,
        ],
      );
      if (made > 0) {
        await audited(tx, {
          at: now,
          by: id,
          what: 'account.created',
          subject: `account:${id}`,
          before: null,
          after: {
            name: identity.name,
            signIn: 'oidc',
            issuer: settings.issuer,
            person: identity.account.toLowerCase(),
          },
          from,
        });
        return { id, disabled: false };
      }
      const meanwhile = await known();
      if (meanwhile !== undefined) return meanwhile;
    }
    throw new Error(`no account name is free for ${identity.account}`);
  }

  async function takeGrants(
    tx: Queries,
    accountId: string,
    grants: readonly PlantGrant[],
    now: number,
    from: string,
  ): Promise<void> {
    const text = (some: readonly PlantGrant[]): string[] => some.map(({ role, scope }) => `${role} ${scope}`).sort();
    const before = await tx.query<PlantGrant>(
      `SELECT role, scope FROM account_grant WHERE account_id = $1 AND source = 'oidc'`,
      [accountId],
    );
    if (JSON.stringify(text(before)) === JSON.stringify(text(grants))) return;
    await tx.execute(`DELETE FROM account_grant WHERE account_id = $1 AND source = 'oidc'`, [accountId]);
    for (const { role, scope } of grants) {
      await tx.execute(
        `INSERT INTO account_grant (account_id, role, scope, source) VALUES ($1, $2, $3, 'oidc') ON CONFLICT DO NOTHING`,
        [accountId, role, scope],
      );
    }
    await audited(tx, {
      at: now,
      by: 'server',
      what: 'account.claims-taken',
      subject: `account:${accountId}`,
      before: { grants: before },
      after: { grants },
      from,
    });
  }
}

export interface Identity {
  readonly subject: string;
  readonly account: string;
  readonly name: string;
  readonly email: string | null;
  readonly language: 'en' | 'de';
  readonly grants: readonly PlantGrant[];
}

/** What the claims mean here. @param claims `sub` is there always (OpenID Connect Core 1.0 section 2). */
export function identityOf(claims: Readonly<Record<string, unknown>>, settings: OidcSettings): Identity {
  const text = (name: string): string | null => {
    const value = claims[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const subject = String(claims.sub);
  const account = text(settings.claims.account);
  // An e-mail address that nobody checked could be anybody's.
  const email = claims.email_verified === false ? null : text(settings.claims.email);
  const holds = (claim: string, value: string): boolean => {
    const given = claims[claim];
    return Array.isArray(given) ? given.includes(value) : given === value;
  };
  return {
    subject,
    account: account !== null && accountIdSchema.safeParse(account).success ? account : `oidc-${shortHash(subject)}`,
    name: (text(settings.claims.name) ?? account ?? subject).slice(0, 100),
    email,
    language: (text('locale') ?? '').toLowerCase().startsWith('de') ? 'de' : 'en',
    grants: settings.grants
      .filter(({ claim, value }) => holds(claim, value))
      .map(({ role, scope }) => ({ role, scope })),
  };
}

const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);
