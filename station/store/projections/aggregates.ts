/** Reading the aggregates' state back from the read model. */
import type { Passport } from '#contract/passport.ts';
import type { CaseFact } from '#domain/facts.ts';
import type { Execution, ExecutionHead, StepRun } from '#domain/execution/execution.ts';
import type { Order } from '#domain/orders/order.ts';
import type { Session } from '#domain/people/session.ts';
import type { Unit } from '#domain/units/unit-state.ts';
import type { ReadModelReader } from '../projection.ts';

interface StateRow {
  readonly state: string;
}

const parsed = <T>(row: StateRow | undefined): T | null => (row === undefined ? null : (JSON.parse(row.state) as T));

export const readSession = (db: ReadModelReader): Session | null =>
  parsed<Session>(db.get('SELECT state FROM session WHERE id = 1'));

export const readOrder = (db: ReadModelReader, orderId: string): Order | null =>
  parsed<Order>(db.get('SELECT state FROM work_order WHERE order_id = ?', orderId));

/** As the rules see it: what the log says, joined with what the server told. */
export const readUnit = (db: ReadModelReader, serial: string): Unit | null =>
  parsed<Unit>(db.get('SELECT state FROM unit WHERE serial = ?', serial));

/** What this station's log alone says; null: nothing. */
export function readOwnUnit(db: ReadModelReader, serial: string): Unit | null {
  const row = db.get<{ readonly here: number; readonly state: string; readonly own: string | null }>(
    'SELECT here, state, own FROM unit WHERE serial = ?',
    serial,
  );
  return row === undefined || row.here === 0 ? null : (JSON.parse(row.own ?? row.state) as Unit);
}

export interface KnownPassport {
  readonly version: number;
  /** UTC ms. */
  readonly receivedAt: number;
  readonly passport: Passport;
}

/** What the server told of the unit last; null: nothing. */
export function readPassport(db: ReadModelReader, serial: string): KnownPassport | null {
  const row = db.get<{ readonly version: number; readonly receivedAt: number; readonly state: string }>(
    'SELECT version, received_at AS receivedAt, state FROM passport WHERE serial = ?',
    serial,
  );
  if (row === undefined) return null;
  const { version, receivedAt, state } = row;
  return { version, receivedAt, passport: JSON.parse(state) as Passport };
}

/** What must be recorded before anything is done with the unit here; null: the log knows all that the rules look at. */
export function readArrival(db: ReadModelReader, serial: string): KnownPassport | null {
  const news = db.get('SELECT 1 AS found FROM unit WHERE serial = ? AND (here = 0 OR own IS NOT NULL)', serial);
  return news === undefined ? null : readPassport(db, serial);
}

export const readCases = (db: ReadModelReader, serial: string): readonly CaseFact[] =>
  db.all<CaseFact>(
    'SELECT case_id AS caseId, kind, opened_at AS openedAt FROM unit_case WHERE serial = ? ORDER BY opened_at, case_id',
    serial,
  );

export const readHeardAt = (db: ReadModelReader, serial: string): number | null =>
  db.get<{ readonly at: number }>('SELECT received_at AS at FROM passport WHERE serial = ?', serial)?.at ?? null;

export const readHead = (db: ReadModelReader, executionId: string): ExecutionHead | null =>
  parsed<ExecutionHead>(db.get('SELECT state FROM execution WHERE execution_id = ?', executionId));

export const readStepRun = (db: ReadModelReader, executionId: string, stepId: string): StepRun | null =>
  parsed<StepRun>(
    db.get('SELECT state FROM execution_step WHERE execution_id = ? AND step_id = ?', executionId, stepId),
  );

/** The whole run with all its steps. */
export function readExecution(db: ReadModelReader, executionId: string): Execution | null {
  const head = readHead(db, executionId);
  if (head === null) return null;
  const runs = db
    .all<StateRow>('SELECT state FROM execution_step WHERE execution_id = ?', executionId)
    .map((row) => JSON.parse(row.state) as StepRun);
  return { ...head, steps: Object.fromEntries(runs.map((run) => [run.stepId, run])) };
}

/** The run that is open at a station; there is at most one. */
export function readOpenExecution(db: ReadModelReader, stationId: string): Execution | null {
  const row = db.get<{ readonly executionId: string }>(
    `SELECT execution_id AS executionId FROM execution
     WHERE station_id = ? AND status IN ('running', 'failed') ORDER BY id DESC LIMIT 1`,
    stationId,
  );
  return row === undefined ? null : readExecution(db, row.executionId);
}

export const readUnitOrder = (db: ReadModelReader, serial: string): string | null =>
  db.get<{ readonly orderId: string }>('SELECT order_id AS orderId FROM unit WHERE serial = ?', serial)?.orderId ??
  null;

/** Serial of the unit that holds this component now. */
export const readFittedIn = (db: ReadModelReader, materialId: string, componentSerial: string): string | null =>
  db.get<{ readonly serial: string }>(
    `SELECT serial FROM component WHERE component_serial = ? AND material_id = ? AND removed = 0
     ORDER BY id DESC LIMIT 1`,
    componentSerial,
    materialId,
  )?.serial ?? null;
