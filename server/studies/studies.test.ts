/** Studies through the server: seen over all stations, blind until they are over, and their result at every station's gate. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import { documentsAnswerSchema, gaugeBodySchema } from '#contract/sync/down.ts';
import { evaluate } from '#domain/studies/evaluate.ts';
import { drawOrder } from '#domain/studies/order.ts';
import { evolveStudy, isBegun, placesOf, type StudyPart } from '#domain/studies/study.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { readDocuments } from '../downlink/read.ts';
import { createLog } from '../log.ts';
import { createProjector } from '../projections/projector.ts';
import { demoReleased, measured, StationStream } from '../projections/test-kit.ts';
import { wholePlant } from '../rpc/sight.ts';
import { listStudies, readStudyReport } from './read.ts';

const configuration = demoReleased();
const page = { cursor: null, limit: 10 };
const sight = (stations: readonly string[]) => ({ ...wholePlant, stations });

const subject = {
  kind: 'characteristic',
  definitionId: 'PMP-100',
  revision: 'D',
  characteristicId: 'bore-b',
  unit: 'mm',
  decimals: 3,
  lower: 23.98,
  upper: 24.03,
} as const;
const begun: BodyOf<'study.begun'> = {
  studyId: 'st-1',
  kind: 'grr',
  gaugeId: 'G-115',
  tagId: 'bench-calliper.value',
  subject,
  parts: ['1', '2', '3'].map((label) => ({ label, reference: null })),
  appraisers: ['mara.keller', 'li.chen'],
  trials: 2,
  seed: 7,
  order: drawOrder(3, 2, 2, 7),
  method: 'anova',
  criteria: { kind: 'grr', maxPercent: 30, of: 'tolerance', minDistinct: 5, plan: null },
};

describeOnDatabases('studies', (database) => {
  beforeEach(() => database.clear());

  it('is listed while it runs, tells its values when it is over, and its result goes to every station', async () => {
    const { db } = database;
    const react = () => Promise.resolve([]);
    const projector = createProjector({ db, configuration, react, log: createLog('silent') });
    const stream = new StationStream('QB10').add('study.begun', begun);
    let study: StudyPart | null = null;
    const fold = (type: 'study.begun' | 'study.value-recorded', body: unknown): void => {
      const at = { at: 0, actor: { kind: 'system' }, stationId: 'QB10' } as const;
      study = evolveStudy(study, { type, body, ...at } as Parameters<typeof evolveStudy>[1]);
    };
    fold('study.begun', begun);
    const first: StudyPart | null = study;
    if (!isBegun(first)) throw new Error('not begun');
    for (const appraiser of begun.appraisers)
      for (const { part, trial } of placesOf(first, appraiser)) {
        const value = Number(
          (23.97 + Number(part) * 0.015 + (appraiser === 'li.chen' ? 0.001 : 0) + trial / 1_000).toFixed(3),
        );
        const body: BodyOf<'study.value-recorded'> = {
          studyId: 'st-1',
          part,
          appraiser,
          trial,
          valueId: `${appraiser} ${trial} ${part}`,
          reading: { ...measured('x').reading, value },
          replaces: null,
          reason: null,
        };
        fold('study.value-recorded', body);
        stream.add('study.value-recorded', body);
      }
    await stream.send(db);
    while ((await projector.round()) > 0);
    const force = configuration();
    expect(await listStudies(db, force, page, wholePlant)).toMatchObject({
      total: 1,
      items: [{ studyId: 'st-1', status: 'measured', done: 12, stationId: 'QB10', lineId: 'L1', percent: null }],
    });
    expect(await readStudyReport(db, force, 'st-1', wholePlant)).toBeNull();

    const whole: StudyPart | null = study;
    if (!isBegun(whole)) throw new Error('not begun');
    const evaluated = evaluate(whole);
    if ('refused' in evaluated) throw new Error(evaluated.refused.code);
    const { gaugeId, criteria } = begun;
    stream.add('study.finished', { studyId: 'st-1', gaugeId, subject, criteria, ...evaluated });
    await stream.send(db);
    while ((await projector.round()) > 0);
    const report = await readStudyReport(db, force, 'st-1', sight(['QB10']));
    expect(report).toMatchObject({ study: { status: 'passed' }, result: evaluated.result });
    expect(report?.values).toHaveLength(12);
    expect(report?.study.doubted).toBeNull();
    const takenAt = report?.values?.map(({ at }) => at);
    expect(await readStudyReport(db, force, 'st-1', sight(['ST10']))).toBeNull();
    expect((await listStudies(db, force, page, sight(['ST10']))).items).toEqual([]);
    const { json } = await readDocuments(db, ['plant'], '');
    const gauges = documentsAnswerSchema.parse(JSON.parse(json)).documents.filter(({ kind }) => kind === 'gauge');
    expect(gauges.map(({ body }) => gaugeBodySchema.parse(body).studies)).toMatchObject([
      [{ studyId: 'st-1', definitionId: 'PMP-100', characteristicId: 'bore-b', takenAt, stationId: 'QB10' }],
    ]);
    const bad: BodyOf<'gauge.checked'> = {
      checkId: 'c-1',
      gaugeId: 'G-115',
      master: { id: 'M-24', value: 24.003, tolerance: 0.01, unit: 'mm' },
      readings: [measured('x').reading],
      deviation: 0.2,
      result: 'failed',
      shift: null,
    };
    await stream.add('gauge.checked', bad).send(db);
    while ((await projector.round()) > 0);
    expect((await listStudies(db, force, page, wholePlant)).items).toMatchObject([
      { status: 'passed', doubted: { code: 'gauge.recalled', params: { gauge: 'G-115' } } },
    ]);
  });
});
