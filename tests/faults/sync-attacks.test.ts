/**
 * Batches as they should not be, sent to a real server by a station's own key or by somebody who has none: truncated,
 * tampered, oversized, reordered, doubled, under a wrong name. Nothing wrong is ever stored, everything is refused with
 * words, and after each the server takes the next good batch. What is a fact but cannot be understood is stored as it is.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { syncLimits, syncPaths, zeroHash, type SyncError } from '#contract/sync/protocol.ts';
import { pumps, SimulatedStation } from '../../bench/simulated-station.ts';
import { serverFacts, type ServerFacts } from '../support/both-ends.ts';
import { admit, databaseKinds, newDatabase, startServer, type Database, type PlantServer } from '../support/plant.ts';

const plantId = 'werk-sued';

describe.each(databaseKinds)('wrong batches, on %s', (kind) => {
  let database: Database;
  let server: PlantServer;
  const all: SimulatedStation[] = [];
  const make = (stationId: string): SimulatedStation => {
    const station = new SimulatedStation({ url: '', stationId, plantId });
    all.push(station);
    return station;
  };
  const honest = make('SIM1');
  const attacker = make('SIM2');
  const stranger = make('SIM3');
  const revoked = make('SIM4');
  const odd = make('SIM5');
  const facts = pumps('ATTACK-');
  const write = (station: SimulatedStation, count: number): void => {
    for (let n = 0; n < count; n += 1) station.add(facts.next().value);
  };

  beforeAll(async () => {
    database = await newDatabase(kind);
    await admit(database, [honest, attacker, revoked, odd]);
    server = await startServer(database);
    for (const station of all) station.url = server.url;
  }, 240_000);
  afterAll(async () => {
    for (const station of all) station.close();
    await server?.kill();
    await database?.remove();
  });

  /** Whatever was tried: the server lives, and the next good batch goes in. */
  afterEach(async () => {
    write(honest, 20);
    const before = honest.head.seq;
    expect(await honest.sendOnce()).toBe(20);
    expect(honest.head).toEqual({ seq: before + 20, hash: honest.log.at(-1)?.hash });
  });

  const refused = (answer: { status: number; body: SyncError }, ...codes: string[]): void => {
    expect(answer.status, JSON.stringify(answer.body)).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(codes, answer.body.problem).toContain(answer.body.error);
    expect(answer.body.problem.length).toBeGreaterThan(10);
    expect(answer.body.remedy.length).toBeGreaterThan(3);
  };

  it('the same batch again, ten times at once: stored once', async () => {
    write(honest, 50);
    const batch = honest.batch(honest.head.seq + 1, honest.log.length);
    const before = honest.head.seq;
    const doubles = Array.from({ length: 10 }, () => {
      const again = new SimulatedStation({ ...honest, privateKey: honest.privateKey });
      return again.post(batch).finally(() => again.close());
    });
    const answers = await Promise.all(doubles);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.reduce((sum, { body }) => sum + body.stored, 0)).toBe(50);
    expect(answers.reduce((sum, { body }) => sum + body.replayed, 0)).toBe(450);
    for (const { body } of answers) expect(body.head.seq).toBe(before + 50);
    honest.head = answers[0]?.body.head ?? honest.head;
  });

  it('overlapping batches: only the rest is new', async () => {
    const head = honest.head.seq;
    write(honest, 30);
    const { body } = await honest.post(honest.batch(Math.max(1, head - 10), honest.log.length));
    expect(body).toMatchObject({ stored: 30, replayed: 11 });
    honest.head = body.head;
  });

  it('a later batch before an earlier one: a gap with the head, then both in order', async () => {
    write(honest, 40);
    const at = honest.head.seq;
    const late = await honest.post(honest.batch(at + 21, at + 40));
    expect(late).toMatchObject({ status: 409, body: { error: 'gap', head: honest.head } });
    await honest.sendOnce();
  });

  it('an empty stream that begins in the middle: a gap', async () => {
    const other = new SimulatedStation({ ...attacker, privateKey: attacker.privateKey, epoch: 'feed' });
    write(other, 10);
    expect(await other.post(other.batch(5, 10))).toMatchObject({
      status: 409,
      body: { error: 'gap', head: { seq: 0, hash: zeroHash } },
    });
    other.close();
  });

  it('another event under a used number: a fork, and nothing is overwritten', async () => {
    write(attacker, 20);
    await attacker.sendOnce();
    const other = new SimulatedStation({ ...attacker, privateKey: attacker.privateKey, epoch: attacker.epoch });
    other.log = attacker.log.slice(0, 10);
    write(other, 15);
    for (const [first, last] of [
      [1, 25],
      [11, 20],
      [11, 25],
      [21, 25],
    ] as const)
      expect(await other.post(other.batch(first, last)), `${first} to ${last}`).toMatchObject({
        status: 409,
        body: { error: 'fork', head: attacker.head },
      });
    other.close();
    write(attacker, 1);
    await attacker.sendOnce();
  });

  describe('the body', () => {
    const body = (): Buffer => honest.batch(honest.head.seq + 1, honest.log.length);

    it.each([
      ['nothing at all', () => Buffer.alloc(0)],
      ['no JSON', () => Buffer.from('hello\n')],
      ['only a head', () => body().subarray(0, body().indexOf(10) + 1)],
      ['the last line is missing', () => body().subarray(0, body().lastIndexOf(10, -2) + 1)],
      ['cut in the middle of a record', () => body().subarray(0, body().length - 40)],
      ['one character of a record differs', () => Buffer.from(body().toString().replace('bore-b', 'bore-c'))],
      [
        'two records have changed places',
        () => {
          const [head = '', a = '', b = '', ...rest] = body().toString().split('\n');
          return Buffer.from([head, b, a, ...rest].join('\n'));
        },
      ],
      ['an empty line between', () => Buffer.from(body().toString().replace('\n', '\n\n'))],
      ['a record too many', () => Buffer.concat([body(), Buffer.from('{}\n')])],
      ['bytes that are no UTF-8', () => Buffer.concat([body(), Buffer.from([0xff, 0xfe, 0x0a])])],
      ['noise', () => randomBytes(5_000)],
      ['carriage returns', () => Buffer.from(body().toString().replaceAll('\n', '\r\n'))],
    ])('%s', async (_name, made) => {
      write(honest, 30);
      refused(await honest.post(made(), 'none'), 'batch-invalid');
      expect(await honest.sendOnce()).toBe(30);
    });

    it.each([
      ['first 0', { first: 0 }],
      ['first beyond what a number can say', { first: 2 ** 53 }],
      ['a negative count', { count: -1 }],
      ['a count that is not what comes', { count: 7 }],
      ['another version', { v: 2 as 1 }],
      ['no such branch', { branch: '../../etc' }],
      ['a hash that is none', { lastHash: 'zz' }],
      ['a last hash that does not come out', { lastHash: 'ab'.repeat(32) }],
      ['an epoch for another language', { epoch: "'; DROP TABLE event; --" }],
    ])('its head: %s', async (_name, change) => {
      write(honest, 10);
      const batch = honest.batch(honest.head.seq + 1, honest.log.length, change);
      refused(await honest.post(batch), 'batch-invalid');
      await honest.sendOnce();
    });

    it('a branch that begins beyond the stream, or as the stream goes on', async () => {
      write(honest, 10);
      const batch = honest.batch(honest.head.seq + 5, honest.log.length, { branch: 'ab'.repeat(8) });
      const { status, body: said } = await honest.post(batch);
      expect([status, said.error]).not.toContain(200);
      await honest.sendOnce();
    });
  });

  describe('its size', () => {
    it('more events than a batch may have', async () => {
      write(attacker, syncLimits.batchEvents + 1);
      const first = attacker.head.seq + 1;
      const batch = attacker.batch(first, attacker.log.length);
      refused(await attacker.post(batch), 'batch-too-large', 'batch-invalid');
      while ((await attacker.sendOnce()) > 0);
      expect(attacker.head.seq).toBe(attacker.log.length);
    }, 240_000);

    it('one event as large as a batch goes in; one that is larger does not', async () => {
      attacker.addText(JSON.stringify(record(attacker, 'x'.repeat(syncLimits.batchBytes - 2_000))));
      expect(await attacker.sendOnce()).toBe(1);
      const { log } = attacker;
      attacker.addText(JSON.stringify(record(attacker, 'x'.repeat(syncLimits.batchBytes + 2_000))));
      refused(await attacker.post(attacker.batch(log.length, log.length)), 'batch-too-large');
      attacker.log = log.slice(0, -1);
    }, 240_000);

    it.each([
      ['zstd', (bytes: Buffer) => zstdCompressSync(bytes)],
      ['gzip', (bytes: Buffer) => gzipSync(bytes)],
    ] as const)(
      'a %s that unpacks to 400 MiB costs nothing',
      async (encoding, pack) => {
        const bomb = pack(Buffer.alloc(400 * 1024 * 1024));
        const before = server.rssMiB();
        const answers = await Promise.all(
          Array.from({ length: 4 }, () =>
            attacker.signed<SyncError>('POST', syncPaths.events, bomb, {
              'content-type': 'application/x-ndjson',
              'content-encoding': encoding,
            }),
          ),
        );
        for (const answer of answers) refused(answer, 'batch-too-large', 'batch-invalid');
        expect(server.rssMiB() - before).toBeLessThan(200);
      },
      60_000,
    );

    it('packed as nobody knows, or not packed as it says', async () => {
      write(honest, 10);
      const batch = honest.batch(honest.head.seq + 1, honest.log.length);
      for (const encoding of ['br', 'gzip', 'zstd', 'deflate, gzip'])
        refused(
          await honest.signed<SyncError>('POST', syncPaths.events, batch, {
            'content-type': 'application/x-ndjson',
            'content-encoding': encoding,
          }),
          'batch-invalid',
          'input-invalid',
        );
      await honest.sendOnce();
    });
  });

  describe('who sent it', () => {
    const batch = (): Buffer => honest.batch(honest.head.seq + 1, honest.log.length);
    const type = { 'content-type': 'application/x-ndjson' };

    it('nobody', async () => {
      write(honest, 1);
      refused(await honest.ask('POST', syncPaths.events, batch(), type), 'signature-missing');
      await honest.sendOnce();
    });
    it('a station that never enrolled', async () => {
      write(stranger, 5);
      refused(await stranger.post(stranger.batch(1, 5)), 'station-unknown');
    });
    it('a station whose key was revoked', async () => {
      write(revoked, 10);
      expect(await revoked.sendOnce()).toBe(10);
      if (database.cluster === null) return;
      await database.cluster.query(
        `UPDATE station_key SET revoked_at = now() WHERE key_id = '${revoked.keyId}'`,
        'linewright',
      );
      write(revoked, 10);
      await expect
        .poll(async () => (await revoked.post(revoked.batch(11, 20))).body.error, { timeout: 30_000, interval: 500 })
        .toBe('station-revoked');
      expect((await revoked.hello()).body).toMatchObject({ error: 'station-revoked' });
    }, 240_000);
    it('another station, with its own key, for this one', async () => {
      write(honest, 5);
      const answer = await attacker.post(batch());
      refused(answer, 'stream-not-yours', 'batch-invalid');
      await honest.sendOnce();
    });
    it('somebody who changed the body on the way', async () => {
      write(honest, 5);
      const signature = honest.signature('POST', syncPaths.events, batch());
      const other = Buffer.from(batch().toString().replace('"actor"', '"Actor"'));
      refused(await honest.ask('POST', syncPaths.events, other, { ...type, ...signature }), 'signature-wrong');
      await honest.sendOnce();
    });
    it('somebody who took the signature of another request', async () => {
      write(honest, 5);
      const hello = honest.signature('POST', syncPaths.hello, batch());
      refused(await honest.ask('POST', syncPaths.events, batch(), { ...type, ...hello }), 'signature-wrong');
      const get = honest.signature('GET', `${syncPaths.hashes}?epoch=${honest.epoch}&branch=&first=1&count=1`, null);
      refused(
        await honest.ask('GET', `${syncPaths.hashes}?epoch=${honest.epoch}&branch=&first=1&count=2`, null, get),
        'signature-wrong',
      );
      await honest.sendOnce();
    });
    it('somebody who signed everything but the body', async () => {
      write(honest, 5);
      const { signature = '', 'signature-input': input = '' } = honest.signature('POST', syncPaths.events, null);
      refused(
        await honest.ask('POST', syncPaths.events, batch(), { ...type, signature, 'signature-input': input }),
        'signature-wrong',
        'signature-missing',
      );
      await honest.sendOnce();
    });
    it.each([
      'lw=()',
      'lw=("@method");keyid="x"',
      ';;;',
      'x'.repeat(7_000),
      'lw=("@method" "@path" "@query");created=9;keyid="',
    ])('a signature that is none: %s', async (input) => {
      refused(
        await honest.ask('POST', syncPaths.events, Buffer.from('x'), {
          ...type,
          'content-digest': 'sha-256=:x:',
          'signature-input': input,
          signature: 'lw=:AAAA:',
        }),
        'signature-wrong',
        'signature-missing',
        'station-unknown',
      );
    });
    it('the plant server itself', async () => {
      const plant = new SimulatedStation({
        url: server.url,
        stationId: '@plant',
        plantId,
        privateKey: honest.privateKey,
      });
      write(plant, 3);
      refused(await plant.post(plant.batch(1, 3)), 'stream-not-yours', 'batch-invalid');
      plant.close();
    });
  });

  it('facts that nobody can read are stored as they are, and hold up nobody', async () => {
    const texts = [
      JSON.stringify({ ...record(odd), type: 'unit.teleported' }),
      JSON.stringify({ ...record(odd, 1), type: 'unit.created', version: 99 }),
      JSON.stringify({ ...record(odd, 2), type: 'unit.created', version: 1, body: { serial: 7 } }),
      // PostgreSQL's jsonb refuses both of these.
      `{"stationId":"SIM5","epoch":"${odd.epoch}","seq":4,"type":"note.taken","version":1,"body":"\\u0000"}`,
      `{"stationId":"SIM5","epoch":"${odd.epoch}","seq":5,"type":"note.taken","version":1,"body":"\\ud800"}`,
      `{"stationId":"SIM5","epoch":"${odd.epoch}","seq":6,"type":"unit.created","version":1e999,"body":{"__proto__":1}}`,
      `{"stationId":"SIM5","epoch":"${odd.epoch}","seq":7,"body":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
      `{"stationId":"SIM5","epoch":"${odd.epoch}","seq":8,"type":"unit.created","version":1,"at":1e300,"body":{"serial":"\\u0000","orderId":"W","materialId":"M","definitionId":"D","revision":"A","passed":[]}}`,
    ];
    for (const text of texts) odd.addText(text);
    expect(await odd.sendOnce()).toBe(texts.length);
    write(odd, 16);
    expect(await odd.sendOnce()).toBe(16);
  });

  it('at the end the server holds what was accepted, text by text, and nothing else', async () => {
    await pause(500);
    write(honest, 1);
    await honest.sendOnce();
    await server.stop();
    const stored = await serverFacts(database);
    await server.start();
    for (const station of [honest, attacker, revoked, odd]) {
      const texts = recordsOf(stored, station);
      expect(texts.length, station.stationId).toBe(station.head.seq);
      expect(texts.every((text, index) => text === station.log[index]?.text)).toBe(true);
    }
    expect(
      stored.streams.map(({ station }) => station).filter((id) => !/^SIM[1245]$/.test(id) && id !== '@plant'),
    ).toEqual([]);
  }, 240_000);
});

const record = (station: SimulatedStation, ahead: string | number = 0): Record<string, unknown> => ({
  stationId: station.stationId,
  epoch: station.epoch,
  seq: station.log.length + 1 + (typeof ahead === 'number' ? ahead : 0),
  type: 'note.taken',
  version: 1,
  at: Date.now(),
  body: ahead,
});

function recordsOf(stored: ServerFacts, station: SimulatedStation): string[] {
  const streams = stored.streams.filter((row) => row.station === station.stationId && row.branch === '');
  const mine = streams.find(({ epoch }) => epoch === station.epoch);
  return stored.events
    .filter(({ stream }) => stream === mine?.stream)
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ record: text }) => text);
}
