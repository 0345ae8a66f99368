/** Signals through the server: told to the line, joined in any order, and windows that grow by what arrives late. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { documentsAnswerSchema, signalBodySchema } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Db } from '../db/db.ts';
import { readDocuments } from '../downlink/read.ts';
import { retireSignals } from '../downlink/prune.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, ended, made, measured as measuredOf, started, StationStream } from '../projections/test-kit.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { chartOverview, chartPage, listCharts } from './charts.ts';
import { pointRecords } from './records.ts';
import { wholePlant, type Sight } from '../rpc/sight.ts';
import { createSuspectReactions } from './suspects.ts';

const configuration = demoReleased();
const receivedAt = Date.UTC(2026, 10, 20);
const at = 1_790_000_000_000;

async function projectorOn(db: Db): Promise<Projector> {
  const plantStream = await createPlantStream(db, configuration, receivedAt);
  const react = createSuspectReactions(configuration, plantStream, () => receivedAt);
  return createProjector({ db, configuration, react, log: createLog('silent') });
}
async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const raised = (more: Partial<BodyOf<'signal.raised'>> = {}): BodyOf<'signal.raised'> => ({
  signalId: 'sg-1',
  pointId: 'pt-9',
  chart: {
    planId: 'PMP-100',
    revision: '1',
    hash: 'h',
    characteristicId: 'bore-b',
    chartId: 'bore-b',
    stationId: 'ST10',
  },
  definitionId: 'PMP-100',
  operationId: '10',
  rules: [
    { set: 'nelson', id: '1', kind: 'beyond', count: null, points: null, sigmas: 3, plot: 'mean', members: ['pt-9'] },
  ],
  lastInControl: { pointId: 'pt-8', at: at + 100_000, executionIds: ['x1'] },
  suspects: ['P-3'],
  reaction: { id: 'bore-off', steps: ['measure-again'] },
  ...more,
});
/** Four units pass operation 10 one after the other; the first was in control. */
function process(): StationStream {
  const stream = new StationStream('ST10', at);
  for (const n of [1, 2, 3, 4])
    stream
      .add('unit.created', made(`P-${n}`))
      .add('execution.started', started(`x${n}`, `P-${n}`))
      .add('execution.passed', ended(`x${n}`, `P-${n}`));
  return stream;
}
async function holdsOf(db: Db, serial: string): Promise<readonly string[]> {
  const [row] = await db.query<{ passport: string }>('SELECT passport FROM unit WHERE serial = $1', [serial]);
  return (JSON.parse(row?.passport ?? '{"holds":[]}') as Passport).holds.map(({ holdId }) => holdId);
}
const signalsFor = async (db: Db) => {
  const { json } = await readDocuments(db, ['plant', 'line:L1'], '');
  return documentsAnswerSchema
    .parse(JSON.parse(json))
    .documents.filter(({ kind, body }) => kind === 'signal' && body !== null);
};

describeOnDatabases('signals', (database) => {
  beforeEach(() => database.clear());

  it('are told to the line of the station they are about, and again with every step until they are closed', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    const bench = new StationStream('ST20', at + 200_000).add('signal.raised', raised());
    await bench.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const [told] = await signalsFor(db);
    expect(signalBodySchema.parse(told?.body)).toMatchObject({
      signalId: 'sg-1',
      raised: { stationId: 'ST20', chart: { stationId: 'ST10' } },
      closed: null,
    });
    const line = new StationStream('ST10', at + 300_000)
      .add('reaction.step-done', { signalId: 'sg-1', stepId: 'measure-again' })
      .add('signal.closed', {
        signalId: 'sg-1',
        chart: raised().chart,
        causeId: 'tool-worn',
        note: '',
        elsewhere: null,
      });
    await line.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const [closed] = await signalsFor(db);
    expect(signalBodySchema.parse(closed?.body)).toMatchObject({
      steps: [{ stepId: 'measure-again', stationId: 'ST10' }],
      closed: { causeId: 'tool-worn', stationId: 'ST10', by: { kind: 'person', id: 'mara' } },
    });
    // Long after, the stations need it no more.
    await db.execute('UPDATE signal SET closed_at = 1');
    expect(await db.transaction((tx) => retireSignals(tx))).toBe(1);
    expect(await signalsFor(db)).toEqual([]);
  });

  it('a window is filled by the plant with what the finder had not heard of, in whatever order it arrives, once', async () => {
    const { db } = database;
    for (const late of [0, 6, 12]) {
      await database.clear();
      const projector = await projectorOn(db);
      const line = process();
      const bench = new StationStream('ST20', at + 200_000).add('signal.raised', raised()).add('unit.held', {
        serial: 'P-3',
        holdId: 'sg-1/P-3',
        reason: '',
        executionId: null,
        stepId: null,
        reasons: [],
      });
      await line.send(db, late, receivedAt);
      await foldAll(projector);
      await bench.send(db, Infinity, receivedAt);
      await foldAll(projector);
      await line.send(db, Infinity, receivedAt);
      await foldAll(projector);
      const holds = await Promise.all(['P-1', 'P-2', 'P-3', 'P-4'].map((serial) => holdsOf(db, serial)));
      expect(holds).toEqual([[], ['sg-1/P-2'], ['sg-1/P-3'], ['sg-1/P-4']]);
      // Folded again, nothing is decided a second time.
      const events = async () => (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM event'))[0]?.n;
      const before = await events();
      await projector.rebuild();
      expect(await events()).toBe(before);
    }
  }, 240_000);

  it('found where the operation is done: the station knows its own passes, the plant adds nothing', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    await process().add('signal.raised', raised()).send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await holdsOf(db, 'P-2')).toEqual([]);
  });

  it('what passed after the closing is not suspect', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    const bench = new StationStream('ST20', at)
      .add('signal.raised', raised(), at + 5_000)
      .add(
        'signal.closed',
        { signalId: 'sg-1', chart: raised().chart, causeId: 'tool-worn', note: '', elsewhere: null },
        at + 7_500,
      );
    await bench.send(db, Infinity, receivedAt);
    await process().send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await holdsOf(db, 'P-2')).toEqual(['sg-1/P-2']);
    expect(await holdsOf(db, 'P-4')).toEqual([]);
  });
});

