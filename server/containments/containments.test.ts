/** Containments through the server: what other stations built is held, also late; lifted everywhere; told to every station. */
import { beforeEach, expect, it } from 'vitest';
import type { Criterion } from '#contract/containment.ts';
import type { Passport } from '#contract/passport.ts';
import { plantFaultCodes } from '#contract/plant/fault-codes.ts';
import { containmentBodySchema, documentsAnswerSchema, type ContainmentBody } from '#contract/sync/down.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import { fillHistory, historyAt, historyTables } from '#tests/support/history.ts';
import type { Db, Queries } from '../db/db.ts';
import { fill } from '../db/migrations/0217-device-work.ts';
import { readDocuments } from '../downlink/read.ts';
import { createRecallReactions } from '../gauges/recalls.ts';
import { createLog } from '../log.ts';
import { PageChanges } from '../projections/fold.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, ended, golden, made, measured, started, StationStream } from '../projections/test-kit.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { containmentChoices, previewContainment } from './offer.ts';
import { fittingUnits } from './fitting.ts';
import { listContainments } from './read.ts';
import { createContainmentReactions } from './react.ts';
import { wholePlant } from '../rpc/sight.ts';

const configuration = demoReleased();
const receivedAt = Date.UTC(2026, 10, 20);
const at = 1_790_000_000_000;

async function projectorOn(db: Db): Promise<Projector> {
  const plantStream = await createPlantStream(db, configuration, receivedAt);
  const react = createContainmentReactions(configuration, plantStream, () => receivedAt);
  return createProjector({ db, configuration, react, log: createLog('silent') });
}
async function foldAll(projector: Projector): Promise<void> {
  while ((await projector.round()) > 0);
}
const told = async (db: Db): Promise<ContainmentBody | null> => {
  const { json } = await readDocuments(db, ['plant'] as never, '');
  const found = documentsAnswerSchema.parse(JSON.parse(json)).documents.find(({ kind }) => kind === 'containment');
  return found === undefined ? null : containmentBodySchema.parse(found.body);
};
/** Of each hold by the containment: lifted or not. */
async function holdOf(db: Db, serial: string): Promise<readonly boolean[]> {
  const [row] = await db.query<{ passport: string }>('SELECT passport FROM unit WHERE serial = $1', [serial]);
  return (JSON.parse(row?.passport ?? '{"holds":[]}') as Passport).holds
    .filter(({ holdId }) => holdId === `ct/${serial}`)
    .map(({ lifted }) => lifted !== null);
}
const fit = (executionId: string, lot: string | null, componentSerial: string | null = null, removed = false) =>
  ({
    type: removed ? 'component.removed' : 'component.fitted',
    body: { executionId, stepId: 's', attempt: 1, bomLine: 'b1', materialId: 'HSG-100', lot, componentSerial },
  }) as const;
function built(stationId: string, serial: string, parts: readonly ReturnType<typeof fit>[], from = at): StationStream {
  let stream = new StationStream(stationId, from)
    .add('unit.created', made(serial))
    .add('execution.started', started(`x-${serial}`, serial));
  for (const { type, body } of parts)
    stream =
      type === 'component.removed'
        ? stream.add(type, body)
        : stream.add('component.fitted', { ...body, code: 'c', entry: 'scanned' });
  return stream.add('execution.passed', ended(`x-${serial}`, serial));
}
const begins = (criterion: Criterion): StationStream =>
  new StationStream('QB10', at + 50_000).add('containment.begun', {
    containmentId: 'ct',
    criterion,
    reason: 'pores',
    nonconformanceId: null,
  });
