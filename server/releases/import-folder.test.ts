/** A changed folder comes into a plant that has releases: as drafts that a person releases. */
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { folderTree } from '#config/file-tree.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { commandId, demoConfiguration, demoFolder, PlantRig } from '#tests/support/plant-view.ts';
import { createLog } from '../log.ts';
import { importFolder } from './import-folder.ts';
import { openInForce } from './in-force.ts';

const line = 'lines/L1.yaml';
const definition = 'definitions/PMP-100.C/definition.yaml';

describeOnDatabases('a changed configuration folder', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  let folder = '';
  beforeEach(async () => {
    await database.clear();
    folder = join(mkdtempSync(join(tmpdir(), 'linewright-import-')), 'plant');
    cpSync(demoFolder, folder, { recursive: true });
  });
  afterEach(async () => {
    await rig.end();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });
  const change = (path: string, from: string, to: string): void => {
    const text = readFileSync(join(folder, path), 'utf8');
    expect(text).toContain(from);
    writeFileSync(join(folder, path), text.replace(from, to));
  };

  it('comes in as drafts of nobody that one person reads and releases', async () => {
    const { url } = await rig.serve();
    const li = await (await rig.enter(url, 'li.chen', 'demo-quality')).calls();
    change(line, 'Coolant pumps', 'Pumps');
    change(definition, 'schema:', '# looked at\nschema:');
    rmSync(join(folder, 'recipes'), { recursive: true });
    writeFileSync(join(folder, 'definitions/PMP-100.C/new.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
    // A second start of the server, with the option.
    const second = await rig.serve({ folder: folderTree(folder), importConfig: true });
    const files = await li.releases.files();
    const drafts = files.filter(({ draft }) => draft !== null);
    expect(drafts.map(({ path }) => path)).toContain(line);
    expect(drafts.every(({ draft }) => draft?.submitted === true || draft?.by === 'import')).toBe(true);
    // Nothing is in force yet.
    expect((await li.releases.text({ path: line, release: null })).text).toContain('Coolant pumps');
    const draft = await li.releases.draft({ path: line });
    expect(draft).toMatchObject({ authors: ['import'], submitted: true, withdraws: false });
    expect(draft?.diff).toContain('-title: { en: Coolant pumps');
    const recipe = drafts.find(({ path }) => path.startsWith('recipes/'));
    expect(await li.releases.draft({ path: recipe?.path ?? '' })).toMatchObject({ withdraws: true, submitted: true });

    const released = await li.releases.release({
      commandId: commandId(),
      path: line,
      version: draft?.version ?? 0,
      note: 'read',
    });
    expect(released).toMatchObject({ ok: true });
    const [row] = (await li.releases.history({ path: line })).items;
    expect(row).toMatchObject({ draftedBy: 'import', releasedBy: 'li.chen' });
    expect(second.url).not.toBe(url);
    const audit = await database.db.query<{ what: string; from_address: string }>(
      `SELECT what, from_address FROM audit WHERE subject = 'file:${line}' ORDER BY id`,
    );
    expect(audit.map(({ what }) => what)).toEqual(['draft.saved', 'draft.submitted', 'file.released']);
    expect(audit[0]?.from_address).toBe(folder);
  }, 240_000);

  it('leaves alone what people write at, what was sent back, and definitions that are gone; twice changes nothing', async () => {
    const { url } = await rig.serve();
    const emre = await (await rig.enter(url, 'emre.aydin', 'demo-engineer')).calls();
    const li = await (await rig.enter(url, 'li.chen', 'demo-quality')).calls();
    const { db } = database;
    const take = () => importFolder(db, folderTree(folder), Date.now());
    expect(await take()).toEqual({ drafted: [], leftAlone: [] });

    const text = (await emre.releases.text({ path: 'plant.yaml', release: null })).text ?? '';
    await emre.releases.saveDraft({
      commandId: commandId(),
      path: 'plant.yaml',
      text: `${text}# mine\n`,
      version: 0,
      note: 'x',
    });
    appendFileSync(join(folder, 'plant.yaml'), '# theirs\n');
    appendFileSync(join(folder, line), '# one\n');
    rmSync(join(folder, definition));
    const first = await take();
    expect(first.drafted).toEqual([line]);
    expect(first.leftAlone.map(({ path }) => path)).toEqual([definition, 'plant.yaml']);
    const before = await li.releases.draft({ path: line });
    expect(await take()).toEqual(first);
    expect((await li.releases.draft({ path: line }))?.version).toBe(before?.version);

    await li.releases.sendBack({ commandId: commandId(), path: line, version: before?.version ?? 0, note: 'why?' });
    const again = await take();
    expect(again.drafted).toEqual([]);
    expect(again.leftAlone).toContainEqual({ path: line, why: 'li.chen sent it back: why?' });
    // Changed since: it is asked for anew. As it was released: there is nothing to ask.
    appendFileSync(join(folder, line), '# two\n');
    expect((await take()).drafted).toEqual([line]);
    expect(await li.releases.draft({ path: line })).toMatchObject({ submitted: true, sentBack: null });
    writeFileSync(join(folder, line), readFileSync(join(demoFolder, line)));
    expect((await take()).drafted).toEqual([]);
    expect(await li.releases.draft({ path: line })).toBeNull();
  }, 240_000);

  it('has an integration.yaml that counts whatever is released', async () => {
    const configuration = demoConfiguration();
    expect(configuration.integration?.drop.mode).toBe('good');
    const inForce = await openInForce({
      db: database.db,
      clock: { now: Date.now },
      log: createLog('silent'),
      folder: folderTree(folder),
      fallback: configuration,
    });
    expect(inForce.current().integration).toEqual(configuration.integration);
    await inForce.close();
  }, 240_000);
});
