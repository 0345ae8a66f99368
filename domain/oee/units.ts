/**
 * Counts from units: what became of each unit that ran on a machine, told as pieces at the end of their runs.
 *
 * PQ = GQ + SQ + RQ and what waits for a decision; each run that was worked to its end is one piece of exactly one of them. A run
 * that was given up made none. All is told as it is known now, so a unit that is scrapped a day later is scrap of the hour in which it
 * was made, and no piece depends on the window it is asked in.
 * - scrap (SQ): the unit is scrapped, this was its last run of the operation, and it was scrapped for it: in the run, by a
 *   nonconformance that names the operation, or, where none names any, with no run of another operation since. A unit that was
 *   scrapped for another operation is good here and is told to be scrap elsewhere, so that one fault is counted once.
 * - rework (RQ): an order that the run did not know of ended its pass, or the operation was run again.
 * - waiting: the run failed and was not run again, or the unit is on hold and no run of another operation has ended since: a hold
 *   stops what is being worked on, so it is of the operation that ended last.
 * - good (GQ): everything else, also what is used as it is under a concession.
 * First pass yield = GP / IP (ISO 22400-2): IP is pieces whose run was the unit's first of this operation, GP those of them that
 * passed and are good. Tries of a step within a run are no rework.
 */
import type { MachineFile } from '#contract/config/machines.ts';
import type { MadeUnit, SpanUnits, UnitFate, UnitsView } from '#contract/rpc/oee.ts';
import type { PassportRework, PassportRun } from '#contract/passport.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { ExecutionHead } from '#domain/execution/execution.ts';
import type { Count } from '#domain/machines/counted.ts';
import { noContext, type Ended } from '#domain/machines/series.ts';
import { stateTags } from '#domain/machines/state.ts';
import type { Hold } from '#domain/units/unit-state.ts';

/** Of a run that has ended. */
export type EndedRun = Pick<
  ExecutionHead,
  'executionId' | 'serial' | 'operationId' | 'definition' | 'status' | 'stopCause' | 'reworks'
> & { readonly endedAt: number };

/** What is known of a unit: by this station's log, and what has come from elsewhere. */
export interface UnitHistory {
  readonly scrappedAt: number | null;
  readonly reworks: readonly PassportRework[];
  readonly holds: readonly Pick<Hold, 'at' | 'liftedAt'>[];
  /** Of all stations that told of them, this one's among them or not. */
  readonly otherRuns: readonly PassportRun[];
  /** Where nonconformances that made it scrap were found; null in it: apart from any operation. */
  readonly scrapFoundAt: readonly (string | null)[];
}

const madePiece = ({ status, stopCause }: EndedRun): boolean => status === 'passed' || stopCause !== 'given-up';

/**
 * Pieces that one unit's runs on a machine stand for, oldest first.
 * @param runs all ended runs of the unit at this station, in order of their ends
 * @param ran whether a run was on the machine
 */
export function madeUnits(
  runs: readonly EndedRun[],
  unit: UnitHistory,
  ran: (run: EndedRun) => boolean,
): readonly MadeUnit[] {
  const own = new Set(runs.map(({ executionId }) => executionId));
  const others = unit.otherRuns.flatMap(({ executionId, operationId, ended }) =>
    ended === null || own.has(executionId) ? [] : [{ operationId, at: ended.at }],
  );
  const pieces = runs.filter(madePiece);
  const all = [...others, ...pieces.map(({ operationId, endedAt }) => ({ operationId, at: endedAt }))];
  return pieces.filter(ran).map((run) => {
    const { operationId } = run;
    const at = Math.trunc(run.endedAt);
    const before = all.some((other) => other.operationId === operationId && other.at < run.endedAt);
    const again = all.filter((other) => other.operationId === operationId && other.at > run.endedAt);
    const goneOn = all.some((other) => other.operationId !== operationId && other.at > run.endedAt);
    const { fate, toldAt, scrappedElsewhere } = fateOf(run, unit, again, goneOn);
    const first = !before && !(run.reworks ?? []).some((id) => isOrderFor(unit, id, operationId));
    return {
      serial: run.serial,
      executionId: run.executionId,
      operationId,
      definitionId: run.definition.id,
      at,
      fate,
      toldAt: Math.max(at, Math.trunc(toldAt)),
      first,
      firstPassed: first && run.status === 'passed' && fate === 'good',
      scrappedElsewhere,
    };
  });
}

const isOrderFor = ({ reworks }: UnitHistory, reworkId: string, operationId: string): boolean =>
  reworks.some((order) => order.reworkId === reworkId && order.ends.includes(operationId));