const lot: Criterion = { kind: 'lot', materialId: 'HSG-100', lot: 'L-1' };

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  /** As estimated. */
  readonly 'Plan Rows': number;
  readonly Plans?: readonly Plan[];
}
/** `db`, and what the planner means to do with each query. */
function planned(db: Db): { readonly asked: Queries; readonly plans: Plan[] } {
  const plans: Plan[] = [];
  const query: Queries['query'] = async (sql, params) => {
    const [row] = await db.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${sql}`, params);
    if (row !== undefined) plans.push(row['QUERY PLAN'][0].Plan);
    return db.query(sql, params);
  };
  return { asked: { query, execute: db.execute }, plans };
}

describeOnDatabases('containments', (database) => {
  beforeEach(() => database.clear());

  it('hold a lot at all stations, in units of units too, not where it was taken out; late facts, lifting and later holds', async () => {
    const { db } = database;
    const projector = await projectorOn(db);
    await built('ST10', 'P-1', [fit('x-P-1', 'L-1')]).send(db, Infinity, receivedAt);
    await built('ST20', 'P-2', [fit('x-P-2', 'L-1'), fit('x-P-2', 'L-1', null, true), fit('x-P-2', 'L-2')]).send(
      db,
      Infinity,
      receivedAt,
    );
    await built('ST30', 'P-3', [fit('x-P-3', null, 'P-1')]).send(db, Infinity, receivedAt);
    await foldAll(projector);
    // Told before it is begun, and nothing of the question stays.
    const asked = await previewContainment(db, configuration(), lot, wholePlant, receivedAt);
    expect(asked).toMatchObject({
      ok: true,
      value: { units: 2, onHold: 0, first: [{ serial: 'P-1' }, { serial: 'P-3' }] },
    });
    expect(await db.query('SELECT * FROM containment')).toEqual([]);
    const nobody = { ...wholePlant, lines: [], stations: [] };
    expect(await previewContainment(db, configuration(), lot, nobody, receivedAt)).toMatchObject({
      value: { units: 0, first: [] },
    });
    const unknown = { ...lot, materialId: 'HSG-999' };
    expect(await previewContainment(db, configuration(), unknown, wholePlant, receivedAt)).toMatchObject({
      ok: false,
      faults: [{ params: { code: 'HSG-999' } }],
    });
    const offered = await containmentChoices(db, configuration(), wholePlant, at + 60_000);
    expect(offered.lots).toEqual([
      { materialId: 'HSG-100', lot: 'L-2' },
      { materialId: 'HSG-100', lot: 'L-1' },
    ]);
    expect(offered.definitions.find(({ id }) => id === 'PMP-100')?.operations.map(({ id }) => id)).toContain('10');
    await begins(lot).send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await holdOf(db, 'P-1')).toEqual([false]);
    expect(await holdOf(db, 'P-2')).toEqual([]);
    expect(await holdOf(db, 'P-3')).toEqual([false]);
    expect(await told(db)).toMatchObject({ begun: { criterion: lot }, held: { count: 2, serials: ['P-1', 'P-3'] } });
    // Built during the outage of a station, and a unit that holds one of these.
    await built('ST40', 'P-4', [fit('x-P-4', 'L-1')]).send(db, Infinity, receivedAt);
    await built('ST41', 'P-5', [fit('x-P-5', null, 'P-4')]).send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await holdOf(db, 'P-4')).toEqual([false]);
    expect(await holdOf(db, 'P-5')).toEqual([false]);
    expect(await told(db)).toMatchObject({ held: { count: 4 } });
    await new StationStream('ST21', at + 90_000)
      .add('containment.lifted', { containmentId: 'ct', reason: 'sorted' })
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    for (const serial of ['P-1', 'P-3', 'P-4', 'P-5']) expect(await holdOf(db, serial), serial).toEqual([true]);
    // A station that had not heard of the lifting put one on hold.
    await built('ST50', 'P-6', [])
      .add('unit.held', {
        serial: 'P-6',
        holdId: 'ct/P-6',
        reason: '',
        executionId: null,
        stepId: null,
        reasons: [{ code: 'containment.lot', params: { containment: 'ct' } }],
      })
      .send(db, Infinity, receivedAt);
    await built('ST51', 'P-7', [fit('x-P-7', 'L-1')]).send(db, Infinity, receivedAt);
    await foldAll(projector);
    expect(await holdOf(db, 'P-6')).toEqual([true]);
    expect(await holdOf(db, 'P-7')).toEqual([]);
    const page = await listContainments(db, configuration(), { cursor: null, limit: 10 }, wholePlant);
    expect(page.items).toMatchObject([{ containmentId: 'ct', held: 5, lifted: { reason: 'sorted' } }]);
    // Folded again nothing is told a second time.
    const count = async () => (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM event'))[0]?.n;
    const before = await count();
    await projector.rebuild();
    expect(await count()).toBe(before);
    expect(await holdOf(db, 'P-4')).toEqual([true]);
  });

  it('hold what a device or tool served at a station in a time: cycles, values of runs and samples; what was told before it too', async () => {
    const { db } = database;
    const force = configuration();
    const projector = await projectorOn(db);
    const window = { from: at + 20_000, until: at + 40_000 };
    const of = (deviceId: string, stationId: string | null): Extract<Criterion, { kind: 'device' }> => ({
      kind: 'device',
      deviceId,
      stationId,
      ...window,
    });
    const run = (stationId: string, serial: string, from: number, deviceId = 'press'): StationStream => {
      const cycle = golden('machine-cycle.requested');
      return new StationStream(stationId, from, serial)
        .add('unit.created', made(serial))
        .add('execution.started', started(`x-${serial}`, serial))
        .add('machine-cycle.requested', { ...cycle, executionId: `x-${serial}`, deviceId });
    };
    const sample = golden('sample.value-recorded');
    const sampled = (serial: string): StationStream =>
      new StationStream('QB11', at + 31_000).add('sample.value-recorded', {
        ...sample,
        serial,
        gaugeId: null,
        reading: { ...sample.reading, deviceId: 'old-press' },
      });
    const reading = measured('x').reading;
    for (const each of [
      run('ST10', 'P-1', at),
      run('ST10', 'P-2', at + 30_000),
      run('ST20', 'P-3', at + 30_000),
      run('ST30', 'P-4', at + 30_000, 'other'),
      // Asked for before, its results came within.
      run('ST40', 'P-5', at + 15_000).add(
        'machine-cycle.finished',
        { ...golden('machine-cycle.finished'), executionId: 'x-P-5' },
        at + 21_000,
      ),
      run('ST50', 'P-6', at + 30_000, 'other').add('measurement.recorded', {
        ...measured('x-P-6'),
        gaugeId: null,
        reading: { ...reading, deviceId: 'old-press' },
      }),
      new StationStream('ST60', at).add('unit.created', made('P-7')),
      sampled('P-7'),
    ])
      await each.send(db, Infinity, receivedAt);
    await foldAll(projector);
    const preview = async (criterion: Criterion): Promise<unknown> => {
      const asked = await previewContainment(db, force, criterion, wholePlant, receivedAt);
      return asked.ok ? asked.value.first.map(({ serial }) => serial) : asked.faults;
    };
    expect(await preview(of('press', 'ST10'))).toEqual(['P-2']);
    expect(await preview(of('press', null))).toEqual(['P-2', 'P-3', 'P-5']);
    expect(await preview(of('old-press', null))).toEqual(['P-6', 'P-7']);
    const operation = { definitionId: 'NONE', operationId: '10', stationId: null, ...window };
    const unknown: readonly Criterion[] = [
      of('none', null),
      { kind: 'lot', materialId: 'NONE', lot: 'L1' },
      { kind: 'gauge', gaugeId: 'NONE', ...window },
      { kind: 'operation', ...operation },
    ];
    const faults = await Promise.all(unknown.map(preview));
    expect(faults).toMatchObject([
      [{ code: 'containment.device-unknown' }],
      [{ code: 'material.unknown' }],
      [{ code: 'gauge.unknown' }],
      [{ code: 'containment.operation-unknown' }],
    ]);
    // Each has words of the plant view.
    for (const { code } of faults.flat() as readonly { code: string }[]) expect(plantFaultCodes).toHaveProperty([code]);
    // What was told before the migration comes to the same.
    const work = () => db.query('SELECT * FROM device_work ORDER BY stream_id, seq');
    const folded = await work();
    expect(folded).toHaveLength(8);
    await db.execute(`TRUNCATE device_work; ${fill}`);
    expect(await work()).toEqual(folded);
    // Where it is configured and where it was heard of, cut to what the person may hold.
    const { devices } = await containmentChoices(db, force, wholePlant, receivedAt);
    expect(devices).toContainEqual({
      id: 'press',
      title: force.catalogue.device('press')?.title,
      stations: ['ST10', 'ST20', 'ST40'],
      everywhere: true,
      gaugeId: null,
    });
    expect(devices.map(({ id }) => id)).toEqual(expect.arrayContaining(['calliper', 'old-press', 'other']));
    expect(devices.map(({ id }) => id)).not.toContain('scanner');
    const some = await containmentChoices(db, force, { ...wholePlant, stations: ['ST10'] }, receivedAt);
    expect(some.devices.map(({ id, stations, everywhere }) => [id, stations, everywhere])).toEqual([
      ['calliper', ['ST10'], true],
      ['press', ['ST10'], false],
      ['press-meter', ['ST10'], true],
    ]);
    // In force: what is worked with it later is held when it comes, a sample too.
    await begins({ ...of('old-press', null), until: null }).send(db, Infinity, receivedAt);
    await foldAll(projector);
    await run('ST70', 'P-8', at + 90_000, 'old-press').send(db, Infinity, receivedAt);
    await new StationStream('ST80', at).add('unit.created', made('P-9')).send(db, Infinity, receivedAt);
    await foldAll(projector);
    await new StationStream('QB12', at + 99_000)
      .add('sample.value-recorded', {
        ...sample,
        serial: 'P-9',
        reading: { ...sample.reading, deviceId: 'old-press' },
      })
      .send(db, Infinity, receivedAt);
    await foldAll(projector);
    const held = await Promise.all(['P-1', 'P-2', 'P-6', 'P-7', 'P-8', 'P-9'].map((serial) => holdOf(db, serial)));
    expect(held).toEqual([[], [], [false], [false], [false], [false]]);
  });

  it('hold what passed an operation in a time, what is of an order, and what a gauge measured', async () => {
    const { db } = database;
    const { definition } = started('x', 'P-1');
    const { operationId } = ended('x', 'P-1');
    const window = { from: at + 20_000, until: null };
    const cases: readonly (readonly [Criterion, readonly string[]])[] = [
      [{ kind: 'operation', definitionId: definition.id, operationId, stationId: null, ...window }, ['P-2', 'P-3']],
      [{ kind: 'operation', definitionId: definition.id, operationId, stationId: 'ST20', ...window }, ['P-2']],
      [{ kind: 'order', orderId: made('P-1').orderId }, ['P-1', 'P-2', 'P-3']],
      [{ kind: 'gauge', gaugeId: 'G-114', ...window }, ['P-2']],
    ];
    for (const [criterion, held] of cases)
      for (const late of [false, true]) {
        await database.clear();
        const projector = await projectorOn(db);
        const units = [
          built('ST10', 'P-1', []),
          new StationStream('ST20', at + 30_000)
            .add('unit.created', made('P-2'))
            .add('execution.started', started('x-P-2', 'P-2'))
            .add('measurement.recorded', { ...measured('x-P-2'), gaugeId: 'G-114' })
            .add('execution.passed', ended('x-P-2', 'P-2')),
          built('ST30', 'P-3', [], at + 30_000),
        ];
        if (late) await begins(criterion).send(db, Infinity, receivedAt);
        await foldAll(projector);
        for (const each of units) await each.send(db, Infinity, receivedAt);
        await foldAll(projector);
        if (!late) await begins(criterion).send(db, Infinity, receivedAt);
        await foldAll(projector);
        for (const serial of ['P-1', 'P-2', 'P-3'])
          expect(await holdOf(db, serial), `${criterion.kind} ${serial} ${late}`).toEqual(
            held.includes(serial) ? [false] : [],
          );
      }
  });

  it.runIf(database.kind === 'postgresql')('and recalls look up what they ask for, however much there is', async () => {
    const { db } = database;
    const runs = 20_000;
    await fillHistory(db, runs);
    await db.execute(
      `INSERT INTO containment (containment_id, part, kind, material_id, lot, definition_id, operation_id, order_id, gauge_id,
         device_id, from_at)
       SELECT kind || n, '', kind, 'HSG-100', 'HL-' || n, 'PMP-100', (9 + n)::text, 'HO-' || n, 'HG-' || n, 'hd-' || n, $1
       FROM unnest(ARRAY['lot', 'operation', 'order', 'gauge', 'device']) AS kind, generate_series(1, 10) AS n`,
      [historyAt(runs - 20)],
    );
    await db.execute("INSERT INTO gauge (gauge_id, part, watched_since) VALUES ('HG-1', '{}', $1)", [historyAt(1)]);
    const last = (prefix: string): string[] => Array.from({ length: 10 }, (_, n) => `${prefix}${runs - n * 7}`);
    const changes = new PageChanges(new Map());
    for (const executionId of last('hx-'))
      changes.measured.push({ body: { gaugeId: 'HG-1', executionId } } as (typeof changes.measured)[number]);
    for (const serial of last('H-'))
      changes.samples.push({ body: { gaugeId: 'HG-1', serial } } as (typeof changes.samples)[number]);
    changes.gauges.set('HG-1', {} as never);
    const recalls = createRecallReactions(await createPlantStream(db, configuration, receivedAt), () => receivedAt);
    const { asked, plans } = planned(db);
    // As the planner knows it from the beginning, and after it has looked.
    for (const looked of [false, true]) {
      if (looked) await db.execute('ANALYZE containment, gauge');
      const told = ['lot1', 'operation1', 'order1', 'gauge1', 'device1'];
      const found = await fittingUnits(asked, { containments: told, executions: last('hx-'), serials: last('H-') });
      expect(new Set(found.map(({ containment_id: id }) => id)).size).toBeGreaterThan(told.length);
      await recalls(asked, changes);
    }
    expect(plans).toHaveLength(2 * 7);
    const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];
    const wide = plans.flatMap(nodes).flatMap((node) => {
      const [type, table, rows] = [node['Node Type'], node['Relation Name'], node['Plan Rows']];
      const isWhole = type === 'Seq Scan' && historyTables.some((each) => each === table);
      return isWhole || rows > runs / 10 ? [`${type} ${table ?? ''} ${rows}`] : [];
    });
    expect(wide).toEqual([]);
  });
});
