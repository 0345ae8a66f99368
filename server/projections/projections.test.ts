import * as fc from 'fast-check';
import { beforeEach, expect, it } from 'vitest';
import type { Passport } from '#contract/passport.ts';
import { describeOnDatabases } from '#tests/support/database.ts';
import type { Db } from '../db/db.ts';
import { readDocuments } from '../downlink/read.ts';
import { createLog } from '../log.ts';
import { createProjector, type Projector } from './projector.ts';
import { demoReleased, ended, fitted, held, made, measured, started, StationStream } from './test-kit.ts';

const configuration = demoReleased();
const projectorOn = (db: Db): Projector =>
  createProjector({ db, configuration, react: async () => [], log: createLog('silent') });
const receivedAt = Date.UTC(2026, 10, 20);

async function foldAll(projector: Projector): Promise<number> {
  let events = 0;
  for (let done = await projector.round(); done > 0; done = await projector.round()) events += done;
  return events;
}

const tables: Readonly<Record<string, string>> = {
  unit: `SELECT serial, passport, order_id, material_id, definition_id, revision, status, station_id, home_station_id,
    changed_at, received_at, shown_passed, cases FROM unit ORDER BY serial`,
  order_progress: `SELECT * FROM order_progress WHERE created + done + held + scrapped + in_work <> 0
    ORDER BY order_id, station_id`,
  execution: 'SELECT * FROM execution ORDER BY execution_id',
  execution_span: 'SELECT * FROM execution_span ORDER BY execution_id, stream_id',
  unit_fact: 'SELECT * FROM unit_fact ORDER BY serial, stream_id, seq',
  component: 'SELECT * FROM component ORDER BY stream_id, seq',
  measured_value: 'SELECT * FROM measured_value ORDER BY stream_id, seq',
  station_work: 'SELECT * FROM station_work ORDER BY stream_id',
  unit_case: 'SELECT * FROM unit_case ORDER BY case_id',
  signal: 'SELECT * FROM signal ORDER BY signal_id',
};
async function readModel(db: Db): Promise<Record<string, unknown>> {
  const read: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(tables)) read[name] = await db.query(sql);
  return read;
}

/** Two units on their way through three stations, with a hold from afar, a second build and a scrap. */
function streams(): StationStream[] {
  const at = 1_790_000_000_000;
  const st10 = new StationStream('ST10', at)
    .add('station.started', { version: '1', bootId: 'b' } as never)
    .add('unit.created', made('P-1'))
    .add('execution.started', started('x1', 'P-1'))
    .add('component.fitted', fitted('x1', 'IMP-7', 'LOT-3'))
    .add('measurement.recorded', measured('x1'))
    .add('execution.passed', ended('x1', 'P-1'))
    .add('unit.created', made('P-2'))
    .add('execution.started', started('x2', 'P-2'))
    .add('execution.passed', ended('x2', 'P-2'))
    .add('unit.hold-lifted', { serial: 'P-1', holdId: 'h1', reason: 'fine' }, at + 500_000);
  const st20 = new StationStream('ST20', at + 100_000)
    .add('execution.started', started('y1', 'P-1', '20'), at + 100_000)
    .add('execution.passed', ended('y1', 'P-1', '20'))
    .add('unit.completed', { serial: 'P-1', orderId: 'WO-1' })
    .add('execution.started', started('y2', 'P-2', '20'));
  const st05 = new StationStream('ST05', at + 90_000)
    .add('unit.held', held('P-1', 'h1'), at + 90_000)
    .add('execution.started', started('z2', 'P-2'))
    .add('execution.passed', ended('z2', 'P-2'))
    .add('unit.scrapped', { serial: 'P-2', reason: 'dropped' });
  return [st10, st20, st05];
}

