/** Accounts, their sessions and the audit trail: on a whole server, with real cookies and sockets. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlantGrant } from '#contract/plant/roles.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { commandId, firstAdministrator, grant, PlantRig, realConfiguration } from '#tests/support/plant-view.ts';

const limit = 240_000;

describeOnDatabases('accounts', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());
  const audit = () =>
    database.db.query<{ by_account: string; what: string; subject: string }>(
      'SELECT by_account, what, subject FROM audit ORDER BY id',
    );

  describe('a session', () => {
    it('ends by signing out, and the cookie is worth nothing from then on', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const thief = rig.browser(url);
      thief.cookies = new Map(anna.cookies);
      const { calls, closed } = await thief.socket();
      expect((await calls.session.get()).account.id).toBe('anna.first');
      const response = await anna.ask('DELETE', '/session');
      expect([response.status, await response.json()]).toEqual([200, { goTo: null }]);
      expect(anna.cookies.size).toBe(0);
      await expect(calls.accounts.list()).rejects.toThrow();
      expect(await closed).toBe(4401);
      await expect(thief.socket()).rejects.toThrow('refused 401');
      expect((await thief.ask('DELETE', '/session')).status).toBe(200);
    });

    it('begins anew with each signing in: the old cookie is worth nothing', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const fixed = new Map(anna.cookies);
      expect((await anna.signIn('anna.first', firstAdministrator.password)).status).toBe(200);
      expect(anna.cookies).not.toEqual(fixed);
      const old = rig.browser(url);
      old.cookies = fixed;
      await expect(old.socket()).rejects.toThrow('refused 401');
    });

    it('ends after the idle time and after its longest time', { timeout: limit }, async () => {
      const { url, anna, at } = await rig.administrator();
      at.clock.aheadMs = 59 * 60_000;
      await (await anna.calls()).session.get();
      at.clock.aheadMs = 118 * 60_000;
      expect((await (await anna.calls()).session.get()).account.id).toBe('anna.first');
      at.clock.aheadMs = 179 * 60_000;
      await expect(anna.socket()).rejects.toThrow('refused 401');
      const other = await rig.enter(url, 'anna.first', firstAdministrator.password);
      for (let hour = 0; hour < 12; hour += 1) {
        at.clock.aheadMs += 55 * 60_000;
        await (await other.calls()).session.get();
      }
      at.clock.aheadMs += 61 * 60_000;
      await expect(other.socket()).rejects.toThrow('refused 401');
    });

    it('is known to every instance, and its revocation too', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const other = await rig.serve({ configuration: realConfiguration() });
      const there = rig.browser(other.url);
      for (const [, value] of anna.cookies) there.cookies.set(`linewright-plant-${new URL(other.url).port}`, value);
      const { calls, closed } = await there.socket();
      expect((await calls.session.get()).account.id).toBe('anna.first');
      expect(url).not.toBe(other.url);
      await anna.ask('DELETE', '/session');
      expect(await closed).toBe(4401);
    });

    it('is listed and can be ended by its owner or an administrator, by nobody else', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const { password } = await rig.person(anna, 'bert', [grant('planner', 'line:L1')]);
      const bert = await rig.enter(url, 'bert', password);
      const phone = await rig.enter(url, 'bert', password);
      const { closed } = await phone.socket();
      const calls = await bert.calls();
      const own = await calls.accounts.sessions({ id: null });
      expect(own.filter((session) => session.own)).toHaveLength(1);
      expect(own.length).toBeGreaterThanOrEqual(2);
      expect(own[0]).toMatchObject({ accountId: 'bert', signIn: 'password', from: '127.0.0.1' });
      await expect(calls.accounts.sessions({ id: 'anna.first' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const annas = await (await anna.calls()).accounts.sessions({ id: null });
      expect(await calls.accounts.endSession({ commandId: commandId(), sessionId: annas[0]!.id })).toMatchObject({
        ok: false,
        faults: [{ code: 'right.missing', params: { right: 'account.manage' } }],
      });
      expect(await (await anna.calls()).accounts.sessions({ id: null })).toHaveLength(1);
      for (const session of own) {
        if (!session.own) await calls.accounts.endSession({ commandId: commandId(), sessionId: session.id });
      }
      expect(await closed).toBe(4401);
      expect(await calls.accounts.endSession({ commandId: commandId(), sessionId: 'f'.repeat(64) })).toMatchObject({
        faults: [{ code: 'session.unknown' }],
      });
      expect((await calls.session.get()).account.id).toBe('bert');
    });

    it('that is over is removed', { timeout: limit }, async () => {
      const { anna, at } = await rig.administrator();
      const { createSessions, defaultSessionRules } = await import('./sessions.ts');
      at.clock.aheadMs = 13 * 3_600_000;
      await createSessions({ db: database.db, clock: at.clock, rules: defaultSessionRules, demo: () => false }).sweep();
      expect(await database.db.query('SELECT 1 FROM session')).toEqual([]);
      await expect(anna.socket()).rejects.toThrow('refused 401');
    });
  });

  describe('accounts', () => {
    it('come with a first password that must be changed before anything else', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const calls = await anna.calls();
      const made = await calls.accounts.create({
        commandId: commandId(),
        id: 'bert',
        name: 'Bert Two',
        kind: 'person',
        grants: [grant('viewer', '*')],
      });
      if (!made.ok) throw new Error(JSON.stringify(made));
      expect(made.value.secret).toMatch(/^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
      const bert = await rig.enter(url, 'bert', made.value.secret);
      const mine = await bert.calls();
      expect(await mine.session.get()).toMatchObject({ passwordToChange: true, rights: ['plant.view'] });
      await expect(mine.accounts.sessions({ id: null })).rejects.toMatchObject({ code: 'FORBIDDEN' });
      const change = (old: string, next: string) =>
        mine.accounts.changePassword({ commandId: commandId(), old, new: next });
      expect(await change('wrong', 'a rather long phrase')).toMatchObject({
        faults: [{ code: 'password.wrong', field: 'old' }],
      });
      expect(await change(made.value.secret, 'short')).toMatchObject({
        faults: [{ code: 'input.invalid', field: 'new' }],
      });
      expect(await change(made.value.secret, made.value.secret)).toMatchObject({ faults: [{ code: 'password.same' }] });
      expect(await change(made.value.secret, 'bert two bert')).toMatchObject({
        faults: [{ code: 'password.guessable' }],
      });
      expect(await change(made.value.secret, 'a rather long phrase')).toEqual({ ok: true, value: undefined });
      expect((await mine.session.get()).passwordToChange).toBe(false);
      expect((await rig.browser(url).signIn('bert', made.value.secret)).status).toBe(401);
      const stored = JSON.stringify(await database.db.query('SELECT * FROM account, plant_command, audit'));
      for (const secret of [made.value.secret, 'a rather long phrase']) expect(stored).not.toContain(secret);
      expect((await audit()).map(({ what }) => what)).toEqual(
        expect.arrayContaining(['account.created', 'account.password-changed']),
      );
    });

    it(
      'lose what they have open when they are disabled or reset, and the roles when they change',
      { timeout: limit },
      async () => {
        const { url, anna } = await rig.administrator();
        const calls = await anna.calls();
        const { password } = await rig.person(anna, 'bert', [grant('planner', 'line:L1')]);
        const update = (disabled: boolean, ...grants: PlantGrant[]) =>
          calls.accounts.update({ commandId: commandId(), id: 'bert', name: 'Bert', disabled, grants });

        const roles = await (await rig.enter(url, 'bert', password)).socket();
        await update(false, grant('viewer', '*'));
        expect(await roles.closed).toBe(4403);
        const open = await (await rig.enter(url, 'bert', password)).socket();
        expect((await open.calls.session.get()).grants).toEqual([grant('viewer', '*')]);
        const begun = performance.now();
        expect(await update(true, grant('viewer', '*'))).toMatchObject({ ok: true });
        await expect(open.calls.session.get()).rejects.toThrow();
        expect(await open.closed).toBe(4401);
        expect(performance.now() - begun).toBeLessThan(10_000);
        expect(await rig.browser(url).signIn('bert', password)).toMatchObject({
          body: { faults: [{ code: 'sign-in.disabled' }] },
        });
        expect((await rig.browser(url).signIn('bert', 'wrong password 1')).body).toMatchObject({
          faults: [{ code: 'sign-in.failed' }],
        });
        await update(false, grant('viewer', '*'));
        const again = await (await rig.enter(url, 'bert', password)).socket();
        const reset = await calls.accounts.resetSecret({ commandId: commandId(), id: 'bert' });
        expect(await again.closed).toBe(4401);
        expect((await rig.browser(url).signIn('bert', password)).status).toBe(401);
        expect((await rig.browser(url).signIn('bert', reset.ok ? reset.value.secret : '')).status).toBe(200);
      },
    );

    it('are managed by administrators of the whole plant only', { timeout: limit }, async () => {
      const { url, anna } = await rig.administrator();
      const { password } = await rig.person(anna, 'bert', [grant('administrator', 'line:L1'), grant('line-lead', '*')]);
      const bert = await (await rig.enter(url, 'bert', password)).calls();
      const missing = { ok: false, faults: [{ code: 'right.missing', params: { right: 'account.manage' } }] };
      await expect(bert.accounts.list()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      // What is about the line alone, which is nothing yet; of the accounts nothing.
      expect(await bert.accounts.audit({})).toMatchObject({ items: [], total: 0 });
      expect(
        await bert.accounts.create({ commandId: commandId(), id: 'eve', name: 'Eve', kind: 'person', grants: [] }),
      ).toMatchObject(missing);
      expect(
        await bert.accounts.update({
          commandId: commandId(),
          id: 'bert',
          name: 'Bert',
          disabled: false,
          grants: [grant('administrator', '*')],
        }),
      ).toMatchObject(missing);
      expect(await bert.accounts.resetSecret({ commandId: commandId(), id: 'anna.first' })).toMatchObject(missing);
      expect(await database.db.query(`SELECT 1 FROM account WHERE id = 'eve'`)).toEqual([]);
    });

    it('refuses what makes no sense, field by field', { timeout: limit }, async () => {
      const { anna } = await rig.administrator();
      const calls = await anna.calls();
      const create = (more: object) =>
        calls.accounts.create({ commandId: commandId(), id: 'x', name: 'X', kind: 'person', grants: [], ...more });
      expect(await create({ id: 'ANNA.FIRST' })).toMatchObject({ faults: [{ code: 'account.exists', field: 'id' }] });
      expect(await create({ id: 'a b' })).toMatchObject({ faults: [{ code: 'input.invalid', field: 'id' }] });
      expect(await create({ grants: [grant('viewer', '*'), grant('king', '*')] })).toMatchObject({
        faults: [{ code: 'input.invalid', field: 'grants[1].role' }],
      });
      expect(await create({ grants: [grant('viewer', 'everything')] })).toMatchObject({
        faults: [{ code: 'input.invalid', field: 'grants[0].scope' }],
      });
      expect(await create({ grants: [grant('integration', '*')] })).toMatchObject({
        faults: [{ code: 'grant.role-of-programs', field: 'grants[0].role' }],
      });
      expect(
        await calls.accounts.update({ commandId: commandId(), id: 'nobody', name: 'X', disabled: false, grants: [] }),
      ).toMatchObject({ faults: [{ code: 'account.unknown', params: { account: 'nobody' } }] });
      expect(
        await calls.accounts.update({
          commandId: commandId(),
          id: 'anna.first',
          name: 'X',
          disabled: true,
          grants: [],
        }),
      ).toMatchObject({ faults: [{ code: 'account.last-administrator' }] });
      expect((await calls.accounts.list()).map(({ id, disabled }) => [id, disabled])).toEqual([['anna.first', false]]);
      await expect(calls.accounts.audit({ limit: 100_000 })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    });

    it('are made once by a command that comes twice, and its secret is told once', { timeout: limit }, async () => {
      const { anna } = await rig.administrator();
      const calls = await anna.calls();
      const command = { commandId: commandId(), id: 'bert', name: 'Bert', kind: 'person', grants: [] } as const;
      const answers = await Promise.all([
        calls.accounts.create({ ...command, grants: [] }),
        calls.accounts.create({ ...command, grants: [] }),
      ]);
      expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
      expect(answers.find(({ ok }) => !ok)).toMatchObject({ faults: [{ code: 'command.done' }] });
      expect((await audit()).filter(({ what }) => what === 'account.created')).toHaveLength(1);
    });
  });

  describe('programs', () => {
    it('have a key that is shown once, kept as a hash, and ends with a reset', { timeout: limit }, async () => {
      const { anna, at } = await rig.administrator();
      const calls = await anna.calls();
      const made = await calls.accounts.create({
        commandId: commandId(),
        id: 'erp',
        name: 'ERP',
        kind: 'program',
        grants: [grant('integration', '*')],
      });
      const key = made.ok ? made.value.secret : '';
      expect(key).toMatch(/^lwk_[\w-]{43}$/);
      const { createSignIn } = await import('./sign-in.ts');
      const parts = { db: database.db, clock: at.clock, plant: () => realConfiguration().plant, oidcTitle: null };
      const { program } = createSignIn({ ...parts, sessions: null as never });
      expect(await program(key, '10.0.0.1')).toMatchObject({
        accountId: 'erp',
        kind: 'program',
        grants: [grant('integration', '*')],
        sessionId: null,
      });
      expect(await program(`${key}x`, '10.0.0.1')).toBeNull();
      expect(await program('', '10.0.0.1')).toBeNull();
      expect(JSON.stringify(await database.db.query('SELECT * FROM account'))).not.toContain(key);
      expect((await rig.browser(at.url).signIn('erp', key)).status).toBe(401);
      const again = await calls.accounts.resetSecret({ commandId: commandId(), id: 'erp' });
      expect(await program(key, '10.0.0.1')).toBeNull();
      expect(await program(again.ok ? again.value.secret : '', '10.0.0.1')).not.toBeNull();
      await calls.accounts.update({ commandId: commandId(), id: 'erp', name: 'ERP', disabled: true, grants: [] });
      expect(await program(again.ok ? again.value.secret : '', '10.0.0.1')).toBeNull();
    });
  });

  describe('the audit trail', () => {
    it('is read newest first in pages and searched', { timeout: limit }, async () => {
      const { anna } = await rig.administrator();
      const calls = await anna.calls();
      for (const id of ['one', 'two', 'three_3']) {
        await calls.accounts.create({ commandId: commandId(), id, name: id, kind: 'person', grants: [] });
      }
      const newest = await calls.accounts.audit({ limit: 2 });
      expect(newest.items.map(({ subject }) => subject)).toEqual(['account:three_3', 'account:two']);
      const rest = await calls.accounts.audit({ limit: 200, cursor: newest.next });
      expect(newest.items.length + rest.items.length).toBe(newest.total);
      const found = await calls.accounts.audit({ query: 'e_3' });
      expect(found.items.map(({ subject }) => subject)).toEqual(['account:three_3']);
      expect(found.items[0]).toMatchObject({
        by: 'anna.first',
        what: 'account.created',
        before: null,
        after: { name: 'three_3' },
        from: '127.0.0.1',
      });
    });

    it.each([
      `UPDATE audit SET by_account = 'somebody else'`,
      'DELETE FROM audit',
      'TRUNCATE audit',
      `UPDATE audit SET at = 0 WHERE id = -1`,
    ])('refuses %s', { timeout: limit }, async (statement) => {
      await rig.administrator();
      const before = await audit();
      await expect(database.db.execute(statement)).rejects.toThrow(/never changed or removed/);
      expect(await audit()).toEqual(before);
    });
  });

  it('an unexpected failure is told with a number and without what went wrong', { timeout: limit }, async () => {
    const { anna } = await rig.administrator();
    const calls = await anna.calls();
    await database.db.execute('ALTER TABLE audit RENAME TO audit_away');
    try {
      const failure = await calls.accounts.audit({}).catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', data: { code: 'failed' } });
      expect(JSON.stringify(failure)).not.toMatch(/relation|audit_away|select/i);
      expect((failure as { data: { errorId: string } }).data.errorId).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      await database.db.execute('ALTER TABLE audit_away RENAME TO audit');
    }
  });
});
