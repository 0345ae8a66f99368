/** Drafts by one person, releases by another: on a whole server of the demo plant, with real calls. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { commandId, demoFolder, PlantRig, type Calls } from '#tests/support/plant-view.ts';

const limit = 240_000;
const c = 'definitions/PMP-100.C/definition.yaml';
const line = 'lines/L1.yaml';

describeOnDatabases('releases', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());

  /** Emre writes, Li and Emre may release. */
  const team = async (): Promise<{ readonly url: string; readonly emre: Calls; readonly li: Calls }> => {
    const { url } = await rig.serve();
    const emre = await (await rig.enter(url, 'emre.aydin', 'demo-engineer')).calls();
    const li = await (await rig.enter(url, 'li.chen', 'demo-quality')).calls();
    return { url, emre, li };
  };
  const save = async (calls: Calls, path: string, text: string, version = 0, note = 'because') => {
    const saved = await calls.releases.saveDraft({ commandId: commandId(), path, text, version, note });
    if (!saved.ok) throw new Error(JSON.stringify(saved));
    return saved.value;
  };
  const submitted = async (calls: Calls, path: string, text: string, version = 0, note = 'because') => {
    const draft = await save(calls, path, text, version, note);
    expect(await calls.releases.submit({ commandId: commandId(), path, version: draft.version })).toMatchObject({
      ok: true,
    });
    return draft;
  };
  const release = (calls: Calls, path: string, version: number, more: object = {}) =>
    calls.releases.release({ commandId: commandId(), path, version, note: '', ...more });
  const text = async (calls: Calls, path: string): Promise<string> =>
    (await calls.releases.text({ path, release: null })).text ?? '';
  const published = () =>
    database.db.query<{ id: string; body: string | null }>(
      `SELECT id, body FROM document WHERE kind = 'file' ORDER BY id`,
    );
  const codes = (outcome: { ok: boolean; faults?: readonly { code: string }[] }) =>
    outcome.faults?.map(({ code }) => code);

  it('an empty database takes every file of the folder as release 1, once', { timeout: limit }, async () => {
    const { emre } = await team();
    await rig.serve();
    const files = await emre.releases.files();
    expect(files.every(({ current, releases, draft }) => current === 1 && releases === 1 && draft === null)).toBe(true);
    expect(files.find(({ path }) => path === c)?.definition).toEqual({
      id: 'PMP-100',
      revision: 'C',
      status: 'released',
    });
    expect(files.filter(({ kind }) => kind === 'picture').length).toBeGreaterThan(3);
    expect(await text(emre, 'plant.yaml')).toBe(readFileSync(join(demoFolder, 'plant.yaml'), 'utf8'));
    expect((await published()).map(({ id }) => id).sort()).toEqual(files.map(({ path }) => path).sort());
    expect((await emre.releases.history({ path: c })).items).toMatchObject([{ kind: 'import', releasedBy: 'import' }]);
    expect(await emre.releases.differences()).toEqual([]);
    const picture = files.find(({ kind }) => kind === 'picture')!.path;
    const got = await emre.releases.picture({ path: picture, release: null });
    expect(Buffer.from(got?.base64 ?? '', 'base64')).toEqual(readFileSync(join(demoFolder, picture)));
  });

  it('go from draft to the stations by two people, told with a diff', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const before = await text(emre, line);
    const draft = await submitted(emre, line, before.replace('Coolant pumps', 'Pumps'));
    expect(draft.diff).toContain('+title: { en: Pumps');
    expect(draft).toMatchObject({ faults: [], authors: ['emre.aydin'], submitted: false, base: 1 });
    expect(await release(li, line, draft.version)).toEqual({ ok: true, value: { release: 2 } });
    expect(await text(li, line)).toContain('Pumps');
    const document = (await published()).find(({ id }) => id === line);
    expect(JSON.parse(document?.body ?? '')).toMatchObject({ path: line, release: 2 });
    expect(await li.releases.draft({ path: line })).toBeNull();
    const [row] = (await li.releases.history({ path: line })).items;
    expect(row).toMatchObject({ draftedBy: 'emre.aydin', releasedBy: 'li.chen', note: 'because', kind: 'release' });
    expect(await li.releases.diff({ path: line, from: 1, to: 2 })).toContain('-title: { en: Coolant pumps');
    const what = await database.db.query<{ what: string }>(
      `SELECT what FROM audit WHERE subject = 'file:${line}' ORDER BY id`,
    );
    expect(what.map((each) => each.what)).toEqual(['draft.saved', 'draft.submitted', 'file.released']);
  });

  it('is refused to everybody who wrote at it, also in part', { timeout: limit }, async () => {
    const { url, emre, li } = await team();
    const before = await text(emre, line);
    const draft = await submitted(emre, line, before.replace('Coolant', 'Cool'));
    expect(codes(await release(emre, line, draft.version))).toEqual(['draft.own']);
    // The same human being by another account (as OIDC makes one).
    await database.db.execute(`UPDATE account SET person = 'emre.aydin' WHERE id = 'li.chen'`);
    expect(codes(await release(li, line, draft.version))).toEqual(['draft.own']);
    await database.db.execute(`UPDATE account SET person = 'li.chen', email = 'x@y.z' WHERE id = 'li.chen'`);
    // Somebody else touches it: both are authors now.
    await database.db.execute(
      `INSERT INTO account_grant (account_id, role, scope, source) VALUES ('admin', 'process-engineer', '*', 'plant')`,
    );
    const admin = await (await rig.enter(url, 'admin', 'demo-administrator')).calls();
    const again = await submitted(admin, line, `${before}# x\n`, draft.version);
    expect(again.authors).toEqual(['emre.aydin', 'admin']);
    expect(codes(await release(admin, line, again.version))).toEqual(['draft.own']);
    expect(codes(await release(emre, line, again.version))).toEqual(['draft.own']);
    expect(await release(li, line, again.version)).toMatchObject({ ok: true });
  });

  it('is done by exactly one of two who release at once', { timeout: limit }, async () => {
    const { url, emre, li } = await team();
    const admin = await (await rig.enter(url, 'admin', 'demo-administrator')).calls();
    const draft = await submitted(emre, line, `${await text(emre, line)}# x\n`);
    const answers = await Promise.all([release(li, line, draft.version), release(admin, line, draft.version)]);
    expect(answers.filter(({ ok }) => ok)).toHaveLength(1);
    expect(answers.flatMap((answer) => codes(answer) ?? [])).toEqual(['draft.unknown']);
    expect((await li.releases.history({ path: line })).total).toBe(2);
  });

  it(
    'refuses an old version, what was not submitted, what is not there, and people without the right',
    { timeout: limit },
    async () => {
      const { url, emre, li } = await team();
      const paula = await (await rig.enter(url, 'paula.silva', 'demo-planner')).calls();
      const before = await text(emre, line);
      const old = await save(emre, line, `${before}# 1\n`);
      const saveAgain = (calls: Calls, version: number, more = `${before}# 2\n`) =>
        calls.releases.saveDraft({ commandId: commandId(), path: line, text: more, version, note: '' });
      expect(await saveAgain(emre, 0)).toMatchObject({
        faults: [{ code: 'draft.changed', params: { by: 'emre.aydin' } }],
      });
      expect(codes(await release(li, line, old.version))).toEqual(['draft.not-submitted']);
      expect(await saveAgain(emre, old.version)).toMatchObject({ ok: true });
      expect(codes(await saveAgain(emre, old.version))).toEqual(['draft.changed']);
      expect(codes(await release(li, line, old.version))).toEqual(['draft.changed']);
      expect(codes(await release(li, 'lines/L9.yaml', 1))).toEqual(['draft.unknown']);
      expect(codes(await saveAgain(paula, 0))).toEqual(['right.missing']);
      expect(codes(await release(paula, line, old.version))).toEqual(['right.missing']);
      expect(codes(await saveAgain(li, 0))).toEqual(['right.missing']);
      const unchanged = await emre.releases.saveDraft({
        commandId: commandId(),
        path: c,
        text: await text(emre, c),
        version: 0,
        note: '',
      });
      expect(codes(unchanged)).toEqual(['draft.unchanged']);
      for (const path of [
        '../plant.yaml',
        'README.md',
        'lines/../plant.yaml',
        '/etc/passwd',
        'definitions/x.yaml',
        'lines/a/b.yaml',
      ]) {
        const saved = await emre.releases.saveDraft({
          commandId: commandId(),
          path,
          text: 'a: 1',
          version: 0,
          note: '',
        });
        expect(codes(saved), path).toEqual(['file.path-not-allowed']);
      }
    },
  );

  it('is refused to a role on another line', { timeout: limit }, async () => {
    const { li, emre } = await team();
    await database.db.execute(`UPDATE account_grant SET scope = 'line:L9' WHERE account_id = 'li.chen'`);
    const draft = await submitted(emre, c, `${await text(emre, c)}# x\n`);
    expect(await release(li, c, draft.version)).toMatchObject({
      faults: [{ code: 'right.missing', params: { right: 'definition.release', scope: 'line:L1' } }],
    });
    await database.db.execute(`UPDATE account_grant SET scope = 'line:L1' WHERE account_id = 'li.chen'`);
    expect(await release(li, c, draft.version)).toMatchObject({ ok: true });
  });

  it('is refused with faults, each with file, line and remedy', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const draft = await submitted(emre, line, (await text(emre, line)).replace('ST05, ', 'ST77, '));
    expect(draft.faults).toMatchObject(
      [{ file: line, line: expect.any(Number), problem: /ST77/ }].map((each) => ({
        ...each,
        problem: expect.stringMatching(each.problem) as string,
        remedy: expect.any(String) as string,
      })),
    );
    expect(codes(await release(li, line, draft.version))).toEqual(['draft.faults']);
    const broken = await save(emre, line, 'schema: [', draft.version);
    expect(broken.faults.length).toBeGreaterThan(0);
    expect((await emre.releases.files()).find(({ path }) => path === line)?.current).toBe(1);
  });

  it('answers 10 MB of text with a fault and goes on', { timeout: limit }, async () => {
    const { emre } = await team();
    const huge = 'x'.repeat(10_000_000);
    const saved = await emre.releases.saveDraft({
      commandId: commandId(),
      path: line,
      text: huge,
      version: 0,
      note: '',
    });
    expect(saved).toMatchObject({ ok: false, faults: [{ code: 'input.invalid', field: 'text' }] });
    expect((await emre.session.get()).account.id).toBe('emre.aydin');
  });

  it('releases files together that only hold together', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const station = 'stations/ST30.yaml';
    const one = await submitted(emre, station, (await text(emre, 'stations/ST05.yaml')).replaceAll('ST05', 'ST30'));
    const two = await submitted(emre, line, (await text(emre, line)).replace('QB10]', 'QB10, ST30]'));
    expect(codes(await release(li, line, two.version))).toEqual(['draft.faults']);
    expect(await li.releases.check({ paths: [line, station] })).toEqual([]);
    expect(await release(li, line, two.version, { also: [{ path: station, version: one.version }] })).toMatchObject({
      ok: true,
    });
    expect((await li.releases.files()).find(({ path }) => path === station)?.current).toBe(1);
  });

  it('rolls back in one act to a release with the same text', { timeout: limit }, async () => {
    const { url, emre, li } = await team();
    const first = await text(emre, line);
    const draft = await submitted(emre, line, `${first}# x\n`);
    await release(li, line, draft.version);
    const back = (calls: Calls, to: number, path = line) =>
      calls.releases.rollBack({ commandId: commandId(), path, to, note: 'the pumps leak' });
    expect(codes(await back(li, 9))).toEqual(['release.unknown']);
    expect(codes(await back(li, 0))).toEqual(['release.unknown']);
    expect(codes(await back(li, 1, 'lines/none.yaml'))).toEqual(['release.unknown']);
    expect(codes(await back(li, 2))).toEqual(['release.in-force']);
    const paula = await (await rig.enter(url, 'paula.silva', 'demo-planner')).calls();
    expect(codes(await back(paula, 1))).toEqual(['right.missing']);
    expect(await back(li, 1)).toEqual({ ok: true, value: { release: 3 } });
    expect(await text(li, line)).toBe(first);
    expect((await li.releases.history({ path: line })).items[0]).toMatchObject({
      kind: 'roll-back',
      sameAs: 1,
      note: 'the pumps leak',
    });
  });

  it('tells a correction of a released revision and wants its reason', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const draft = await submitted(emre, c, `${await text(emre, c)}# x\n`, 0, '');
    expect(draft.correction).toBe(true);
    expect(codes(await release(li, c, draft.version))).toEqual(['release.note-missing']);
    expect(await release(li, c, draft.version, { note: 'a typing error' })).toMatchObject({ ok: true });
    expect((await li.releases.history({ path: c })).items[0]).toMatchObject({
      kind: 'correction',
      note: 'a typing error',
    });
    const renamed = await submitted(emre, c, (await text(emre, c)).replace('revision: C', 'revision: Z'));
    expect(['definition.revision-kept', 'draft.faults']).toContain(codes(await release(li, c, renamed.version))?.[0]);
  });

  it('begins a new revision with its pictures, and releases them with it', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const made = await emre.releases.newRevision({ commandId: commandId(), from: c, revision: 'E' });
    if (!made.ok) throw new Error(JSON.stringify(made));
    const { path, version, pictures, faults, correction } = made.value;
    expect([path, faults, correction]).toEqual(['definitions/PMP-100.E/definition.yaml', [], false]);
    expect(pictures.length).toBeGreaterThan(3);
    expect(made.value.text).toContain('revision: E');
    // Another picture makes it another draft for whoever looked at it.
    const picture = pictures[0]!.path;
    const [old] = await database.db.query<{ version: number }>('SELECT version FROM draft WHERE path = $1', [picture]);
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64');
    const changed = await emre.releases.savePicture({
      commandId: commandId(),
      path: picture,
      base64: svg,
      version: old!.version,
      note: '',
    });
    expect(changed).toMatchObject({ ok: true });
    expect(codes(await emre.releases.submit({ commandId: commandId(), path, version }))).toEqual(['draft.changed']);
    const now = (await emre.releases.draft({ path }))!.version;
    await emre.releases.submit({ commandId: commandId(), path, version: now });
    expect(await release(li, path, now)).toMatchObject({ ok: true });
    const got = await li.releases.picture({ path: picture, release: null });
    expect(got).toEqual({ type: 'image/svg+xml', base64: svg });
    expect((await li.releases.files()).find((file) => file.path === path)?.definition).toMatchObject({ revision: 'E' });
    expect((await published()).some(({ id }) => id === picture)).toBe(true);
  });

  it('takes a file away by a draft, a definition only by retiring it', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const gone = 'definitions/PMP-100.C/images/bore.svg';
    const take = (path: string) =>
      emre.releases.draftWithdrawal({ commandId: commandId(), path, version: 0, note: 'old' });
    expect(codes(await take(c))).toEqual(['definition.not-withdrawn']);
    expect(codes(await take('lines/L9.yaml'))).toEqual(['file.unknown']);
    const needed = await take(gone);
    expect(needed).toMatchObject({ ok: true, value: { withdraws: true } });
    if (needed.ok) expect(needed.value.faults.length).toBeGreaterThan(0);
    const order = 'orders/demo.yaml';
    const draft = await take(order);
    if (!draft.ok) throw new Error(JSON.stringify(draft));
    await emre.releases.submit({ commandId: commandId(), path: order, version: draft.value.version });
    expect(await release(li, order, draft.value.version)).toMatchObject({ ok: true });
    expect((await li.releases.files()).find(({ path }) => path === order)).toMatchObject({ current: null });
    expect((await published()).find(({ id }) => id === order)?.body ?? null).toBeNull();
  });

  it('can be sent back with a note, and dropped', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const draft = await submitted(emre, line, `${await text(emre, line)}# x\n`);
    expect(
      await li.releases.sendBack({ commandId: commandId(), path: line, version: draft.version, note: 'why?' }),
    ).toMatchObject({ ok: true });
    expect(await emre.releases.draft({ path: line })).toMatchObject({
      submitted: false,
      sentBack: { by: 'li.chen', note: 'why?' },
    });
    expect(codes(await release(li, line, draft.version))).toEqual(['draft.not-submitted']);
    expect(await emre.releases.dropDraft({ commandId: commandId(), path: line, version: draft.version })).toMatchObject(
      { ok: true },
    );
    expect(await emre.releases.draft({ path: line })).toBeNull();
  });

  it('counts for the rights of every instance at once', { timeout: limit }, async () => {
    const { emre, li } = await team();
    const other = await rig.serve();
    const there = await (await rig.enter(other.url, 'li.chen', 'demo-quality')).calls();
    const draft = await submitted(
      emre,
      'plant.yaml',
      (await text(emre, 'plant.yaml')).replace('South plant (demo)', 'North plant'),
    );
    await release(li, 'plant.yaml', draft.version);
    await expect.poll(async () => (await there.session.get()).plant.title.en).toBe('North plant');
    const started = await rig.serve();
    const late = await (await rig.enter(started.url, 'li.chen', 'demo-quality')).calls();
    expect((await late.session.get()).plant.title.en).toBe('North plant');
    expect(await late.releases.differences()).toMatchObject([{ path: 'plant.yaml', what: 'changed' }]);
  });

  it('the database changes and removes nothing that was released', { timeout: limit }, async () => {
    await team();
    for (const statement of [
      `UPDATE release SET note = 'x'`,
      'DELETE FROM release',
      'TRUNCATE release CASCADE',
      'DELETE FROM release_content',
      `UPDATE release_content SET bytes = '\\x00'`,
    ])
      await expect(database.db.execute(statement), statement).rejects.toThrow(/never changed or removed/);
  });
});
