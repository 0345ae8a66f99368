/**
 * A unit as the rules see it: what this station's log says, joined with what is known from elsewhere (docs/server.md).
 * Of its own runs a station knows best, whatever age the passport has; of everything else nothing is forgotten.
 */
import type { Passport, PassportHold, PassportRework } from '#contract/passport.ts';
import type { UnitStatus } from '#contract/rpc/units.ts';
import { isUnheard, joinPassports } from './passport.ts';
import { completionCounts, completionOf, passCounts } from './rework.ts';
import type { Hold, OpenWork, PassedOperation, Unit } from './unit-state.ts';

/** Of a unit that no log here knows. */
export function unitFromPassport(passport: Passport): Unit {
  const [origin] = passport.origins;
  if (origin === undefined) throw new Error(`the passport of ${passport.serial} does not say where it came from`);
  const { orderId, materialId, definitionId, revision, at } = origin;
  const bare: Unit = {
    serial: passport.serial,
    orderId,
    materialId,
    definitionId,
    revision,
    status: 'waiting',
    passed: [],
    attempts: {},
    open: null,
    holds: [],
    components: [],
    createdAt: at,
    changedAt: at,
    scrappedAt: null,
    completedAt: null,
    completedKnowing: [],
    completedOnce: false,
    reworks: [],
    concessions: [],
    arrived: null,
    label: null,
    logOf: null,
  };
  return united(bare, passport);
}

/**
 * @param local what the log of this station says; null: nothing.
 * @returns `local` itself when the passport tells nothing new that the rules look at.
 */
export function mergeUnit(local: Unit | null, passport: Passport): Unit {
  if (local === null) return unitFromPassport(passport);
  const merged = united(local, passport);
  return ruled(merged) === ruled(local) ? local : merged;
}

function united(local: Unit, newest: Passport): Unit {
  const passport = local.arrived === null ? newest : joinPassports(local.arrived, newest);
  const { scrapped } = passport;
  const reworks = byId(local.reworks, passport.reworks, ({ reworkId }) => reworkId);
  const completed = completedOf(local, passport, reworks);
  const parts = {
    passed: passedOf(local.passed, passport, reworks),
    open: openOf(local.open, passport, local.logOf),
    holds: holdsOf(local.holds, passport.holds),
    scrappedAt: local.scrappedAt ?? scrapped?.at ?? null,
    completedAt: completed?.at ?? null,
  };
  return {
    ...local,
    ...parts,
    status: statusOf(parts),
    completedKnowing: completed?.knowing ?? [],
    completedOnce: local.completedOnce || passport.completed !== null,
    reworks,
    concessions: byId(local.concessions, passport.concessions, ({ dispositionId }) => dispositionId),
    attempts: attemptsOf(local.attempts, passport),
    changedAt: Math.max(local.changedAt, lastAt(passport)),
    arrived: passport,
  };
}

function byId<T extends { readonly at: number }>(
  own: readonly T[],
  others: readonly T[] | undefined,
  idOf: (each: T) => string,
): readonly T[] {
  if (others === undefined) return own;
  const found = new Map([...own, ...others].map((each) => [idOf(each), each]));
  return [...found.values()].sort((a, b) => a.at - b.at || (idOf(a) < idOf(b) ? -1 : 1));
}

function completedOf(
  { completedAt, completedKnowing }: Unit,
  passport: Passport,
  reworks: readonly PassportRework[],
): { readonly at: number; readonly knowing: readonly string[] } | null {
  if (completedAt !== null && completionCounts(completedKnowing, reworks))
    return { at: completedAt, knowing: completedKnowing };
  const completed = completionOf({ ...passport, reworks: [...reworks] });
  return completed === null ? null : { at: completed.at, knowing: completed.reworks ?? [] };
}

