/**
 * Contradictions in the joined passport of a unit: what could only happen because two stations did not know of each other.
 * Judged by what the passport shows and by nothing else, so the order in which streams arrived does not matter; when facts
 * come that explain a contradiction it is no longer there, when new ones come it is another one (another key).
 *
 * What is told by sets (built twice, created twice, in work twice at this moment, never passed) rests on nothing else.
 * What is told by comparing instants of two stations rests on their clocks; `restsOn` says which it was. A clock that is
 * wrong can hide such a contradiction or invent one: the stations' drift is shown where a person settles it.
 */
import type { Operation } from '#contract/config/definition.ts';
import type { Passport, PassportHold, PassportRun } from '#contract/passport.ts';
import type { CaseKind } from '#contract/plant/units.ts';
import { isUnheard, type PassportPart } from '#domain/units/passport.ts';

export interface Contradiction {
  readonly kind: CaseKind;
  /** Tells this contradiction from others of the kind about the same unit; made of what it was judged on. */
  readonly key: string;
  /** Newest of the instants it was judged on, UTC ms. */
  readonly at: number;
  readonly details: Readonly<Record<string, string | number | null>>;
}

export interface Known {
  readonly passport: PassportPart;
  /** Routing of the unit's definition; null: the definition is not known, and nothing is said about the order. */
  readonly operations: readonly Pick<Operation, 'id' | 'after'>[] | null;
  /**
   * Operations that a station was shown as passed when it went on with the unit (`unit.arrived`, e.g. off a label): their
   * own facts may still be on their way.
   */
  readonly shownPassed: readonly string[];
}

/** Instants of two stations that lie closer together than this, in ms, are not compared: their clocks differ by as much. */
export const clockToleranceMs = 120_000;

type Rests = 'facts' | 'clocks';
type Details = Contradiction['details'];

const found = (
  kind: CaseKind,
  key: readonly (string | null)[],
  ats: readonly (number | null)[],
  restsOn: Rests,
  details: Details,
): Contradiction => ({
  kind,
  key: JSON.stringify(key),
  at: Math.max(0, ...ats.map((at) => at ?? 0)),
  details: { ...details, restsOn },
});

/** In a fixed order; at most one per kind and key. */
export function judgeCases(known: Known): Contradiction[] {
  const { passport } = known;
  return [
    ...createdTwice(passport),
    ...builtTwice(passport),
    ...inWorkTwice(passport),
    ...heldMeanwhile(passport),
    ...scrappedMeanwhile(passport),
    ...outOfOrder(known),
  ];
}

const list = (values: readonly (string | null)[]): string => values.map((value) => value ?? '?').join(', ');

/** Files may have been taken in by several stations and the plant: that is one origin, as long as all say the same. */
function createdTwice({ origins }: PassportPart): Contradiction[] {
  const made = origins.filter(({ imported }) => !imported);
  const contents = new Set(
    origins.map(({ orderId, materialId, definitionId, revision }) =>
      JSON.stringify([orderId, materialId, definitionId, revision]),
    ),
  );
  if (made.length < 2 && contents.size < 2) return [];
  const told = contents.size > 1 ? origins : made;
  return [
    found(
      'created-twice',
      told.map((o) => JSON.stringify([o.stationId, o.orderId, o.definitionId, o.revision, o.imported ? null : o.at])),
      told.map(({ at }) => at),
      'facts',
      {
        stations: list(told.map(({ stationId }) => stationId)),
        orders: list([...new Set(told.map(({ orderId }) => orderId))]),
        firstAt: told[0]?.at ?? null,
        lastAt: told.at(-1)?.at ?? null,
      },
    ),
  ];
}

/** Rework orders that this pass knew of and that asked for it: passes that knew of others are not two of one thing. */
function askedBy(pass: Passport['passed'][number], orders: NonNullable<Passport['reworks']>): readonly string[] {
  const ofOthers = new Set(orders.filter(({ ends }) => !ends.includes(pass.operationId)).map((o) => o.reworkId));
  return (pass.reworks ?? []).filter((id) => !ofOthers.has(id));
}

function builtTwice({ passed, reworks = [] }: Pick<Passport, 'passed' | 'reworks'>): Contradiction[] {
  const byOperation = new Map<string, Passport['passed'][number][]>();
  for (const pass of passed) {
    if (pass.executionId === null) continue;
    const key = JSON.stringify([pass.operationId, ...askedBy(pass, reworks)]);
    byOperation.set(key, [...(byOperation.get(key) ?? []), pass]);
  }
  return [...byOperation.values()].flatMap((passes) => {
    const operation = passes[0]?.operationId ?? null;
    const executions = [...new Set(passes.map(({ executionId }) => executionId))].sort();
    if (executions.length < 2) return [];
    return [
      found(
        'built-twice',
        [operation, ...executions],
        passes.map(({ at }) => at),
        'facts',
        {
          operation,
          executions: list(executions),
          stations: list(passes.map(({ stationId }) => stationId)),
          firstAt: passes[0]?.at ?? null,
          lastAt: passes.at(-1)?.at ?? null,
        },
      ),
    ];
  });
}

