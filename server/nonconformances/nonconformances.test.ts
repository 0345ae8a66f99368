/** Nonconformances through the server: told to the line, joined in any order, disposed of on the plant view. */
import { beforeEach, expect, it } from 'vitest';
import type { BodyOf } from '#contract/events/index.ts';
import type { Passport } from '#contract/passport.ts';
import { documentsAnswerSchema, nonconformanceBodySchema } from '#contract/sync/down.ts';
import { isRecorded, standingOf, type NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import { unitStanding } from '#domain/units/standing.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Act } from '../act.ts';
import type { Db } from '../db/db.ts';
import { retireNonconformances } from '../downlink/prune.ts';
import { readDocuments } from '../downlink/read.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from '../projections/projector.ts';
import { demoReleased, ended, made, started, StationStream } from '../projections/test-kit.ts';
import { createPlantStream } from '../units/plant-stream.ts';
import { createNonconformanceActs, type NonconformanceActs } from './acts.ts';
import { listNonconformances, paretoOf, readPhoto } from './read.ts';

const configuration = demoReleased();
const receivedAt = Date.UTC(2026, 10, 20);
const at = 1_790_000_000_000;
const all = { stations: null, lines: null } as never;

const recorded = (serials: readonly string[]): BodyOf<'nonconformance.recorded'> => ({
  nonconformanceId: 'nc-1',
  defectId: 'burr',
  severity: 'major',
  definition: { id: 'PMP-100', revision: 'C' },
  orderId: 'WO-1',
  subject: { kind: 'units', serials: [...serials] },
  operationId: '10',
  executionId: null,
  stepId: null,
  mark: null,
  note: 'felt with the finger',
});
const held = (serial: string): BodyOf<'unit.held'> => ({
  serial,
  holdId: `nc-1/${serial}`,
  reason: '',
  executionId: null,
  stepId: null,
  reasons: [
    {
      code: 'unit.nonconforming',
      params: {
        nonconformance: 'nc-1',
        defect: 'burr',
        defectText: { en: 'Burr', de: 'Grat' },
        operation: '10',
        station: 'ST10',
      },
    },
  ],
});

describeOnDatabases('nonconformances', (database) => {
  let projector: Projector;
  let acts: NonconformanceActs;
  beforeEach(async () => {
    await database.clear();
    const { db } = database;
    const plantStream = await createPlantStream(db, configuration, receivedAt);
    projector = createProjector({ db, configuration, react: () => Promise.resolve([]), log: createLog('silent') });
    acts = createNonconformanceActs(configuration, plantStream);
  });
  const foldAll = async (): Promise<void> => {
    while ((await projector.round()) > 0);
  };
  const part = async (db: Db) => {
    const [row] = await db.query<{ part: string }>(`SELECT part FROM nonconformance WHERE nonconformance_id = 'nc-1'`);
    const found = JSON.parse(row?.part ?? 'null') as NonconformancePart | null;
    if (!isRecorded(found)) throw new Error('not recorded');
    return found;
  };
  const passport = async (db: Db, serial: string) => {
    const [row] = await db.query<{ passport: string }>('SELECT passport FROM unit WHERE serial = $1', [serial]);
    return JSON.parse(row?.passport ?? 'null') as Passport;
  };
  /** Everything is asked for and allowed; what was asked is kept. */
  const asked: string[] = [];
  const dispose = (db: Db, what: Partial<Parameters<NonconformanceActs['dispose']>[2]>) =>
    db.transaction((tx) => {
      const act: Act = {
        tx,
        caller: { accountId: 'nora', name: 'Nora Feld' },
        at: receivedAt + 1_000,
        need: (right) => void asked.push(right),
        audit: () => Promise.resolve(),
      };
      return acts.dispose(act, 'nc-1', {
        kind: 'scrap',
        serials: ['P-1'],
        quantity: 1,
        operations: [],
        reason: 'seen',
        concession: null,
        ...what,
      });
    });
  const st10 = (): StationStream => {
    const stream = new StationStream('ST10', at);
    for (const n of [1, 2])
      stream
        .add('unit.created', made(`P-${n}`))
        .add('execution.started', started(`x${n}`, `P-${n}`))
        .add('execution.passed', ended(`x${n}`, `P-${n}`));
    return stream
      .add('nonconformance.recorded', recorded(['P-1', 'P-2']))
      .add('unit.held', held('P-1'))
      .add('unit.held', held('P-2'));
  };

  it('are told to the line, listed and counted; a photo is shown once it has come', async () => {
    const { db } = database;
    const photo = { sha256: 'ab'.repeat(32), contentType: 'image/png' as const, size: 3 };
    const stream = st10().add('nonconformance.amended', {
      nonconformanceId: 'nc-1',
      amendmentId: 'am-1',
      note: '',
      photo,
      quantity: null,
      serials: [],
    });
    await stream.send(db, Infinity, receivedAt);
    await foldAll();
    const { json } = await readDocuments(db, ['plant', 'line:L1'], '');
    const told = documentsAnswerSchema.parse(JSON.parse(json)).documents.find(({ kind }) => kind === 'nonconformance');
    expect(nonconformanceBodySchema.parse(told?.body)).toMatchObject({ recorded: { stationId: 'ST10' } });
    const query = { cursor: null, limit: 10, open: true };
    const list = await listNonconformances(db, configuration(), query, all);
    expect(list.items).toMatchObject([
      {
        status: 'open',
        waiting: 2,
        lineId: 'L1',
        photos: [{ here: false }],
        units: [{ serial: 'P-1', held: true }, {}],
      },
    ]);
    expect(await readPhoto(db, { nonconformanceId: 'nc-1', sha256: photo.sha256 }, all)).toBeNull();
    await db.execute(
      `INSERT INTO blob (station_id, sha256, kind, size, content_type, name, received, touched_at, complete_at)
       VALUES ('ST10', $1, 'photo', 3, 'image/png', 'photo/x', 3, now(), now())`,
      [photo.sha256],
    );
    await db.execute(`INSERT INTO blob_piece (station_id, sha256, from_byte, bytes) VALUES ('ST10', $1, 0, $2)`, [
      photo.sha256,
      Buffer.from('abc'),
    ]);
    expect((await readPhoto(db, { nonconformanceId: 'nc-1', sha256: photo.sha256 }, all))?.url).toBe(
      'data:image/png;base64,YWJj',
    );
    expect(await paretoOf(db, configuration(), { by: 'defect', days: 30 }, at + 1_000, all)).toMatchObject({
      total: 2,
      bars: [{ key: 'burr', count: 2, title: { en: 'Burr in the bore' } }],
    });
    await projector.rebuild();
    expect((await part(db)).amended).toHaveLength(1);
  });

  it('are disposed of on the plant view: a rework order of the plant takes the passes, and the station is told', async () => {
    const { db } = database;
    await st10().send(db, Infinity, receivedAt);
    await foldAll();
    asked.length = 0;
    expect(await dispose(db, { serials: ['P-9'] })).toMatchObject({
      ok: false,
      faults: [{ code: 'nonconformance.unit-not-in-it', params: { serial: 'P-9' } }],
    });
    expect(await dispose(db, { kind: 'rework', operations: ['10'] })).toMatchObject({ ok: true });
    expect(await dispose(db, { kind: 'use-as-is', serials: ['P-2'] })).toMatchObject({
      faults: [{ code: 'concession.missing' }],
    });
    const concession = { number: 'K-1', expiresAt: null, quantity: 1 };
    expect(await dispose(db, { kind: 'use-as-is', serials: ['P-2'], concession })).toMatchObject({ ok: true });
    expect(asked).toEqual([
      'nonconformance.dispose',
      'nonconformance.dispose',
      'nonconformance.concede',
      'nonconformance.concede',
    ]);
    await foldAll();
    const reworked = await passport(db, 'P-1');
    expect(reworked).toMatchObject({ reworks: [{ operations: ['10'], ends: ['10', '20'], stationId: '@plant' }] });
    expect(unitStanding(reworked).status).toBe('waiting');
    expect(await passport(db, 'P-2')).toMatchObject({ concessions: [{ number: 'K-1' }] });
    expect(standingOf(await part(db))).toMatchObject({ status: 'rework', waiting: 0 });
    expect(await dispose(db, { serials: ['P-2'] })).toMatchObject({
      faults: [{ code: 'nonconformance.unit-disposed-already' }],
    });
    // Done again at the station, which knew of the order: it is over, and taken from the stations after some days.
    const id = (await part(db)).disposed.find(({ kind }) => kind === 'rework')!.dispositionId;
    const again = new StationStream('ST20', receivedAt + 900_000)
      .add('execution.started', { ...started('x9', 'P-1'), reworks: [id] })
      .add('execution.passed', { ...ended('x9', 'P-1'), reworks: [id] })
      .add('nonconformance.rework-done', { nonconformanceId: 'nc-1', dispositionId: id, serial: 'P-1', note: '' });
    await again.send(db, Infinity, receivedAt);
    await foldAll();
    expect(standingOf(await part(db)).status).toBe('closed');
    const { cases } = (await db.query<{ cases: number }>(`SELECT cases FROM unit WHERE serial = 'P-1'`))[0]!;
    expect(cases).toBe(0);
    await db.execute('UPDATE nonconformance SET closed_at = 1');
    expect(await db.transaction((tx) => retireNonconformances(tx))).toBe(1);
  });
});
