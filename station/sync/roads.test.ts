/** The other roads: documents down, the side road, the unplug test; and a bad network under all of them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { syncPaths } from '#contract/sync/protocol.ts';
import { startBadNetwork, storm } from '#tests/support/bad-network.ts';
import { TestSyncServer } from '#tests/support/sync-server.ts';
import { SyncStation, until } from '#tests/support/sync-station.ts';

let server: TestSyncServer;
let station: SyncStation;
beforeEach(async () => {
  server = new TestSyncServer();
  await server.listen();
  station = new SyncStation();
  await station.enrol(server);
});
afterEach(async () => {
  await station.close();
  await server.close();
});

describe('documents', () => {
  const key = (id: string) => ({ keyId: id, stationId: 'ST20', publicKey: 'k', revokedAt: null });

  test('come at once, are kept with the cursor, told in order, and are there after a restart', async () => {
    await station.start();
    const told: string[] = [];
    station.sync.documents.onStored((changed) => told.push(...changed.map(({ id }) => id)));
    await station.allSent();
    for (let i = 1; i <= 8; i += 1) server.put('station-key', `k${i}`, key(`k${i}`));
    await until(() => told.length === 8);
    expect(told).toEqual(['k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8']);
    server.put('station-key', 'k3', null);
    server.put('future-kind', 'x', { any: 'thing' });
    server.put('station-key', 'bad', { nothing: 'of it' });
    await until(() => told.length === 11);
    const ids = (): string[] => station.sync.documents.documents('station-key').map(({ id }) => id);
    expect(ids()).toEqual(['k1', 'k2', 'k4', 'k5', 'k6', 'k7', 'k8']);
    expect(station.sync.view().documents.counts).toEqual({ 'station-key': 8, 'future-kind': 1 });
    await station.stop();
    await station.start();
    expect(ids()).toHaveLength(7);
    expect(station.sync.documents.document('station-key', 'k1')?.body).toEqual(key('k1'));
  });

  test('after a reset everything comes anew and what does not come again is gone, also over a restart', async () => {
    server.put('station-key', 'old', key('old'));
    const before = server.snapshot();
    server.put('station-key', 'gone', key('gone'));
    await station.start();
    await until(() => station.sync.documents.documents('station-key').length === 2);
    const told: string[] = [];
    station.sync.documents.onStored((changed) => told.push(...changed.map(({ id }) => id)));
    server.putBack(before);
    await until(() => told.includes('gone'));
    expect(station.sync.documents.documents('station-key').map(({ id }) => id)).toEqual(['old']);
  });

  test('are known to be the newest only after the server was asked on the link that there is', async () => {
    server.put('station-key', 'k1', key('k1'));
    let open = true;
    server.onAsk = (path) => (path === syncPaths.documents && !open ? 'server-busy' : null);
    await station.start();
    const { sync } = station;
    await until(() => sync.serverLink().current);
    expect(sync.documents.documents('station-key')).toHaveLength(1);
    let told = 0;
    sync.onLink(() => (told += 1));
    open = false;
    const { port } = server;
    await server.close();
    await until(() => !sync.serverLink().linked);
    expect(sync.serverLink().current).toBe(false);
    server.put('station-key', 'k2', key('k2'));
    await server.listen(port);
    await until(() => sync.serverLink().linked);
    expect(sync.serverLink().current).toBe(false);
    const before = told;
    open = true;
    await until(() => sync.serverLink().current);
    expect(told).toBeGreaterThan(before);
    expect(sync.documents.documents('station-key')).toHaveLength(2);
  });

  test('pictures come by their hash and are kept', async () => {
    const picture = Buffer.from('a picture');
    const sha256 = createHash('sha256').update(picture).digest('hex');
    server.files.set(sha256, picture);
    await station.start();
    server.put('file', 'images/a.png', { path: 'images/a.png', sha256, text: null, size: picture.length, release: 1 });
    await until(() => station.sync.picture(sha256) !== null);
    expect(station.sync.picture(sha256)).toEqual(picture);
    expect(station.sync.picture('0'.repeat(64))).toBeNull();
  });
});

describe('the side road', () => {
  test('a piece that was damaged on the way is sent again soon', async () => {
    await station.close();
    // A minute's pause would be seen.
    station = new SyncStation('ST10', { refusedMs: 60_000 });
    await station.enrol(server);
    let times = 1;
    server.onAsk = (path) => (path.startsWith(`${syncPaths.blobs}/`) && (times -= 1) >= 0 ? 'signature-wrong' : null);
    await station.start();
    station.history.putTrace('t-1', [1, 2], [3, 4], {});
    await until(() => station.sync.view().sideRoad.waiting === 0, 30_000);
    expect(times).toBeLessThan(0);
    expect([...server.blobs.values()]).toMatchObject([{ complete: true }]);
  });

  test('curves arrive whole, piece by piece, once, and only when no fact waits', async () => {
    await station.close();
    station = new SyncStation('ST10', { pieceBytes: 500, bytesPerSecond: 1e9 });
    await station.enrol(server);
    server.onAsk = (path) => (path === syncPaths.events ? 'server-busy' : null);
    await station.start();
    station.record(1);
    const x = Array.from({ length: 600 }, (_, i) => i);
    const y = x.map((i) => Math.sin(i) * 1.000_1);
    station.history.putTrace('t-1', x, y, { cycle: 'c' });
    await new Promise((resolve) => setTimeout(resolve, 400));
    // A fact waits.
    expect(server.blobs.size).toBe(0);
    expect(station.sync.view().sideRoad).toMatchObject({ waiting: 1, dropped: 0 });
    server.onAsk = () => null;
    await until(() => station.sync.view().sideRoad.waiting === 0);
    const [blob] = [...server.blobs.values()];
    expect(blob).toMatchObject({ complete: true, offer: { kind: 'trace', name: 't-1' } });
    expect(JSON.parse(gunzipSync(blob?.bytes ?? Buffer.alloc(0)).toString())).toMatchObject({
      x,
      y,
      meta: { cycle: 'c' },
    });
    const pieces = server.asked.filter((one) => one.startsWith('PATCH')).length;
    expect(pieces).toBeGreaterThan(2);
    await station.stop();
    await station.start();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(server.asked.filter((one) => one.startsWith('PATCH')).length).toBe(pieces);
  });
});

describe('the unplug test', () => {
  test('cuts, writes facts of its own, gives the link back, compares both ends and reports', async () => {
    await station.start();
    station.record(3);
    await station.allSent();
    expect(station.sync.startTest(6_000, 5)).toEqual({ ok: true, value: undefined });
    expect(station.sync.startTest(6_000, 5)).toMatchObject({ refusal: { reasons: [{ code: 'server.test-running' }] } });
    expect(station.sync.link()).toMatchObject({ state: 'cut', test: { phase: 'cut' } });
    const there = server.count('ST10');
    station.record(4);
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Nothing leaves while it is cut.
    expect(server.count('ST10')).toBe(there);
    expect(station.sync.unsent().count).toBeGreaterThanOrEqual(5);
    await until(() => station.sync.link().test === null);
    const [listed] = station.sync.view().reports;
    expect(listed?.passed).toBe(true);
    const report = station.sync.report(listed?.testId ?? '');
    expect(report).toMatchObject({
      ended: 'time',
      facts: { own: 5, others: 4, total: 11 },
      problem: null,
      compared: [{ here: 11, there: 11, equal: true, firstDifference: null }],
    });
    const page = readFileSync(listed?.file ?? '', 'utf8');
    expect(page).toContain('Passed: everything recorded');
    expect(page).toContain('Bestanden: Alles');
    expect(station.sync.link().state).toBe('linked');
  });

  test('ends by the button too, and a start without a link is refused', async () => {
    await station.start();
    await station.allSent();
    station.sync.startTest(600_000, 0);
    expect(station.sync.endTest()).toMatchObject({ ok: true });
    await until(() => station.sync.link().test === null);
    expect(station.sync.view().reports).toMatchObject([{ passed: true }]);
    expect(station.sync.endTest()).toMatchObject({ refusal: { reasons: [{ code: 'server.no-test-running' }] } });
    await server.close();
    station.record(1);
    await until(() => !station.sync.serverLink().linked);
    expect(station.sync.startTest(5_000, 0)).toMatchObject({ refusal: { reasons: [{ code: 'server.not-linked' }] } });
    server = new TestSyncServer();
    await server.listen();
  });

  test('a crash in the middle ends the cut, and the report says so', async () => {
    await station.start();
    await station.allSent();
    station.sync.startTest(600_000, 0);
    station.record(2);
    await station.stop();
    expect(existsSync(join(station.folder, 'link-tests', 'under-way.json'))).toBe(true);
    await station.start();
    await until(() => station.sync.view().reports.length === 1 && station.sync.link().test === null);
    expect(station.sync.report(station.sync.view().reports[0]?.testId ?? '')).toMatchObject({
      ended: 'restart',
      passed: true,
      facts: { own: 0, others: 2 },
    });
    expect(readdirSync(join(station.folder, 'link-tests'))).not.toContain('under-way.json');
  });
});

describe('a bad network', () => {
  test.each([1, 2, 3])(
    'schedule %i: everything arrives once and in order',
    async (seed) => {
      await station.close();
      const network = await startBadNetwork({
        target: () => server.port,
        seed,
        // What is swallowed without a word takes 30 s to be given up: not here.
        weather: { ...storm, 'black-hole': 0 },
        delayMs: 50,
      });
      station = new SyncStation('ST10', { batchEvents: 40 });
      await station.enrol(server);
      const file = join(station.folder, 'server.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(server.url, network.url));
      await station.start();
      for (let i = 0; i < 15; i += 1) {
        station.recordMany(100, 50);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await until(() => station.sync.unsent().count === 0, 180_000);
      const { epoch } = station.store;
      expect(server.stream('ST10', epoch)?.hashes).toEqual(station.streams()[0]?.hashes);
      expect(server.count('ST10')).toBe(1_500);
      await station.stop();
      expect(
        network.counts['cut-answer'] + network.counts['lose-answer'] + network.counts['reset-request'],
      ).toBeGreaterThan(0);
      await network.stop();
    },
    240_000,
  );
});