const bore = { planId: 'PMP-100', characteristicId: 'bore-b', chartId: 'bore-b', stationId: 'ST10' };
const point = (n: number, more: Partial<BodyOf<'point.charted'>> = {}): BodyOf<'point.charted'> => ({
  pointId: `pt-${n}`,
  chart: { ...bore, revision: '1', hash: 'h' },
  kind: 'xbar-r',
  definition: { id: 'PMP-100', revision: 'C', hash: 'h' },
  operationId: '10',
  values: [{ value: 24 + n / 1000, serial: `P-${n}`, executionId: `x${n}`, stepId: 'm', attempt: 1, index: 1 }],
  counted: null,
  plots: [
    { plot: 'mean', value: 24 + n / 1000, limits: null },
    { plot: 'range', value: 0.01, limits: null },
  ],
  phaseId: n > 3 ? 'ph-1' : null,
  replaces: null,
  ...more,
});
const phase: BodyOf<'phase.begun'> = {
  phaseId: 'ph-1',
  chart: point(1).chart,
  kind: 'xbar-r',
  cause: 'minimum',
  reason: '',
  mean: 24,
  sigma: 0.01,
  size: 3,
  points: ['pt-1', 'pt-2', 'pt-3'],
};
/** Measured at the line and, the even ones, at the bench; the seventh again, the fifth left out by somebody. */
function measured(): readonly StationStream[] {
  const line = new StationStream('ST10', at);
  const bench = new StationStream('QB10', at);
  for (const n of [1, 2, 3, 4, 5, 6, 7, 8]) {
    (n % 2 === 0 ? bench : line).add('point.charted', point(n), at + n * 1_000);
    if (n === 3) line.add('phase.begun', phase, at + 3_000);
  }
  line.add('point.charted', point(9, { replaces: 'pt-7' }), at + 9_000);
  bench.add('point.excluded', { pointId: 'pt-5', chart: point(5).chart, reason: 'dropped' }, at + 10_000);
  return [line, bench];
}

