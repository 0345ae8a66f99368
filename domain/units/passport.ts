/**
 * Uniting what several stations know of one unit. `joinPassports` is commutative, associative and idempotent, and folding
 * an event is a join too: whatever the order in which streams arrive, the result is the same (a join-semilattice, as of
 * Shapiro et al., Conflict-free Replicated Data Types, 2011). Every set is kept in a fixed order; `samePassport` compares.
 */
import type { Actor } from '#contract/envelope.ts';
import type {
  Passport,
  PassportConcession,
  PassportHold,
  PassportOrigin,
  PassportPass,
  PassportRework,
  PassportRun,
} from '#contract/passport.ts';
import type { Happened } from '#domain/happened.ts';

type Mark = Passport['scrapped'];

/** JSON with sorted keys: a database that keeps JSON as a tree (PostgreSQL's jsonb) gives keys back in an order of its own. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => compare(a, b)))
      : inner,
  );
}
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Of two tellings under one key the smaller by a total order is kept, whichever came first; a minimum is commutative,
 * associative and idempotent, and so is everything that is put together of minima.
 */
const smaller = <T>(a: T, b: T): T => (text(a) <= text(b) ? a : b);
/** null: not known. */
const known = <T>(a: T | null, b: T | null, both: (a: T, b: T) => T): T | null =>
  a === null || b === null ? (a ?? b) : both(a, b);
const earlier = <T extends { readonly at: number }>(a: T, b: T): T =>
  a.at === b.at ? smaller(a, b) : a.at < b.at ? a : b;

function unite<T>(
  a: readonly T[],
  b: readonly T[],
  keyOf: (item: T) => string,
  both: (a: T, b: T) => T,
  atOf: (item: T) => number,
): T[] {
  const found = new Map<string, T>();
  for (const item of [...a, ...b]) {
    const key = keyOf(item);
    const other = found.get(key);
    found.set(key, other === undefined ? item : both(other, item));
  }
  return [...found.entries()]
    .sort(([keyX, x], [keyY, y]) => atOf(x) - atOf(y) || compare(keyX, keyY))
    .map(([, item]) => item);
}

const originKey = (o: PassportOrigin): string => text([o.stationId, o.at, o.orderId, o.definitionId, o.revision]);
const passKey = (p: PassportPass): string => text([p.operationId, p.executionId, p.stationId, p.at]);

/**
 * The end of a run may be heard of first; until its beginning comes it is kept as a run that began when it ended. The
 * earliest beginning counts, so the beginning replaces it.
 */
function joinRun(a: PassportRun, b: PassportRun): PassportRun {
  return {
    executionId: a.executionId,
    operationId: smaller(a.operationId, b.operationId),
    stationId: smaller(a.stationId, b.stationId),
    startedAt: Math.min(a.startedAt, b.startedAt),
    ended: known(a.ended, b.ended, earlier),
  };
}

/** What marks a hold of which only the lifting was heard of. */
const unheard = '\uffff';
export const isUnheard = (hold: Pick<PassportHold, 'reason'>): boolean => hold.reason === unheard;

function joinHold(a: PassportHold, b: PassportHold): PassportHold {
  const head =
    isUnheard(a) === isUnheard(b) ? smaller({ ...a, lifted: null }, { ...b, lifted: null }) : isUnheard(a) ? b : a;
  return { ...head, lifted: known(a.lifted, b.lifted, earlier) };
}

/** @throws Error when the two are of different units. */
export function joinPassports(a: Passport, b: Passport): Passport {
  return { ...joinParts(a, b), origins: unite(a.origins, b.origins, originKey, smaller, (o) => o.at) };
}

