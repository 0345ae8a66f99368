/** Batches that are written in pieces, and many batches that are written together. */
import { beforeEach, expect, it } from 'vitest';
import { describeOnDatabases } from '#tests/support/database.ts';
import { heldLog, plantOn, TestLog, TestStation, type Answer } from '#tests/support/plant-server.ts';
import type { Plant } from '../compose.ts';

const fault = ({ status, body }: Answer): string => `${status} ${(body as { error: string }).error}`;

describeOnDatabases('batches, large and many', (database) => {
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

  it('a batch that is written in pieces: whole, again, and nothing of it when something is wrong at its end', async () => {
    log.add(3_480);
    const good = log.records.slice();
    await station.send(plant, log.batch(1, 20));
    // Goes on where the stream ends, the last piece is not full.
    expect((await station.send(plant, log.batch(21, 2_700))).body).toMatchObject({ stored: 2_680, replayed: 0 });
    expect((await station.send(plant, log.batch(21, 2_700))).body).toMatchObject({ stored: 0, replayed: 2_680 });
    const tampered = log.batch(2_701, 3_500).replace('fact 3499', 'fact 3498');
    expect(fault(await station.send(plant, tampered))).toBe('400 batch-invalid');
    const foreign = log.batch(2_701, 3_500).replace(/("stationId":")ST10(",[^\n]*"seq":3490,)/, '$1ST20$2');
    expect(fault(await station.send(plant, foreign))).toBe('403 stream-not-yours');
    const more = `${log.batch(2_701, 3_500)}${log.records[0]}\n`;
    expect(fault(await station.send(plant, more))).toBe('400 batch-invalid');
    expect(await held()).toEqual(good.slice(0, 2_700));
    // Partly known.
    expect((await station.send(plant, log.batch(1_001, 3_500))).body).toMatchObject({
      stored: 800,
      replayed: 1_700,
      head: log.head,
    });
    expect(await held()).toEqual(good);
  }, 240_000);

  it('batches of many stations at once: each in its stream, the wrong ones harm nobody', async () => {
    const stations = Array.from({ length: 8 }, (_, n) => new TestStation(`ST${100 + n}`));
    for (const each of stations) await each.enrol(plant);
    const logs = stations.map(({ stationId }) => new TestLog(stationId).add(60));
    for (let first = 1; first <= 60; first += 15) {
      const answers = await Promise.all(
        stations.map((each, n) => {
          const batch = logs[n]!.batch(first, first + 14);
          return each.send(plant, n === 3 ? batch.replace(`fact ${first}`, 'fact X') : batch, 'identity');
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual(stations.map((_, n) => (n === 3 ? 400 : 200)));
    }
    for (const [n, { stationId }] of stations.entries())
      expect(await heldLog(database.db, stationId)).toEqual(n === 3 ? [] : logs[n]!.records);
    // All again at once, in part known: no doubles.
    const again = await Promise.all(stations.map((each, n) => each.send(plant, logs[n]!.batch(31, 60), 'identity')));
    expect(again.map(({ status, body }) => (status === 200 ? [body.stored, body.replayed] : body.error))).toEqual(
      stations.map((_, n) => (n === 3 ? 'gap' : [0, 30])),
    );
  }, 240_000);
});
