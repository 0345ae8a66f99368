import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { syncPaths } from '#contract/sync/protocol.ts';
import { TestSyncServer } from '#tests/support/sync-server.ts';
import { SyncStation, until } from '#tests/support/sync-station.ts';

let server: TestSyncServer;
let station: SyncStation;
const copies: string[] = [];
beforeEach(async () => {
  server = new TestSyncServer();
  await server.listen();
  station = new SyncStation();
});
afterEach(async () => {
  await station.close();
  await server.close();
  for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
});

/** Each fact of the station is there once, under its number, with its hash; returns how many. */
function expectEqual(): number {
  let count = 0;
  for (const { epoch, branch, first, records, hashes } of station.streams()) {
    const there = server.stream(station.stationId, epoch, branch);
    expect({
      first: there?.first,
      records: there?.records.slice(0, records.length),
      hashes: there?.hashes.slice(0, hashes.length),
    }).toEqual({
      first,
      records,
      hashes,
    });
    count += records.length;
  }
  return count;
}
const sent = (): number => server.asked.filter((one) => one === `POST ${syncPaths.events}`).length;

describe('facts go up', () => {
  test('old ones first, then each as it comes; both ends are equal and nothing is unsent', async () => {
    await station.enrol(server);
    station.openStore();
    expect(station.sync.link()).toMatchObject({ state: 'never-reached', problem: null });
    station.record(3);
    await station.stop();
    await station.start();
    await station.allSent();
    station.record(5);
    await station.allSent();
    expect(expectEqual()).toBe(8);
    expect(station.sync.unsent()).toEqual({ count: 0, oldestAt: null });
    const { epoch } = station.store;
    expect([station.sync.has(epoch, 8), station.sync.has(epoch, 9), station.sync.has('other', 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(station.sync.view().streams).toMatchObject([
      { epoch, branch: '', first: 1, last: 8, acked: 8, current: true },
    ]);
    server.clockOffsetMs = -60_000;
    await until(() => Math.abs((station.sync.link().clockDriftMs ?? 0) - 60_000) < 1_000);
  });

  test('a backlog goes in full batches, the next one ready when one is acknowledged', async () => {
    await station.enrol(server);
    station.openStore();
    station.recordMany(12_000);
    await station.stop();
    await station.start();
    await station.allSent();
    expect(expectEqual()).toBe(12_000);
    expect(sent()).toBeLessThanOrEqual(4);
  });

  test('acknowledgements outlive the program; a forgotten one costs a greeting', async () => {
    await station.enrol(server);
    await station.start();
    station.record(4);
    await station.allSent();
    await station.stop();
    station.openStore();
    expect(station.sync.unsent().count).toBe(0);
    await station.stop();
    const before = sent();
    await station.start();
    await station.allSent();
    expect(sent()).toBe(before);
  });

  test('without a server everything is unsent and nothing is asked', async () => {
    await station.start();
    station.record(2);
    expect(station.sync.link()).toMatchObject({ state: 'not-configured', since: null });
    expect(station.sync.unsent()).toMatchObject({ count: 2 });
    expect(server.asked).toEqual([]);
  });

  test('batches that are too large become smaller; a single one that stays too large is said', async () => {
    await station.enrol(server);
    server.mostEvents = 30;
    await station.start();
    station.recordMany(200);
    await station.allSent();
    expect(expectEqual()).toBe(200);
    server.mostEvents = 0;
    station.record(1);
    await until(() => station.sync.link().state === 'refused');
    expect(station.sync.link().problem).toMatchObject({ code: 'batch-too-large' });
    server.mostEvents = 10;
    await station.allSent();
    expect(expectEqual()).toBe(201);
  });

  test('events as large as a batch go one at a time', async () => {
    await station.enrol(server);
    await station.start();
    station.record(3, 3 * 1024 * 1024);
    await station.allSent();
    expect(expectEqual()).toBe(3);
  });
});

describe('a server that cannot or will not', () => {
  test('not there: unreachable since, and everything arrives once it is back', async () => {
    await station.enrol(server);
    await station.start();
    station.record(1);
    await station.allSent();
    const { port } = server;
    await server.close();
    station.record(2);
    await until(() => station.sync.link().state === 'unreachable');
    expect(station.sync.link().problem?.code).toMatch(/^connection-/);
    expect(station.sync.unsent()).toMatchObject({ count: 2 });
    const again = new TestSyncServer();
    for (const [id, key] of server.keys) again.keys.set(id, key);
    again.streams = server.streams;
    server = again;
    await server.listen(port);
    await station.allSent();
    expect(expectEqual()).toBe(3);
  });

  test('a busy one is asked again with pauses, never in a busy loop', async () => {
    await station.enrol(server);
    server.onAsk = (path) => (path === syncPaths.events ? 'server-busy' : null);
    await station.start();
    station.record(1);
    await until(() => sent() >= 2);
    const [from, at] = [sent(), Date.now()];
    await new Promise((resolve) => setTimeout(resolve, 500));
    // Pauses are 5 to 100 ms here.
    expect(sent() - from).toBeLessThan((Date.now() - at) / 10);
    expect(station.sync.link()).toMatchObject({ state: 'unreachable', problem: { code: 'server-busy' } });
    server.onAsk = () => null;
    await station.allSent();
  });

  test('a revoked key: said, hardly asked any more, and over by itself when the server takes it back', async () => {
    await station.enrol(server);
    await station.start();
    await station.allSent();
    for (const key of server.keys.values()) key.revoked = true;
    station.record(1);
    await until(() => station.sync.link().state === 'refused');
    expect(station.sync.link().problem).toMatchObject({ code: 'station-revoked' });
    const from = server.asked.length;
    const at = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 450));
    // Pauses double up to 200 ms here (a minute in a plant), half of it by chance.
    expect(server.asked.length - from).toBeLessThanOrEqual((6 * (Date.now() - at)) / 450);
    for (const key of server.keys.values()) key.revoked = false;
    await station.allSent();
  });

  test.each(['batch-invalid', 'signature-wrong', 'signature-missing', 'station-unknown'] as const)(
    '%s once, also after an outage, is taken for damage on the way: asked again soon, and nobody is alarmed',
    async (code) => {
      await station.close();
      // A minute's pause would be seen.
      station = new SyncStation('ST10', { refusedMs: 60_000 });
      await station.enrol(server);
      server.onAsk = () => 'server-busy';
      await station.start();
      station.record(1);
      await until(() => server.asked.length > 6);
      let times = 2;
      server.onAsk = (path) => (path === syncPaths.events && (times -= 1) >= 0 ? code : null);
      const states = new Set<string>();
      station.sync.changed.listen(() => states.add(station.sync.link().state));
      await station.allSent(30_000);
      expect(times).toBeLessThan(0);
      expect(states).not.toContain('refused');
      expect(expectEqual()).toBe(1);
    },
  );

  test('what the greeting says and the hashes do not: no branch and no epoch, asked again', async () => {
    await station.enrol(server);
    await station.start();
    station.record(5);
    await station.allSent();
    const { epoch } = station.store;
    for (const lie of [
      { seq: 3, hash: 'ab'.repeat(32) },
      { seq: 5, hash: 'ab'.repeat(32) },
      { seq: 9, hash: 'ab'.repeat(32) },
    ]) {
      let lies = 3;
      server.answerInstead = (path, body) =>
        path === syncPaths.hello && (lies -= 1) >= 0 ? { ...body, streams: [{ epoch, branch: '', ...lie }] } : body;
      await until(() => station.sync.link().problem?.code === 'answer-not-understood');
      await station.allSent();
    }
    station.record(1);
    await station.allSent();
    expect(station.store.outbox.streams()).toMatchObject([{ epoch, branch: '', first: 1, last: 6, acked: 6 }]);
    expect(expectEqual()).toBe(6);
  });

  test('an answer that is none of a plant server', async () => {
    await station.enrol(server);
    server.close = () => Promise.resolve();
    const { createServer } = await import('node:http');
    const other = createServer((_request, response) => response.end('<html>It works!</html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const file = join(station.folder, 'server.json');
    const { port } = other.address() as { port: number };
    writeFileSync(file, readFileSync(file, 'utf8').replace(server.url, `http://127.0.0.1:${port}`));
    await station.start();
    await until(() => station.sync.link().problem !== null);
    expect(station.sync.link()).toMatchObject({ state: 'never-reached', problem: { code: 'answer-not-understood' } });
    other.closeAllConnections();
    other.close();
  });
});

describe('put back from a backup', () => {
  test('the server: what it lost is sent again', async () => {
    await station.enrol(server);
    await station.start();
    station.record(3);
    await station.allSent();
    const backup = server.snapshot();
    station.record(4);
    await station.allSent();
    server.putBack(backup);
    await until(() => server.count('ST10') === 7);
    await station.allSent();
    expect(expectEqual()).toBe(7);
  });

  test('the server, to before it knew the station: everything is sent again', async () => {
    await station.enrol(server);
    const backup = server.snapshot();
    await station.start();
    station.record(3);
    await station.allSent();
    server.putBack(backup);
    await until(() => server.count('ST10') === 3);
    expect(expectEqual()).toBe(3);
  });

  test('the station, noticed at its start: a new epoch before anything is recorded, and no branch', async () => {
    await station.enrol(server);
    await station.start();
    station.record(3);
    await station.allSent();
    await station.stop();
    const copy = station.backup();
    copies.push(copy);
    await station.start();
    station.record(5);
    await station.allSent();
    const before = station.store.epoch;
    const lost = server.stream('ST10', before)?.records ?? [];
    await station.stop();
    station.putBack(copy);
    await station.start();
    expect(station.store.epoch).not.toBe(before);
    station.record(2);
    await station.allSent();
    expect(station.sync.view().streams).toMatchObject([
      { epoch: before, branch: '', last: 3, acked: 3 },
      { branch: '', first: 1, last: 2, acked: 2, current: true },
    ]);
    expect(server.stream('ST10', before)?.records).toEqual(lost);
    expect(expectEqual()).toBe(5);
    // And for ever after: the old epoch is not asked for again and again.
    await station.stop();
    await station.start();
    station.record(1);
    await station.allSent();
    expect(station.store.outbox.streams()).toHaveLength(2);
  });

  test('the station, after it recorded under used numbers: they become a branch, and a new epoch goes on', async () => {
    await station.enrol(server);
    await station.start();
    station.record(3);
    await station.allSent();
    await station.stop();
    const copy = station.backup();
    copies.push(copy);
    await station.start();
    station.record(5);
    await station.allSent();
    await station.stop();
    station.putBack(copy);
    // The cable is out when it starts.
    server.onAsk = () => 'server-busy';
    await station.start();
    const old = station.store.epoch;
    station.record(2, 20);
    server.onAsk = () => null;
    await station.allSent();
    station.record(1);
    await station.allSent();
    const streams = station.store.outbox.streams();
    expect(streams.map(({ epoch, first, last, acked }) => [epoch === old, first, last, acked])).toEqual([
      [true, 1, 3, 3],
      [true, 4, 5, 5],
      [false, 1, 1, 1],
    ]);
    expect(server.stream('ST10', old)?.records).toHaveLength(8);
    expect(server.stream('ST10', old, streams[1]?.branch)?.records).toHaveLength(2);
    expect(expectEqual()).toBe(6);
    expect(station.store.verifyChain().fault).toBeNull();
    // It outlives a restart.
    await station.stop();
    await station.start();
    await station.allSent();
    expect(station.store.outbox.streams()).toHaveLength(3);
  });

  test('more events of its own than the server has: the branch begins at the first that differs', async () => {
    await station.enrol(server);
    await station.start();
    station.record(40);
    await station.allSent();
    await station.stop();
    const copy = station.backup();
    copies.push(copy);
    await station.start();
    station.record(3);
    await station.allSent();
    await station.stop();
    station.putBack(copy);
    server.onAsk = () => 'server-busy';
    await station.start();
    station.record(30, 20);
    server.onAsk = () => null;
    await station.allSent();
    expect(station.store.outbox.streams().map(({ first, last }) => [first, last])).toEqual([
      [1, 40],
      [41, 70],
      [1, 0],
    ]);
    expect(expectEqual()).toBe(70);
  });
});