function fateOf(
  run: EndedRun,
  { scrappedAt, reworks, holds, scrapFoundAt }: UnitHistory,
  again: readonly { readonly at: number }[],
  goneOn: boolean,
): { readonly fate: UnitFate; readonly toldAt: number; readonly scrappedElsewhere: boolean } {
  const { operationId } = run;
  const told = (fate: UnitFate, toldAt: number, scrappedElsewhere = false): ReturnType<typeof fateOf> => ({
    fate,
    toldAt,
    scrappedElsewhere,
  });
  const foundAt = scrapFoundAt.filter((each) => each !== null);
  const forThis = run.status !== 'passed' || (foundAt.length > 0 ? foundAt.includes(operationId) : !goneOn);
  if (scrappedAt !== null && again.length === 0 && forThis) return told('scrap', scrappedAt);
  const ordered = reworks.filter(
    ({ reworkId, ends }) => ends.includes(operationId) && !(run.reworks ?? []).includes(reworkId),
  );
  const anew = [...ordered, ...again].map(({ at }) => at);
  if (anew.length > 0) return told('rework', Math.min(...anew));
  const held = goneOn ? [] : holds;
  const open = held.filter(({ liftedAt }) => liftedAt === null);
  if (run.status !== 'passed') return told('waiting', run.endedAt);
  if (open.length > 0 && scrappedAt === null) return told('waiting', Math.min(...open.map(({ at }) => at)));
  const changes = [...held.map(({ liftedAt }) => liftedAt ?? 0).filter((at) => at > run.endedAt), scrappedAt ?? 0];
  return told('good', Math.max(run.endedAt, ...changes), scrappedAt !== null);
}

/** Those whose runs ended in a window (after `from`, at `to` or before), in order of their ends. */
export const madeWithin = (units: readonly MadeUnit[], from: number, to: number): readonly MadeUnit[] =>
  units
    .filter(({ at }) => at > from && at <= to)
    .sort((a, b) => a.at - b.at || (a.executionId < b.executionId ? -1 : 1));

/** More than a person reads. */
const mostUnits = 2_000;

/** @param units oldest first */
export const unitsViewOf = (units: readonly MadeUnit[]): UnitsView => ({
  units: units.slice(-mostUnits),
  more: Math.max(0, units.length - mostUnits),
});

/** `judged`: counters tell pieces and which are good; `produced`: pieces only; `nothing`: there is none. */
export type CounterTells = 'judged' | 'produced' | 'nothing';

export const counterOf = ({ counts }: Pick<MachineFile, 'counts'>): CounterTells =>
  counts === undefined ? 'nothing' : (counts.good ?? counts.scrap) ? 'judged' : 'produced';

/**
 * Pieces of a machine that nothing counts: each run that was worked to its end is one, at its end, good or scrap as it is known now.
 * @param units oldest first
 * @param slices of the same machine, oldest first: the order of a piece is theirs
 * @returns null: no unit ended in the time, and nothing says how many pieces there are
 */
export function countsOfUnits(
  machineId: string,
  units: readonly MadeUnit[],
  slices: readonly Ended[],
): readonly Count[] | null {
  if (units.length === 0) return null;
  return units.map(({ at, fate }) => {
    const slice = slices.findLast(({ beganAt, endAt }) => beganAt < at && at <= endAt);
    return {
      machineId,
      from: at - 1,
      to: at,
      kind: 'counted' as const,
      produced: 1,
      good: Number(fate === 'good'),
      scrap: Number(fate === 'scrap'),
      cyclesMs: [],
      context: slice?.context ?? noContext,
    };
  });
}

export const noUnits: SpanUnits = { made: 0, scrap: 0, rework: 0, waiting: 0, inspected: 0, firstPassed: 0 };

export const withUnit = (units: SpanUnits, { fate, first, firstPassed }: MadeUnit): SpanUnits => ({
  made: units.made + 1,
  scrap: units.scrap + Number(fate === 'scrap'),
  rework: units.rework + Number(fate === 'rework'),
  waiting: units.waiting + Number(fate === 'waiting'),
  inspected: units.inspected + Number(first),
  firstPassed: units.firstPassed + Number(firstPassed),
});

/**
 * Operations of which runs are on a machine: those with a machine cycle on a device whose tags the machine has. Where no operation has
 * one, all runs of a station are on its only machine.
 * @returns `all`, or definition, revision and operation of each
 */
export function operationsOnMachine(
  machine: MachineFile,
  catalogue: Catalogue,
): 'all' | readonly (readonly [definitionId: string, revision: string, operationId: string])[] {
  const { counts } = machine;
  const tags = [...stateTags(machine.state), counts?.produced.tag, counts?.good?.tag, counts?.scrap?.tag];
  const devices = new Set(tags.flatMap((id) => (id === undefined ? [] : [catalogue.tag(id)?.device.id])));
  const cycles = catalogue.definitions.flatMap(({ id, revision, operations }) =>
    operations
      .filter(({ steps }) => steps.some((step) => step.type === 'machine-cycle' && devices.has(step.device)))
      .map((operation) => [id, revision, operation.id] as const),
  );
  const isOnly = catalogue.machines.filter(({ station }) => station === machine.station).length === 1;
  return cycles.length === 0 && isOnly ? 'all' : cycles;
}

/** Whether a run of the machine's station is on it. */
export function runsOnMachine(
  machine: MachineFile,
  catalogue: Catalogue,
): (run: Pick<EndedRun, 'definition' | 'operationId'>) => boolean {
  const operations = operationsOnMachine(machine, catalogue);
  if (operations === 'all') return () => true;
  const keys = new Set(operations.map((each) => JSON.stringify(each)));
  return ({ definition, operationId }) => keys.has(JSON.stringify([definition.id, definition.revision, operationId]));
}
