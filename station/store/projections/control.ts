/**
 * The read model of charts and signals: each chart's state as the rules fold it, its points, phases and notes, the signals of
 * this log joined with what the server told, and which runs passed in which order (for suspect windows).
 */
import type { Actor } from '#contract/envelope.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { ChartRef } from '#contract/events/shared.ts';
import { signalBodySchema } from '#contract/sync/down.ts';
import {
  chartEvents,
  chartKeyText,
  evolveChart,
  newChart,
  type ChartKey,
  type ChartState,
} from '#domain/control/chart.ts';
import { evolveSignal, isSignalOpen, joinSignals, signalEvents, type SignalPart } from '#domain/control/signal.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  CREATE TABLE control_chart (chart_key TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- after_pass: the newest run that had passed when the point was charted. body: of point.charted.
  CREATE TABLE control_point (
    id INTEGER PRIMARY KEY,
    point_id TEXT NOT NULL UNIQUE,
    chart_key TEXT NOT NULL,
    phase_id TEXT,
    at INTEGER NOT NULL,
    after_pass INTEGER NOT NULL,
    excluded INTEGER NOT NULL,
    replaced INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX control_point_of ON control_point (chart_key, id);
  -- kind: note or excluded.
  CREATE TABLE control_note (
    id INTEGER PRIMARY KEY,
    point_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL
  ) STRICT;
  CREATE INDEX control_note_of ON control_note (point_id, id);
  CREATE TABLE control_phase (
    id INTEGER PRIMARY KEY,
    phase_id TEXT NOT NULL UNIQUE,
    chart_key TEXT NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX control_phase_of ON control_phase (chart_key, id);
  -- own: what this log says; told: what the server told; state: both joined.
  CREATE TABLE control_signal (
    signal_id TEXT PRIMARY KEY,
    chart_key TEXT,
    station_id TEXT,
    raised_at INTEGER,
    open INTEGER NOT NULL,
    state TEXT NOT NULL,
    own TEXT,
    told TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX control_signal_open ON control_signal (station_id) WHERE open = 1;
  CREATE INDEX control_signal_raised ON control_signal (raised_at, signal_id);
  CREATE TABLE control_suspect (
    serial TEXT NOT NULL,
    signal_id TEXT NOT NULL,
    PRIMARY KEY (serial, signal_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX control_suspect_of ON control_suspect (signal_id);
  -- pass: rank among the runs that passed; null: not passed.
  CREATE TABLE control_run (
    execution_id TEXT PRIMARY KEY,
    serial TEXT NOT NULL,
    station_id TEXT NOT NULL,
    definition_id TEXT NOT NULL,
    operation_id TEXT NOT NULL,
    pass INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE UNIQUE INDEX control_run_pass ON control_run (pass) WHERE pass IS NOT NULL;
  CREATE INDEX control_run_of ON control_run (station_id, definition_id, operation_id, pass) WHERE pass IS NOT NULL;
`;

const ofChart: ReadonlySet<string> = new Set(chartEvents);
const ofSignal: ReadonlySet<string> = new Set(signalEvents);

export const control: Projection = {
  name: 'control',
  version: 3,
  tables: [
    'control_chart',
    'control_point',
    'control_note',
    'control_phase',
    'control_signal',
    'control_suspect',
    'control_run',
  ],
  ddl,
  apply(db, event) {
    foldRun(db, event);
    foldRecord(db, event);
    if (ofChart.has(event.type)) {
      const { chart } = event.body as { readonly chart: ChartRef };
      foldChart(db, event, chart);
    }
    if (ofSignal.has(event.type)) {
      const { signalId } = event.body as { readonly signalId: string };
      const before = readSignalRow(db, signalId);
      putSignal(db, signalId, evolveSignal(before?.own ?? null, event), before?.told ?? null);
    }
  },
  document(db, document) {
    if (document.kind === 'signal') foldDocument(db, document);
  },
};

function foldRun(db: ReadModelDb, event: StoredEvent): void {
  if (event.type === 'execution.started') {
    const { executionId, serial, definition, operationId } = event.body;
    db.run(
      `INSERT INTO control_run (execution_id, serial, station_id, definition_id, operation_id) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (execution_id) DO NOTHING`,
      executionId,
      serial,
      event.stationId,
      definition.id,
      operationId,
    );
  }
  if (event.type === 'execution.passed')
    db.run(
      'UPDATE control_run SET pass = ? WHERE execution_id = ? AND pass IS NULL',
      newestPass(db) + 1,
      event.body.executionId,
    );
}

export const newestPass = (db: ReadModelReader): number =>
  db.get<{ readonly pass: number | null }>('SELECT max(pass) AS pass FROM control_run WHERE pass IS NOT NULL')?.pass ??
  0;

export function readChart(db: ReadModelReader, key: ChartKey): ChartState {
  const row = db.get<{ readonly state: string }>(
    'SELECT state FROM control_chart WHERE chart_key = ?',
    chartKeyText(key),
  );
  return row === undefined ? newChart : (JSON.parse(row.state) as ChartState);
}

function foldChart(db: ReadModelDb, event: StoredEvent, chart: ChartRef): void {
  const before = readChart(db, chart);
  const after = evolveChart(before, event);
  if (after === before) return;
  db.run(
    `INSERT INTO control_chart (chart_key, state) VALUES (?, ?)
     ON CONFLICT (chart_key) DO UPDATE SET state = excluded.state`,
    chartKeyText(chart),
    JSON.stringify(after),
  );
}

/** Points, phases and what was written at points, as they were told. */
function foldRecord(db: ReadModelDb, event: StoredEvent): void {
  const actor: Actor = event.actor;
  switch (event.type) {
    case 'point.charted': {
      const { pointId, chart, phaseId, replaces } = event.body;
      if (replaces !== null) db.run('UPDATE control_point SET replaced = 1 WHERE point_id = ?', replaces);
      db.run(
        `INSERT INTO control_point (point_id, chart_key, phase_id, at, after_pass, excluded, replaced, epoch, seq, body)
         VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?)`,
        pointId,
        chartKeyText(chart),
        phaseId,
        Math.trunc(event.at),
        newestPass(db),
        event.epoch,
        event.seq,
        JSON.stringify(event.body),
      );
      return;
    }
    case 'phase.begun':
      db.run(
        'INSERT INTO control_phase (phase_id, chart_key, at, actor, body) VALUES (?, ?, ?, ?, ?)',
        event.body.phaseId,
        chartKeyText(event.body.chart),
        Math.trunc(event.at),
        JSON.stringify(actor),
        JSON.stringify(event.body),
      );
      return;
    case 'point.excluded':
    case 'point.noted': {
      const out = event.type === 'point.excluded';
      if (out) db.run('UPDATE control_point SET excluded = 1 WHERE point_id = ?', event.body.pointId);
      db.run(
        'INSERT INTO control_note (point_id, kind, text, at, actor) VALUES (?, ?, ?, ?, ?)',
        event.body.pointId,
        out ? 'excluded' : 'note',
        event.type === 'point.excluded' ? event.body.reason : event.body.text,
        Math.trunc(event.at),
        JSON.stringify(actor),
      );
      return;
    }
    default:
  }
}

interface SignalRow {
  readonly state: SignalPart;
  readonly own: SignalPart | null;
  readonly told: SignalPart | null;
}

export function readSignalRow(db: ReadModelReader, signalId: string): SignalRow | null {
  const row = db.get<{ readonly state: string; readonly own: string | null; readonly told: string | null }>(
    'SELECT state, own, told FROM control_signal WHERE signal_id = ?',
    signalId,
  );
  if (row === undefined) return null;
  const part = (text: string | null): SignalPart | null => (text === null ? null : (JSON.parse(text) as SignalPart));
  return { state: JSON.parse(row.state) as SignalPart, own: part(row.own), told: part(row.told) };
}

/** What cannot be read is as if it had not come. */
function foldDocument(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  const read = signalBodySchema.safeParse(body);
  const told = read.success && read.data.signalId === id ? read.data : null;
  putSignal(db, id, readSignalRow(db, id)?.own ?? null, told);
}

function putSignal(db: ReadModelDb, signalId: string, own: SignalPart | null, told: SignalPart | null): void {
  db.run('DELETE FROM control_suspect WHERE signal_id = ?', signalId);
  const state = own === null || told === null ? (own ?? told) : joinSignals(own, told);
  if (state === null) {
    db.run('DELETE FROM control_signal WHERE signal_id = ?', signalId);
    return;
  }
  const { raised } = state;
  const text = (part: SignalPart | null): string | null => (part === null ? null : JSON.stringify(part));
  db.run(
    `INSERT INTO control_signal (signal_id, chart_key, station_id, raised_at, open, state, own, told)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (signal_id) DO UPDATE SET chart_key = excluded.chart_key, station_id = excluded.station_id,
       raised_at = excluded.raised_at, open = excluded.open, state = excluded.state, own = excluded.own,
       told = excluded.told`,
    signalId,
    raised === null ? null : chartKeyText(raised.chart),
    raised?.chart.stationId ?? null,
    raised === null ? null : Math.trunc(raised.at),
    Number(isSignalOpen(state)),
    JSON.stringify(state),
    text(own),
    text(told),
  );
  for (const serial of raised?.suspects ?? [])
    db.run('INSERT INTO control_suspect (serial, signal_id) VALUES (?, ?)', serial, signalId);
}
