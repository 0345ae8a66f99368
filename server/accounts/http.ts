/** Addresses of contract/plant/sign-in.ts, and the guard of everything that a browser changes with its cookie. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { PlantFault, PlantOutcome } from '#contract/plant/base.ts';
import { setUpSchema, signInSchema, type SessionHolds, type SignedOut } from '#contract/plant/sign-in.ts';
import type { Db } from '#server/db/db.ts';
import type { App } from '#server/http/app.ts';
import { addressOf, cookieOf, isOwnPage, isSecure } from '#server/http/own-page.ts';
import { faultsOfInput } from '#server/rpc/judged.ts';
import { audited } from './audit.ts';
import { sessionCookie, tokenOf } from './cookie.ts';
import { OidcRefused, type Oidc } from './oidc.ts';
import type { Sessions } from './sessions.ts';
import type { Origin, SignIn } from './sign-in.ts';

export interface SignInRoutes {
  readonly db: Db;
  readonly clock: { now(): number };
  readonly sessions: Sessions;
  readonly signIn: SignIn;
  readonly oidc: Oidc | null;
  readonly trustProxy: boolean;
}

const flowCookie = 'linewright-oidc-flow';
/** Beside the lock-outs, which are for all instances: what one instance lets one address do at all. */
const limited = { config: { rateLimit: { max: 60, timeWindow: '1 minute' } } } as const;
const reading = new Set(['GET', 'HEAD', 'OPTIONS']);

export function registerSignIn(app: App, parts: SignInRoutes): void {
  const { db, clock, sessions, signIn, oidc, trustProxy } = parts;

  // Stations and programs sign their requests and have no cookie; whoever has one is a browser.
  app.addHook('onRequest', async (request, reply) => {
    if (reading.has(request.method)) return;
    const isOurs = request.url.startsWith('/session') || tokenOf(request.raw, trustProxy) !== null;
    if (isOurs && !isOwnPage(request.raw, trustProxy)) {
      return reply.code(403).send({ ok: false, faults: [{ code: 'origin.foreign', params: {}, field: null }] });
    }
  });

  app.get('/session', limited, async (request): Promise<SessionHolds> => {
    const { token, from } = originOf(request);
    return { signedIn: (await sessions.caller(token, from)) !== null };
  });
  app.get('/session/methods', limited, () => signIn.methods());

  app.post('/session', limited, async (request, reply) => {
    const input = checked(signInSchema, request, reply);
    if (input === null) return reply;
    return answer(request, reply, await signIn.password(input.account, input.password, originOf(request)));
  });

  app.post('/session/setup', limited, async (request, reply) => {
    const input = checked(setUpSchema, request, reply);
    if (input === null) return reply;
    return answer(request, reply, await signIn.setUp(input, originOf(request)));
  });

  app.delete('/session', async (request, reply): Promise<SignedOut> => {
    const { token, from } = originOf(request);
    void reply.header('set-cookie', sessionCookie(request.raw, trustProxy, null));
    const ended = token === null ? null : await sessions.end(token);
    if (ended === null) return { goTo: null };
    await audited(db, {
      at: clock.now(),
      by: ended.accountId,
      what: 'session.ended',
      subject: `account:${ended.accountId}`,
      before: null,
      after: null,
      from,
    });
    return { goTo: ended.idToken === null || oidc === null ? null : await oidc.endUrl(ended.idToken) };
  });

  app.get('/session/oidc', limited, async (request, reply) => {
    if (oidc === null) return reply.callNotFound();
    const { to } = request.query as { readonly to?: unknown };
    try {
      const { url, state } = await oidc.begin(ownPath(to));
      // Lax: the provider's redirect back comes from another site, and Strict would hold the cookie back.
      void reply.header(
        'set-cookie',
        `${flowCookie}=${state}; Path=/session/oidc; Max-Age=600; HttpOnly; SameSite=Lax${isSecure(request.raw, trustProxy) ? '; Secure' : ''}`,
      );
      return await reply.redirect(url, 302);
    } catch (error) {
      if (!(error instanceof OidcRefused)) throw error;
      return reply.redirect(`/?fault=${error.code}`, 302);
    }
  });

  app.get('/session/oidc/callback', limited, async (request, reply) => {
    if (oidc === null) return reply.callNotFound();
    const cookies = [`${flowCookie}=; Path=/session/oidc; Max-Age=0; HttpOnly; SameSite=Lax`];
    let goTo: string;
    try {
      const before = tokenOf(request.raw, trustProxy);
      const query = request.url.slice(request.url.indexOf('?') + 1);
      const done = await oidc.finish(`?${query}`, cookieOf(request.raw, flowCookie), originOf(request));
      if (before !== null) await sessions.end(before);
      cookies.push(sessionCookie(request.raw, trustProxy, done.token));
      goTo = done.goTo;
    } catch (error) {
      if (!(error instanceof OidcRefused)) throw error;
      goTo = `/?fault=${error.code}`;
    }
    // A page of ours that goes on, not a redirect: a redirect still counts as coming from the provider's site, and the
    // browser would hold the Strict cookie back once more.
    return reply.header('set-cookie', cookies).type('text/html; charset=utf-8').send(goOnPage(goTo));
  });

  function originOf(request: FastifyRequest): Origin {
    return {
      from: addressOf(request.raw, trustProxy),
      browser: String(request.headers['user-agent'] ?? ''),
      token: tokenOf(request.raw, trustProxy),
    };
  }

  function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: PlantOutcome<{ readonly token: string }>,
  ): FastifyReply {
    if (outcome.ok) {
      return reply.header('set-cookie', sessionCookie(request.raw, trustProxy, outcome.value.token)).send({ ok: true });
    }
    const untilAt = outcome.faults.find(({ code }) => code === 'sign-in.locked')?.params.untilAt;
    if (typeof untilAt !== 'number') return reply.code(401).send(outcome);
    const seconds = Math.max(1, Math.ceil((untilAt - clock.now()) / 1000));
    return reply.code(429).header('retry-after', seconds).send(outcome);
  }
}

function checked<T>(schema: z.ZodType<T>, request: FastifyRequest, reply: FastifyReply): T | null {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  const faults: PlantFault[] = faultsOfInput(parsed.error.issues);
  void reply.code(400).send({ ok: false, faults });
  return null;
}

/** A path of this server to go on to; anything else, which could lead to another site, is `/`. */
export function ownPath(to: unknown): string {
  if (typeof to !== 'string' || !/^\/(?![/\\])[\x21-\x7e]*$/.test(to) || to.includes('\\')) return '/';
  return to;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const goOnPage = (goTo: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Linewright</title><meta http-equiv="refresh" content="0;url=${escaped(goTo)}"><p><a href="${escaped(goTo)}">Linewright</a></p>`;
