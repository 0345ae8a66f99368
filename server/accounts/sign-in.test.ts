/** Who gets in and who is kept out: on a whole server, with real cookies and sockets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { demoConfiguration, firstAdministrator, PlantRig, realConfiguration } from '#tests/support/plant-view.ts';
import { hashToken } from './secrets.ts';

const limit = 240_000;

describeOnDatabases('signing in', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());
  const audit = () =>
    database.db.query<{ by_account: string; what: string; subject: string }>(
      'SELECT by_account, what, subject FROM audit ORDER BY id',
    );

  describe('the first start', () => {
    it('prints a token that makes the first administrator, once', { timeout: limit }, async () => {
      const { url, at } = await rig.administrator();
      expect(await (await rig.browser(url).ask('GET', '/session/methods')).json()).toMatchObject({
        setUp: false,
        demoAccounts: [],
      });
      const second = await rig.browser(url).ask('POST', '/session/setup', {
        ...firstAdministrator,
        account: 'eve',
        token: at.plant.setUpToken,
      });
      expect([second.status, await second.json()]).toEqual([
        401,
        { ok: false, faults: [{ code: 'set-up.done', params: {}, field: null }] },
      ]);
      expect((await rig.serve({ configuration: realConfiguration() })).plant.setUpToken).toBeNull();
      expect((await audit()).map(({ what }) => what)).toEqual(['account.set-up', 'session.begun']);
    });

    it('has no default account, and a wrong token makes none', { timeout: limit }, async () => {
      const { url } = await rig.serve({ configuration: realConfiguration() });
      for (const [account, password] of [
        ['admin', 'admin'],
        ['admin', 'demo-administrator'],
      ] as const) {
        expect((await rig.browser(url).signIn(account, password)).status).toBe(401);
      }
      const response = await rig
        .browser(url)
        .ask('POST', '/session/setup', { ...firstAdministrator, token: 'x'.repeat(43) });
      expect(await response.json()).toMatchObject({ faults: [{ code: 'set-up.token-wrong', field: 'token' }] });
      expect(await database.db.query('SELECT id FROM account')).toEqual([]);
    });

    it('makes one administrator of two that come at once', { timeout: limit }, async () => {
      const { url, plant } = await rig.serve({ configuration: realConfiguration() });
      const answers = await Promise.all(
        ['one', 'two'].map((account) =>
          rig.browser(url).ask('POST', '/session/setup', { ...firstAdministrator, account, token: plant.setUpToken }),
        ),
      );
      // The other is told that the plant is set up, or, as so much was tried in this second, to wait.
      const [first, second] = answers.map(({ status }) => status).sort();
      expect(first).toBe(200);
      expect([401, 429]).toContain(second);
      expect(await database.db.query('SELECT id FROM account')).toHaveLength(1);
    });

    it('wants a token that is not too old, and a password worth the name', { timeout: limit }, async () => {
      const { url, plant, clock } = await rig.serve({ configuration: realConfiguration() });
      const setUp = async (more: object) =>
        (
          await rig
            .browser(url)
            .ask('POST', '/session/setup', { ...firstAdministrator, token: plant.setUpToken, ...more })
        ).json();
      expect(await setUp({ password: 'short' })).toMatchObject({
        faults: [{ code: 'input.invalid', field: 'password' }],
      });
      expect(await setUp({ password: 'aaaaaaaaaaaaaaaa' })).toMatchObject({ faults: [{ code: 'password.repeats' }] });
      expect(await setUp({ password: 'Anna.First12' })).toMatchObject({ faults: [{ code: 'password.guessable' }] });
      clock.aheadMs = 61 * 60_000;
      expect(await setUp({})).toMatchObject({ faults: [{ code: 'set-up.token-wrong' }] });
    });

    it('of a demo plant has the told accounts, and they stop with the demo', { timeout: limit }, async () => {
      const { url, plant, stop } = await rig.serve({ configuration: demoConfiguration() });
      expect(plant.setUpToken).toBeNull();
      const methods = (await (await rig.browser(url).ask('GET', '/session/methods')).json()) as {
        demoAccounts: { id: string; password: string }[];
      };
      expect(methods.demoAccounts.length).toBeGreaterThan(3);
      for (const { id, password } of methods.demoAccounts) {
        const calls = await (await rig.enter(url, id, password)).calls();
        expect((await calls.session.get()).account.id).toBe(id);
      }
      const open = await rig.enter(url, 'admin', 'demo-administrator');
      await stop();
      const real = await rig.serve({ configuration: realConfiguration() });
      expect(real.plant.setUpToken).not.toBeNull();
      expect(await rig.browser(real.url).signIn('admin', 'demo-administrator')).toMatchObject({
        status: 401,
        body: { faults: [{ code: 'sign-in.disabled' }] },
      });
      const stale = rig.browser(real.url);
      for (const [, value] of open.cookies) stale.cookies.set(`linewright-plant-${new URL(real.url).port}`, value);
      await expect(stale.socket()).rejects.toThrow('refused 401');
    });
  });

  describe('signing in with a password', () => {
    it('says the same of a wrong password and of nobody, and takes as long', { timeout: limit }, async () => {
      const { url } = await rig.administrator();
      const failed = (triesLeft: number) => ({
        status: 401,
        body: { ok: false, faults: [{ code: 'sign-in.failed', params: { triesLeft }, field: null }] },
      });
      expect(await rig.browser(url).signIn('anna.first', 'wrong password 1')).toEqual(failed(4));
      expect(await rig.browser(url).signIn('nobody', 'wrong password 1')).toEqual(failed(4));
      expect(await rig.browser(url).signIn("' OR 1=1 --", 'wrong password 1')).toEqual(failed(4));
      const times = { there: [] as number[], nobody: [] as number[] };
      // Without the hash of nobody, "nobody" answers in a tenth of the time, however often it is asked. Whether the machine was
      // busy with something else shows in more rounds.
      const alike = (): boolean => Math.min(...times.nobody) > Math.min(...times.there) * 0.5;
      for (let round = 0; round < 4 || (round < 24 && !alike()); round += 1) {
        for (const [who, account] of [
          ['there', 'anna.first'],
          ['nobody', 'nobody'],
        ] as const) {
          await database.db.execute('DELETE FROM sign_in_failure');
          const begun = performance.now();
          await rig.browser(url).signIn(account, 'wrong password 1');
          times[who].push(performance.now() - begun);
        }
      }
      expect(alike(), JSON.stringify(times)).toBe(true);
    });

    it(
      'knows the account in any case of letters, and gives a cookie that scripts cannot read',
      { timeout: limit },
      async () => {
        const { url } = await rig.administrator();
        const response = await rig.browser(url).ask('POST', '/session', {
          account: 'ANNA.first',
          password: firstAdministrator.password,
        });
        expect(response.status).toBe(200);
        const [cookie = ''] = response.headers.getSetCookie();
        expect(cookie).toMatch(/^linewright-plant-\d+=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
        const token = /=([\w-]{43});/.exec(cookie)?.[1] ?? '';
        const rows = await database.db.query<{ id_hash: string }>('SELECT id_hash FROM session');
        expect(rows.map(({ id_hash }) => id_hash)).toContain(hashToken(token));
        expect(JSON.stringify(await database.db.query('SELECT * FROM session'))).not.toContain(token);
      },
    );

    it('has a secure cookie behind a proxy that ends TLS', { timeout: limit }, async () => {
      const { url } = await rig.serve({ trustProxy: true });
      const behind = {
        origin: 'https://plant.example',
        'x-forwarded-host': 'plant.example',
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '203.0.113.9, 198.51.100.7',
      };
      const one = rig.browser(url);
      const response = await one.ask('POST', '/session', { account: 'admin', password: 'demo-administrator' }, behind);
      expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-linewright-plant=.*; SameSite=Strict; Secure$/);
      expect(await database.db.query('SELECT from_address FROM session')).toEqual([{ from_address: '198.51.100.7' }]);
      const { calls } = await one.socket(behind);
      expect((await calls.session.get()).account.id).toBe('admin');
    });

    it(
      'is slowed down after five wrong tries, also for the right password, and says until when',
      { timeout: limit },
      async () => {
        const { url, at } = await rig.administrator();
        // Pauses of seconds, and passwords that a busy machine needs seconds for.
        at.clock.stop();
        for (let left = 4; left >= 0; left -= 1) {
          const { body } = await rig.browser(url).signIn('anna.first', 'wrong password 1');
          expect(body).toMatchObject({ faults: [{ code: 'sign-in.failed', params: { triesLeft: left } }] });
        }
        const response = await rig.browser(url).ask('POST', '/session', {
          account: 'Anna.First',
          password: firstAdministrator.password,
        });
        expect(response.status).toBe(429);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        const { faults } = (await response.json()) as { faults: { code: string; params: { untilAt: number } }[] };
        expect(faults[0]?.code).toBe('sign-in.locked');
        expect(faults[0]!.params.untilAt - at.clock.now()).toBeGreaterThan(0);
        // What comes during the pause does not make it longer.
        await rig.browser(url).signIn('anna.first', 'wrong password 1');
        at.clock.aheadMs += 5_100;
        expect((await rig.browser(url).signIn('anna.first', 'wrong password 1')).status).toBe(401);
        at.clock.aheadMs += 5_100;
        expect((await rig.browser(url).signIn('anna.first', firstAdministrator.password)).status).toBe(429);
        at.clock.aheadMs += 5_100;
        expect((await rig.browser(url).signIn('anna.first', firstAdministrator.password)).status).toBe(200);
        expect(await database.db.query(`SELECT 1 FROM sign_in_failure WHERE key = 'account:anna.first'`)).toEqual([]);
      },
    );

    it('gives fifty tries at once no more than five looks at the password', { timeout: limit }, async () => {
      const { url, at } = await rig.administrator();
      at.clock.stop();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, at) => rig.browser(url).signIn('anna.first', `wrong password ${at}`)),
      );
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
      expect(answers.filter(({ status }) => status === 429)).toHaveLength(45);
    });

    it('slows an address down that tries many accounts', { timeout: limit }, async () => {
      const { url, at } = await rig.administrator();
      at.clock.stop();
      const statuses: number[] = [];
      for (let tries = 0; tries < 32; tries += 1)
        statuses.push((await rig.browser(url).signIn(`nobody${tries}`, 'wrong password 1')).status);
      expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
      expect(statuses.slice(30)).toEqual([429, 429]);
    });

    it.each([
      ['no body', undefined],
      ['not JSON', '{'],
      ['another form', { user: 'anna.first' }],
      ['an endless password', { account: 'anna.first', password: 'x'.repeat(10_000) }],
      ['no text', { account: 7, password: ['x'] }],
    ])('refuses %s with 400', async (_name, body) => {
      const { url } = await rig.serve();
      const response = await rig.browser(url).ask('POST', '/session', body);
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain('at Object');
    });
  });

  describe('pages of others', () => {
    it.each([
      ['another site', { origin: 'https://evil.example' }],
      ['no origin', { origin: '' }],
      ['the null origin of a sandbox', { origin: 'null' }],
      ['the same host by another port', { origin: 'http://127.0.0.1:1' }],
      ['what the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['what the browser calls same-site', { 'sec-fetch-site': 'same-site' }],
    ])('%s signs nobody in or out and opens no socket', { timeout: limit }, async (_name, headers) => {
      const { url } = await rig.serve();
      const one = await rig.enter(url, 'admin', 'demo-administrator');
      const post = await one.ask('POST', '/session', { account: 'admin', password: 'demo-administrator' }, headers);
      expect([post.status, await post.json()]).toEqual([
        403,
        { ok: false, faults: [{ code: 'origin.foreign', params: {}, field: null }] },
      ]);
      expect((await one.ask('DELETE', '/session', undefined, headers)).status).toBe(403);
      await expect(one.socket(headers)).rejects.toThrow('refused 403');
      expect((await (await one.calls()).session.get()).account.id).toBe('admin');
    });

    it('are told whether their session holds, which a refused socket does not say', { timeout: limit }, async () => {
      const { url } = await rig.serve();
      const holds = async (browser: ReturnType<typeof rig.browser>): Promise<unknown> =>
        (await browser.ask('GET', '/session')).json();
      expect(await holds(rig.browser(url))).toEqual({ signedIn: false });
      const one = await rig.enter(url, 'admin', 'demo-administrator');
      expect(await holds(one)).toEqual({ signedIn: true });
      await one.ask('DELETE', '/session');
      expect(await holds(one)).toEqual({ signedIn: false });
    });

    it('get a policy without inline scripts, and no page may frame ours', async () => {
      const { url } = await rig.serve();
      const { headers } = await rig.browser(url).ask('GET', '/session/methods');
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(headers.get('content-security-policy')).not.toContain('unsafe');
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('cache-control')).toBe('no-store');
    });
  });
});