describeOnDatabases('charts', (database) => {
  beforeEach(() => database.clear());

  it('of a process station hold the points of all that measured, in order of time, in pages', async () => {
    const { db } = database;
    for (const turned of [false, true]) {
      await database.clear();
      const projector = await projectorOn(db);
      const streams = measured();
      for (const stream of turned ? streams.toReversed() : streams) {
        await stream.send(db, Infinity, receivedAt);
        await foldAll(projector);
      }
      const force = configuration();
      const page = (before: string | null) => chartPage(db, force, { chart: bore, limit: 5, before }, wholePlant);
      const newest = await page(null);
      expect(newest?.shown.map(({ pointId }) => pointId)).toEqual(['pt-5', 'pt-6', 'pt-7', 'pt-8', 'pt-9']);
      expect(newest?.measuredAt).toEqual(['ST10', 'QB10', 'ST10', 'QB10', 'ST10']);
      expect(newest?.shown.map(({ excluded, replaced }) => [excluded, replaced])).toEqual([
        [true, false],
        [false, false],
        [false, true],
        [false, false],
        [false, false],
      ]);
      expect(newest?.shown[0]?.notes).toMatchObject([{ kind: 'excluded', text: 'dropped' }]);
      expect(newest).toMatchObject({ points: 9, condition: { kind: 'in-control' }, more: true, lineId: 'L1' });
      expect(newest?.phases).toMatchObject([{ phaseId: 'ph-1', from: 3 }]);
      const [record, ...others] = await pointRecords(db, force, 'pt-6', wholePlant);
      expect(others).toEqual([]);
      expect(record).toMatchObject({ stationId: 'QB10', type: 'point.charted', at: at + 6_000, intact: true });
      expect(JSON.parse(record!.text)).toMatchObject({ seq: record!.seq, body: { pointId: 'pt-6' } });
      const older = await page(newest!.earlier);
      expect(older?.shown.map(({ pointId }) => pointId)).toEqual(['pt-1', 'pt-2', 'pt-3', 'pt-4']);
      expect(older).toMatchObject({ more: false, earlier: null });
      await projector.rebuild();
      expect(await page(null)).toEqual(newest);
    }
  }, 240_000);

  it('from afar: equal stretches of time with the least and the greatest, each leading to its page', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    for (const stream of measured()) await stream.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const columns = await chartOverview(db, configuration(), { chart: bore, columns: 3 }, wholePlant);
    expect(columns.map(({ points, least, greatest }) => [points, least, greatest])).toEqual([
      [3, 24.001, 24.003],
      [3, 24.004, 24.006],
      [3, 24.007, 24.009],
    ]);
    const page = await chartPage(db, configuration(), { chart: bore, limit: 2, before: columns[1]!.page }, wholePlant);
    expect(page?.shown.map(({ pointId }) => pointId)).toEqual(['pt-5', 'pt-6']);
  });

  it('mark points of a gauge that was found bad at any station, measured in runs and in samples, and forget it no rebuild', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    const value = { ...measuredOf('x1'), gaugeId: 'G-114', characteristicId: 'bore-b' };
    const { reading, nominal, lower, upper, verdict, stepId, attempt } = value;
    const sampled = {
      sampleId: 's-1',
      serial: 'P-2',
      characteristicId: 'bore-b',
      gaugeId: 'G-114',
      acceptance: null,
      reading,
      nominal,
      lower,
      upper,
      verdict,
      replaces: null,
    };
    const of = { value: reading.value, attempt, index: 1 };
    const inSample = { ...of, serial: 'P-2', executionId: 'x2', stepId: null, sampleId: 's-1' };
    await new StationStream('ST10', at)
      .add('unit.created', made('P-1'))
      .add('execution.started', started('x1', 'P-1'))
      .add('measurement.recorded', value, at + 1_000)
      .add('point.charted', point(1, { values: [{ ...of, serial: 'P-1', executionId: 'x1', stepId }] }), at + 1_000)
      .send(db, Infinity, receivedAt);
    const check = (checkId: string, result: 'passed' | 'failed') => ({
      checkId,
      gaugeId: 'G-114',
      master: { id: 'M-24', value: 24.003, tolerance: 0.01, unit: 'mm' },
      readings: [reading],
      deviation: 0,
      result,
      shift: null,
    });
    const bench = new StationStream('QB10', at)
      .add('sample.value-recorded', { ...sampled, valueId: 'v-1', index: 1, attempt }, at + 2_000)
      .add('point.charted', point(2, { values: [inSample] }), at + 2_000)
      .add('gauge.checked', check('c-1', 'passed'), at + 3_000)
      .add('sample.value-recorded', { ...sampled, valueId: 'v-2', index: 2, attempt }, at + 4_000)
      .add('point.charted', point(3, { values: [{ ...inSample, index: 2 }] }), at + 4_000);
    await bench.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const suspect = async () =>
      (await chartPage(db, configuration(), { chart: bore, limit: 5, before: null }, wholePlant))?.shown.map(
        (each) => each.suspect,
      );
    expect(await suspect()).toEqual([null, null, null]);
    bench.add('gauge.checked', check('c-2', 'failed'), at + 5_000);
    await bench.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const late = { code: 'gauge.recalled', params: { gauge: 'G-114', sinceAt: at + 3_000, foundAt: at + 5_000 } };
    expect(await suspect()).toEqual([null, null, late]);
    // Heard late from the line: it had failed before the good check too.
    await new StationStream('ST20', at)
      .add('gauge.checked', check('c-0', 'failed'), at + 2_500)
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    const early = { code: 'gauge.recalled', params: { gauge: 'G-114', sinceAt: null, foundAt: at + 2_500 } };
    expect(await suspect()).toEqual([early, early, late]);
    await projector.rebuild();
    expect(await suspect()).toEqual([early, early, late]);
  }, 240_000);

  it('are those of the plans in force at each station, and only of stations that the person sees', async () => {
    const { db } = database;
    await foldAll(await projectorOn(db));
    const all = await listCharts(db, configuration(), wholePlant);
    expect(all.map(({ chart }) => `${chart.chartId} ${chart.stationId}`)).toContain('final-check ST20');
    const blind: Sight = { lines: ['L9'], stations: ['ST99'], definitions: { ids: [], revisions: [] } };
    expect(await listCharts(db, configuration(), blind)).toEqual([]);
    expect(await chartPage(db, configuration(), { chart: bore, limit: 5, before: null }, blind)).toBeNull();
    expect(await chartOverview(db, configuration(), { chart: bore, columns: 10 }, blind)).toEqual([]);
  });
});
