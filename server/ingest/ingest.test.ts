import { beforeEach, expect, it } from 'vitest';
import { syncLimits, syncPaths, zeroHash } from '#contract/sync/protocol.ts';
import { batchAnswerSchema, hashesAnswerSchema, helloAnswerSchema } from '#contract/sync/up.ts';
import { syncErrorSchema } from '#contract/sync/protocol.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Plant } from '../compose.ts';
import { ask, encode, heldLog, plantOn, TestLog, TestStation, type Answer } from '#tests/support/plant-server.ts';
import { streamIdOf } from './stream-id.ts';

const fault = (answer: Answer): string => {
  const { error, problem, remedy } = syncErrorSchema.parse(answer.body);
  expect(problem.length).toBeGreaterThan(5);
  expect(remedy.length).toBeGreaterThan(5);
  return `${answer.status} ${error}`;
};

describeOnDatabases('ingest', (database) => {
  let plant: Plant;
  let station: TestStation;
  let log: TestLog;
  beforeEach(async () => {
    await database.clear();
    plant = await plantOn(database.db);
    station = new TestStation('ST10');
    await station.enrol(plant);
    log = new TestLog('ST10').add(20);
  });
  const held = (): Promise<string[]> => heldLog(database.db, 'ST10');

  it.each(['zstd', 'gzip', 'identity'] as const)('stores a batch verbatim (%s)', async (encoding) => {
    const answer = await station.send(plant, log.batch(1, 12), encoding);
    expect(answer.status).toBe(200);
    expect(batchAnswerSchema.parse(answer.body)).toEqual({
      head: { seq: 12, hash: log.hashes[11] },
      stored: 12,
      replayed: 0,
    });
    expect((await station.send(plant, log.batch(13, 20), encoding)).body.head).toEqual(log.head);
    expect(await held()).toEqual(log.records);
  });

  it('takes a batch again, whole or in part, without storing anything twice', async () => {
    await station.send(plant, log.batch(1, 10));
    expect((await station.send(plant, log.batch(1, 10))).body).toMatchObject({
      stored: 0,
      replayed: 10,
      head: { seq: 10 },
    });
    expect((await station.send(plant, log.batch(4, 6))).body).toMatchObject({
      stored: 0,
      replayed: 3,
      head: { seq: 10 },
    });
    expect((await station.send(plant, log.batch(8, 15))).body).toMatchObject({
      stored: 5,
      replayed: 3,
      head: { seq: 15 },
    });
    expect((await station.send(plant, log.batch())).body).toMatchObject({ stored: 5, replayed: 15, head: log.head });
    expect(await held()).toEqual(log.records);
  });

  it('answers a gap with its head, and takes the rest from there', async () => {
    const first = await station.send(plant, log.batch(5, 10));
    expect(fault(first)).toBe('409 gap');
    expect(first.body.head).toEqual({ seq: 0, hash: zeroHash });
    await station.send(plant, log.batch(1, 4));
    const second = await station.send(plant, log.batch(8, 10));
    expect(fault(second)).toBe('409 gap');
    expect(second.body.head).toEqual({ seq: 4, hash: log.hashes[3] });
    expect((await station.send(plant, log.batch(5, 20))).status).toBe(200);
    expect(await held()).toEqual(log.records);
  });

  it('after the database lost its newest rows: a gap, and what is missing comes again', async () => {
    await station.send(plant, log.batch());
    const id = streamIdOf({ stationId: 'ST10', epoch: 'e1', branch: '' });
    await database.db.execute('DELETE FROM event WHERE stream_id = $1 AND seq > 7', [id]);
    await database.db.execute('UPDATE stream SET head_seq = 7, head_hash = $2 WHERE stream_id = $1', [
      id,
      Buffer.from(log.hashes[6] ?? '', 'hex'),
    ]);
    log.add(3);
    const answer = await station.send(plant, log.batch(21, 23));
    expect(answer.body).toMatchObject({ error: 'gap', head: { seq: 7 } });
    await station.send(plant, log.batch(8, 23));
    expect(await held()).toEqual(log.records);
  });

  it('refuses what does not hash to lastHash, and stores nothing of it', async () => {
    const tampered = log.batch().replace('fact 7', 'fact 8');
    expect(fault(await station.send(plant, tampered))).toBe('400 batch-invalid');
    const lines = log.batch().split('\n');
    const swapped = [lines[0], lines[2], lines[1], ...lines.slice(3)].join('\n');
    expect(fault(await station.send(plant, swapped))).toBe('400 batch-invalid');
    const cut = lines.slice(0, -3).join('\n');
    expect(fault(await station.send(plant, cut))).toBe('400 batch-invalid');
    const halfLine = log.batch().slice(0, -40);
    expect(fault(await station.send(plant, halfLine))).toBe('400 batch-invalid');
    const doubled = [...lines.slice(0, -1), lines[1], ''].join('\n');
    expect(fault(await station.send(plant, doubled))).toBe('400 batch-invalid');
    expect(await held()).toEqual([]);
  });

  it('refuses a head or record that is not as the contract says, naming the line', async () => {
    const cases: Readonly<Record<string, string>> = {
      'line 1': log.batch(1, 5, { v: 2 }),
      'line 1: count': log.batch(1, 5, { count: 0 }),
      'line 1: first is beyond': log.batch(1, 5, { first: Number.MAX_SAFE_INTEGER, prevHash: '1'.repeat(64) }),
      'line 1: prevHash is all zeros': log.batch(1, 5, { prevHash: '1'.repeat(64) }),
      'line 1 is no JSON': `{"v":1\n${log.records.join('\n')}\n`,
      'no line with the head': 'x'.repeat(5_000),
      'line 3 is no JSON': new TestLog('ST10').add(1).addText('{"a":').batch(),
      'line 2 is no record': new TestLog('ST10').addText('[1]').batch(),
      'line 2 is of epoch': new TestLog('ST10').add(1, { epoch: 'e2' }).batch(),
      'line 3 has the number "2"': new TestLog('ST10').add(1).add(1, { seq: '2' }).batch(),
      'line 2 has the number 5': new TestLog('ST10').add(1, { seq: 5 }).batch(),
      'line 2 is no JSON': new TestLog('ST10').addText('[').batch(),
    };
    for (const [problem, batch] of Object.entries(cases)) {
      const answer = await station.send(plant, batch);
      expect(fault(answer), problem).toBe('400 batch-invalid');
      expect(answer.body.problem).toContain(problem);
    }
    const notText = await station.send(plant, Buffer.concat([Buffer.from(log.batch(1, 1)), Buffer.from([0xff, 0xfe])]));
    expect(fault(notText)).toBe('400 batch-invalid');
    expect(await held()).toEqual([]);
  });

  it('survives garbage: a number of a million digits, nesting a million deep, NUL, an empty body', async () => {
    const digits = '9'.repeat(1_000_000);
    const huge = new TestLog('ST10').addText(`{"stationId":"ST10","epoch":"e1","seq":1,"body":${digits}}`);
    expect((await station.send(plant, huge.batch())).status).toBe(200);
    expect(await held()).toEqual(huge.records);
    const next = huge.addText(`{"stationId":"ST10","epoch":"e1","seq":${digits}}`);
    expect(fault(await station.send(plant, next.batch(2, 2)))).toBe('400 batch-invalid');
    const deep = new TestLog('ST10').addText('['.repeat(1_000_000) + ']'.repeat(1_000_000));
    expect(fault(await station.send(plant, deep.batch()))).toBe('400 batch-invalid');
    const nul = new TestLog('ST10').addText('{"stationId":"ST10","epoch":"e1","seq":1,"body":"\u0000"}');
    expect(fault(await station.send(plant, nul.batch()))).toBe('400 batch-invalid');
    const empty = await ask(
      plant,
      station.signed('POST', syncPaths.events, null, { 'content-type': 'application/x-ndjson' }),
    );
    expect(fault(empty)).toMatch(/^4/);
    expect((await ask(plant, { method: 'GET', url: '/health' })).status).toBe(200);
  });

  it('refuses what is too large: events, bytes, and what only unpacks to too much', async () => {
    const many = new TestLog('ST10').add(syncLimits.batchEvents + 1);
    expect(fault(await station.send(plant, many.batch()))).toBe('413 batch-too-large');
    const bomb = Buffer.alloc(200 * 1024 * 1024);
    for (const encoding of ['zstd', 'gzip'] as const) {
      expect(encode(bomb, encoding).length).toBeLessThan(syncLimits.batchBytes);
      expect(fault(await station.send(plant, bomb, encoding))).toBe('413 batch-too-large');
    }
    expect(fault(await station.send(plant, bomb, 'identity'))).toBe('413 batch-too-large');
    // One event may be as large as a batch.
    const large = new TestLog('ST10').add(1, { body: { text: 'x'.repeat(syncLimits.batchBytes - 2_000) } });
    expect((await station.send(plant, large.batch())).status).toBe(200);
    expect(await held()).toEqual(large.records);
  }, 240_000);

  it('refuses unknown and wrong encodings', async () => {
    const body = encode(log.batch(), 'gzip');
    for (const encoding of ['br', 'deflate', 'zstd', 'gzip, gzip']) {
      const answer = await ask(
        plant,
        station.signed('POST', syncPaths.events, body, {
          'content-type': 'application/x-ndjson',
          'content-encoding': encoding,
        }),
      );
      expect(fault(answer)).toMatch(/^4\d\d batch-invalid$/);
    }
    const cutOff = body.subarray(0, body.length - 20);
    const answer = await ask(
      plant,
      station.signed('POST', syncPaths.events, cutOff, {
        'content-type': 'application/x-ndjson',
        'content-encoding': 'gzip',
      }),
    );
    expect(fault(answer)).toBe('400 batch-invalid');
  });

  it('lets a station write its own stream only', async () => {
    const other = new TestLog('ST20').add(3);
    const answer = await station.send(plant, other.batch());
    expect(fault(answer)).toBe('403 stream-not-yours');
    expect(await heldLog(database.db, 'ST20')).toEqual([]);
  });

  it('stores events of types and versions that it does not know', async () => {
    const future = new TestLog('ST10').add(1, { type: 'teleported', version: 9 }).add(1, { version: 'x', type: 7 });
    expect((await station.send(plant, future.batch())).body.stored).toBe(2);
    expect(await held()).toEqual(future.records);
  });

  it('takes events whose clock is a year off, in the partition of its own clock', async () => {
    const off = new TestLog('ST10')
      .add(2, { at: Date.now() - 366 * 86_400_000 })
      .add(2, { at: -5 })
      .add(1, { at: 8e15 });
    expect((await station.send(plant, off.batch())).status).toBe(200);
    const rows = await database.db.query<{ months: number }>(
      'SELECT count(DISTINCT received_month) AS months FROM event',
    );
    expect(rows).toEqual([{ months: 1 }]);
  });

  it('makes a fork of another event under a known number: alarm, nothing overwritten', async () => {
    await station.send(plant, log.batch());
    const restored = log.backup(8).add(5, { body: { text: 'another past' } });
    const answer = await station.send(plant, restored.batch(6, 13));
    expect(fault(answer)).toBe('409 fork');
    expect(answer.body.head).toEqual(log.head);
    expect(answer.body.problem).toContain('event 9');
    // The same again, in other pieces: still one fork, found first at 9.
    expect(fault(await station.send(plant, restored.batch(10, 13)))).toBe('409 fork');
    expect(fault(await station.send(plant, restored.add(10).batch(21, 23)))).toBe('409 fork');
    expect(await held()).toEqual(log.records);
    const rows = await database.db.query('SELECT station_id, epoch, branch, from_seq FROM fork');
    expect(rows).toEqual([{ station_id: 'ST10', epoch: 'e1', branch: '', from_seq: 9 }]);
  });

  it('takes what a restored station wrote as a branch, beside the stream', async () => {
    await station.send(plant, log.batch());
    const restored = log.backup(8).add(5, { body: { text: 'another past' } });
    await station.send(plant, restored.batch(6, 13));
    const branch = (restored.hashes[8] ?? '').slice(0, 16);
    // Not by another name, not from another place, not what the stream holds itself.
    expect(fault(await station.send(plant, restored.batch(9, 13, { branch: 'f'.repeat(16) })))).toBe('409 gap');
    expect(fault(await station.send(plant, restored.batch(10, 13, { branch })))).toBe('409 gap');
    expect(fault(await station.send(plant, log.batch(9, 10, { branch: (log.hashes[8] ?? '').slice(0, 16) })))).toBe(
      '400 batch-invalid',
    );

    expect((await station.send(plant, restored.batch(9, 11, { branch }))).body).toMatchObject({
      stored: 3,
      head: { seq: 11 },
    });
    expect((await station.send(plant, restored.batch(10, 13, { branch }))).body).toMatchObject({
      stored: 2,
      replayed: 2,
    });
    expect(await held()).toEqual(log.records);
    expect(await heldLog(database.db, 'ST10', 'e1', branch)).toEqual(restored.records.slice(8));
    expect(await database.db.query('SELECT branch, from_seq FROM fork')).toEqual([{ branch, from_seq: 9 }]);

    const hello = await ask(
      plant,
      station.json(
        'POST',
        syncPaths.hello,
        helloOf([
          { epoch: 'e1', branch: '', ...log.head },
          { epoch: 'e1', branch, ...restored.head },
          { epoch: 'e2', branch: '', seq: 0, hash: zeroHash },
        ]),
      ),
    );
    expect(helloAnswerSchema.parse(hello.body).streams).toEqual([
      { epoch: 'e1', branch: '', ...log.head },
      { epoch: 'e1', branch, ...restored.head },
      { epoch: 'e2', branch: '', seq: 0, hash: zeroHash },
    ]);
  });

  it('takes a branch from the very first event', async () => {
    await station.send(plant, log.batch(1, 5));
    const other = new TestLog('ST10').add(3, { body: { text: 'other' } });
    const branch = (other.hashes[0] ?? '').slice(0, 16);
    expect((await station.send(plant, other.batch(1, 3, { branch }))).body).toMatchObject({ stored: 3 });
    expect(await heldLog(database.db, 'ST10', 'e1', branch)).toEqual(other.records);
  });

  it('tells hashes of the own stream, to find where two ends part', async () => {
    await station.send(plant, log.batch());
    const answer = await ask(
      plant,
      station.signed('GET', `${syncPaths.hashes}?epoch=e1&branch=&first=18&count=10`, null),
    );
    expect(hashesAnswerSchema.parse(answer.body)).toEqual({ first: 18, hashes: log.hashes.slice(17) });
    const none = await ask(plant, station.signed('GET', `${syncPaths.hashes}?epoch=e9&first=1&count=10`, null));
    expect(none.body).toEqual({ first: 1, hashes: [] });
    const wrong = await ask(plant, station.signed('GET', `${syncPaths.hashes}?epoch=e1&first=0&count=10`, null));
    expect(fault(wrong)).toBe('400 input-invalid');
  });

  it('keeps what a station says of itself, with the drift of its clock', async () => {
    const answer = await ask(
      plant,
      station.json('POST', syncPaths.hello, { ...helloOf([]), now: Date.now() + 366 * 86_400_000 }),
    );
    expect(helloAnswerSchema.parse(answer.body).server.plantId).toBe('werk-sued');
    const [row] = await database.db.query(
      'SELECT version, unsent_count, devices_down, clock_drift_ms FROM station_status',
    );
    expect(row).toMatchObject({ version: '0.2.0', unsent_count: 14, devices_down: ['press'] });
    expect(Math.abs(Number(row?.['clock_drift_ms']) - 366 * 86_400_000)).toBeLessThan(60_000);
    expect(fault(await ask(plant, station.json('POST', syncPaths.hello, { version: 1 })))).toBe('400 input-invalid');
    expect(fault(await ask(plant, station.signed('POST', syncPaths.hello, Buffer.from('{'))))).toBe(
      '400 input-invalid',
    );
  });

  it('tells all instances of new events, after the commit', async () => {
    const heard: string[] = [];
    const stop = await database.db.listen('events', (id) => heard.push(id));
    await station.send(plant, log.batch());
    await expect.poll(() => heard).toEqual([String(streamIdOf({ stationId: 'ST10', epoch: 'e1', branch: '' }))]);
    await stop();
  });

  it('two instances race on one stream: every event once, in order', async () => {
    const second = await plantOn(database.open());
    const long = new TestLog('ST10').add(300);
    for (let round = 0; round < 10; round += 1) {
      const from = round * 30 + 1;
      const answers = await Promise.all(
        [plant, second, plant, second].map((instance, i) =>
          station.send(instance, long.batch(from, from + (i < 2 ? 29 : 14))),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(answers.reduce((sum, { body }) => sum + body.stored, 0)).toBe(30);
    }
    expect(await held()).toEqual(long.records);
    if (database.kind === 'postgresql') await second.stop('done');
  });

  it('takes batches that were sent before the answer to the last one came', async () => {
    const long = new TestLog('ST10').add(200);
    const batch = (round: number, i: number): string => long.batch(round * 40 + i * 10 + 1, round * 40 + i * 10 + 10);
    let again = 0;
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([0, 1, 2, 3].map((i) => station.send(plant, batch(round, i))));
      // It waits for the one before, if only for a moment: on a busy machine one may be asked for again.
      for (const [i, answer] of answers.entries()) {
        if (answer.status === 200) continue;
        expect([i > 0, fault(answer)]).toEqual([true, '409 gap']);
        again += 1;
        expect((await station.send(plant, batch(round, i))).status).toBe(200);
      }
    }
    expect(await held()).toEqual(long.records);
    expect(again).toBeLessThan(8);
  });
});

const helloOf = (streams: readonly unknown[]) => ({
  version: '0.2.0',
  bootId: 'boot',
  now: Date.now(),
  startedAt: Date.now() - 1_000,
  configHash: 'c'.repeat(64),
  storeState: 'fine',
  streams,
  unsent: { count: 14, oldestAt: Date.now() - 60_000 },
  devicesDown: ['press'],
  blobsWaiting: 0,
});
