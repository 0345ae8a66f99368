/** Units that ran on a machine, with what is known of each of them here: of the log, of passports and of nonconformances. */
import type { MachineFile } from '#contract/config/machines.ts';
import type { PassportRework, PassportRun } from '#contract/passport.ts';
import type { MadeUnit, OeeWindow, UnitsView } from '#contract/rpc/oee.ts';
import type { ExecutionHead } from '#domain/execution/execution.ts';
import { isRecorded, type NonconformancePart } from '#domain/nonconformances/nonconformance.ts';
import { madeUnits, madeWithin, runsOnMachine, unitsViewOf, type EndedRun } from '#domain/oee/units.ts';
import type { Hold } from '#domain/units/unit-state.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import type { OeeSources } from './sources.ts';
import { windowOf } from '#domain/oee/windows.ts';

interface Row {
  readonly serial: string;
  readonly runs: string;
  readonly scrappedAt: number | null;
  readonly reworks: string | null;
  readonly holds: string | null;
  readonly otherRuns: string | null;
}

/**
 * Of each unit with a run that ended in the window all its runs at this station: whether one is rework depends on the others.
 * @param from UTC ms; a run that ended at it is not in the window, one that ended at `to` is
 * @returns pieces whose runs ended in the window, in order of their ends
 */
export function unitsOnMachine(
  machine: MachineFile,
  from: number,
  to: number,
  { read, facts }: OeeSources,
): readonly MadeUnit[] {
  const ran = runsOnMachine(machine, facts.catalogue);
  const rows = read.all<Row>(
    `SELECT u.serial, json_extract(u.state, '$.scrappedAt') AS scrappedAt, json_extract(u.state, '$.reworks') AS reworks,
       json_extract(u.state, '$.holds') AS holds, json_extract(u.state, '$.arrived.runs') AS otherRuns,
       (SELECT json_group_array(json(state)) FROM execution e WHERE e.serial = u.serial AND e.station_id = ?
          AND e.ended_at IS NOT NULL) AS runs
     FROM unit u WHERE u.serial IN (SELECT serial FROM execution WHERE station_id = ? AND ended_at > ? AND ended_at <= ?)`,
    machine.station,
    machine.station,
    Math.floor(from),
    Math.floor(to),
  );
  const units = rows.flatMap(({ serial, scrappedAt, runs, reworks, holds, otherRuns }) =>
    madeUnits(
      (JSON.parse(runs) as ExecutionHead[]).filter(hasEnded).sort((a, b) => a.endedAt - b.endedAt),
      {
        scrappedAt,
        reworks: parsed<PassportRework>(reworks),
        holds: parsed<Hold>(holds),
        otherRuns: parsed<PassportRun>(otherRuns),
        scrapFoundAt: scrappedAt === null ? [] : scrapFoundAt(read, serial),
      },
      ran,
    ),
  );
  return madeWithin(units, from, to);
}

const hasEnded = (run: ExecutionHead): run is ExecutionHead & EndedRun => run.endedAt !== null;
const parsed = <T>(list: string | null): readonly T[] => (list === null ? [] : (JSON.parse(list) as T[]));

/** Operations at which the faults were found that made a unit scrap. */
const scrapFoundAt = (read: ReadModelReader, serial: string): readonly (string | null)[] =>
  read
    .all<{ readonly state: string }>(
      `SELECT n.state FROM nonconformance n JOIN nonconformance_unit u USING (nonconformance_id) WHERE u.serial = ?`,
      serial,
    )
    .map(({ state }) => JSON.parse(state) as NonconformancePart)
    .filter(({ disposed }) => disposed.some(({ kind, serials }) => kind === 'scrap' && serials.includes(serial)))
    .flatMap((part) => (isRecorded(part) ? [part.recorded.operationId] : []));

/** @returns null: this station watches no such machine, or there is no such window */
export function unitsView(
  { machineId, window: asked }: { readonly machineId: string; readonly window: OeeWindow },
  sources: OeeSources,
): UnitsView | null {
  const { now, catalogue, station } = sources.facts;
  const machine = catalogue.machines.find(({ id }) => id === machineId);
  const window = windowOf(asked, now, catalogue.calendar);
  if (machine?.station !== station.id || window === null) return null;
  return unitsViewOf(unitsOnMachine(machine, window.from, Math.min(window.to, now), sources));
}
