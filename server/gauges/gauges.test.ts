/** Gauges through the server: told to every station of the plant, joined in any order; recalls over stations, also late. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { documentsAnswerSchema, gaugeBodySchema, type GaugeBody } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Db } from '../db/db.ts';
import { sql as valuesOfBefore } from '../db/migrations/0222-gauge-sample-values-of-before.ts';
import { readDocuments } from '../downlink/read.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, ended, made, measured, started, StationStream } from '../projections/test-kit.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { createGaugeActs } from './acts.ts';
import { createRecallReactions } from './recalls.ts';

const configuration = demoReleased();
const receivedAt = Date.UTC(2026, 10, 20);
const at = 1_790_000_000_000;

async function projectorOn(db: Db): Promise<Projector> {
  const plantStream = await createPlantStream(db, configuration, receivedAt);
  const react = createRecallReactions(plantStream, () => receivedAt);
  return createProjector({ db, configuration, react, log: createLog('silent') });
}
async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const gaugeTold = async (db: Db, scopes = ['plant', 'line:L1']): Promise<GaugeBody | null> => {
  const { json } = await readDocuments(db, scopes as never, '');
  const found = documentsAnswerSchema.parse(JSON.parse(json)).documents.find(({ kind }) => kind === 'gauge');
  return found === undefined ? null : gaugeBodySchema.parse(found.body);
};
async function holdsOf(db: Db, serial: string): Promise<readonly string[]> {
  const [row] = await db.query<{ passport: string }>('SELECT passport FROM unit WHERE serial = $1', [serial]);
  return (JSON.parse(row?.passport ?? '{"holds":[]}') as Passport).holds.map(({ holdId }) => holdId);
}
const check = (id: string, result: 'passed' | 'failed'): BodyOf<'gauge.checked'> => ({
  checkId: id,
  gaugeId: 'G-114',
  master: { id: 'M-24', value: 24.003, tolerance: 0.01, unit: 'mm' },
  readings: [measured('x').reading],
  deviation: 0,
  result,
  shift: '2026-11-20/early',
});
/** Two units measured with the gauge: one before the good check, one after it. */
const line = (): StationStream =>
  new StationStream('ST10', at)
    .add('unit.created', made('P-1'))
    .add('execution.started', started('x1', 'P-1'))
    .add('measurement.recorded', { ...measured('x1'), gaugeId: 'G-114' }, at + 10_000)
    .add('execution.passed', ended('x1', 'P-1'))
    .add('unit.created', made('P-2'))
    .add('execution.started', started('x2', 'P-2'))
    .add('measurement.recorded', { ...measured('x2'), gaugeId: 'G-114' }, at + 30_000)
    .add('execution.passed', ended('x2', 'P-2'));
/** The gauge went to the bench, was good there, and later bad. */
const bench = (): StationStream =>
  new StationStream('QB10', at)
    .add('gauge.checked', check('c-1', 'passed'), at + 20_000)
    .add('gauge.checked', check('c-2', 'failed'), at + 40_000)
    .add('gauge.recalled', { recallId: 'c-2', gaugeId: 'G-114', since: at + 20_000, foundAt: at + 40_000, units: [] });

