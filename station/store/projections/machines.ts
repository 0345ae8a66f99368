/** The read model of machine time: beginnings of state slices, counted pieces, doubts (docs/machine-time.md). */
import type { BodyOf, StoredEvent } from '#contract/events/index.ts';
import type { Actor } from '#contract/envelope.ts';
import type { MachineState } from '#contract/machine-state.ts';
import type { Count } from '#domain/machines/counted.ts';
import { editOf, type Beginning, type Slice, type SliceFact } from '#domain/machines/series.ts';
import type { Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  -- A slice ends where the next begins: it has no end of its own that could leave a gap.
  CREATE TABLE machine_slice (
    machine_id TEXT NOT NULL,
    began_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    told TEXT,
    alarm TEXT,
    order_id TEXT,
    definition_id TEXT,
    operation_id TEXT,
    restated TEXT,
    PRIMARY KEY (machine_id, began_at)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE machine_count (
    machine_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    -- Where the counter of good or scrap pieces stood; null: it did not count.
    judged_last INTEGER,
    body TEXT NOT NULL,
    PRIMARY KEY (machine_id, from_at, to_at)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX machine_count_judged ON machine_count (machine_id, from_at) WHERE judged_last IS NOT NULL;
  -- body: of machine.doubted; seen: of who saw it.
  CREATE TABLE machine_doubt (
    doubt_id TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    body TEXT NOT NULL,
    seen TEXT
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX machine_doubt_of ON machine_doubt (machine_id, at);
`;

interface SliceRow {
  readonly machineId: string;
  readonly beganAt: number;
  readonly endAt: number | null;
  readonly state: MachineState;
  readonly told: string | null;
  readonly alarm: string | null;
  readonly orderId: string | null;
  readonly definitionId: string | null;
  readonly operationId: string | null;
  readonly restated: Beginning['restated'];
}
const columns = `machine_id AS machineId, began_at AS beganAt, state, told, alarm, order_id AS orderId,
  definition_id AS definitionId, operation_id AS operationId, restated`;

export const machines: Projection = {
  name: 'machines',
  version: 1,
  tables: ['machine_slice', 'machine_count', 'machine_doubt'],
  ddl,
  apply(db, event) {
    switch (event.type) {
      case 'slice.begun':
      case 'slices.restated':
        foldSlices(db, event);
        return;
      case 'pieces.counted': {
        const { machineId, from, to, judgedCounter } = event.body;
        db.run(
          `INSERT OR REPLACE INTO machine_count (machine_id, from_at, to_at, judged_last, body)
           VALUES (?, ?, ?, ?, ?)`,
          machineId,
          Math.trunc(from),
          Math.trunc(to),
          judgedCounter === undefined ? null : Math.trunc(judgedCounter.last),
          JSON.stringify(event.body),
        );
        return;
      }
      case 'machine.doubted': {
        const { doubtId, machineId } = event.body;
        db.run(
          'INSERT OR IGNORE INTO machine_doubt (doubt_id, machine_id, at, body) VALUES (?, ?, ?, ?)',
          doubtId,
          machineId,
          Math.trunc(event.at),
          JSON.stringify(event.body),
        );
        return;
      }
      case 'machine.doubt-seen':
        foldSeen(db, event);
        return;
      default:
    }
  },
};

function foldSlices(db: ReadModelDb, fact: SliceFact): void {
  const { machineId } = fact.body;
  const { from, to, put } = editOf(fact, (at) => readSliceAt(db, machineId, at));
  db.run('DELETE FROM machine_slice WHERE machine_id = ? AND began_at >= ? AND began_at < ?', machineId, from, to);
  for (const { beganAt, state, told, alarm, context, restated } of put)
    db.run(
      `INSERT OR REPLACE INTO machine_slice
         (machine_id, began_at, state, told, alarm, order_id, definition_id, operation_id, restated)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      machineId,
      beganAt,
      state,
      told,
      alarm,
      context.orderId,
      context.definitionId,
      context.operationId,
      restated,
    );
}

function foldSeen(db: ReadModelDb, { at, actor, body }: StoredEvent & { readonly type: 'machine.doubt-seen' }): void {
  const seen: SeenRow = { at, actor, note: body.note };
  db.run('UPDATE machine_doubt SET seen = ? WHERE doubt_id = ? AND seen IS NULL', JSON.stringify(seen), body.doubtId);
}

const sliceOf = ({ orderId, definitionId, operationId, ...row }: SliceRow): Slice => ({
  ...row,
  context: { orderId, definitionId, operationId },
});

/** The slice in which an instant lies; null: the machine was not watched yet. */
export function readSliceAt(db: ReadModelReader, machineId: string, at: number): Slice | null {
  const row = db.get<SliceRow>(
    `SELECT ${columns}, (SELECT min(n.began_at) FROM machine_slice n
       WHERE n.machine_id = s.machine_id AND n.began_at > s.began_at) AS endAt
     FROM machine_slice s WHERE machine_id = ? AND began_at <= ? ORDER BY began_at DESC LIMIT 1`,
    machineId,
    Math.trunc(at),
  );
  return row === undefined ? null : sliceOf(row);
}

/** The slice under way; null: the machine was never watched. */
export const readOpenSlice = (db: ReadModelReader, machineId: string): Slice | null =>
  readSliceAt(db, machineId, Number.MAX_SAFE_INTEGER);

/** UTC ms since when the machine of a slice was in its state without a break, whatever was in work meanwhile. */
export function readStateSince(db: ReadModelReader, { machineId, state, beganAt }: Slice): number {
  const row = db.get<{ readonly at: number }>(
    `SELECT began_at AS at FROM machine_slice WHERE machine_id = ? AND began_at > coalesce(
       (SELECT began_at FROM machine_slice WHERE machine_id = ? AND began_at < ? AND state <> ? ORDER BY began_at DESC LIMIT 1), -1)
     ORDER BY began_at LIMIT 1`,
    machineId,
    machineId,
    beganAt,
    state,
  );
  return row?.at ?? beganAt;
}

/** Whole slices that touch `from` to `to` (outside), oldest first. `tile` of domain/machines cuts them to the window. */
export function readSlices(db: ReadModelReader, machineId: string, from: number, to: number): readonly Slice[] {
  const end = Math.trunc(to);
  const first = newestAt(
    db,
    'SELECT max(began_at) AS at FROM machine_slice WHERE machine_id = ? AND began_at <= ?',
    machineId,
    from,
  );
  const next = newestAt(
    db,
    'SELECT min(began_at) AS at FROM machine_slice WHERE machine_id = ? AND began_at >= ?',
    machineId,
    to,
  );
  const rows = db.all<Omit<SliceRow, 'endAt'>>(
    `SELECT ${columns} FROM machine_slice WHERE machine_id = ? AND began_at >= ? AND began_at < ? ORDER BY began_at`,
    machineId,
    first ?? Math.trunc(from),
    end,
  );
  return rows.map((row, index) => sliceOf({ ...row, endAt: rows[index + 1]?.beganAt ?? next }));
}

const newestAt = (db: ReadModelReader, sql: string, machineId: string, at: number): number | null =>
  db.get<{ readonly at: number | null }>(sql, machineId, Math.trunc(at))?.at ?? null;

/** The newest slices of a machine, oldest first. */
export const readLastSlices = (db: ReadModelReader, machineId: string, count: number): readonly Slice[] => {
  const rows = db.all<Omit<SliceRow, 'endAt'>>(
    `SELECT ${columns} FROM machine_slice WHERE machine_id = ? ORDER BY began_at DESC LIMIT ?`,
    machineId,
    count,
  );
  return rows.toReversed().map((row, index, all) => sliceOf({ ...row, endAt: all[index + 1]?.beganAt ?? null }));
};

/** Counts that touch `from` to `to`, oldest first; `piecesIn` of domain/machines says how many pieces lie in the window. */
export function readCounts(db: ReadModelReader, machineId: string, from: number, to: number): readonly Count[] {
  // Counts follow each other: none that began before this one reaches into the window.
  const first = newestAt(
    db,
    'SELECT max(from_at) AS at FROM machine_count WHERE machine_id = ? AND from_at <= ?',
    machineId,
    from,
  );
  const rows = db.all<{ readonly body: string }>(
    `SELECT body FROM machine_count WHERE machine_id = ? AND from_at >= ? AND from_at < ? AND to_at > ?
     ORDER BY from_at, to_at`,
    machineId,
    first ?? Math.trunc(from),
    Math.trunc(to),
    Math.trunc(from),
  );
  return rows.map(({ body }) => JSON.parse(body) as BodyOf<'pieces.counted'>);
}

/** The newest count; null: nothing was ever counted. Its counter is where the next count begins. */
export function readLastCount(db: ReadModelReader, machineId: string): BodyOf<'pieces.counted'> | null {
  const row = db.get<{ readonly body: string }>(
    'SELECT body FROM machine_count WHERE machine_id = ? ORDER BY from_at DESC, to_at DESC LIMIT 1',
    machineId,
  );
  return row === undefined ? null : (JSON.parse(row.body) as BodyOf<'pieces.counted'>);
}

/** The newest count in which good or scrap pieces were counted, with that counter; null: none ever was. */
export function readLastJudged(
  db: ReadModelReader,
  machineId: string,
): { readonly to: number; readonly counter: { readonly last: number } } | null {
  const row = db.get<{ readonly to: number; readonly last: number }>(
    `SELECT to_at AS "to", judged_last AS last FROM machine_count
     WHERE machine_id = ? AND judged_last IS NOT NULL ORDER BY from_at DESC LIMIT 1`,
    machineId,
  );
  return row === undefined ? null : { to: row.to, counter: { last: row.last } };
}

/** Every machine of this log with the state of its slice under way. */
export function readWatchedMachines(
  db: ReadModelReader,
): readonly { readonly machineId: string; readonly state: MachineState }[] {
  return db.all(
    `SELECT machine_id AS machineId, state FROM machine_slice s WHERE began_at =
       (SELECT max(n.began_at) FROM machine_slice n WHERE n.machine_id = s.machine_id) ORDER BY machine_id`,
  );
}

interface SeenRow {
  readonly at: number;
  readonly actor: Actor;
  readonly note: string;
}
export interface Doubt extends BodyOf<'machine.doubted'> {
  /** UTC ms when it was found. */
  readonly at: number;
  readonly seen: SeenRow | null;
}
interface DoubtRow {
  readonly at: number;
  readonly body: string;
  readonly seen: string | null;
}
const doubtOf = ({ at, body, seen }: DoubtRow): Doubt => ({
  ...(JSON.parse(body) as BodyOf<'machine.doubted'>),
  at,
  seen: seen === null ? null : (JSON.parse(seen) as SeenRow),
});

export function readDoubt(db: ReadModelReader, doubtId: string): Doubt | null {
  const row = db.get<DoubtRow>('SELECT at, body, seen FROM machine_doubt WHERE doubt_id = ?', doubtId);
  return row === undefined ? null : doubtOf(row);
}

/** Of one machine: those that nobody has seen first, then the newest. */
export function readDoubts(db: ReadModelReader, machineId: string, limit: number, offset = 0): readonly Doubt[] {
  return db
    .all<DoubtRow>(
      `SELECT at, body, seen FROM machine_doubt WHERE machine_id = ?
       ORDER BY seen IS NOT NULL, at DESC, doubt_id LIMIT ? OFFSET ?`,
      machineId,
      limit,
      offset,
    )
    .map(doubtOf);
}

export function countDoubts(db: ReadModelReader, machineId: string): { readonly all: number; readonly unseen: number } {
  return (
    db.get<{ readonly all: number; readonly unseen: number }>(
      `SELECT count(*) AS "all", count(*) - count(seen) AS unseen FROM machine_doubt WHERE machine_id = ?`,
      machineId,
    ) ?? { all: 0, unseen: 0 }
  );
}
