/**
 * The read model of orders, units and executions: the aggregates' state as the rules fold it (JSON), with the columns
 * and side tables that lists, charts and searches ask for. One projection, because an event of a step only names its
 * execution and the unit is found through it.
 */
import type { StoredEvent } from '#contract/events/index.ts';
import { evolveExecution, type Execution, type StepRun } from '#domain/execution/execution.ts';
import { evolveOrder, orderEvents, type Order } from '#domain/orders/order.ts';
import { evolveSession, nobody, sessionEvents, type Session } from '#domain/people/session.ts';
import { evolveUnit, unitEvents, type Unit } from '#domain/units/unit.ts';
import type { Projection, ReadModelDb } from '../projection.ts';
import { readOrder, readSession, readStepRun, readUnit, readHead } from './aggregates.ts';

const ddl = `
  CREATE TABLE session (id INTEGER PRIMARY KEY, state TEXT NOT NULL) STRICT;
  CREATE TABLE work_order (
    id INTEGER PRIMARY KEY,
    order_id TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    priority INTEGER NOT NULL,
    due_at INTEGER,
    state TEXT NOT NULL
  ) STRICT;
  CREATE TABLE unit (
    id INTEGER PRIMARY KEY,
    serial TEXT NOT NULL UNIQUE,
    order_id TEXT NOT NULL,
    material_id TEXT NOT NULL,
    status TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT;
  CREATE INDEX unit_of_order ON unit (order_id, status, id);
  CREATE INDEX unit_changed ON unit (changed_at, id);
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
  CREATE INDEX execution_ended ON execution (ended_at) WHERE status = 'passed';
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
    typed INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX measured_of ON measured (definition_id, characteristic_id, id);
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
  version: 2,
  tables: [
    'session',
    'work_order',
    'unit',
    'unit_passed',
    'execution',
    'execution_step',
    'measured',
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
    db.run('INSERT INTO unit_event (serial, epoch, seq) VALUES (?, ?, ?)', serial, event.epoch, event.seq);
  },
};

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
  const { status, priority, dueAt } = after;
  const state = JSON.stringify(after);
  if (before === null)
    db.run(
      'INSERT INTO work_order (order_id, status, priority, due_at, state) VALUES (?, ?, ?, ?, ?)',
      orderId,
      status,
      priority,
      whole(dueAt),
      state,
    );
  else db.run('UPDATE work_order SET status = ?, state = ? WHERE order_id = ?', status, state, orderId);
}

function foldUnit(db: ReadModelDb, event: StoredEvent, serial: string): void {
  const before = readUnit(db, serial);
  const after: Unit | null = evolveUnit(before, event);
  if (after === null || after === before) return;
  const { orderId, materialId, status, changedAt } = after;
  const state = JSON.stringify(after);
  if (before === null)
    db.run(
      'INSERT INTO unit (serial, order_id, material_id, status, changed_at, state) VALUES (?, ?, ?, ?, ?, ?)',
      serial,
      orderId,
      materialId,
      status,
      whole(changedAt),
      state,
    );
  else
    db.run(
      'UPDATE unit SET status = ?, changed_at = ?, state = ? WHERE serial = ?',
      status,
      whole(changedAt),
      state,
      serial,
    );
  if (after.passed !== before?.passed)
    for (const { operationId } of after.passed)
      db.run('INSERT OR IGNORE INTO unit_passed (serial, operation_id) VALUES (?, ?)', serial, operationId);
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

function foldValues(db: ReadModelDb, event: StoredEvent, { serial, definition }: Execution): void {
  const add = (characteristicId: string, value: number, verdict: string, typed: boolean): void =>
    void db.run(
      `INSERT INTO measured (definition_id, characteristic_id, at, value, serial, verdict, typed)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
      definition.id,
      characteristicId,
      whole(event.at),
      value,
      serial,
      verdict,
      Number(typed),
    );
  if (event.type === 'measurement.recorded') {
    const { characteristicId, reading, verdict } = event.body;
    add(characteristicId, reading.value, verdict, reading.entry === 'typed');
  }
  if (event.type === 'machine-cycle.finished')
    for (const { characteristicId, reading, verdict } of event.body.results)
      add(characteristicId, reading.value, verdict, reading.entry === 'typed');
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
