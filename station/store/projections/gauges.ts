/** The read model of gauges: each one's state joined of this log and what the server told, and which units it measured here. */
import { gaugeBodySchema } from '#contract/sync/down.ts';
import { evolveGauge, gaugeEvents, joinGauges, withStudyTimes, type GaugeBody } from '#domain/gauges/gauge.ts';
import { usedKey } from '#domain/gauges/suspect.ts';
import { takenAtOf } from '#domain/studies/study.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';
import { readStudy } from './studies.ts';

const ddl = `
  -- own: what this log says; told: what the server told; state: both joined.
  CREATE TABLE gauge (
    gauge_id TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    own TEXT,
    told TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE gauge_run (execution_id TEXT PRIMARY KEY, serial TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- One row per value.
  CREATE TABLE gauge_use (
    id INTEGER PRIMARY KEY,
    gauge_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    serial TEXT NOT NULL,
    characteristic_id TEXT NOT NULL,
    -- usedKey of domain/gauges/suspect.ts
    value_key TEXT NOT NULL,
    value REAL NOT NULL,
    unit TEXT NOT NULL
  ) STRICT;
  CREATE INDEX gauge_use_of ON gauge_use (gauge_id, at);
  CREATE INDEX gauge_use_on ON gauge_use (serial, gauge_id);
`;

const ofGauge: ReadonlySet<string> = new Set(gaugeEvents);

export const gauges: Projection = {
  name: 'gauges',
  version: 4,
  tables: ['gauge', 'gauge_run', 'gauge_use'],
  ddl,
  apply(db, event) {
    if (event.type === 'execution.started') {
      const { executionId, serial } = event.body;
      db.run(
        'INSERT INTO gauge_run (execution_id, serial) VALUES (?, ?) ON CONFLICT (execution_id) DO NOTHING',
        executionId,
        serial,
      );
    }
    // A run that is over gives no more values.
    if (event.type === 'execution.passed' || event.type === 'execution.stopped')
      db.run('DELETE FROM gauge_run WHERE execution_id = ?', event.body.executionId);
    if (event.type === 'measurement.recorded' && event.body.gaugeId !== null) {
      const { gaugeId, executionId, stepId, attempt, index, characteristicId, reading } = event.body;
      const serial = db.get<{ readonly serial: string }>(
        'SELECT serial FROM gauge_run WHERE execution_id = ?',
        executionId,
      )?.serial;
      if (serial !== undefined)
        db.run(
          `INSERT INTO gauge_use (gauge_id, at, serial, characteristic_id, value_key, value, unit)
           VALUES (?, ?, ?, ?, ?, ?, ?)`,
          gaugeId,
          Math.trunc(event.at),
          serial,
          characteristicId,
          usedKey({ executionId, stepId, attempt, index, serial }),
          reading.value,
          reading.unit,
        );
    }
    if (event.type === 'sample.value-recorded' && event.body.gaugeId !== null) {
      const { gaugeId, serial, sampleId, attempt, index, characteristicId, reading } = event.body;
      db.run(
        `INSERT INTO gauge_use (gauge_id, at, serial, characteristic_id, value_key, value, unit)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        gaugeId,
        Math.trunc(event.at),
        serial,
        characteristicId,
        usedKey({ executionId: null, stepId: null, attempt, index, serial, sampleId }),
        reading.value,
        reading.unit,
      );
    }
    if (ofGauge.has(event.type)) {
      const { gaugeId } = event.body as { readonly gaugeId: string | null };
      if (gaugeId === null) return;
      const before = readGaugeRow(db, gaugeId);
      const own = evolveGauge(before?.own ?? null, event);
      putGauge(db, gaugeId, own === null ? null : withStudyTimes(own, timesOf(db)), before?.told ?? null);
    }
  },
  document(db, document) {
    if (document.kind === 'gauge') foldDocument(db, document);
  },
};

/** Of this station's own studies: those of others the server tells with the gauge. */
const timesOf =
  (db: ReadModelReader) =>
  (studyId: string): readonly number[] => {
    const study = readStudy(db, studyId);
    return study === null ? [] : takenAtOf(study);
  };

interface GaugeRow {
  readonly state: GaugeBody;
  readonly own: GaugeBody | null;
  readonly told: GaugeBody | null;
}

export function readGaugeRow(db: ReadModelReader, gaugeId: string): GaugeRow | null {
  const row = db.get<{ readonly state: string; readonly own: string | null; readonly told: string | null }>(
    'SELECT state, own, told FROM gauge WHERE gauge_id = ?',
    gaugeId,
  );
  if (row === undefined) return null;
  const part = (text: string | null): GaugeBody | null => (text === null ? null : (JSON.parse(text) as GaugeBody));
  return { state: JSON.parse(row.state) as GaugeBody, own: part(row.own), told: part(row.told) };
}

/** What cannot be read is as if it had not come. */
function foldDocument(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  const read = gaugeBodySchema.safeParse(body);
  const told = read.success && read.data.gaugeId === id ? read.data : null;
  putGauge(db, id, readGaugeRow(db, id)?.own ?? null, told);
}

function putGauge(db: ReadModelDb, gaugeId: string, own: GaugeBody | null, told: GaugeBody | null): void {
  const state = own === null || told === null ? (own ?? told) : joinGauges(own, told);
  if (state === null) {
    db.run('DELETE FROM gauge WHERE gauge_id = ?', gaugeId);
    return;
  }
  const text = (part: GaugeBody | null): string | null => (part === null ? null : JSON.stringify(part));
  db.run(
    `INSERT INTO gauge (gauge_id, state, own, told) VALUES (?, ?, ?, ?)
     ON CONFLICT (gauge_id) DO UPDATE SET state = excluded.state, own = excluded.own, told = excluded.told`,
    gaugeId,
    JSON.stringify(state),
    text(own),
    text(told),
  );
}
