import { Writable } from 'node:stream';
import { beforeEach, expect, it } from 'vitest';
import { syncPaths } from '#contract/sync/protocol.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { ask, plantOn, sha256, TestLog, TestStation, type Answer } from '#tests/support/plant-server.ts';
import { createBlobs } from '../blobs/index.ts';
import type { Plant } from '../compose.ts';
import { createLog } from '../log.ts';
import { createStationGuard } from './guard.ts';

describeOnDatabases('enrolment and the side road', (database) => {
  let plant: Plant;
  let now = 1_800_000_000_000;
  let said = '';
  const station = (): TestStation => new TestStation('ST10');
  const fault = ({ status, body }: Answer): string => `${status} ${body.error}`;
  beforeEach(async () => {
    await database.clear();
    now = 1_800_000_000_000;
    said = '';
    const log = createLog(
      'debug',
      new Writable({ write: (line: Buffer, _encoding, done) => ((said += line.toString()), done()) }),
    );
    plant = await plantOn(database.db, {
      clock: { now: () => now, setTimer: () => ({ cancel: () => undefined }) },
      log,
    });
  });

  it('takes a code once, and the same request again', async () => {
    const one = station();
    const { code } = await plant.enrolment.makeCode(database.db, 'ST10', 'Jana');
    expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    const answer = await ask(plant, one.enrolment(code));
    expect(answer.body).toEqual({ keyId: one.keyId, plantId: 'werk-sued', stationId: 'ST10' });
    expect((await ask(plant, one.enrolment(code))).status).toBe(200);
    expect(fault(await ask(plant, station().enrolment(code)))).toBe('403 code-expired');
    expect((await one.send(plant, new TestLog('ST10').add(2).batch())).status).toBe(200);
    const [row] = await database.db.query('SELECT code_hash FROM enrolment_code');
    expect(Buffer.from(row?.['code_hash'] as Uint8Array).toString()).not.toContain(code);
    for (const secret of [code, code.replace('-', '')]) expect(said).not.toContain(secret);
  });

  it('refuses wrong, old and spoilt codes, another plant, and a second use of a key', async () => {
    const { code } = await plant.enrolment.makeCode(database.db, 'ST10', 'Jana');
    expect(fault(await ask(plant, new TestStation('ST20').enrolment(code)))).toBe('403 code-wrong');
    expect(fault(await ask(plant, station().enrolment(code, { plantId: 'other' })))).toBe('400 input-invalid');
    expect(fault(await ask(plant, station().enrolment('IIII-LLLL')))).toBe('400 input-invalid');
    now += 15 * 60_000 + 1;
    expect(fault(await ask(plant, station().enrolment(code)))).toBe('403 code-expired');
    const again = await plant.enrolment.makeCode(database.db, 'ST10', 'Jana');
    await database.db.execute('UPDATE enrolment_code SET wrong_tries = 10');
    expect(fault(await ask(plant, station().enrolment(again.code)))).toBe('403 code-wrong');
  });

  it('limits attempts', async () => {
    const answers: string[] = [];
    for (let i = 0; i < 12; i += 1) answers.push(fault(await ask(plant, station().enrolment('AAAA-AAAA'))));
    expect(answers.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => '403 code-wrong'));
    expect(answers.slice(10)).toEqual(['429 too-many-requests', '429 too-many-requests']);
  });

  it('lets nobody in without the signature of an enrolled key over this very request', async () => {
    const one = station();
    await one.enrol(plant);
    const batch = new TestLog('ST10').add(2).batch();
    const good = one.events(batch);
    expect(fault(await ask(plant, { ...good, headers: { 'content-type': 'application/x-ndjson' } }))).toBe(
      '401 signature-missing',
    );
    expect(fault(await station().send(plant, batch))).toBe('401 station-unknown');
    expect(fault(await ask(plant, { ...good, body: Buffer.from('other') }))).toBe('401 signature-wrong');
    expect(fault(await ask(plant, { ...good, url: `${good.url}?x=1` }))).toBe('401 signature-wrong');
    expect(fault(await ask(plant, { ...good, headers: { ...good.headers, 'content-digest': 'sha-256=:AAAA:' } }))).toBe(
      '401 signature-wrong',
    );
    const bodyUnsigned = one.signed('POST', syncPaths.events, null, { 'content-type': 'application/x-ndjson' });
    expect(fault(await ask(plant, { ...bodyUnsigned, body: Buffer.from(batch) }))).toBe('401 signature-wrong');
    const stolen = { ...good, headers: { ...good.headers, signature: `lw=:${'A'.repeat(86)}==:` } };
    expect(fault(await ask(plant, stolen))).toBe('401 signature-wrong');
    expect((await ask(plant, good)).status).toBe(200);
    expect(said).not.toContain(good.headers?.['signature'] ?? 'none');
  });

  it('a revoked key gets nothing in, on no instance', async () => {
    const one = station();
    await one.enrol(plant);
    const other = await plantOn(database.open());
    await database.db.transaction((tx) => plant.enrolment.revoke(tx, one.keyId, 'Jana'));
    for (const instance of [plant, other])
      expect(fault(await one.send(instance, new TestLog('ST10').add(1).batch()))).toBe('403 station-revoked');
    expect((await plant.enrolment.keys()).map(({ revokedAt }) => revokedAt)).toEqual([now]);
    if (database.kind === 'postgresql') await other.stop('done');
  });

  it('takes a blob in pieces, resumes it, checks it, forgets what was given up', async () => {
    const one = station();
    await one.enrol(plant);
    const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251));
    const id = sha256(content).toString('hex');
    const offer = (size = content.length, hash = id): Promise<Answer> =>
      ask(
        plant,
        one.json('POST', syncPaths.blobs, {
          sha256: hash,
          kind: 'trace',
          size,
          contentType: 'x/y',
          name: 't',
          fromAt: null,
          toAt: null,
        }),
      );
    const piece = (offset: number, bytes: Buffer, hash = id): Promise<Answer> =>
      ask(
        plant,
        one.signed('PATCH', `${syncPaths.blobs}/${hash}`, bytes, {
          'upload-offset': String(offset),
          'content-type': 'application/octet-stream',
        }),
      );
    expect(fault(await piece(0, content.subarray(0, 10)))).toBe('404 not-found');
    expect((await offer()).body).toEqual({ offset: 0, size: 300_000, complete: false });
    expect((await piece(0, content.subarray(0, 200_000))).body).toEqual({
      offset: 200_000,
      size: 300_000,
      complete: false,
    });
    const wrong = await piece(100, content.subarray(100, 200));
    expect([wrong.status, wrong.body.offset]).toEqual([409, 200_000]);
    expect((await offer()).body.offset).toBe(200_000);
    expect(fault(await piece(200_000, Buffer.alloc(100_001)))).toBe('400 input-invalid');
    expect((await piece(200_000, Buffer.alloc(100_000))).body).toEqual({ offset: 0, size: 300_000, complete: false });
    await piece(0, content.subarray(0, 200_000));
    expect((await piece(200_000, content.subarray(200_000))).body).toEqual({
      offset: 300_000,
      size: 300_000,
      complete: true,
    });
    expect((await offer()).body.complete).toBe(true);
    expect(fault(await offer(1e9, 'a'.repeat(64)))).toBe('413 batch-too-large');
    expect(fault(await piece(0, Buffer.alloc(300_000)))).toBe('413 batch-too-large');
    await offer(10, 'b'.repeat(64));
    now += 8 * 86_400_000;
    const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
    const { sweep } = createBlobs({ db: database.db, guard: createStationGuard(database.db), clock });
    expect(await sweep()).toBe(1);
    expect(await database.db.query('SELECT count(*) AS n FROM blob')).toEqual([{ n: 1 }]);
  });
});
