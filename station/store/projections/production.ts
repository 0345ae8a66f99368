/**
 * The read model of orders, units and executions: the aggregates' state as the rules fold it (JSON), with the columns
 * and side tables that lists, charts and searches ask for. One projection, because an event of a step only names its
 * execution and the unit is found through it. What the server told of units is joined here too, so that lists, counts and
 * searches are of everything this station knows; no row depends on which of the two came first.
 */
import type { BodyOf, StoredEvent } from '#contract/events/index.ts';
import { passportSchema } from '#contract/passport.ts';
import { caseBodySchema } from '#contract/sync/down.ts';
import { evolveExecution, type Execution, type StepRun } from '#domain/execution/execution.ts';
import { evolveOrder, orderEvents, type Order } from '#domain/orders/order.ts';
import { evolveSession, nobody, sessionEvents, type Session } from '#domain/people/session.ts';
import { mergeUnit } from '#domain/units/merge.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import { evolveUnit, unitEvents } from '#domain/units/unit.ts';
import type { ProjectedDocument, Projection, ReadModelDb } from '../projection.ts';
import { readHead, readOrder, readOwnUnit, readPassport, readSession, readStepRun } from './aggregates.ts';
import { addDeviceUse, deviceUseTable } from './device-use.ts';

const ddl = `
  CREATE TABLE session (id INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT;
  CREATE TABLE work_order (
    id INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    sequence INTEGER,
    due_at INTEGER,
    state TEXT NOT NULL
  ) STRICT;
  -- state: as the rules see it. own: what this log alone says, where that is something else. here: this log knows it.
  CREATE TABLE unit (
    serial TEXT PRIMARY KEY,
    order_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    status TEXT NOT NULL,
    completed INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    here INTEGER NOT NULL,
    state TEXT NOT NULL,
    own TEXT
  ) STRICT;
  CREATE INDEX unit_of_order ON unit (order_id, status, completed, created_at, serial);
  CREATE INDEX unit_changed ON unit (changed_at, serial);
  CREATE TABLE passport (
    serial TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE unit_case (
    case_id TEXT PRIMARY KEY,
    serial TEXT NOT NULL,
    kind TEXT NOT NULL,
    opened_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX unit_case_of ON unit_case (serial);
  CREATE TABLE unit_passed (
    serial TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    PRIMARY KEY (serial, operation_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE execution (
    id INTEGER PRIMARY KEY,
    execution_id TEXT NOT NULL UNIQUE,
    serial TEXT NOT NULL,
    station_id TEXT NOT NULL,
    status TEXT NOT NULL,
    ended_at INTEGER,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX execution_open ON execution (station_id, id) WHERE status IN ('running', 'failed');
  CREATE INDEX execution_ended ON execution (ended_at);
  CREATE INDEX execution_of ON execution (serial);
  CREATE TABLE execution_step (
    execution_id TEXT NOT NULL,
    step_id TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (execution_id, step_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE measured (
    id INTEGER PRIMARY KEY,
    definition_id TEXT NOT NULL,
    characteristic_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    value REAL NOT NULL,
    serial TEXT NOT NULL,
    verdict TEXT NOT NULL,
    typed INTEGER NOT NULL,
    station_id TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    step_id TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    idx INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX measured_of ON measured (definition_id, characteristic_id, id);
  ${deviceUseTable}
  CREATE TABLE component (
    id INTEGER PRIMARY KEY,
    serial TEXT NOT NULL,
    bom_line TEXT NOT NULL,
    material_id TEXT NOT NULL,
    lot TEXT,
    component_serial TEXT,
    at INTEGER NOT NULL,
    removed INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX component_in ON component (serial);
  CREATE INDEX component_serial ON component (component_serial, material_id) WHERE component_serial IS NOT NULL;
  CREATE INDEX component_lot ON component (lot) WHERE lot IS NOT NULL;
  CREATE TABLE unit_event (
    id INTEGER PRIMARY KEY,
    serial TEXT NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX unit_event_of ON unit_event (serial, id);
`;

const ofSession: ReadonlySet<string> = new Set(sessionEvents);
const ofOrder: ReadonlySet<string> = new Set(orderEvents);
const ofUnit: ReadonlySet<string> = new Set(unitEvents);

