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
import { demoReleased, ended, made, started, StationStream } from '../projections/test-kit.ts';
import { createPlantStream } from '../units/plant-stream.ts';
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
  }, 120_000);

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
