/** The read model of energy: what was told of each machine's meter, stretch by stretch. */
import type { Told } from '#domain/energy/observe.ts';
import type { Projection, ReadModelReader } from '../projection.ts';

const ddl = `
  -- They never overlap. States and orders are those of the slices, which may be told anew.
  CREATE TABLE machine_energy (
    machine_id TEXT NOT NULL,
    from_at REAL NOT NULL,
    to_at REAL NOT NULL,
    steps INTEGER NOT NULL,
    open_steps INTEGER NOT NULL,
    known_ms REAL NOT NULL,
    step REAL NOT NULL,
    unit TEXT NOT NULL,
    first REAL NOT NULL,
    last REAL NOT NULL,
    PRIMARY KEY (machine_id, from_at)
  ) STRICT, WITHOUT ROWID;
`;

export const energy: Projection = {
  name: 'energy',
  version: 1,
  tables: ['machine_energy'],
  ddl,
  apply(db, event) {
    if (event.type !== 'energy.used') return;
    const { machineId, from, to, steps, openSteps, knownMs, step, unit, counter } = event.body;
    db.run(
      `INSERT OR REPLACE INTO machine_energy
         (machine_id, from_at, to_at, steps, open_steps, known_ms, step, unit, first, last)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      machineId,
      from,
      to,
      steps,
      openSteps,
      knownMs,
      step,
      unit,
      counter.first,
      counter.last,
    );
  },
};

export interface ToldEnergy extends Told {
  readonly step: number;
  readonly unit: string;
}
interface Row extends Omit<ToldEnergy, 'counter'> {
  readonly first: number;
  readonly last: number;
}
const columns =
  'from_at AS "from", to_at AS "to", steps, open_steps AS openSteps, known_ms AS knownMs, step, unit, first, last';
const told = ({ first, last, ...row }: Row): ToldEnergy => ({ ...row, counter: { first, last } });

/** What touches `from` to `to` (outside), oldest first. */
export function readEnergy(db: ReadModelReader, machineId: string, from: number, to: number): readonly ToldEnergy[] {
  return db
    .all<Row>(
      `SELECT ${columns} FROM machine_energy WHERE machine_id = ? AND from_at < ? AND to_at > ? AND from_at >=
         coalesce((SELECT max(f.from_at) FROM machine_energy f WHERE f.machine_id = ? AND f.from_at <= ?), ?)
       ORDER BY from_at`,
      machineId,
      to,
      from,
      machineId,
      from,
      from,
    )
    .map(told);
}

/** The newest; null: nothing was told yet. The meter goes on from its end. */
export function readLastEnergy(db: ReadModelReader, machineId: string): ToldEnergy | null {
  const row = db.get<Row>(
    `SELECT ${columns} FROM machine_energy WHERE machine_id = ? ORDER BY from_at DESC LIMIT 1`,
    machineId,
  );
  return row === undefined ? null : told(row);
}