export const production: Projection = {
  name: 'production',
  version: 8,
  tables: [
    'session',
    'work_order',
    'unit',
    'passport',
    'unit_case',
    'unit_passed',
    'execution',
    'execution_step',
    'measured',
    'device_use',
    'component',
    'unit_event',
  ],
  ddl,
  apply(db, event) {
    if (ofSession.has(event.type)) foldSession(db, event);
    const body: Readonly<Record<string, unknown>> = event.body;
    if (ofOrder.has(event.type) && typeof body['orderId'] === 'string') foldOrder(db, event, body['orderId']);
    const executionId = body['executionId'];
    let serial = body['serial'];
    // unit.held names the execution it came from, but does not change it: execution.stopped follows.
    if (typeof executionId === 'string' && event.type !== 'unit.held') {
      const execution = foldExecution(db, event, executionId, body['stepId']);
      serial ??= execution?.serial;
      if (execution !== null) foldValues(db, event, execution);
    }
    if (typeof serial !== 'string') return;
    if (ofUnit.has(event.type)) foldUnit(db, event, serial);
    foldComponents(db, event, serial);
    addDeviceUse(db, event, serial);
    db.run('INSERT INTO unit_event (serial, epoch, seq) VALUES (?, ?, ?)', serial, event.epoch, event.seq);
  },
  document(db, document) {
    if (document.kind === 'passport') foldPassport(db, document);
    if (document.kind === 'case') foldCase(db, document);
  },
};

/** What cannot be read is as if it had not come: an older program does not judge what a newer server says. */
function foldPassport(db: ReadModelDb, { id, version, receivedAt, body }: ProjectedDocument): void {
  const read = passportSchema.safeParse(body);
  if (read.success && read.data.serial === id)
    db.run(
      `INSERT INTO passport (serial, version, received_at, state) VALUES (?, ?, ?, ?)
       ON CONFLICT (serial) DO UPDATE SET version = excluded.version, received_at = excluded.received_at,
         state = excluded.state`,
      id,
      version,
      whole(receivedAt),
      JSON.stringify(read.data),
    );
  else if (db.run('DELETE FROM passport WHERE serial = ?', id) === 0) return;
  putUnit(db, id, readOwnUnit(db, id));
}

function foldCase(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  db.run('DELETE FROM unit_case WHERE case_id = ?', id);
  const read = caseBodySchema.safeParse(body);
  if (!read.success) return;
  const { serial, kind, openedAt } = read.data;
  db.run(
    'INSERT INTO unit_case (case_id, serial, kind, opened_at) VALUES (?, ?, ?, ?)',
    id,
    serial,
    kind,
    whole(openedAt),
  );
}

function foldSession(db: ReadModelDb, event: StoredEvent): void {
  const before: Session = readSession(db) ?? nobody;
  const after = evolveSession(before, event);
  if (after === before) return;
  db.run(
    'INSERT INTO session (id, state) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state',
    JSON.stringify(after),
  );
}

function foldOrder(db: ReadModelDb, event: StoredEvent, orderId: string): void {
  const before = readOrder(db, orderId);
  const after: Order | null = evolveOrder(before, event);
  if (after === null || after === before) return;
  const { status, priority, sequence, dueAt } = after;
  const state = JSON.stringify(after);
  if (before === null)
    db.run(
      'INSERT INTO work_order (order_id, status, priority, sequence, due_at, state) VALUES (?, ?, ?, ?, ?, ?)',
      orderId,
      status,
      priority,
      sequence,
      whole(dueAt),
      state,
    );
  else
    db.run(
      'UPDATE work_order SET status = ?, priority = ?, sequence = ?, due_at = ?, state = ? WHERE order_id = ?',
      status,
      priority,
      sequence,
      whole(dueAt),
      state,
      orderId,
    );
}

function foldUnit(db: ReadModelDb, event: StoredEvent, serial: string): void {
  const before = readOwnUnit(db, serial);
  const after: Unit | null = evolveUnit(before, event);
  if (after !== null && after !== before) putUnit(db, serial, after);
}

/** @param own what this log says of the unit; null: nothing. */
function putUnit(db: ReadModelDb, serial: string, own: Unit | null): void {
  const passport = readPassport(db, serial);
  const unit = passport === null ? own : mergeUnit(own, passport.passport);
  const before = db.all<{ id: string }>('SELECT operation_id AS id FROM unit_passed WHERE serial = ?', serial);
  const passed = new Set(unit?.passed.map(({ operationId }) => operationId));
  for (const { id } of before)
    if (!passed.delete(id)) db.run('DELETE FROM unit_passed WHERE serial = ? AND operation_id = ?', serial, id);
  for (const id of passed) db.run('INSERT INTO unit_passed (serial, operation_id) VALUES (?, ?)', serial, id);
  if (unit === null) {
    db.run('DELETE FROM unit WHERE serial = ?', serial);
    return;
  }
  const { orderId, materialId, status, completedAt, createdAt, changedAt } = unit;
  db.run(
    `INSERT INTO unit (serial, order_id, material_id, status, completed, created_at, changed_at, here, state, own)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (serial) DO UPDATE SET order_id = excluded.order_id, material_id = excluded.material_id,
       status = excluded.status, completed = excluded.completed, created_at = excluded.created_at,
       changed_at = excluded.changed_at, here = excluded.here, state = excluded.state, own = excluded.own`,
    serial,
    orderId,
    materialId,
    status,
    Number(completedAt !== null),
    whole(createdAt),
    whole(changedAt),
    Number(own !== null),
    JSON.stringify(unit),
    own === null || own === unit ? null : JSON.stringify(own),
  );
}