describeOnDatabases('the read model', (database) => {
  beforeEach(() => database.clear());

  it('is the same in whatever order the streams of several stations arrive', async () => {
    const { db } = database;
    const seen: unknown[] = [];
    const parts = fc.array(fc.record({ which: fc.nat(2), count: fc.integer({ min: 1, max: 4 }) }), { maxLength: 14 });
    await fc.assert(
      fc.asyncProperty(parts, async (steps) => {
        await database.clear();
        const projector = projectorOn(db);
        const all = streams();
        for (const { which, count } of steps) {
          await all[which]?.send(db, count, receivedAt);
          await foldAll(projector);
        }
        for (const stream of all) await stream.send(db, Infinity, receivedAt);
        await foldAll(projector);
        seen.push(await readModel(db));
        expect(seen.at(-1)).toEqual(seen[0]);
      }),
      { numRuns: database.kind === 'pglite' ? 25 : 15 },
    );
    expect(seen[0]).toMatchObject({
      unit: [
        { serial: 'P-1', status: 'done', station_id: 'ST10', home_station_id: 'ST10', order_id: 'WO-1' },
        { serial: 'P-2', status: 'scrapped', home_station_id: 'ST10', cases: expect.any(Number) as number },
      ],
      order_progress: [{ order_id: 'WO-1', station_id: 'ST10', created: 2, done: 1, held: 0, scrapped: 1, in_work: 0 }],
      component: [{ execution_id: 'x1', component_serial: 'IMP-7', lot: 'LOT-3', removed: false }],
    });
    const { unit_case: cases } = seen[0] as { unit_case: { serial: string; kind: string }[] };
    expect(cases.map(({ serial, kind }) => `${serial} ${kind}`).sort()).toEqual([
      'P-1 held-meanwhile',
      'P-2 built-twice',
      'P-2 scrapped-meanwhile',
    ]);
    // The command that makes it again gives the very same.
    const live = await readModel(db);
    expect(await projectorOn(db).rebuild()).toBe(18);
    expect(await readModel(db)).toEqual(live);
  }, 240_000);

  it('is folded by several instances at once without losing or doubling anything', async () => {
    const all = Array.from({ length: 8 }, (_, station) => {
      const stream = new StationStream(`S${station}`);
      for (let unit = 0; unit < 60; unit += 1) {
        // Each unit is worked on at two stations: their instances meet in its row.
        const serial = `U-${(station * 60 + unit) % 240}`;
        const id = `${station}-${unit}`;
        stream
          .add('unit.created', made(serial))
          .add('execution.started', started(id, serial))
          .add('execution.passed', ended(id, serial));
      }
      return stream;
    });
    for (const stream of all) await stream.send(database.db, Infinity, receivedAt);
    const instances = [database.open(), database.open(), database.open()];
    await Promise.all(instances.map((db) => foldAll(projectorOn(db))));
    await foldAll(projectorOn(database.db));
    const live = await readModel(database.db);
    expect((live['execution'] as unknown[]).length).toBe(480);
    const [sum] = await database.db.query('SELECT sum(created)::int AS created FROM order_progress');
    expect(sum).toEqual({ created: 240 });
    await projectorOn(database.db).rebuild();
    expect(await readModel(database.db)).toEqual(live);
    await Promise.all(instances.map((db) => db.close()));
  }, 240_000);

  it('leaves out what it cannot fold, goes on, and folds it when it can', async () => {
    const { db } = database;
    const projector = projectorOn(db);
    const stream = new StationStream('ST10')
      .add('unit.created', made('P-1'))
      .raw({ type: 'unit.painted', version: 1, body: {} })
      .raw({ type: 'unit.created', version: 9, body: {} })
      .raw({ type: 'unit.created', version: 1, body: { serial: 7 } })
      .text('{"not": "closed"')
      .add('unit.created', made('P-\u0000'))
      .add('unit.created', made('P-2'));
    await stream.send(db, Infinity, receivedAt);
    expect(await foldAll(projector)).toBe(7);
    const left = await db.query('SELECT seq, type, reason FROM quarantine ORDER BY seq');
    expect(left).toEqual([
      { seq: 2, type: 'unit.painted', reason: 'unknown-type' },
      { seq: 3, type: 'unit.created', reason: 'unknown-version' },
      { seq: 4, type: 'unit.created', reason: 'body-invalid' },
      { seq: 5, type: '', reason: 'body-invalid' },
      { seq: 6, type: '', reason: 'projection-failed' },
    ]);
    expect(await db.query('SELECT serial FROM unit ORDER BY serial')).toEqual([{ serial: 'P-1' }, { serial: 'P-2' }]);
    expect(await projector.replay([])).toEqual({ folded: 0, kept: 5 });
    // As after an update of the server: what it did not know is known now.
    const text = stream.facts[1]?.text
      .replace('unit.painted', 'unit.scrapped')
      .replace('"body":{}', '"body":{"serial":"P-1","reason":"x"}');
    await db.execute('UPDATE event SET record = $1 WHERE seq = 2', [text ?? '']);
    const [row] = await db.query<{ id: number }>('SELECT quarantine_id AS id FROM quarantine WHERE seq = 2');
    expect(await projector.replay([row?.id ?? 0])).toEqual({ folded: 1, kept: 0 });
    expect(await db.query(`SELECT status FROM unit WHERE serial = 'P-1'`)).toEqual([{ status: 'scrapped' }]);
    expect(await db.query('SELECT count(*)::int AS n FROM quarantine')).toEqual([{ n: 4 }]);
  }, 240_000);

  it('tells the stations of the line: passports joined over all of them, and open contradictions', async () => {
    const { db } = database;
    const projector = projectorOn(db);
    const [st10, st20, st05] = streams();
    await st20?.send(db);
    await foldAll(projector);
    // Nobody heard of its beginning yet.
    expect((await readDocuments(db, ['line:L1'], '')).count).toBe(0);
    await st10?.send(db);
    await st05?.send(db);
    await foldAll(projector);
    const { documents } = JSON.parse((await readDocuments(db, ['line:L1'], '')).json) as {
      documents: { kind: string; id: string; body: Passport }[];
    };
    const passport = documents.find(({ kind, id }) => kind === 'passport' && id === 'P-1')?.body;
    expect(passport?.passed.map(({ operationId, stationId }) => [operationId, stationId])).toEqual([
      ['10', 'ST10'],
      ['20', 'ST20'],
    ]);
    expect(
      documents
        .filter(({ kind }) => kind === 'case')
        .map(({ body }) => (body as { kind?: string }).kind)
        .sort(),
    ).toEqual(['built-twice', 'held-meanwhile', 'scrapped-meanwhile']);
    expect((await readDocuments(db, ['line:L2'], '')).count).toBe(0);
  }, 240_000);
});