/** Only passes that count (domain/units/rework.ts). */
function passedOf(
  own: readonly PassedOperation[],
  { passed }: Passport,
  reworks: readonly PassportRework[],
): readonly PassedOperation[] {
  const found = new Map(own.filter((pass) => passCounts(pass, reworks)).map((p) => [p.operationId, p]));
  // In order of time: of several passes elsewhere the last one counts, as it does within one log.
  const others = new Map(
    passed
      .filter((pass) => passCounts(pass, reworks))
      .map(({ executionId: _run, ...pass }) => [pass.operationId, pass] as const),
  );
  for (const [operationId, pass] of others) if (!found.has(operationId)) found.set(operationId, pass);
  return [...found.values()];
}

/** Runs of this station are open or not as its own log says; a passport may be older. */
function openOf(own: OpenWork | null, { runs }: Passport, stationId: string | null): OpenWork | null {
  if (own !== null && own.stationId === stationId) return own;
  const open = runs.filter((run) => run.ended === null && run.stationId !== stationId).at(-1);
  if (open === undefined) return null;
  const { executionId, operationId, startedAt } = open;
  return { executionId, operationId, stationId: open.stationId, startedAt };
}

function holdsOf(own: readonly Hold[], others: readonly PassportHold[]): readonly Hold[] {
  const found = new Map(own.map((hold) => [hold.holdId, hold]));
  for (const other of others) {
    const hold = found.get(other.holdId);
    const liftedAt = other.lifted?.at ?? null;
    const liftedBy = other.lifted?.by ?? null;
    if (hold === undefined) {
      const { holdId, reason, reasons, operationId, stepId, stationId, at, by } = other;
      const words = isUnheard(other) ? '' : reason;
      found.set(holdId, { holdId, reason: words, reasons, operationId, stepId, stationId, at, by, liftedAt, liftedBy });
    } else if (hold.liftedAt === null && liftedAt !== null) found.set(hold.holdId, { ...hold, liftedAt, liftedBy });
  }
  return [...found.values()];
}

function statusOf(unit: Pick<Unit, 'open' | 'holds' | 'scrappedAt' | 'completedAt'>): UnitStatus {
  if (unit.scrappedAt !== null) return 'scrapped';
  if (unit.holds.some((hold) => hold.liftedAt === null)) return 'held';
  if (unit.open !== null) return 'in-work';
  return unit.completedAt === null ? 'waiting' : 'done';
}

/** Own runs may not have reached the server yet, others' are only known from there: the larger count of each operation. */
function attemptsOf(own: Unit['attempts'], { runs }: Passport): Unit['attempts'] {
  const counts: Record<string, number> = { ...own };
  for (const operationId of new Set(runs.map((run) => run.operationId))) {
    const known = runs.filter((run) => run.operationId === operationId).length;
    counts[operationId] = Math.max(counts[operationId] ?? 0, known);
  }
  return counts;
}

/** UTC ms of the newest thing in a passport. */
export function lastAt(passport: Passport): number {
  const { origins, passed, runs, holds, scrapped, completed, reworks = [], concessions = [] } = passport;
  return Math.max(
    ...origins.map((o) => o.at),
    ...passed.map((p) => p.at ?? 0),
    ...runs.map((r) => r.ended?.at ?? r.startedAt),
    ...holds.map((h) => h.lifted?.at ?? h.at),
    ...reworks.map(({ at }) => at),
    ...concessions.map(({ at }) => at),
    scrapped?.at ?? 0,
    completed?.at ?? 0,
  );
}

/** What the rules look at: when this is the same, nothing need be recorded. */
function ruled(unit: Unit): string {
  const { status, passed, open, holds, scrappedAt, completedAt, reworks, concessions } = unit;
  return JSON.stringify([
    status,
    passed.map((p) => p.operationId).sort(),
    open?.executionId ?? null,
    holds.map((h) => [h.holdId, h.liftedAt === null]).sort(),
    scrappedAt !== null,
    completedAt !== null,
    reworks.map(({ reworkId }) => reworkId),
    concessions.map(({ dispositionId }) => dispositionId),
  ]);
}
