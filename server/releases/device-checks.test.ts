/** Devices are judged by the manifests of their drivers before they are released. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readManifests } from '#config/driver-manifests.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { commandId, PlantRig } from '#tests/support/plant-view.ts';

const scanner = 'devices/scanner.yaml';
const line = 'lines/L1.yaml';

describeOnDatabases('the release of a device', (database: TestDatabase) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());

  const team = async () => {
    const manifests = await readManifests(new URL('../../station/drivers', import.meta.url).pathname);
    const { url } = await rig.serve({ manifests });
    const emre = await (await rig.enter(url, 'emre.aydin', 'demo-engineer')).calls();
    const li = await (await rig.enter(url, 'li.chen', 'demo-quality')).calls();
    const text = async (path: string) => (await emre.releases.text({ path, release: null })).text ?? '';
    const submitted = async (path: string, changed: string) => {
      const saved = await emre.releases.saveDraft({
        commandId: commandId(),
        path,
        text: changed,
        version: 0,
        note: 'x',
      });
      if (!saved.ok) throw new Error(JSON.stringify(saved));
      await emre.releases.submit({ commandId: commandId(), path, version: saved.value.version });
      return saved.value;
    };
    const release = (path: string, version: number) =>
      li.releases.release({ commandId: commandId(), path, version, note: '' });
    return { text, submitted, release };
  };

  it('is refused when its driver does not know what it says, told with line and remedy', async () => {
    const { text, submitted, release } = await team();
    const before = await text(scanner);
    const draft = await submitted(scanner, before.replace('settings:', 'settings:\n  terminater: lf'));
    expect(draft.faults).toMatchObject([
      { file: scanner, line: expect.any(Number) as number, problem: expect.stringContaining('terminater') as string },
    ]);
    expect(await release(scanner, draft.version)).toMatchObject({ ok: false, faults: [{ code: 'draft.faults' }] });
  }, 240_000);

  it('lets other files go although a device that is in force has a fault by its driver', async () => {
    const { text, submitted, release } = await team();
    // As it came in with an earlier version, which asked for less.
    const bad = (await text(scanner)).replace('settings:', 'settings:\n  terminater: lf');
    await database.db.execute(
      `WITH content AS (
         INSERT INTO release_content (sha256, bytes) VALUES ('bad', $1) RETURNING sha256)
       INSERT INTO release (path, release, kind, sha256, drafted_by, released_by, released_at, note)
       SELECT $2, 2, 'import', sha256, 'import', 'import', 0, '' FROM content`,
      [Buffer.from(bad), scanner],
    );
    const draft = await submitted(line, `${await text(line)}# x\n`);
    expect(draft.faults).toEqual([]);
    expect(await release(line, draft.version)).toMatchObject({ ok: true });
  }, 240_000);
});
