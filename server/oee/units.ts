/** Units that ran on a machine, with what all stations told of them: the same rules as at the station (domain/oee/units.ts). */
import type { MachineFile } from '#contract/config/machines.ts';
import type { MadeUnit } from '#contract/rpc/oee.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { ExecutionHead } from '#domain/execution/execution.ts';
import { madeUnits, madeWithin, runsOnMachine, type EndedRun, type UnitHistory } from '#domain/oee/units.ts';
import { isUnheard, type PassportPart } from '#domain/units/passport.ts';
import type { Queries } from '../db/db.ts';
import type { PageChanges } from '../projections/fold.ts';
import { markUnsummed } from './unsummed.ts';

interface RunRow {
  readonly execution_id: string;
  readonly serial: string;
  readonly operation_id: string;
  readonly definition_id: string | null;
  readonly revision: string | null;
  readonly definition_hash: string | null;
  readonly station_id: string;
  readonly started_at: number | null;
  readonly ended_at: number;
  readonly outcome: 'passed' | 'stopped';
  readonly stop_cause: ExecutionHead['stopCause'];
  readonly reworks: string | null;
}

/**
 * What of a passport decides of pieces. Most units were neither held nor scrapped nor reworked: their passports are not read. They
 * are written by JSON.stringify, so that this is told by their text.
 */
const isEventful = `(u.passport NOT LIKE '%"holds":[]%' OR u.passport NOT LIKE '%"scrapped":null%' OR u.passport LIKE '%"reworks":%')`;

/** `from` and `to` UTC ms: a run that ended at `from` is not in it, one that ended at `to` is. */
export interface UnitsAsked {
  readonly machine: MachineFile;
  readonly from: number;
  readonly to: number;
}

export const readUnits = async (db: Queries, catalogue: Catalogue, asked: UnitsAsked): Promise<readonly MadeUnit[]> =>
  (await readUnitsOf(db, catalogue, [asked]))[0] ?? [];

/** Of many machines and times, in their order. */
export async function readUnitsOf(
  db: Queries,
  catalogue: Catalogue,
  asked: readonly UnitsAsked[],
): Promise<readonly (readonly MadeUnit[])[]> {
  const rows = await db.query<RunRow>(
    `SELECT execution_id, serial, operation_id, definition_id, revision, definition_hash, station_id, started_at, ended_at, outcome,
       stop_cause, reworks
     FROM execution WHERE ended_at IS NOT NULL AND serial IN (
       SELECT e.serial FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS a (station_id, from_at, to_at) JOIN LATERAL (
         SELECT serial FROM execution WHERE station_id = a.station_id AND ended_at > a.from_at AND ended_at <= a.to_at OFFSET 0
       ) e ON true)
     ORDER BY ended_at, execution_id`,
    [
      asked.map(({ machine }) => machine.station),
      asked.map(({ from }) => Math.floor(from)),
      asked.map(({ to }) => Math.floor(to)),
    ],
  );
  if (rows.length === 0) return asked.map(() => []);
  const bySerial = [...Map.groupBy(rows, ({ serial }) => serial)];
  const histories = await readHistories(
    db,
    bySerial.map(([serial]) => serial),
  );
  return asked.map(({ machine, from, to }) => {
    const ran = runsOnMachine(machine, catalogue);
    const units = bySerial.flatMap(([serial, runs]) => {
      const here = runs.filter(({ station_id }) => station_id === machine.station);
      if (!here.some(({ ended_at: at }) => at > from && at <= to)) return [];
      const otherRuns = runs.flatMap((run) => (run.station_id === machine.station ? [] : [otherOf(run)]));
      return madeUnits(here.flatMap(runOf), { ...(histories.get(serial) ?? plain), otherRuns }, ran);
    });
    return madeWithin(units, from, to);
  });
}

const plain: Omit<UnitHistory, 'otherRuns'> = { scrappedAt: null, reworks: [], holds: [], scrapFoundAt: [] };

