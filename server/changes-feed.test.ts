/** What changed is told at once; the pace of the feed is only for what tells nobody. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '#tests/support/database.ts';
import { PlantRig } from '#tests/support/plant-view.ts';
import type { Hello } from '#contract/sync/up.ts';
import { tellChanged } from './changes-feed.ts';
import { recordFork } from './ingest/forks.ts';
import { recordHello } from './ingest/hello.ts';
import { StationStream } from './projections/test-kit.ts';

const limit = 240_000;
/** Below the feed's own pace of 5 s, with room for a busy machine: only who was told can be so quick. */
const soonMs = 4_000;

const hello = (more: Partial<Hello> = {}): Hello =>
  ({
    version: '1',
    bootId: 'b',
    startedAt: 0,
    configHash: 'c',
    storeState: 'ready',
    now: 0,
    unsent: { count: 0, oldestAt: null },
    devicesDown: [],
    blobsWaiting: 0,
    streams: [],
    ...more,
  }) as unknown as Hello;

describeOnDatabases('what the plant view hears', (database) => {
  const rig = new PlantRig(database);
  beforeEach(() => database.clear());
  afterEach(() => rig.end());

  it(
    'a greeting is news when something else is to be seen, not when it only comes again',
    { timeout: limit },
    async () => {
      const { db } = database;
      const greet = (now: number, more: Partial<Hello> = {}) => recordHello(db, 'ST10', hello(more), now);
      expect(await greet(0)).toBe(true);
      expect(await greet(5_000)).toBe(false);
      expect(await greet(10_000, { devicesDown: ['press'] })).toBe(true);
      expect(await greet(15_000, { devicesDown: ['press'] })).toBe(false);
      expect(await greet(20_000, { unsent: { count: 3, oldestAt: 0 } })).toBe(true);
      expect(await greet(25_000, { unsent: { count: 5, oldestAt: 0 } })).toBe(false);
      expect(await greet(30_000, { unsent: { count: 500, oldestAt: 0 } })).toBe(true);
      expect(await greet(35_000)).toBe(true);
      expect(await greet(40_000, { bootId: 'other' })).toBe(true);
      // It was silent.
      expect(await greet(60_000, { bootId: 'other' })).toBe(true);
    },
  );

  it('stations and trouble show a change at once', { timeout: limit }, async () => {
    const { db } = database;
    const { url } = await rig.serve();
    const calls = await (await rig.enter(url, 'ravi.nair', 'demo-controls')).calls();
    const after = async <T>(values: AsyncIterator<T>, is: (value: T) => boolean, act: () => Promise<unknown>) => {
      await values.next();
      const begun = performance.now();
      await act();
      for (;;) {
        const { value, done } = await values.next();
        if (done === true) throw new Error('the stream ended');
        if (is(value as T)) return performance.now() - begun;
      }
    };
    const trouble = await calls.trouble.watch();
    const unknown = new StationStream('ST10').raw({ type: 'nobody.knows', version: 1, body: {} });
    expect(
      await after(
        trouble,
        ({ quarantine }) => quarantine === 1,
        async () => {
          await unknown.send(db);
          await db.query(`SELECT pg_notify('events', '')`);
        },
      ),
    ).toBeLessThan(soonMs);
    expect(
      await after(
        trouble,
        ({ forks }) => forks === 1,
        () =>
          db.transaction((tx) =>
            recordFork(tx, { stationId: 'ST10', epoch: 'e', branch: '', fromSeq: 1, now: Date.now() }),
          ),
      ),
    ).toBeLessThan(soonMs);
    const stations = await calls.stations.watch();
    let seen = 0;
    expect(
      await after(
        stations,
        () => (seen += 1) > 0,
        () => tellChanged(db, 'stations'),
      ),
    ).toBeLessThan(soonMs);
    await trouble.return?.();
    await stations.return?.();
  });
});
