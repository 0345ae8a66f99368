/** The read model of stops: cards with their parts and history, reasons that were given (for ranking), preparations of changeovers. */
import type { Actor } from '#contract/envelope.ts';
import type { StoredEvent } from '#contract/events/index.ts';
import type { MachineState } from '#contract/machine-state.ts';
import { evolveStop, stopEvents, unexplained, type StopCard } from '#domain/stops/card.ts';
import type { Projection, ReadModelDb, ReadModelReader } from '../projection.ts';

const ddl = `
  -- to_at NULL: the machine still stands. withdrawn: 1: not a stop any more. unexplained: parts without a reason.
  CREATE TABLE stop (
    stop_id TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER,
    withdrawn INTEGER NOT NULL,
    unexplained INTEGER NOT NULL,
    state TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX stop_of ON stop (machine_id, from_at);
  CREATE INDEX stop_list ON stop (withdrawn, (unexplained = 0), from_at DESC, stop_id);
  CREATE INDEX stop_open ON stop (machine_id) WHERE to_at IS NULL AND withdrawn = 0;
  -- Parts that have a reason. state, alarm, definition_id: as the stop began; from_at: as the part does.
  CREATE TABLE stop_reason (
    stop_id TEXT NOT NULL,
    part_id TEXT NOT NULL,
    machine_id TEXT NOT NULL,
    reason_id TEXT NOT NULL,
    state TEXT NOT NULL,
    alarm TEXT,
    definition_id TEXT,
    from_at INTEGER NOT NULL,
    PRIMARY KEY (stop_id, part_id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX stop_reason_of ON stop_reason (machine_id, from_at DESC);
  CREATE TABLE preparation (
    preparation_id TEXT PRIMARY KEY,
    machine_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER,
    definition_id TEXT,
    actor TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX preparation_of ON preparation (machine_id, from_at);
`;

const ofStops: ReadonlySet<string> = new Set(stopEvents);

export const stops: Projection = {
  name: 'stops',
  version: 1,
  tables: ['stop', 'stop_reason', 'preparation'],
  ddl,
  apply(db, event) {
    if (ofStops.has(event.type)) fold(db, event);
    if (event.type === 'preparation.begun') {
      const { preparationId, machineId, definitionId } = event.body;
      db.run(
        `INSERT OR IGNORE INTO preparation (preparation_id, machine_id, from_at, to_at, definition_id, actor)
         VALUES (?, ?, ?, NULL, ?, ?)`,
        preparationId,
        machineId,
        Math.trunc(event.at),
        definitionId,
        JSON.stringify(event.actor),
      );
    }
    if (event.type === 'preparation.ended')
      db.run(
        'UPDATE preparation SET to_at = max(from_at, ?) WHERE preparation_id = ? AND to_at IS NULL',
        Math.trunc(event.at),
        event.body.preparationId,
      );
  },
};

export function readStop(db: ReadModelReader, stopId: string): StopCard | null {
  const row = db.get<{ readonly state: string }>('SELECT state FROM stop WHERE stop_id = ?', stopId);
  return row === undefined ? null : (JSON.parse(row.state) as StopCard);
}