/** A run whose beginning was not heard of is of nobody knows which definition: it counts when that comes. */
function runOf(row: RunRow): readonly EndedRun[] {
  const { definition_id: id, revision, definition_hash: hash } = row;
  if (id === null || revision === null || hash === null) return [];
  return [
    {
      executionId: row.execution_id,
      serial: row.serial,
      operationId: row.operation_id,
      definition: { id, revision, hash },
      status: row.outcome,
      stopCause: row.stop_cause,
      endedAt: row.ended_at,
      ...(row.reworks === null ? {} : { reworks: JSON.parse(row.reworks) as string[] }),
    },
  ];
}

const otherOf = (row: RunRow): UnitHistory['otherRuns'][number] => ({
  executionId: row.execution_id,
  operationId: row.operation_id,
  stationId: row.station_id,
  startedAt: row.started_at ?? row.ended_at,
  ended: { at: row.ended_at, how: row.outcome },
});

async function readHistories(
  db: Queries,
  serials: readonly string[],
): Promise<ReadonlyMap<string, Omit<UnitHistory, 'otherRuns'>>> {
  const rows = await db.query<{ readonly serial: string; readonly passport: string; readonly found: string | null }>(
    `SELECT u.serial, u.passport,
       (SELECT json_agg(operation_id ORDER BY nonconformance_id)::text FROM nonconformance_scrap s WHERE s.serial = u.serial) AS found
     FROM unit u WHERE u.serial = ANY($1) AND u.passport <> '' AND ${isEventful}`,
    [[...serials]],
  );
  return new Map(
    rows.map(({ serial, passport, found }) => {
      const { scrapped, reworks = [], holds } = JSON.parse(passport) as PassportPart;
      return [
        serial,
        {
          scrappedAt: scrapped?.at ?? null,
          reworks,
          holds: holds
            .filter((hold) => !isUnheard(hold))
            .map(({ at, lifted }) => ({ at, liftedAt: lifted?.at ?? null })),
          scrapFoundAt: found === null ? [] : (JSON.parse(found) as (string | null)[]),
        },
      ];
    }),
  );
}

/**
 * Marks the time of pieces that count otherwise by a page of facts: all of a unit that was held, scrapped or reworked at any time; of
 * others those of the operations whose runs the page tells of.
 * @param after it was written
 */
export async function markUnits(tx: Queries, changes: PageChanges, catalogue: Catalogue): Promise<void> {
  const disposed = [...changes.nonconformances.values()].flatMap((part) =>
    part.disposed.flatMap(({ serials }) => serials),
  );
  // A nonconformance whose recording comes after its dispositions says where those were found.
  const recorded = [...changes.nonconformances.values()].flatMap(({ recorded: told }) =>
    told?.subject.kind === 'units' ? told.subject.serials : [],
  );
  const runs = [...changes.executions.values()].filter(({ serial }) => serial !== null);
  const serials = new Set([...changes.units.keys(), ...disposed, ...recorded]);
  const machines = Map.groupBy(catalogue.machines, ({ station }) => station);
  if (serials.size === 0 || machines.size === 0) return;
  const rows = await tx.query<{ readonly station_id: string; readonly ended_at: number }>(
    `SELECT DISTINCT e.station_id, e.ended_at FROM execution e JOIN unit u USING (serial)
     WHERE e.serial = ANY($1) AND e.station_id = ANY($2) AND e.ended_at IS NOT NULL AND (${isEventful} OR EXISTS (
       SELECT FROM unnest($3::text[], $4::text[]) AS told (serial, operation_id)
       WHERE told.serial = e.serial AND told.operation_id = e.operation_id))`,
    [[...serials], [...machines.keys()], runs.map(({ serial }) => serial), runs.map(({ operationId }) => operationId)],
  );
  await markUnsummed(
    tx,
    'units',
    rows.flatMap(({ station_id: station, ended_at: at }) =>
      // A run that ends with an hour is a piece of that hour, and the one after it begins there.
      (machines.get(station) ?? []).map(({ id }) => ({ machineId: id, from: at - 1, to: at + 1 })),
    ),
  );
}
