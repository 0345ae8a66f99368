import { afterEach, beforeEach, expect, test } from 'vitest';
import { TestSyncServer } from '#tests/support/sync-server.ts';
import { SyncStation, testCode } from '#tests/support/sync-station.ts';
import { run } from './run.ts';

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

async function linewright(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const io = { out: (text: string) => void (out += text), err: (text: string) => void (err += text) };
  const drivers = async () => (await import('#station/drivers/index.ts')).installedDrivers();
  const code = await run([...words, '--data', station.folder, '--config', 'resources/demo-plant'], io, drivers);
  return { code, out, err };
}

test('enrol, send, audit: equal on both ends, also while the station runs', async () => {
  expect(await linewright('audit')).toMatchObject({ code: 3, err: expect.stringContaining('no station.db') });
  server.codes.set(testCode, 'ST10');
  expect(await linewright('enrol', '--server', server.url)).toMatchObject({ code: 2 });
  expect(await linewright('enrol', '--server', server.url, '--code', 'ZZZZ-ZZZZ')).toMatchObject({ code: 1 });
  const enrolled = await linewright('enrol', '--server', server.url, '--code', testCode);
  expect(enrolled).toMatchObject({ code: 0, out: expect.stringContaining(`belongs to ${server.url}`) });
  await station.start();
  expect(await linewright('enrol', '--server', server.url, '--code', testCode)).toMatchObject({ code: 3 });
  station.recordMany(300);
  await station.allSent();
  const { code, out } = await linewright('audit', '--json');
  expect([code, JSON.parse(out)]).toMatchObject([0, { equal: true, events: 300, unsent: 0 }]);
});

test('what was not sent, and the first difference, are told with exit code 1', async () => {
  await station.enrol(server);
  await station.start();
  station.record(30);
  await station.allSent();
  await station.stop();
  const stream = [...server.streams.values()][0];
  stream?.hashes.splice(25);
  expect(await linewright('audit')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/30 here, 25 there: from number 26 on not on the server[\s\S]*5 not yet sent/),
  });
  if (stream) stream.hashes[11] = 'f'.repeat(64);
  const told = JSON.parse((await linewright('audit', '--json')).out) as { streams: unknown[] };
  expect(told.streams).toMatchObject([{ firstDifference: 12, equal: false, here: 30, there: 25 }]);
  await server.close();
  expect(await linewright('audit')).toMatchObject({ code: 3, err: expect.stringContaining('could not be asked') });
  server = new TestSyncServer();
  await server.listen();
});
