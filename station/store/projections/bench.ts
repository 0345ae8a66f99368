/**
 * The read model of samples: units that passed an operation, of this log and of passports of the server, each run once; samples;
 * which were begun or skipped; and what was declared of the process since an operation last passed here.
 */
import { passportSchema } from '#contract/passport.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { SetUpFact } from '#contract/events/shared.ts';
import { evolveSample, sampleEvents, type Sample } from '#domain/bench/sample.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  CREATE TABLE bench_run (
    execution_id TEXT PRIMARY KEY,
    serial TEXT NOT NULL,
    order_id TEXT NOT NULL,
    definition_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    station_id TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  -- here: this log tells of it; else it goes with the passport. set_ups: declared at the station since the operation had passed there before; JSON.
  CREATE TABLE bench_pass (
    execution_id TEXT PRIMARY KEY,
    serial TEXT NOT NULL,
    order_id TEXT NOT NULL,
    definition_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    station_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    set_ups TEXT NOT NULL,
    here INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX bench_pass_of ON bench_pass (station_id, definition_id, operation_id, at, execution_id);
  CREATE INDEX bench_pass_order ON bench_pass (order_id, station_id, operation_id, at);
  CREATE INDEX bench_pass_unit ON bench_pass (serial, at);
  -- Told by files, without run and often long ago: never due, and measured when somebody wants to.
  CREATE TABLE bench_imported (
    serial TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    station_id TEXT NOT NULL,
    definition_id TEXT NOT NULL,
    revision TEXT NOT NULL,
    here INTEGER NOT NULL,
    PRIMARY KEY (serial, operation_id, station_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE bench_sample (
    id INTEGER PRIMARY KEY,
    sample_id TEXT NOT NULL UNIQUE,
    bench_id TEXT NOT NULL,
    open INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX bench_sample_of ON bench_sample (bench_id, id);
  CREATE INDEX bench_sample_open ON bench_sample (bench_id) WHERE open = 1;
  CREATE TABLE bench_decided (
    id INTEGER PRIMARY KEY,
    plan_id TEXT NOT NULL,
    characteristic_id TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    station_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    due_key TEXT,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX bench_decided_of ON bench_decided (plan_id, operation_id, station_id, at);
  -- operation_id null: of every operation of the station.
  CREATE TABLE bench_set_up (
    id INTEGER PRIMARY KEY,
    set_up_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    operation_id TEXT,
    note TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL
  ) STRICT;
  -- The newest set-up that was told with a pass of the operation.
  CREATE TABLE bench_told (operation_id TEXT PRIMARY KEY, set_up INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const ofSample: ReadonlySet<string> = new Set(sampleEvents);

export const bench: Projection = {
  name: 'bench',
  version: 2,
  tables: ['bench_run', 'bench_pass', 'bench_imported', 'bench_sample', 'bench_decided', 'bench_set_up', 'bench_told'],
  ddl,
  apply(db, event) {
    foldRun(db, event);
    foldDecided(db, event);
    if (ofSample.has(event.type)) foldSample(db, event, (event.body as { readonly sampleId: string }).sampleId);
    if (event.type === 'point.charted') {
      const sampleId = event.body.values[0]?.sampleId;
      if (sampleId !== undefined) foldSample(db, event, sampleId);
    }
    if (event.type === 'signal.raised') {
      // The point is of a sample that was measured a moment ago.
      const open = newestSample(db, event.stationId);
      if (open?.points.some(({ pointId }) => pointId === event.body.pointId) === true)
        foldSample(db, event, open.sampleId);
    }
    if (event.type === 'set-up.recorded') {
      const { setUpId, kind, operationId, note } = event.body;
      db.run(
        'INSERT INTO bench_set_up (set_up_id, kind, operation_id, note, at, actor) VALUES (?, ?, ?, ?, ?, ?)',
        setUpId,
        kind,
        operationId,
        note,
        Math.trunc(event.at),
        JSON.stringify(event.actor),
      );
    }
  },
  document(db, document) {
    if (document.kind === 'passport') foldPassport(db, document);
  },
};

function foldRun(db: ReadModelDb, event: StoredEvent): void {
  if (event.type === 'unit.created') {
    const { serial, definitionId, revision, passed } = event.body;
    for (const { operationId, stationId } of passed)
      if (stationId !== null) putImported(db, serial, operationId, stationId, definitionId, revision, true);
  }
  if (event.type === 'execution.started') {
    const { executionId, serial, orderId, definition, operationId } = event.body;
    db.run(
      `INSERT INTO bench_run (execution_id, serial, order_id, definition_id, revision, operation_id, station_id)
       VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (execution_id) DO NOTHING`,
      executionId,
      serial,
      orderId,
      definition.id,
      definition.revision,
      operationId,
      event.stationId,
    );
  }
  if (event.type === 'execution.passed') {
    const { executionId, operationId, setUps } = event.body;
    db.run(
      `INSERT INTO bench_pass
         (execution_id, serial, order_id, definition_id, revision, operation_id, station_id, at, set_ups, here)
       SELECT execution_id, serial, order_id, definition_id, revision, operation_id, station_id, ?, ?, 1
       FROM bench_run WHERE execution_id = ? ON CONFLICT (execution_id) DO UPDATE SET here = 1`,
      Math.trunc(event.at),
      JSON.stringify(setUps ?? []),
      executionId,
    );
    if (setUps !== undefined)
      db.run(
        `INSERT INTO bench_told (operation_id, set_up) SELECT ?, coalesce(max(id), 0) FROM bench_set_up WHERE true
         ON CONFLICT (operation_id) DO UPDATE SET set_up = excluded.set_up`,
        operationId,
      );
  }
  // A run that is over gives no more passes.
  if (event.type === 'execution.passed' || event.type === 'execution.stopped')
    db.run('DELETE FROM bench_run WHERE execution_id = ?', event.body.executionId);
}

/** What cannot be read is as if it had not come; what goes takes its passes along (the server keeps them for two weeks). */
function foldPassport(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  db.run('DELETE FROM bench_pass WHERE serial = ? AND here = 0', id);
  db.run('DELETE FROM bench_imported WHERE serial = ? AND here = 0', id);
  const read = passportSchema.safeParse(body);
  if (!read.success || read.data.serial !== id) return;
  const { serial, passed, origins } = read.data;
  const [origin] = origins;
  if (origin === undefined) return;
  for (const { operationId, executionId, stationId, at, setUps } of passed) {
    if (stationId === null) continue;
    if (executionId === null || at === null) {
      putImported(db, serial, operationId, stationId, origin.definitionId, origin.revision, false);
      continue;
    }
    db.run(
      `INSERT INTO bench_pass
         (execution_id, serial, order_id, definition_id, revision, operation_id, station_id, at, set_ups, here)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (execution_id) DO NOTHING`,
      executionId,
      serial,
      origin.orderId,
      origin.definitionId,
      origin.revision,
      operationId,
      stationId,
      Math.trunc(at),
      JSON.stringify(setUps ?? []),
    );
  }
}

function putImported(
  db: ReadModelDb,
  serial: string,
  operationId: string,
  stationId: string,
  definitionId: string,
  revision: string,
  here: boolean,
): void {
  db.run(
    `INSERT INTO bench_imported (serial, operation_id, station_id, definition_id, revision, here) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (serial, operation_id, station_id) DO UPDATE SET here = max(here, excluded.here)`,
    serial,
    operationId,
    stationId,
    definitionId,
    revision,
    Number(here),
  );
}

export function readSample(db: ReadModelReader, sampleId: string): Sample | null {
  const row = db.get<{ readonly state: string }>('SELECT state FROM bench_sample WHERE sample_id = ?', sampleId);
  return row === undefined ? null : (JSON.parse(row.state) as Sample);
}

export function newestSample(db: ReadModelReader, benchId: string): Sample | null {
  const row = db.get<{ readonly state: string }>(
    'SELECT state FROM bench_sample WHERE bench_id = ? ORDER BY id DESC LIMIT 1',
    benchId,
  );
  return row === undefined ? null : (JSON.parse(row.state) as Sample);
}

function foldSample(db: ReadModelDb, event: StoredEvent, sampleId: string): void {
  const after = evolveSample(readSample(db, sampleId), event);
  if (after === null) return;
  db.run(
    `INSERT INTO bench_sample (sample_id, bench_id, open, state) VALUES (?, ?, ?, ?)
     ON CONFLICT (sample_id) DO UPDATE SET open = excluded.open, state = excluded.state`,
    sampleId,
    after.benchId,
    Number(after.finished === null),
    JSON.stringify(after),
  );
}

function foldDecided(db: ReadModelDb, event: StoredEvent): void {
  if (event.type !== 'sample.started' && event.type !== 'sample.skipped') return;
  const { plan, operationId, stationId, due } = event.body;
  const characteristics =
    event.type === 'sample.skipped'
      ? event.body.characteristics
      : event.body.characteristics.map(({ characteristicId }) => characteristicId);
  for (const characteristicId of characteristics)
    db.run(
      `INSERT INTO bench_decided (plan_id, characteristic_id, operation_id, station_id, reason, due_key, at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      plan.id,
      characteristicId,
      operationId,
      stationId,
      due.reason,
      due.key,
      Math.trunc(event.at),
    );
}

/** Declared since the operation last passed here, oldest first. */
export const readSetUpsSince = (db: ReadModelReader, operationId: string): readonly SetUpFact[] =>
  db.all<SetUpFact>(
    `SELECT set_up_id AS setUpId, kind, at FROM bench_set_up
     WHERE id > coalesce((SELECT set_up FROM bench_told WHERE operation_id = ?), 0)
       AND (operation_id IS NULL OR operation_id = ?) ORDER BY id`,
    operationId,
    operationId,
  );