function joinParts(a: PassportPart, b: PassportPart): PassportPart {
  if (a.serial !== b.serial) throw new Error(`passports of ${a.serial} and ${b.serial} cannot be united`);
  return {
    serial: a.serial,
    origins: unite(a.origins, b.origins, originKey, smaller, (o) => o.at),
    passed: unite(a.passed, b.passed, passKey, smaller, (p) => p.at ?? 0),
    runs: unite(
      a.runs,
      b.runs,
      (r) => r.executionId,
      joinRun,
      (r) => r.startedAt,
    ),
    holds: unite(
      a.holds,
      b.holds,
      (h) => h.holdId,
      joinHold,
      (h) => h.at,
    ),
    scrapped: known<NonNullable<Mark>>(a.scrapped, b.scrapped, earlier),
    completed: known(a.completed, b.completed, knewMore),
    ...some(
      'reworks',
      uniteMany(a.reworks, b.reworks, (r: PassportRework) => r.reworkId),
    ),
    ...some(
      'concessions',
      uniteMany(a.concessions, b.concessions, (c: PassportConcession) => c.dispositionId),
    ),
  };
}

/** What is empty is left out, so that programs that do not know it yet can read the passport. */
const some = <K extends string, T>(key: K, items: readonly T[]): { readonly [P in K]?: [T, ...T[]] } =>
  (items.length === 0 ? {} : { [key]: items }) as { readonly [P in K]?: [T, ...T[]] };
const uniteMany = <T extends { readonly at: number }>(
  a: readonly T[] | undefined,
  b: readonly T[] | undefined,
  keyOf: (item: T) => string,
): T[] => unite(a ?? [], b ?? [], keyOf, smaller, ({ at }) => at);

/**
 * Of two completions the one that knew of more rework orders, else the earlier: a maximum by a total order. One that knew of
 * all orders knew of more than any other, so it is never lost.
 */
function knewMore(a: NonNullable<Passport['completed']>, b: NonNullable<Passport['completed']>): typeof a {
  const [more, less] = [a.reworks?.length ?? 0, b.reworks?.length ?? 0];
  return more === less ? earlier(a, b) : more > less ? a : b;
}

/** Whether two passports say the same. */
export const samePassport = (a: PassportPart, b: PassportPart): boolean => text(a) === text(b);

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
  'unit.rework-ordered',
  'unit.conceded',
  'execution.started',
  'execution.passed',
  'execution.stopped',
] as const;

/**
 * Folds one event. Of the end of a run and of the lifting of a hold that were not heard of before, a stub is kept that
 * the beginning joins when it comes (streams of different stations arrive in any order). `unit.arrived` adds nothing:
 * what it tells came out of other streams, which arrive themselves.
 */
export function evolvePassport(passport: PassportPart, event: Happened): PassportPart {
  const part = partOf(event);
  return part === null ? passport : joinParts(passport, part);
}

const knowing = (reworks: string[] | undefined): { readonly reworks?: string[] } =>
  reworks === undefined ? {} : { reworks };

const nobody: Actor = { kind: 'system' };

/** A hold of which only the lifting was heard of. */
export const liftingOf = (holdId: string, lifted: NonNullable<PassportHold['lifted']>): PassportHold => ({
  holdId,
  reason: unheard,
  reasons: [],
  operationId: null,
  stepId: null,
  stationId: lifted.stationId,
  at: lifted.at,
  by: nobody,
  lifted,
});

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
      const { serial, executionId, operationId, reworks, setUps } = event.body;
      const changed = setUps === undefined ? {} : { setUps };
      return {
        ...emptyPart(serial),
        passed: [{ operationId, executionId, stationId, at, ...knowing(reworks), ...changed }],
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
      return { ...emptyPart(serial), holds: [liftingOf(holdId, { at, by: actor, stationId })] };
    }
    case 'unit.scrapped':
      return { ...emptyPart(event.body.serial), scrapped: { at, stationId } };
    case 'unit.completed':
      return { ...emptyPart(event.body.serial), completed: { at, stationId, ...knowing(event.body.reworks) } };
    case 'unit.rework-ordered': {
      const { serial, ...order } = event.body;
      return { ...emptyPart(serial), reworks: [{ ...order, stationId, at }] };
    }
    case 'unit.conceded': {
      const { serial, ...concession } = event.body;
      return { ...emptyPart(serial), concessions: [{ ...concession, stationId, at, by: actor }] };
    }
    default:
      return null;
  }
}
