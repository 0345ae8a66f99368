/** A damaged or full store is a screen, not a crash: the station starts, serves, and refuses with the reason. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '#station/clock.ts';
import { composeStation, type Station } from '#station/compose.ts';
import { installedDrivers } from '#station/drivers/index.ts';
import { createLog } from '#station/log.ts';

let data: string;
let station: Station | null;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'linewright-faulty-'));
  station = null;
});
afterEach(async () => {
  await station?.stop('test');
  rmSync(data, { recursive: true, force: true });
});

async function run() {
  station = await composeStation({
    configFolder: 'resources/demo-plant',
    // No devices of ours answer here, and none is needed.
    stationId: 'ST20',
    dataFolder: data,
    drivers: await installedDrivers(),
    clock: systemClock,
    log: createLog('silent'),
  });
  station.start();
  return createRouterClient(station.router);
}

test('a file that is no database: the state is named, every command is refused with it', async () => {
  writeFileSync(join(data, 'station.db'), 'this is not a database, it is a sentence that goes on and on '.repeat(200));
  const client = await run();
  expect((await client.system.get()).store).toMatchObject({ state: 'corrupt', path: join(data, 'station.db') });
  expect(await client.execution.get()).toMatchObject({ executionId: null });
  expect((await client.orders.list({})).items).toEqual([]);
  const outcome = await client.people.signIn({ commandId: '12345678', badge: 'BDG-1002', pin: null });
  expect(outcome).toMatchObject({
    ok: false,
    refusal: { reasons: [{ code: 'store.not-writable', params: { state: 'corrupt' } }] },
  });
  // What is damaged is evidence: nobody may write over it.
  expect(readFileSync(join(data, 'station.db'), 'utf8')).toMatch(/^this is not a database/);
});

test('a damaged history does not keep units from being built', async () => {
  writeFileSync(join(data, 'history.db'), 'this is not a database '.repeat(500));
  const client = await run();
  const { store, history } = await client.system.get();
  expect(store.state).toBe('ok');
  expect(history).toMatchObject({ state: 'corrupt', path: join(data, 'history.db'), lost: null });
  expect(history.notRecordedSince).not.toBeNull();
  expect(await client.people.signIn({ commandId: '12345678', badge: 'BDG-1002', pin: null })).toMatchObject({
    ok: true,
  });
});

test('an orderly end and an abrupt one are told apart by the next start', async () => {
  mkdirSync(data, { recursive: true });
  await run();
  await station?.stop('SIGTERM');
  const client = await run();
  expect((await client.system.get()).store.events).toBeGreaterThan(2);
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(join(data, 'station.db'), { readonly: true });
  const runs = db
    .prepare("SELECT record FROM event WHERE record LIKE '%station.st%' ORDER BY seq")
    .all()
    .map((row) => JSON.parse((row as { record: string }).record) as { type: string; body: Record<string, string> });
  db.close();
  expect(runs.map(({ type, body }) => [type, body.previousRun ?? body.reason])).toEqual([
    ['station.started', 'none'],
    ['station.stopped', 'SIGTERM'],
    ['station.started', 'ended-cleanly'],
  ]);
});