const endOf = (run: PassportRun): number => run.ended?.at ?? Number.POSITIVE_INFINITY;

/** Two runs at different stations: both open now, or overlapping by more than clocks may differ. */
function inWorkTwice({ runs }: Pick<Passport, 'runs'>): Contradiction[] {
  return runs.flatMap((a, index) =>
    runs.slice(index + 1).flatMap((b) => {
      if (a.stationId === b.stationId) return [];
      const bothOpen = a.ended === null && b.ended === null;
      // An open run beside an ended one shows nothing while its end may still be on its way.
      const bothEnded = a.ended !== null && b.ended !== null;
      const overlapMs = Math.min(endOf(a), endOf(b)) - Math.max(a.startedAt, b.startedAt);
      if (!bothOpen && !(bothEnded && overlapMs > clockToleranceMs)) return [];
      return [
        found(
          'in-work-twice',
          [a.executionId, b.executionId].sort(),
          [a.startedAt, b.startedAt],
          bothOpen ? 'facts' : 'clocks',
          {
            operations: list([a.operationId, b.operationId]),
            executions: list([a.executionId, b.executionId]),
            stations: list([a.stationId, b.stationId]),
            firstAt: a.startedAt,
            lastAt: b.startedAt,
          },
        ),
      ];
    }),
  );
}

const inside = (at: number, hold: PassportHold): boolean =>
  at >= hold.at && at < (hold.lifted?.at ?? Number.POSITIVE_INFINITY);

/**
 * A run begun at one station while a hold from another was placed and not lifted. A run that was open when the hold came
 * is none: the station ends it when it hears of the hold.
 */
function heldMeanwhile({ runs, holds }: Pick<Passport, 'runs' | 'holds'>): Contradiction[] {
  return runs.flatMap((run) =>
    holds
      // Of a hold that only its lifting is known of, nobody knows when it began.
      .filter((hold) => hold.stationId !== run.stationId && !isUnheard(hold) && inside(run.startedAt, hold))
      .map((hold) =>
        found('held-meanwhile', [run.executionId, hold.holdId], [run.startedAt, hold.at], 'clocks', {
          operation: run.operationId,
          execution: run.executionId,
          station: run.stationId,
          startedAt: run.startedAt,
          hold: hold.holdId,
          heldStation: hold.stationId,
          heldAt: hold.at,
          liftedAt: hold.lifted?.at ?? null,
        }),
      ),
  );
}
function scrappedMeanwhile({ runs, scrapped, completed }: PassportPart): Contradiction[] {
  if (scrapped === null) return [];
  const late = runs.filter((run) => run.stationId !== scrapped.stationId && run.startedAt >= scrapped.at);
  const cases = late.map((run) =>
    found('scrapped-meanwhile', [run.executionId, scrapped.stationId], [run.startedAt, scrapped.at], 'clocks', {
      operation: run.operationId,
      execution: run.executionId,
      station: run.stationId,
      startedAt: run.startedAt,
      scrappedStation: scrapped.stationId,
      scrappedAt: scrapped.at,
    }),
  );
  if (completed === null || completed.stationId === scrapped.stationId || completed.at < scrapped.at) return cases;
  return [
    ...cases,
    found(
      'scrapped-meanwhile',
      ['completed', completed.stationId, scrapped.stationId],
      [completed.at, scrapped.at],
      'clocks',
      {
        station: completed.stationId,
        completedAt: completed.at,
        scrappedStation: scrapped.stationId,
        scrappedAt: scrapped.at,
      },
    ),
  ];
}

/** An operation passed although one that must pass before had not: never, or only after this one began. */
function outOfOrder({ passport, operations, shownPassed }: Known): Contradiction[] {
  if (operations === null) return [];
  return operations.flatMap(({ id, after }) => {
    const passes = passport.passed.filter((pass) => pass.operationId === id && pass.executionId !== null);
    const first = passes[0];
    if (first === undefined) return [];
    const run = passport.runs.find(({ executionId }) => executionId === first.executionId) ?? null;
    return after.flatMap((before) => {
      const earlier = passport.passed.filter(({ operationId }) => operationId === before);
      const details = {
        operation: id,
        execution: first.executionId,
        station: first.stationId,
        startedAt: run?.startedAt ?? null,
        before,
      };
      const key = [id, before, first.executionId];
      if (earlier.length === 0) {
        if (shownPassed.includes(before)) return [];
        return [found('out-of-order', key, [first.at], 'facts', { ...details, beforeAt: null, beforeStation: null })];
      }
      // A pass of an unknown instant (from a file) is taken as one that was there before.
      if (run === null || earlier.some(({ at }) => at === null)) return [];
      const soonest = earlier.reduce((a, b) => ((a.at ?? 0) <= (b.at ?? 0) ? a : b));
      const same = soonest.stationId === run.stationId;
      const late = (soonest.at ?? 0) > run.startedAt + (same ? 0 : clockToleranceMs);
      if (!late || shownPassed.includes(before)) return [];
      return [
        found('out-of-order', key, [first.at, soonest.at], same ? 'facts' : 'clocks', {
          ...details,
          beforeAt: soonest.at,
          beforeStation: soonest.stationId,
        }),
      ];
    });
  });
}
