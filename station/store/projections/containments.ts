/** The read model of containments: those of this log joined with what the server told, and the units that they hold. */
import type { StoredEvent } from '#contract/events/index.ts';
import { passportSchema } from '#contract/passport.ts';
import type { Reason } from '#contract/refusal.ts';
import { containmentBodySchema, type ContainmentBody } from '#contract/sync/down.ts';
import {
  containmentEvents,
  containmentOfHold,
  evolveContainment,
  isInForce,
  joinContainments,
  type ContainmentPart,
} from '#domain/containments/containment.ts';
import type { ProjectedDocument, Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  -- own: what this log says; told: what the server told; state: both joined. begun_at NULL: its beginning was not heard of yet
  CREATE TABLE containment (
    containment_id TEXT PRIMARY KEY,
    in_force INTEGER NOT NULL,
    begun_at INTEGER,
    nonconformance_id TEXT,
    state TEXT NOT NULL,
    own TEXT,
    told TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX containment_order ON containment (in_force DESC, begun_at DESC, containment_id);
  CREATE TABLE contained_unit (
    containment_id TEXT NOT NULL,
    serial TEXT NOT NULL,
    PRIMARY KEY (containment_id, serial)
  ) STRICT, WITHOUT ROWID;
`;

const ofContainment: ReadonlySet<string> = new Set(containmentEvents);

export const containments: Projection = {
  name: 'containments',
  version: 1,
  tables: ['containment', 'contained_unit'],
  ddl,
  apply(db, event) {
    if (event.type === 'unit.held') addHeld(db, event.body.serial, event.body.reasons);
    if (event.type === 'unit.arrived')
      for (const { reasons } of event.body.passport.holds) addHeld(db, event.body.serial, reasons);
    if (ofContainment.has(event.type)) fold(db, event);
  },
  document(db, document) {
    if (document.kind === 'containment') foldDocument(db, document);
    if (document.kind === 'passport') {
      const read = passportSchema.safeParse(document.body);
      if (read.success) for (const { reasons } of read.data.holds) addHeld(db, read.data.serial, reasons);
    }
  },
};

function addHeld(db: ReadModelDb, serial: string, reasons: readonly Reason[]): void {
  const id = containmentOfHold(reasons);
  if (id !== null)
    db.run('INSERT INTO contained_unit (containment_id, serial) VALUES (?, ?) ON CONFLICT DO NOTHING', id, serial);
}

export interface ContainmentRow {
  readonly state: ContainmentPart;
  readonly own: ContainmentPart | null;
  readonly told: ContainmentBody | null;
}

export function readContainment(db: ReadModelReader, id: string): ContainmentRow | null {
  const row = db.get<{ readonly state: string; readonly own: string | null; readonly told: string | null }>(
    'SELECT state, own, told FROM containment WHERE containment_id = ?',
    id,
  );
  if (row === undefined) return null;
  return {
    state: JSON.parse(row.state) as ContainmentPart,
    own: row.own === null ? null : (JSON.parse(row.own) as ContainmentPart),
    told: row.told === null ? null : (JSON.parse(row.told) as ContainmentBody),
  };
}

function fold(db: ReadModelDb, event: StoredEvent): void {
  const { containmentId } = event.body as { readonly containmentId: string };
  const before = readContainment(db, containmentId);
  put(db, containmentId, evolveContainment(before?.own ?? null, event), before?.told ?? null);
}

/** What cannot be read is as if it had not come. */
function foldDocument(db: ReadModelDb, { id, body }: ProjectedDocument): void {
  const read = containmentBodySchema.safeParse(body);
  const told = read.success && read.data.containmentId === id ? read.data : null;
  put(db, id, readContainment(db, id)?.own ?? null, told);
}

function put(db: ReadModelDb, id: string, own: ContainmentPart | null, told: ContainmentBody | null): void {
  const state = own === null || told === null ? (own ?? told) : joinContainments(own, told);
  if (state === null) {
    db.run('DELETE FROM containment WHERE containment_id = ?', id);
    return;
  }
  db.run(
    `INSERT INTO containment (containment_id, in_force, begun_at, nonconformance_id, state, own, told)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (containment_id) DO UPDATE SET in_force = excluded.in_force, begun_at = excluded.begun_at,
       nonconformance_id = excluded.nonconformance_id, state = excluded.state, own = excluded.own, told = excluded.told`,
    id,
    isInForce(state) ? 1 : 0,
    state.begun === null ? null : Math.trunc(state.begun.at),
    state.begun?.nonconformanceId ?? null,
    JSON.stringify(state),
    own === null ? null : JSON.stringify(own),
    told === null ? null : JSON.stringify(told),
  );
}
