import { beforeEach, expect, it } from 'vitest';
import { messageKinds } from '#contract/integration/messages.ts';
import type { Happened } from '#domain/happened.ts';
import { describeOnDatabases, type TestDatabase } from '#tests/support/database.ts';
import { systemClock } from '../../clock.ts';
import { createLog } from '../../log.ts';
import { runOf } from '../test-kit.ts';
import { receiversOf } from './enqueue.ts';
import { Follower } from './follow.ts';
import { createErpFold } from './fold.ts';
import { pull } from './pull.ts';

describeOnDatabases('looking through the streams', (database: TestDatabase) => {
  beforeEach(() => database.clear(), 60_000);

  const append = async (streamId: number, events: readonly (Happened | string)[]): Promise<void> => {
    const { db } = database;
    await db.execute(`CREATE TABLE IF NOT EXISTS event_2026_11 PARTITION OF event FOR VALUES IN ('2026-11-01')`);
    const [head] = await db.query<{ head_seq: number }>(
      `INSERT INTO stream (stream_id, station_id, epoch, first_seq, head_seq, head_hash, begun_at)
       VALUES ($1, $2, 'a', 1, $3, decode(repeat('00', 32), 'hex'), now())
       ON CONFLICT (stream_id) DO UPDATE SET head_seq = stream.head_seq + $3 RETURNING head_seq`,
      [streamId, `ST${streamId}`, events.length],
    );
    const first = (head?.head_seq ?? 0) - events.length + 1;
    for (const [at, event] of events.entries()) {
      await db.execute(
        `INSERT INTO event (received_month, stream_id, seq, received_at, hash, record)
         VALUES ('2026-11-01', $1, $2, now(), decode('00', 'hex'), $3)`,
        [streamId, first + at, typeof event === 'string' ? event : JSON.stringify({ ...event, version: 1 })],
      );
    }
  };
  const follower = (): Follower =>
    new Follower({
      db: database.db,
      clock: systemClock,
      log: createLog('silent'),
      pollMs: 50,
      fold: createErpFold({
        receivers: () => receiversOf([], messageKinds),
        withPersons: () => false,
        definition: () => null,
        ordersOf: () => Promise.resolve(new Map()),
        now: () => Date.now(),
      }),
    });
  const keys = async (): Promise<string[]> =>
    (await pull(database.db, { after: 0, limit: 1_000 })).messages.map(({ message }) => message.key).sort();

  it('tells each fact once, whatever the streams are cut into, and passes over what it does not understand', async () => {
    const events = ['A', 'B', 'C'].flatMap((serial) => runOf(serial));
    await append(1, [...events.slice(0, 8), '{"type":"execution.passed","version":9,"body":{}}', 'no json']);
    const one = follower();
    while ((await one.round()) > 0);
    await append(2, runOf('D'));
    await append(1, events.slice(8));
    while ((await one.round()) > 0);
    expect(await one.round()).toBe(0);
    expect(await keys()).toEqual(
      ['A', 'B', 'C', 'D'].flatMap((serial) => [`completed:${serial}`, `passed:x-${serial}`]).sort(),
    );
  });

  it('two at a time: nothing twice', async () => {
    for (let stream = 1; stream <= 6; stream += 1) {
      await append(
        stream,
        [0, 1, 2, 3].flatMap((n) => runOf(`S${stream}-${n}`)),
      );
    }
    const others = [database.open(), database.open()];
    await Promise.all(
      [follower(), follower()].map(async (each) => {
        while ((await each.round()) > 0);
      }),
    );
    expect((await keys()).length).toBe(48);
    await Promise.all(others.map((db) => db.close()));
  });

  it('works by itself until it is stopped', async () => {
    const one = follower();
    await one.start('events');
    await append(1, runOf('A'));
    await expect.poll(keys).toEqual(['completed:A', 'passed:x-A']);
    await one.stop();
    await append(1, runOf('B'));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await keys()).length).toBe(2);
  });
});