/** Only the head, the step in question and what changed of them are read and written: an event costs the same in a long run. */
function foldExecution(db: ReadModelDb, event: StoredEvent, executionId: string, stepId: unknown): Execution | null {
  const head = readHead(db, executionId);
  const run = head !== null && typeof stepId === 'string' ? readStepRun(db, executionId, stepId) : null;
  const before: Execution | null = head === null ? null : { ...head, steps: run === null ? {} : { [run.stepId]: run } };
  const after = evolveExecution(before, event);
  if (after === null) return null;
  const { steps, ...headAfter } = after;
  if (before === null)
    db.run(
      'INSERT INTO execution (execution_id, serial, station_id, status, ended_at, state) VALUES (?, ?, ?, ?, ?, ?)',
      executionId,
      after.serial,
      after.stationId,
      after.status,
      whole(after.endedAt),
      JSON.stringify(headAfter),
    );
  else if (
    after.status !== before.status ||
    after.currentStep !== before.currentStep ||
    after.failure !== before.failure
  )
    db.run(
      'UPDATE execution SET status = ?, ended_at = ?, state = ? WHERE execution_id = ?',
      after.status,
      whole(after.endedAt),
      JSON.stringify(headAfter),
      executionId,
    );
  const changed: StepRun | undefined = typeof stepId === 'string' ? steps[stepId] : undefined;
  if (changed !== undefined && changed !== run)
    db.run(
      `INSERT INTO execution_step (execution_id, step_id, state) VALUES (?, ?, ?)
       ON CONFLICT (execution_id, step_id) DO UPDATE SET state = excluded.state`,
      executionId,
      changed.stepId,
      JSON.stringify(changed),
    );
  return after;
}

function foldValues(db: ReadModelDb, event: StoredEvent, execution: Execution): void {
  if (event.type === 'measurement.recorded') addValue(db, event, execution, event.body);
  if (event.type === 'machine-cycle.finished') {
    const { stepId, attempt, results } = event.body;
    for (const result of results) addValue(db, event, execution, { ...result, stepId, attempt, index: 1 });
  }
}

function addValue(
  db: ReadModelDb,
  { at }: StoredEvent,
  { serial, definition, stationId, operationId, executionId }: Execution,
  value: Pick<
    BodyOf<'measurement.recorded'>,
    'characteristicId' | 'reading' | 'verdict' | 'stepId' | 'attempt' | 'index'
  >,
): void {
  db.run(
    `INSERT INTO measured (definition_id, characteristic_id, at, value, serial, verdict, typed, station_id, operation_id,
       execution_id, step_id, attempt, idx)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    definition.id,
    value.characteristicId,
    whole(at),
    value.reading.value,
    serial,
    value.verdict,
    Number(value.reading.entry === 'typed'),
    stationId,
    operationId,
    executionId,
    value.stepId,
    value.attempt,
    value.index,
  );
}

function foldComponents(db: ReadModelDb, event: StoredEvent, serial: string): void {
  if (event.type === 'component.fitted') {
    const { bomLine, materialId, lot, componentSerial } = event.body;
    db.run(
      `INSERT INTO component (serial, bom_line, material_id, lot, component_serial, at, removed)
       VALUES (?, ?, ?, ?, ?, ?, 0)`,
      serial,
      bomLine,
      materialId,
      lot,
      componentSerial,
      whole(event.at),
    );
  }
  if (event.type === 'component.removed') {
    const { bomLine, materialId, lot, componentSerial } = event.body;
    db.run(
      `UPDATE component SET removed = 1 WHERE id = (
         SELECT id FROM component WHERE serial = ? AND bom_line = ? AND material_id = ? AND lot IS ?
           AND component_serial IS ? AND removed = 0 ORDER BY id LIMIT 1)`,
      serial,
      bomLine,
      materialId,
      lot,
      componentSerial,
    );
  }
}

/** Clocks may give fractions of a millisecond; the columns hold whole ones. */
function whole(ms: number): number;
function whole(ms: number | null): number | null;
function whole(ms: number | null): number | null {
  return ms === null ? null : Math.trunc(ms);
}