function fold(db: ReadModelDb, event: StoredEvent): void {
  const { stopId } = event.body as { readonly stopId: string };
  const before = readStop(db, stopId);
  const card = evolveStop(before, event);
  if (card === null || card === before) return;
  db.run(
    `INSERT INTO stop (stop_id, machine_id, from_at, to_at, withdrawn, unexplained, state) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (stop_id) DO UPDATE SET from_at = excluded.from_at, to_at = excluded.to_at,
       withdrawn = excluded.withdrawn, unexplained = excluded.unexplained, state = excluded.state`,
    stopId,
    card.machineId,
    Math.trunc(card.from),
    card.to === null ? null : Math.trunc(card.to),
    Number(card.withdrawn !== null),
    unexplained(card),
    JSON.stringify(card),
  );
  db.run('DELETE FROM stop_reason WHERE stop_id = ?', stopId);
  if (card.withdrawn !== null) return;
  for (const { partId, from, classified } of card.parts)
    if (classified !== null)
      db.run(
        `INSERT INTO stop_reason (stop_id, part_id, machine_id, reason_id, state, alarm, definition_id, from_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        stopId,
        partId,
        card.machineId,
        classified.reason.id,
        card.state,
        card.alarm,
        card.context.definitionId,
        Math.trunc(from),
      );
}

/** Cards of a machine that were not withdrawn and end after `at` (UTC ms), oldest first. */
export const readStopsSince = (db: ReadModelReader, machineId: string, at: number): readonly StopCard[] =>
  db
    .all<{ readonly state: string }>(
      `SELECT state FROM stop WHERE machine_id = ? AND withdrawn = 0 AND coalesce(to_at, 9e15) > ? ORDER BY from_at, stop_id`,
      machineId,
      Math.trunc(at),
    )
    .map(({ state }) => JSON.parse(state) as StopCard);

/** Cards of a machine on which somebody still has to look: it stands, or a part has no reason. Newest first, at most 200. */
export const readOpenStops = (db: ReadModelReader, machineId: string): readonly StopCard[] =>
  db
    .all<{ readonly state: string }>(
      `SELECT state FROM stop WHERE machine_id = ? AND withdrawn = 0 AND (to_at IS NULL OR unexplained > 0)
       ORDER BY from_at DESC, stop_id LIMIT 200`,
      machineId,
    )
    .map(({ state }) => JSON.parse(state) as StopCard);

/** UTC ms up to which the cards of a machine were brought last: where the open one began, else where the newest ended; null: none. */
export const readStopsUpTo = (db: ReadModelReader, machineId: string): number | null =>
  db.get<{ readonly at: number | null }>(
    `SELECT coalesce((SELECT min(from_at) FROM stop WHERE machine_id = ? AND to_at IS NULL AND withdrawn = 0),
       (SELECT max(to_at) FROM stop WHERE machine_id = ?)) AS at`,
    machineId,
    machineId,
  )?.at ?? null;

export interface GivenReason {
  readonly reasonId: string;
  readonly state: MachineState;
  readonly alarm: string | null;
  readonly definitionId: string | null;
  readonly from: number;
}

/** Reasons that were given at a machine, of other stops than this one, the newest first, at most a thousand. */
export const readGivenReasons = (db: ReadModelReader, machineId: string, except: string): readonly GivenReason[] =>
  db.all<GivenReason>(
    `SELECT reason_id AS reasonId, state, alarm, definition_id AS definitionId, from_at AS "from" FROM stop_reason
     WHERE machine_id = ? AND stop_id <> ? ORDER BY from_at DESC LIMIT 1000`,
    machineId,
    except,
  );

export interface PreparationRow {
  readonly preparationId: string;
  readonly from: number;
  readonly to: number | null;
  readonly definitionId: string | null;
  readonly by: Actor;
}

/** The preparation of a machine that is under way; null: none. */
export const readOpenPreparation = (db: ReadModelReader, machineId: string): PreparationRow | null =>
  readPreparations(db, machineId, 8e15).at(-1) ?? null;

/** Preparations of a machine that end after `since` (UTC ms), oldest first; the last may be under way. */
export const readPreparations = (db: ReadModelReader, machineId: string, since: number): readonly PreparationRow[] =>
  db
    .all<Omit<PreparationRow, 'by'> & { readonly actor: string }>(
      `SELECT preparation_id AS preparationId, from_at AS "from", to_at AS "to", definition_id AS definitionId, actor
       FROM preparation WHERE machine_id = ? AND coalesce(to_at, 9e15) > ? ORDER BY from_at, preparation_id`,
      machineId,
      Math.trunc(since),
    )
    .map(({ actor, ...row }) => ({ ...row, by: JSON.parse(actor) as Actor }));