describeOnDatabases('gauges', (database) => {
  beforeEach(() => database.clear());

  it('are told to every station of the plant, and again when they are condemned and returned', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    await new StationStream('QB10', at)
      .add('gauge.condemned', { condemnationId: 'd-1', gaugeId: 'G-114', reason: 'bent' })
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    // A station of no line hears it too.
    expect(await gaugeTold(db, ['plant'])).toMatchObject({
      gaugeId: 'G-114',
      use: { condemned: true, reason: 'bent', stationId: 'QB10' },
    });
    await new StationStream('ST20', at + 100_000)
      .add('gauge.returned', { gaugeId: 'G-114', reason: 'straight' })
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await gaugeTold(db)).toMatchObject({ use: { condemned: false }, marks: [{ id: 'd-1', good: false }] });
  });

  it('a recall lists and holds what was measured at other stations, in whatever order it arrives, once', async () => {
    const { db } = database;
    for (const late of [0, 7, Infinity]) {
      await database.clear();
      const projector = await projectorOn(db);
      const [first, second] = [line(), bench()];
      await first.send(db, late, receivedAt);
      await foldAll(projector);
      await second.send(db, Infinity, receivedAt);
      await foldAll(projector);
      await first.send(db, Infinity, receivedAt);
      await foldAll(projector);
      expect(await holdsOf(db, 'P-1')).toEqual([]);
      expect(await holdsOf(db, 'P-2')).toEqual(['c-2/P-2']);
      expect((await gaugeTold(db))?.measured).toEqual([{ recallId: 'c-2', units: ['P-2'] }]);
      const events = async () => (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM event'))[0]?.n;
      const before = await events();
      await projector.rebuild();
      expect(await events()).toBe(before);
      expect((await gaugeTold(db))?.measured).toEqual([{ recallId: 'c-2', units: ['P-2'] }]);
    }
  }, 240_000);

  it('units that were measured in samples at a bench are in the recall too', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    await new StationStream('ST10', at).add('unit.created', made('P-7')).send(db, Infinity, receivedAt);
    const { reading, nominal, lower, upper, verdict } = measured('x');
    await bench()
      .add(
        'sample.value-recorded',
        {
          sampleId: 's-1',
          valueId: 'v-1',
          serial: 'P-7',
          characteristicId: 'bore-b',
          index: 3,
          attempt: 2,
          gaugeId: 'G-114',
          reading,
          nominal,
          lower,
          upper,
          acceptance: null,
          verdict,
          replaces: null,
        },
        at + 35_000,
      )
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect((await gaugeTold(db))?.measured).toEqual([{ recallId: 'c-2', units: ['P-7'] }]);
    expect(await holdsOf(db, 'P-7')).toEqual(['c-2/P-7']);
    // As a version before 0216 left it, which did not keep which value it was.
    const which = () => db.query('SELECT sample_id, characteristic_id, attempt, index FROM gauge_sample', []);
    const known = [{ sample_id: 's-1', characteristic_id: 'bore-b', attempt: 2, index: 3 }];
    expect(await which()).toEqual(known);
    await db.execute(
      'UPDATE gauge_sample SET sample_id = NULL, characteristic_id = NULL, attempt = NULL, index = NULL',
      [],
    );
    await db.execute(valuesOfBefore, []);
    expect(await which()).toEqual(known);
    await projector.rebuild();
    expect((await gaugeTold(db))?.measured).toEqual([{ recallId: 'c-2', units: ['P-7'] }]);
  });

  it('found bad, and nobody put it into force: it is listed and nothing is held', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    await line().send(db, Infinity, receivedAt);
    await new StationStream('QB10', at)
      .add('gauge.checked', check('c-9', 'failed'), at + 50_000)
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect((await gaugeTold(db))?.measured).toEqual([{ recallId: 'c-9', units: ['P-1', 'P-2'] }]);
    expect(await holdsOf(db, 'P-2')).toEqual([]);
  });

  it('is put into force on the plant view: every unit goes on hold, once, for who may on each line that measured', async () => {
    const { db } = database;
    const plantStream = await createPlantStream(db, configuration, receivedAt);
    const react = createRecallReactions(plantStream, () => receivedAt);
    const projector = createProjector({ db, configuration, react, log: createLog('silent') });
    const acts = createGaugeActs(configuration, plantStream);
    await line().send(db, Infinity, receivedAt);
    await new StationStream('QB10', at)
      .add('gauge.checked', check('c-9', 'failed'), at + 50_000)
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    const asked: string[] = [];
    const recall = (recallId: string) =>
      db.transaction((tx) =>
        acts.recall(
          {
            tx,
            caller: { accountId: 'jana.vogt', name: 'Jana Vogt' },
            at: receivedAt + 1_000,
            need: (right, lineId) => void asked.push(`${right} ${lineId}`),
            audit: () => Promise.resolve(),
          },
          'G-114',
          recallId,
        ),
      );
    expect(await recall('c-8')).toMatchObject({ ok: false, faults: [{ code: 'gauge.recall-unknown' }] });
    expect(await recall('c-9')).toMatchObject({ ok: true });
    expect(asked).toEqual(['unit.hold null', 'unit.hold L1']);
    await foldAll(projector);
    expect(await holdsOf(db, 'P-1')).toEqual(['c-9/P-1']);
    expect(await holdsOf(db, 'P-2')).toEqual(['c-9/P-2']);
    expect((await gaugeTold(db))?.recalls).toMatchObject([
      { recallId: 'c-9', stationId: '@plant', by: { kind: 'person', id: 'jana.vogt' } },
    ]);
    const events = async () => (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM event'))[0]?.n;
    const before = await events();
    expect(await recall('c-9')).toMatchObject({ ok: true });
    await foldAll(projector);
    expect(await events()).toBe(before);
  });
});
