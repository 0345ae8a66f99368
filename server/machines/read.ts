/** Machines as the plant view sees them. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { PlantMachine } from '#contract/plant/machines.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { CountView, DoubtView, SliceView } from '#contract/rpc/machines.ts';
import { silentMs } from '#contract/sync/protocol.ts';
import { piecesIn } from '#domain/machines/counted.ts';
import { rateOf } from '#domain/machines/rate.ts';
import type { Slice } from '#domain/machines/series.ts';
import { startOfLocalHour } from '#domain/people/local-day.ts';
import { shiftAt } from '#domain/shifts/shifts.ts';
import { actorName } from '#domain/units/holder.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { Sight } from '../rpc/sight.ts';
import { heardAt, readCounts, readOpenSlices, readSlices } from './read-time.ts';
import { readRoots } from './roots.ts';

const isSeen = ({ station }: MachineFile, { stations }: Sight): boolean =>
  stations === null || stations.includes(station);

/** @returns null: no machine in force has this id, or it is not for this person */
function machineOf(machineId: string, force: InForce, sight: Sight): MachineFile | null {
  const machine = force.catalogue.machine(machineId);
  return machine !== null && isSeen(machine, sight) ? machine : null;
}

/** @param now UTC ms by the server's clock */
export async function listMachines(
  db: Queries,
  force: InForce,
  sight: Sight,
  now: number,
): Promise<readonly PlantMachine[]> {
  const { plant } = force.catalogue;
  const machines = force.catalogue.machines.filter((machine) => isSeen(machine, sight));
  const ids = machines.map(({ id }) => id);
  const [open, heard, doubts] = await Promise.all([
    readOpenSlices(db, ids),
    heardAt(db, [...new Set(machines.map(({ station }) => station))]),
    unseen(db, ids),
  ]);
  const hour = startOfLocalHour(now, plant.timeZone);
  const shift = shiftAt(now, plant);
  const from = shift?.shift === undefined || shift.shift === null ? hour : Math.min(hour, shift.startAt);
  const listed = await Promise.all(
    machines.map(async (machine): Promise<Omit<PlantMachine, 'waitsFor'>> => {
      const counts = machine.counts === undefined ? null : await readCounts(db, machine.id, from, now + 1);
      const pieces = (since: number): PlantMachine['hour']['pieces'] =>
        counts === null ? { produced: null, good: null, scrap: null } : piecesIn(counts, since, now + 1);
      const { slice = null, since = null } = open.get(machine.id) ?? {};
      const stationHeardAt = heard.get(machine.station) ?? null;
      const rate = rateOf(machine, slice?.context.definitionId ?? null);
      return {
        id: machine.id,
        title: machine.title,
        stationId: machine.station,
        lineId: force.lineOf(machine.station)?.id ?? null,
        byHand: machine.state.from === 'hand',
        slice: slice === null ? null : viewOf(slice),
        since,
        heardAt: stationHeardAt,
        linked: stationHeardAt !== null && now - stationHeardAt <= silentMs,
        hour: { from: hour, pieces: pieces(hour) },
        shift:
          shift === null || shift.shift === null
            ? null
            : {
                id: shift.shift.id,
                title: shift.shift.title,
                from: shift.startAt,
                to: shift.endAt,
                pieces: pieces(shift.startAt),
              },
        rate: rate === null ? null : { cycleMs: rate.cycleMs, revision: rate.revision },
        doubts: doubts.get(machine.id) ?? 0,
      };
    }),
  );
  const roots = await readRoots(db, force, [...new Set(listed.flatMap(({ lineId }) => lineId ?? []))], now);
  return listed.map((machine) => ({ ...machine, waitsFor: roots.get(machine.lineId ?? '')?.get(machine.id) ?? null }));
}

const viewOf = ({ machineId: _machine, ...slice }: Slice): SliceView => slice;

async function unseen(db: Queries, machineIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await db.query<{ readonly machine_id: string; readonly n: number }>(
    `SELECT machine_id, count(*)::int AS n FROM machine_doubt
     WHERE machine_id = ANY($1) AND body IS NOT NULL AND seen_at IS NULL GROUP BY machine_id`,
    [machineIds],
  );
  return new Map(rows.map((row) => [row.machine_id, row.n]));
}

interface Window {
  readonly machineId: string;
  readonly from: number;
  readonly to: number;
}

/** Empty for a machine that this person does not see. */
export async function listSlices(
  db: Queries,
  force: InForce,
  { machineId, from, to }: Window,
  sight: Sight,
): Promise<readonly SliceView[]> {
  if (machineOf(machineId, force, sight) === null) return [];
  return (await readSlices(db, machineId, from, to)).map(viewOf);
}

export async function listCounts(
  db: Queries,
  force: InForce,
  { machineId, from, to }: Window,
  sight: Sight,
): Promise<readonly CountView[]> {
  if (machineOf(machineId, force, sight) === null) return [];
  return (await readCounts(db, machineId, from, to)).map(({ machineId: _machine, ...count }) => count);
}

export async function listDoubts(
  db: Queries,
  force: InForce,
  query: { readonly machineId: string; readonly cursor: string | null; readonly limit: number },
  sight: Sight,
): Promise<Page<DoubtView>> {
  if (machineOf(query.machineId, force, sight) === null) return { items: [], next: null, total: 0 };
  const skip = Number(query.cursor ?? '0');
  const offset = Number.isSafeInteger(skip) && skip > 0 ? skip : 0;
  const rows = await db.query<{
    readonly station_id: string;
    readonly at: number;
    readonly body: string;
    readonly seen_at: number | null;
    readonly seen_by: string | null;
    readonly seen_note: string | null;
    readonly total: number;
  }>(
    `SELECT station_id, at, body, seen_at, seen_by, seen_note, count(*) OVER ()::int AS total FROM machine_doubt
     WHERE machine_id = $1 AND body IS NOT NULL ORDER BY seen_at IS NOT NULL, at DESC, doubt_id OFFSET $2 LIMIT $3`,
    [query.machineId, offset, query.limit],
  );
  const { catalogue } = force;
  const total = rows[0]?.total ?? 0;
  return {
    items: rows.map((row) => {
      const body = JSON.parse(row.body) as BodyOf<'machine.doubted'>;
      return {
        ...body,
        at: row.at,
        tagTitle: body.tagId === null ? null : (catalogue.tag(body.tagId)?.tag.title ?? null),
        seen:
          row.seen_at === null || row.seen_by === null
            ? null
            : {
                at: row.seen_at,
                by: actorName(JSON.parse(row.seen_by) as Actor, row.station_id, { catalogue }),
                note: row.seen_note ?? '',
              },
      };
    }),
    next: offset + rows.length < total ? String(offset + rows.length) : null,
    total,
  };
}
