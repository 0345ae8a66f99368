/** Signing in at a real OpenID provider (`oidc-provider` on a port of its own): code, PKCE, state and nonce. */
import { createServer, type Server } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '#server/log.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { Browser, PlantRig, realConfiguration } from '#tests/support/plant-view.ts';
import { freePorts } from '#tests/support/ports.ts';
import type { OidcSettings } from './oidc-settings.ts';

const limit = 240_000;
/** As browsers see the plant view; the test takes path and query of it to where the server listens. */
const publicUrl = 'http://localhost:7999';

describeOnDatabases('signing in at an OpenID provider', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  let server: Server;
  let settings: OidcSettings;
  let groups: string[];
  beforeEach(async () => {
    await database.clear();
    groups = ['quality'];
    const [port = 0] = await freePorts(1);
    const issuer = `http://127.0.0.1:${port}`;
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'plant',
          client_secret: 'a-secret-of-the-test',
          redirect_uris: [`${publicUrl}/session/oidc/callback`],
          post_logout_redirect_uris: [`${publicUrl}/`],
        },
      ],
      claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'] },
      cookies: { keys: ['key of the test'] },
      features: { devInteractions: { enabled: false } },
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      findAccount: (_ctx, sub) => ({
        accountId: sub,
        claims: () => ({ sub, name: 'Olga Id', preferred_username: 'olga', groups }),
      }),
      // Nobody is asked for consent.
      async loadExistingGrant(ctx) {
        const given = new ctx.oidc.provider.Grant({
          clientId: ctx.oidc.client?.clientId ?? '',
          accountId: ctx.oidc.session?.accountId ?? '',
        });
        given.addOIDCScope('openid profile');
        await given.save();
        return given;
      },
    });
    const answer = provider.callback();
    server = createServer((request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
      void provider.interactionFinished(request, response, { login: { accountId: 'subject-1' } });
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    settings = {
      schema: 'linewright/oidc@1',
      issuer,
      clientId: 'plant',
      clientSecret: 'a-secret-of-the-test',
      title: 'Plant ID',
      publicUrl,
      scopes: ['openid', 'profile'],
      claims: { account: 'preferred_username', name: 'name', email: 'email' },
      grants: [
        { claim: 'groups', value: 'quality', role: 'viewer', scope: '*' },
        { claim: 'groups', value: 'admins', role: 'administrator', scope: '*' },
      ],
    };
  });
  const stopProvider = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  afterEach(async () => {
    await rig.end();
    await stopProvider();
  });

  let logged: string[] = [];
  const serve = () => {
    logged = [];
    const log = createLog('warn', { write: (line: string) => void logged.push(line) });
    return rig.serve({ configuration: realConfiguration(), oidc: settings, log });
  };
  /** @returns path and query with which the provider sends the browser back. */
  async function atProvider(browser: Browser, change: (url: URL) => void = () => undefined): Promise<string> {
    const begun = await browser.ask('GET', '/session/oidc?to=/orders');
    let at = new URL(begun.headers.get('location') ?? '');
    change(at);
    const jar = new Browser(settings.issuer);
    for (let hops = 0; hops < 8; hops += 1) {
      const response = await jar.ask('GET', at.href);
      const next = response.headers.get('location');
      if (next === null) throw new Error(`the provider: ${response.status} ${await response.text()}`);
      at = new URL(next, at);
      if (at.origin === publicUrl) return `${at.pathname}${at.search}`;
    }
    throw new Error('the provider redirects without end');
  }
  const back = async (browser: Browser, path: string): Promise<string | undefined> =>
    /url=([^"]*)"/.exec(await (await browser.ask('GET', path)).text())?.[1];

  it('makes an account, takes grants anew each time, and signs out there too', { timeout: limit }, async () => {
    const { url } = await serve();
    const browser = rig.browser(url);
    expect(await back(browser, await atProvider(browser))).toBe('/orders');
    const session = await (await browser.calls()).session.get();
    expect(session).toMatchObject({
      account: { id: 'olga', name: 'Olga Id' },
      grants: [{ role: 'viewer', scope: '*' }],
    });
    groups = ['admins'];
    expect(await back(browser, await atProvider(browser))).toBe('/orders');
    expect((await (await browser.calls()).session.get()).grants).toEqual([{ role: 'administrator', scope: '*' }]);
    expect(await database.db.query('SELECT id FROM account')).toEqual([{ id: 'olga' }]);
    const { goTo } = (await (await browser.ask('DELETE', '/session')).json()) as { goTo: string };
    expect(goTo).toContain(`${settings.issuer}/session/end?`);
    expect((await fetch(goTo)).status).toBe(200);
    await expect(browser.socket()).rejects.toThrow('refused 401');
  });

  it('refuses a wrong state, a lost cookie, a used code, another nonce or issuer', { timeout: limit }, async () => {
    const { url } = await serve();
    const browser = rig.browser(url);
    const path = await atProvider(browser);
    expect(await back(rig.browser(url), path)).toBe('/?fault=oidc.flow-unknown');
    expect(await back(browser, path.replace(/state=[^&]*/, 'state=other'))).toBe('/?fault=oidc.flow-unknown');
    const second = await atProvider(browser);
    expect(await back(browser, second)).toBe('/orders');
    expect(await back(browser, second)).toBe('/?fault=oidc.flow-unknown');
    // The code of an ended flow in a new one.
    const third = await atProvider(browser);
    const used = /code=([^&]*)/.exec(second)?.[1] ?? '';
    expect(await back(browser, third.replace(/code=[^&]*/, `code=${used}`))).toBe('/?fault=oidc.failed');
    const nonce = await atProvider(browser, (at) => at.searchParams.set('nonce', 'of-somebody-else'));
    expect(await back(browser, nonce)).toBe('/?fault=oidc.failed');
    const issuer = (await atProvider(browser)).replace(/iss=[^&]*/, 'iss=http%3A%2F%2Fevil.example');
    expect(await back(browser, issuer)).toBe('/?fault=oidc.failed');
    // The page says that it failed; the log says why, without the code.
    const why = logged.filter((line) => line.includes('"step":"finish"'));
    expect(why).toHaveLength(3);
    expect(why[0]).toContain('invalid_grant');
    expect(why[1]).toContain('nonce');
    expect(why[2]).toContain('(issuer) response parameter');
    expect(why.join('')).not.toContain(used);
  });

  it('refuses who is disabled or has no role, and says that the provider is down', { timeout: limit }, async () => {
    const { url } = await serve();
    const browser = rig.browser(url);
    groups = [];
    expect(await back(browser, await atProvider(browser))).toBe('/?fault=oidc.no-role');
    groups = ['quality'];
    await database.db.execute('UPDATE account SET disabled = true');
    expect(await back(browser, await atProvider(browser))).toBe('/?fault=sign-in.disabled');
    await expect(browser.socket()).rejects.toThrow('refused 401');
    const path = await atProvider(browser);
    await stopProvider();
    expect(await back(browser, path)).toBe('/?fault=oidc.failed');
    const fresh = await serve();
    const begun = await rig.browser(fresh.url).ask('GET', '/session/oidc');
    expect(begun.headers.get('location')).toBe('/?fault=oidc.failed');
  });
});
