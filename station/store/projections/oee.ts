/**
 * What changed the past of machines after it was: told late, or by people. Nothing else of OEE is kept, it is computed from slices,
 * counts and stops when somebody asks (docs/machine-time.md).
 */
import type { Projection, ReadModelReader } from '../projection.ts';

const ddl = `
  -- Pieces and slices of from_at to to_at were told at \`at\`.
  CREATE TABLE machine_retold (
    id INTEGER PRIMARY KEY,
    machine_id TEXT NOT NULL,
    from_at INTEGER NOT NULL,
    to_at INTEGER NOT NULL,
    at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX machine_retold_of ON machine_retold (machine_id, to_at);
`;

/** A count is told at the end of its minute; one told this much later is late. */
const lateMs = 300_000;

export const oee: Projection = {
  name: 'oee',
  version: 1,
  tables: ['machine_retold'],
  ddl,
  apply(db, event) {
    if (event.type !== 'slices.restated' && event.type !== 'pieces.counted') return;
    const { machineId, from, to } = event.body;
    if (event.type === 'pieces.counted' && event.at - to < lateMs) return;
    db.run(
      'INSERT INTO machine_retold (machine_id, from_at, to_at, at) VALUES (?, ?, ?, ?)',
      machineId,
      Math.trunc(from),
      Math.trunc(to),
      Math.trunc(event.at),
    );
  },
};

/** UTC ms when slices or counts of the window were last told anew; null: never. */
export const readRetoldAt = (db: ReadModelReader, machineId: string, from: number, to: number): number | null =>
  db.get<{ readonly at: number | null }>(
    'SELECT max(at) AS at FROM machine_retold WHERE machine_id = ? AND to_at > ? AND from_at < ?',
    machineId,
    Math.trunc(from),
    Math.trunc(to),
  )?.at ?? null;
