/**
 * Energy by hour, kept beside the sums of machine time: made in the same transaction, of the same marks (server/oee/sum-up.ts).
 * Facts of a meter never lie over a quarter of an hour, and so over no hour of the plant's clock, but for outages.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import { partOf, type EnergyPart, type StateSteps } from '#domain/energy/parts.ts';
import { toldBy } from '#domain/energy/summary.ts';
import { tile } from '#domain/machines/series.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { countsOfUnits } from '#domain/oee/units.ts';
import type { Queries } from '../db/db.ts';
import { readCounts, readSlices } from '../machines/read-time.ts';
import { readUnits } from '../oee/units.ts';
import { readEnergy } from './read-told.ts';

export interface Stretch {
  /** UTC ms; `to` is outside. */
  readonly from: number;
  readonly to: number;
}
export interface TimedPart extends Stretch {
  readonly part: EnergyPart;
  /** Another meter, whose steps cannot be added, told of this time too. */
  readonly otherMeter: boolean;
}
type Meter = NonNullable<MachineFile['meter']>;

/**
 * From the facts themselves. Pieces of a machine that nothing counts are its units.
 * @param stretches oldest first, none overlapping another
 */
export async function partsOfFacts(
  db: Queries,
  machine: MachineFile,
  catalogue: Catalogue,
  meter: Meter,
  stretches: readonly Stretch[],
): Promise<readonly TimedPart[]> {
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (first === undefined || last === undefined) return [];
  const { id } = machine;
  // One after the other: it may be in a transaction.
  const told = await readEnergy(db, id, first.from, last.to);
  const slices = await readSlices(db, id, first.from, last.to);
  const counts =
    machine.counts === undefined
      ? (countsOfUnits(id, await readUnits(db, catalogue, { machine, from: first.from, to: last.to }), []) ?? [])
      : await readCounts(db, id, first.from, last.to);
  // Each of them is in order: a stretch need not look through a month.
  const tolds = cursor(
    told,
    ({ from }) => from,
    ({ to }) => to,
  );
  const sliced = cursor(
    slices,
    ({ beganAt }) => beganAt,
    ({ endAt }) => endAt ?? Infinity,
  );
  const counted = cursor(
    counts,
    ({ from }) => from,
    ({ to }) => to,
  );
  return stretches.map((stretch) => {
    const { spans, otherMeter } = toldBy(meter, tolds(stretch));
    const tiles = tile(id, sliced(stretch), stretch.from, stretch.to);
    const pieces = counted(stretch);
    // Where no unit ended and nothing counts, nobody knows of pieces.
    const known = machine.counts === undefined && pieces.length === 0 ? null : pieces;
    return { ...stretch, part: partOf(stretch, spans, tiles, known), otherMeter };
  });
}

/** What touches a stretch, of things in order of their beginning; stretches have to come in order. */
function cursor<T>(
  all: readonly T[],
  from: (one: T) => number,
  to: (one: T) => number,
): (stretch: Stretch) => readonly T[] {
  let first = 0;
  return (stretch) => {
    for (let one = all[first]; one !== undefined && to(one) <= stretch.from; one = all[first]) first += 1;
    let end = first;
    for (let one = all[end]; one !== undefined && from(one) < stretch.to; one = all[end]) end += 1;
    return all.slice(first, end).filter((one) => to(one) > stretch.from);
  };
}

/** In the transaction that sums up these hours. @param begins of hours, UTC ms, oldest first; the last ends at `to` */
export async function keepHours(
  tx: Queries,
  machine: MachineFile,
  catalogue: Catalogue,
  begins: readonly number[],
  to: number,
): Promise<void> {
  const first = begins[0];
  if (first === undefined) return;
  await tx.execute('DELETE FROM machine_energy_hour WHERE machine_id = $1 AND hour_at >= $2 AND hour_at < $3', [
    machine.id,
    first,
    to,
  ]);
  if (machine.meter === undefined) return;
  const hours = begins.map((from, n) => ({ from, to: begins[n + 1] ?? to }));
  const parts = await partsOfFacts(tx, machine, catalogue, machine.meter, hours);
  await tx.execute(
    `INSERT INTO machine_energy_hour (machine_id, hour_at, by_state, open_steps, peak_at, peak_steps, produced, good, scrap,
       other_meter)
     SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
       $9::bigint[], $10::text[]::boolean[])`,
    [
      machine.id,
      parts.map(({ from }) => from),
      parts.map(({ part }) => JSON.stringify(part.byState.map((one) => [one.state, one.steps, one.ms, one.knownMs]))),
      parts.map(({ part }) => part.openSteps),
      parts.map(({ part }) => part.peak?.from ?? null),
      parts.map(({ part }) => part.peak?.steps ?? null),
      parts.map(({ part }) => part.pieces?.produced ?? null),
      parts.map(({ part }) => part.pieces?.good ?? null),
      parts.map(({ part }) => part.pieces?.scrap ?? null),
      parts.map(({ otherMeter }) => String(otherMeter)),
    ],
  );
}

interface HourRow {
  readonly hour_at: number;
  readonly by_state: string;
  readonly open_steps: number;
  readonly peak_at: number | null;
  readonly peak_steps: number | null;
  readonly produced: number | null;
  readonly good: number | null;
  readonly scrap: number | null;
  readonly other_meter: boolean;
}
type StateRow = readonly [StateSteps['state'], number, number, number];

/** Hours as they are kept, oldest first. @param range begins and ends with an hour that is kept, UTC ms */
export async function readHours(db: Queries, machineId: string, { from, to }: Stretch): Promise<readonly TimedPart[]> {
  if (to <= from) return [];
  const rows = await db.query<HourRow>(
    `SELECT hour_at, by_state, open_steps, peak_at, peak_steps, produced, good, scrap, other_meter FROM machine_energy_hour
     WHERE machine_id = $1 AND hour_at >= $2 AND hour_at < $3 ORDER BY hour_at`,
    [machineId, from, to],
  );
  return rows.map(({ hour_at, by_state, open_steps, peak_at, peak_steps, produced, good, scrap, other_meter }, n) => ({
    from: hour_at,
    to: rows[n + 1]?.hour_at ?? to,
    part: {
      byState: (JSON.parse(by_state) as StateRow[]).map(([state, steps, ms, knownMs]) => ({
        state,
        steps,
        ms,
        knownMs,
      })),
      openSteps: open_steps,
      peak: peak_at === null || peak_steps === null ? null : { from: peak_at, steps: peak_steps },
      pieces: produced === null ? null : { produced, good, scrap },
    },
    otherMeter: other_meter,
  }));
}
