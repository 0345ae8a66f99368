/**
 * The read model of nonconformances: those of this log joined with what the server told, which units they are about, and what
 * was let through under which concession.
 */
import type { StoredEvent } from '#contract/events/index.ts';
import { nonconformanceBodySchema } from '#contract/sync/down.ts';
import {
  evolveNonconformance,
  isRecorded,
  joinNonconformances,
  nonconformanceEvents,
  serialsOf,
  shares,
  standingOf,
  type Nonconformance,
  type NonconformancePart,
} from '#domain/nonconformances/nonconformance.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  -- own: what this log says; told: what the server told; state: both joined. status: 0 open, 1 in rework, 2 closed, NULL: its
  -- recording was not heard of yet. person_id: who recorded it.
  CREATE TABLE nonconformance (
    nonconformance_id TEXT PRIMARY KEY,
    status INTEGER,
    recorded_at INTEGER,
    defect_id TEXT,
    definition_id TEXT,
    operation_id TEXT,
    station_id TEXT,
    person_id TEXT,
    quantity INTEGER,
    state TEXT NOT NULL,
    own TEXT,
    told TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX nonconformance_order ON nonconformance (status, recorded_at DESC, nonconformance_id);
  CREATE INDEX nonconformance_when ON nonconformance (recorded_at);
  CREATE INDEX nonconformance_found ON nonconformance (definition_id, operation_id, defect_id);
  CREATE TABLE nonconformance_unit (
    serial TEXT NOT NULL,
    nonconformance_id TEXT NOT NULL,
    PRIMARY KEY (serial, nonconformance_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX nonconformance_unit_of ON nonconformance_unit (nonconformance_id);
  CREATE TABLE concession_use (
    number TEXT NOT NULL,
    nonconformance_id TEXT NOT NULL,
    pieces INTEGER NOT NULL,
    PRIMARY KEY (number, nonconformance_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX concession_use_of ON concession_use (nonconformance_id);
`;

const ofNonconformance: ReadonlySet<string> = new Set(nonconformanceEvents);
export const statusRank = { open: 0, rework: 1, closed: 2 } as const;

export const nonconformances: Projection = {
  name: 'nonconformances',
  version: 2,
  tables: ['nonconformance', 'nonconformance_unit', 'concession_use'],
  ddl,
  apply(db, event) {
    if (ofNonconformance.has(event.type)) fold(db, event);
  },
  document(db, document) {
    if (document.kind === 'nonconformance') foldDocument(db, document);
  },
};

interface Row {
  readonly state: NonconformancePart;
  readonly own: NonconformancePart | null;
  readonly told: NonconformancePart | null;
}

export function readNonconformance(db: ReadModelReader, id: string): Row | null {
  const row = db.get<{ readonly state: string; readonly own: string | null; readonly told: string | null }>(
    'SELECT state, own, told FROM nonconformance WHERE nonconformance_id = ?',
    id,
  );
  if (row === undefined) return null;
  const part = (text: string | null): NonconformancePart | null =>
    text === null ? null : (JSON.parse(text) as NonconformancePart);
  return { state: JSON.parse(row.state) as NonconformancePart, own: part(row.own), told: part(row.told) };
}

function fold(db: ReadModelDb, event: StoredEvent): void {
  const { nonconformanceId } = event.body as { readonly nonconformanceId: string };
  const before = readNonconformance(db, nonconformanceId);
  put(db, nonconformanceId, evolveNonconformance(before?.own ?? null, event), before?.told ?? null);
}

/** What cannot be read is as if it had not come. */
function foldDocument(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  const read = nonconformanceBodySchema.safeParse(body);
  const told = read.success && read.data.nonconformanceId === id ? read.data : null;
  put(db, id, readNonconformance(db, id)?.own ?? null, told);
}

function put(db: ReadModelDb, id: string, own: NonconformancePart | null, told: NonconformancePart | null): void {
  db.run('DELETE FROM nonconformance_unit WHERE nonconformance_id = ?', id);
  db.run('DELETE FROM concession_use WHERE nonconformance_id = ?', id);
  const state = own === null || told === null ? (own ?? told) : joinNonconformances(own, told);
  if (state === null) {
    db.run('DELETE FROM nonconformance WHERE nonconformance_id = ?', id);
    return;
  }
  const known = isRecorded(state) ? state : null;
  const standing = known === null ? null : standingOf(known);
  const recorded = known?.recorded ?? null;
  const text = (part: NonconformancePart | null): string | null => (part === null ? null : JSON.stringify(part));
  db.run(
    `INSERT INTO nonconformance (nonconformance_id, status, recorded_at, defect_id, definition_id, operation_id, station_id,
       person_id, quantity, state, own, told)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (nonconformance_id) DO UPDATE SET status = excluded.status, recorded_at = excluded.recorded_at,
       defect_id = excluded.defect_id, definition_id = excluded.definition_id, operation_id = excluded.operation_id,
       station_id = excluded.station_id, person_id = excluded.person_id, quantity = excluded.quantity,
       state = excluded.state, own = excluded.own, told = excluded.told`,
    id,
    standing === null ? null : statusRank[standing.status],
    recorded === null ? null : Math.trunc(recorded.at),
    recorded?.defectId ?? null,
    recorded?.definition?.id ?? null,
    recorded?.operationId ?? null,
    recorded?.stationId ?? null,
    recorded?.by.kind === 'person' ? recorded.by.id : null,
    standing?.quantity ?? null,
    JSON.stringify(state),
    text(own),
    text(told),
  );
  if (known !== null) putParts(db, known);
}

function putParts(db: ReadModelDb, nc: Nonconformance): void {
  const id = nc.nonconformanceId;
  for (const serial of serialsOf(nc))
    db.run('INSERT INTO nonconformance_unit (serial, nonconformance_id) VALUES (?, ?)', serial, id);
  const counts = shares(nc);
  for (const { concession, dispositionId } of nc.disposed)
    if (concession !== null)
      db.run(
        `INSERT INTO concession_use (number, nonconformance_id, pieces) VALUES (?, ?, ?)
         ON CONFLICT (number, nonconformance_id) DO UPDATE SET pieces = pieces + excluded.pieces`,
        concession.number,
        id,
        counts.get(dispositionId) ?? 0,
      );
}
