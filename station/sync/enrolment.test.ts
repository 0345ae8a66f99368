import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestSyncServer } from '#tests/support/sync-server.ts';
import { SyncStation, testCode } from '#tests/support/sync-station.ts';

let server: TestSyncServer;
let station: SyncStation;
beforeEach(async () => {
  server = new TestSyncServer();
  await server.listen();
  station = new SyncStation();
});
afterEach(async () => {
  await station.close();
  await server.close();
});

test('keeps the key in a file that only the station may read, and says what was wrong', async () => {
  await station.start();
  expect(await station.sync.enrol('what is this', testCode)).toMatchObject({
    refusal: { reasons: [{ code: 'server.address-wrong' }] },
  });
  expect(await station.sync.enrol(server.url, 'ABC')).toMatchObject({
    refusal: { reasons: [{ code: 'server.code-malformed' }] },
  });
  expect(await station.sync.enrol(server.url, testCode)).toMatchObject({
    refusal: { reasons: [{ code: 'server.refused', params: { problem: 'code-wrong' } }] },
  });
  expect(await station.sync.enrol('http://127.0.0.1:1', testCode)).toMatchObject({
    refusal: { reasons: [{ code: 'server.not-reached', params: { problem: 'connection-refused' } }] },
  });
  server.codes.set(testCode, 'ST10');
  station.record(1);
  expect(await station.sync.enrol(server.url, ' 7k3m9qxt ')).toEqual({ ok: true, value: undefined });
  await station.allSent();
  expect(statSync(join(station.folder, 'server.key')).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(station.folder, 'server.json'), 'utf8')).not.toContain('PRIVATE');
  expect(JSON.stringify(station.sync.view())).not.toContain('PRIVATE');
  expect(station.sync.forget()).toMatchObject({ ok: true });
  expect(station.sync.link().state).toBe('not-configured');
  expect(readdirSync(station.folder).filter((name) => name.startsWith('server.'))).toEqual([]);
});

test('an answer that was lost: the same code works again, with the same key', async () => {
  await station.start();
  server.codes.set(testCode, 'ST10');
  server.onAsk = (_path, request) => {
    server.onAsk = () => null;
    // The server does it, and the answer is lost.
    request.socket.write = () => true;
    setTimeout(() => request.socket.destroy(), 20);
    return null;
  };
  expect(await station.sync.enrol(server.url, testCode)).toMatchObject({
    refusal: { reasons: [{ code: 'server.not-reached', params: { problem: 'connection-lost' } }] },
  });
  expect(server.keys.size).toBe(1);
  expect(await station.sync.enrol(server.url, testCode)).toMatchObject({ ok: true });
  expect(server.keys.size).toBe(1);
  // Enrolling again makes a new key: the old one may have been revoked.
  server.codes.set(testCode, 'ST10');
  expect(await station.sync.enrol(server.url, testCode)).toMatchObject({ ok: true });
  expect(server.keys.size).toBe(2);
});

test('a data folder whose key does not fit says so and leaves the work alone', async () => {
  await station.enrol(server);
  writeFileSync(join(station.folder, 'server.key'), 'nonsense');
  await station.start();
  station.record(1);
  expect(station.sync.link()).toMatchObject({ state: 'refused', problem: { code: 'enrolment-unusable' } });
  expect(station.sync.link().problem?.detail).toMatch(/server\.key.*enrol/);
  expect(station.sync.link().problem?.detail).not.toContain('nonsense');
});
