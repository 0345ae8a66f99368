/** A station's road to the real plant server, on PostgreSQL and PGlite: sent, put back, audited. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeCode } from '#server/enrolment/codes.ts';
import type { Plant } from '#server/compose.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { run } from '#station/cli/run.ts';
import { enrol } from '#station/sync/enrolment.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { plantOn } from '#tests/support/plant-server.ts';
import { SyncStation } from '#tests/support/sync-station.ts';

describeOnDatabases('a station and the plant server', (database) => {
  let plant: Plant;
  let url: string;
  let station: SyncStation;
  beforeEach(async () => {
    await database.clear();
    plant = await plantOn(database.db);
    url = await plant.listen('127.0.0.1', 0);
    station = new SyncStation('ST10');
    const { code } = await makeCode(database.db, 'ST10', 'test', Date.now());
    await enrol(station.folder, {
      origin: url,
      code,
      plantId: 'werk-sued',
      stationId: 'ST10',
      version: '0',
      caFile: null,
      now: Date.now(),
    });
  });
  afterEach(async () => {
    await station.close();
    plant.app.server.closeAllConnections();
    await plant.app.close();
  });

  async function audit(): Promise<{ code: number; equal: boolean; events: number; unsent: number; streams: object[] }> {
    let out = '';
    const io = { out: (text: string) => void (out += text), err: (text: string) => void (out += text) };
    const words = ['audit', '--json', '--data', station.folder, '--config', 'resources/demo-plant'];
    const code = await run(words, io, installedDrivers);
    return { code, ...(JSON.parse(out) as { equal: boolean; events: number; unsent: number; streams: object[] }) };
  }

  it('takes a backlog and what comes live; both ends are equal', async () => {
    station.openStore();
    station.recordMany(3_000);
    await station.stop();
    await station.start();
    station.record(5);
    await station.allSent(60_000);
    expect(await audit()).toMatchObject({ code: 0, equal: true, events: 3_005, unsent: 0 });
  }, 240_000);

  it('a station put back from a backup: a new epoch at its start, a branch where it had written already', async () => {
    await station.start();
    station.record(6);
    await station.allSent(60_000);
    await station.stop();
    const copy = station.backup();
    await station.start();
    station.record(4);
    await station.allSent(60_000);
    await station.stop();
    station.putBack(copy);
    await station.start();
    station.record(2);
    await station.allSent(60_000);
    expect(station.store.outbox.streams().map(({ first, last }) => [first, last])).toEqual([
      [1, 6],
      [1, 2],
    ]);
    await station.stop();
    station.putBack(copy);
    // Recorded before the server could be asked.
    station.openStore();
    station.record(3, 25);
    await station.stop();
    await station.start();
    await station.allSent(60_000);
    station.record(1);
    await station.allSent(60_000);
    expect(station.store.outbox.streams().map(({ first, last }) => [first, last])).toEqual([
      [1, 6],
      [7, 9],
      [1, 1],
    ]);
    expect(await audit()).toMatchObject({ code: 0, equal: true, events: 10, unsent: 0 });
    rmSync(copy, { recursive: true, force: true });
  }, 240_000);
});
