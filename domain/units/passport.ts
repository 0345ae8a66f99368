/**
 * Uniting what several stations know of one unit. `joinPassports` is commutative, associative and idempotent, and folding
 * an event is a join too: whatever the order in which streams arrive, the result is the same (a join-semilattice, as of
 * Shapiro et al., Conflict-free Replicated Data Types, 2011). Every set is kept in a fixed order, so equal means same JSON.
 */
import type { Actor } from '#contract/envelope.ts';
import type { Passport, PassportHold, PassportOrigin, PassportPass, PassportRun } from '#contract/passport.ts';
import type { Happened } from '#domain/happened.ts';

type Mark = Passport['scrapped'];

const text = (value: unknown): string => JSON.stringify(value);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Of two tellings under one key a fixed one is kept, whichever came first. */
const smaller = <T>(a: T, b: T): T => (text(a) <= text(b) ? a : b);

function unite<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string,
  both: (a: T, b: T) => T,
  order: (a: T, b: T) => number,
): T[] {
  const found = new Map<string, T>();
  for (const item of [...a, ...b]) {
    const key = keyOf(item);
    const other = found.get(key);
    found.set(key, other === undefined ? item : both(other, item));
  }
  return [...found.values()].sort((x, y) => order(x, y) || compare(keyOf(x), keyOf(y)));
}

const originKey = (o: PassportOrigin): string => text([o.stationId, o.at, o.orderId, o.definitionId, o.revision]);
const passKey = (p: PassportPass): string => text([p.operationId, p.executionId, p.stationId, p.at]);

function earlier(a: Mark, b: Mark): Mark {
  if (a === null || b === null) return a ?? b;
  return a.at !== b.at ? (a.at < b.at ? a : b) : smaller(a, b);
}
function joinRun(a: PassportRun, b: PassportRun): PassportRun {
  const head = smaller({ ...a, ended: null }, { ...b, ended: null });
  const ended =
    a.ended === null || b.ended === null
      ? (a.ended ?? b.ended)
      : a.ended.at !== b.ended.at
        ? a.ended.at < b.ended.at
          ? a.ended
          : b.ended
        : smaller(a.ended, b.ended);
  return { ...head, ended };
}
function joinHold(a: PassportHold, b: PassportHold): PassportHold {
  const head = smaller({ ...a, lifted: null }, { ...b, lifted: null });
  const lifted =
    a.lifted === null || b.lifted === null
      ? (a.lifted ?? b.lifted)
      : a.lifted.at !== b.lifted.at
        ? a.lifted.at < b.lifted.at
          ? a.lifted
          : b.lifted
        : smaller(a.lifted, b.lifted);
  return { ...head, lifted };
}

/** @throws Error when the two are of different units. */
export function joinPassports(a: Passport, b: Passport): Passport {
  if (a.serial !== b.serial) throw new Error(`passports of ${a.serial} and ${b.serial} cannot be united`);
  return {
    serial: a.serial,
    origins: unite(a.origins, b.origins, originKey, smaller, (x, y) => x.at - y.at),
    passed: unite(a.passed, b.passed, passKey, smaller, (x, y) => (x.at ?? 0) - (y.at ?? 0)),
    runs: unite(
      a.runs,
      b.runs,
      (r) => r.executionId,
      joinRun,
      (x, y) => x.startedAt - y.startedAt,
    ),
    holds: unite(
      a.holds,
      b.holds,
      (h) => h.holdId,
      joinHold,
      (x, y) => x.at - y.at,
    ),
    scrapped: earlier(a.scrapped, b.scrapped),
    completed: earlier(a.completed, b.completed),
  };
}

/** What one event tells of a unit, as a passport with nothing else in it; null: nothing. */
export type PassportPart = Omit<Passport, 'origins'> & { readonly origins: readonly PassportOrigin[] };

export const emptyPart = (serial: string): PassportPart => ({
  serial,
  origins: [],
  passed: [],
  runs: [],
  holds: [],
  scrapped: null,
  completed: null,
});

/** Event types that change a passport. */
export const passportEvents = [
  'unit.created',
  'unit.held',
  'unit.hold-lifted',
  'unit.scrapped',
  'unit.completed',
  'execution.started',
  'execution.passed',
  'execution.stopped',
] as const;

/**
 * Folds one event. Of the end of a run and of the lifting of a hold that were not heard of before, a stub is kept that
 * the beginning joins when it comes (streams of different stations arrive in any order).
 */
export function evolvePassport(passport: PassportPart, event: Happened): PassportPart {
  const part = partOf(event);
  return part === null ? passport : (joinPassports(passport as Passport, part as Passport) satisfies Passport);
}

const nobody: Actor = { kind: 'system' };
/** Sorts after every real telling of the same run or hold, so that the real one is kept by `smaller`. */
const unknownText = '\uffff';

function partOf(event: Happened): PassportPart | null {
  const { at, stationId, actor } = event;
  switch (event.type) {
    case 'unit.created': {
      const { serial, orderId, materialId, definitionId, revision, passed } = event.body;
      const imported = actor.kind === 'import';
      return {
        ...emptyPart(serial),
        origins: [{ orderId, materialId, definitionId, revision, stationId, at, imported }],
        passed: passed.map((p) => ({ ...p, executionId: null })),
      };
    }
    case 'execution.started': {
      const { serial, executionId, operationId } = event.body;
      return { ...emptyPart(serial), runs: [{ executionId, operationId, stationId, startedAt: at, ended: null }] };
    }
    case 'execution.passed': {
      const { serial, executionId, operationId } = event.body;
      return {
        ...emptyPart(serial),
        passed: [{ operationId, executionId, stationId, at }],
        runs: [{ executionId, operationId, stationId, startedAt: at, ended: { at, how: 'passed' } }],
      };
    }
    case 'execution.stopped': {
      const { serial, executionId, operationId } = event.body;
      return {
        ...emptyPart(serial),
        runs: [{ executionId, operationId, stationId, startedAt: at, ended: { at, how: 'stopped' } }],
      };
    }
    case 'unit.held': {
      const { serial, holdId, reason, reasons, stepId } = event.body;
      const hold: PassportHold = {
        holdId,
        reason,
        reasons,
        operationId: null,
        stepId,
        stationId,
        at,
        by: actor,
        lifted: null,
      };
      return { ...emptyPart(serial), holds: [hold] };
    }
    case 'unit.hold-lifted': {
      const { serial, holdId } = event.body;
      const stub: PassportHold = {
        holdId,
        reason: unknownText,
        reasons: [],
        operationId: null,
        stepId: null,
        stationId,
        at,
        by: nobody,
        lifted: { at, by: actor, stationId },
      };
      return { ...emptyPart(serial), holds: [stub] };
    }
    case 'unit.scrapped':
      return { ...emptyPart(event.body.serial), scrapped: { at, stationId } };
    case 'unit.completed':
      return { ...emptyPart(event.body.serial), completed: { at, stationId } };
    default:
      return null;
  }
}
