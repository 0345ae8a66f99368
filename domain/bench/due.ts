/**
 * Which samples are due: a pure function of what is known of the units that were made and of what was measured or skipped.
 * Units are heard of late and in any order (through passports), so nothing is counted one by one: what is due is told anew from
 * the whole set, and what was decided before a late unit was heard of still answers for the place where it stood.
 */
import type { DueReason, PlannedCharacteristic, Sampling } from '#contract/config/control-plan.ts';
import type { ReleasedControlPlan } from '#contract/config/index.ts';
import type { DueFact, SetUpFact } from '#contract/events/shared.ts';

/** The units of one product that passed an operation at the station where it is done. */
export interface Stream {
  readonly planId: string;
  readonly definitionId: string;
  readonly operationId: string;
  readonly stationId: string;
}

export interface MadeUnit {
  readonly serial: string;
  readonly executionId: string;
  readonly orderId: string;
  readonly revision: string;
  /** UTC ms when the operation passed. */
  readonly at: number;
  /** Nothing of this order was made here before. */
  readonly first: boolean;
  readonly setUps: readonly SetUpFact[];
}

export interface Made {
  /** UTC ms, ascending: counting begins anew (each week), so that no number of what was made long ago has to be kept. */
  readonly anew: readonly number[];
  /** In order of time, then of run. */
  readonly units: readonly MadeUnit[];
}

/** A sample that was begun or skipped. */
export interface Decided {
  readonly characteristicId: string;
  readonly reason: DueReason;
  readonly key: string | null;
}

export interface DueSample extends Stream {
  readonly dueId: string;
  readonly plan: ReleasedControlPlan;
  readonly due: DueFact;
  readonly characteristics: readonly PlannedCharacteristic[];
  readonly size: number;
  /** To be measured, oldest first; at least one, and fewer than `size` while no more were made. */
  readonly units: readonly MadeUnit[];
  /** Made after the one by which it became due. */
  readonly madeSince: number;
}

/** A longer gap between two units is no production time. */
export const idleMs = 15 * 60_000;
/** Gaps count up to this: never over more than one sample, so that there is one sample for each time that the minutes are full. */
export const gapMs = (minutes: number): number => Math.min(idleMs, minutes * 60_000);

/** One planned characteristic with its sampling, and what is known of its stream. */
export interface Sampled {
  readonly stream: Stream;
  readonly plan: ReleasedControlPlan;
  readonly planned: PlannedCharacteristic;
  readonly sampling: Sampling;
  readonly made: Made;
  readonly decided: readonly Decided[];
  /** The order is complete or closed: its newest unit is its last piece. */
  readonly orderDone: (orderId: string) => boolean;
  /** Shift of an instant: the same key for everybody; null: in none. */
  readonly shiftOf: (at: number) => { readonly key: string; readonly startAt: number } | null;
}

interface Found {
  readonly due: DueFact;
  /** Place of the unit by which it became due. */
  readonly at: number;
  /** The units are those up to it, or those from it on. */
  readonly units: 'until' | 'from';
}

/** Units and production time counted up to and with each unit, since counting began. */
function counted({ anew, units }: Made, capMs: number): readonly { readonly n: number; readonly ms: number }[] {
  let n = 0;
  let ms = 0;
  let lastAt: number | null = null;
  return units.map(({ at }) => {
    const before = lastAt;
    if (before !== null && anew.some((begins) => before < begins && begins <= at)) [n, ms, lastAt] = [0, 0, null];
    n += 1;
    if (lastAt !== null) ms += Math.min(Math.max(0, at - lastAt), capMs);
    lastAt = at;
    return { n, ms };
  });
}

/** Places at which counting asks for a sample. */
export function countedPlaces(made: Made, every: NonNullable<Sampling['every']>): readonly number[] {
  if ('units' in every) return counted(made, idleMs).flatMap(({ n }, i) => (n % every.units === 0 ? [i] : []));
  const full = every.minutes * 60_000;
  const all = counted(made, gapMs(every.minutes));
  return all.flatMap(({ ms, n }, i) => {
    const before = n === 1 ? 0 : (all[i - 1]?.ms ?? 0);
    return Math.floor(ms / full) > Math.floor(before / full) ? [i] : [];
  });
}

/**
 * Places that nothing answers yet. A sample answers the place of its own unit; when a unit heard of late has moved the places,
 * it answers the nearest one that is still open. So there are as many samples as places, and no unit is asked for twice.
 * @param answered places of the units by which earlier samples were due.
 */
export function openPlaces(places: readonly number[], answered: readonly number[]): readonly number[] {
  const open = new Set(places);
  const moved = answered.filter((place) => !open.delete(place));
  for (const place of moved) {
    let nearest: number | null = null;
    for (const each of open) if (nearest === null || Math.abs(each - place) < Math.abs(nearest - place)) nearest = each;
    if (nearest !== null) open.delete(nearest);
  }
  return places.filter((place) => open.has(place));
}

function byCount({ made, sampling: { every }, decided }: Sampled): readonly Found[] {
  if (every === undefined) return [];
  const reason = 'units' in every ? 'units' : 'minutes';
  const places = countedPlaces(made, every);
  const placeOf = new Map(made.units.map(({ executionId }, i) => [executionId, i]));
  const answered = decided.flatMap((d) => (d.reason === reason ? (placeOf.get(d.key ?? '') ?? []) : []));
  return openPlaces(places, answered).flatMap((at) => {
    const unit = made.units[at];
    if (unit === undefined) return [];
    return [{ due: { reason, key: unit.executionId, sinceAt: unit.at }, at, units: 'until' as const }];
  });
}

/**
 * Occasions that fall on the same units are one: after a set-up at the beginning of a shift the first piece of an order is measured
 * once, and answers all three. The most telling one is named.
 */
function byOccasion(sampled: Sampled): readonly Found[] {
  const { made, sampling, orderDone, shiftOf } = sampled;
  const found = new Map<string, Found>();
  const add = (reason: DueReason, key: string, at: number, units: Found['units']): void => {
    const name = nameOf({ reason, key });
    const sinceAt = made.units[at]?.at ?? 0;
    // The first unit counts, and of a last piece the newest.
    if (reason === 'last-piece' || !found.has(name)) found.set(name, { due: { reason, key, sinceAt }, at, units });
  };
  const on = new Set(sampling.on);
  const done = new Map<string, boolean>();
  const isDone = (orderId: string): boolean => {
    if (!done.has(orderId)) done.set(orderId, orderDone(orderId));
    return done.get(orderId) === true;
  };
  for (const [i, { at, orderId, first, setUps }] of made.units.entries()) {
    for (const { setUpId, kind } of setUps) if (on.has(kind)) add(kind, setUpId, i, 'from');
    if (on.has('first-piece') && first) add('first-piece', orderId, i, 'from');
    if (on.has('last-piece') && isDone(orderId)) add('last-piece', orderId, i, 'until');
    if (on.has('shift-start')) {
      const shift = shiftOf(at);
      // Of a shift that began before the window, the first unit may not be in it.
      const whole = shift !== null && shift.startAt >= (made.anew[0] ?? 0);
      if (shift !== null && whole) add('shift-start', shift.key, i, 'from');
    }
  }
  const answered = new Set(sampled.decided.map(nameOf));
  const together = Map.groupBy(found.values(), ({ at, units }) => `${at} ${units}`);
  return [...together.values()].flatMap((each) => {
    if (each.some(({ due }) => answered.has(nameOf(due)))) return [];
    return each.toSorted((a, b) => occasions.indexOf(a.due.reason) - occasions.indexOf(b.due.reason)).slice(0, 1);
  });
}

const nameOf = ({ reason, key }: Pick<Decided, 'reason' | 'key'>): string => `${reason} ${key ?? ''}`;

const occasions: readonly DueReason[] = ['set-up', 'tool-change', 'first-piece', 'last-piece', 'shift-start'];
const classes = ['critical', 'significant', 'standard'] as const;

/**
 * What is due, the most urgent first: what changed in the process, then by how many units were made since, then the oldest.
 * Characteristics that are due together, of the same units, are one sample.
 */
export function dueSamples(all: readonly Sampled[]): readonly DueSample[] {
  const samples = new Map<string, DueSample>();
  for (const sampled of all) {
    const { stream, plan, planned, sampling, made } = sampled;
    for (const { due, at, units } of [...byCount(sampled), ...byOccasion(sampled)]) {
      const { size } = sampling;
      const dueId = [
        stream.planId,
        stream.operationId,
        stream.stationId,
        String(size),
        due.reason,
        encodeURIComponent(due.key ?? ''),
      ].join(' ');
      const known = samples.get(dueId);
      const from = units === 'until' ? Math.max(0, at + 1 - size) : at;
      const to = units === 'until' ? at + 1 : at + size;
      samples.set(dueId, {
        ...stream,
        dueId,
        plan,
        due,
        characteristics: [...(known?.characteristics ?? []), planned],
        size,
        units: known?.units ?? made.units.slice(from, to),
        madeSince: known?.madeSince ?? made.units.length - 1 - at,
      });
    }
  }
  const rank = ({ due, characteristics }: DueSample): readonly [number, number] => [
    occasions.includes(due.reason) ? 0 : 1,
    Math.min(...characteristics.map((c) => classes.indexOf(c.class))),
  ];
  return [...samples.values()].sort((a, b) => {
    const [changedA, classA] = rank(a);
    const [changedB, classB] = rank(b);
    return (
      changedA - changedB ||
      b.madeSince - a.madeSince ||
      classA - classB ||
      a.due.sinceAt - b.due.sinceAt ||
      (a.dueId < b.dueId ? -1 : 1)
    );
  });
}

/** How far it is to the next one by counting. One of `units` and `ms` is null. */
export interface Upcoming {
  readonly units: number | null;
  /** Production time. */
  readonly ms: number | null;
  /** The time goes on: something was made less than the idle time ago. */
  readonly running: boolean;
}

/** @returns null where nothing is counted. */
export function upcoming({ made, sampling: { every } }: Sampled, now: number): Upcoming | null {
  if (every === undefined) return null;
  const cap = 'units' in every ? idleMs : gapMs(every.minutes);
  const lastAt = made.units.at(-1)?.at ?? null;
  const running = lastAt !== null && now - lastAt < cap;
  const begunAnew = lastAt !== null && made.anew.some((begins) => lastAt < begins && begins <= now);
  const { n, ms } = (begunAnew ? null : counted(made, cap).at(-1)) ?? { n: 0, ms: 0 };
  if ('units' in every) return { units: every.units - (n % every.units), ms: null, running };
  const full = every.minutes * 60_000;
  const since = lastAt === null ? 0 : Math.min(Math.max(0, now - lastAt), cap);
  return { units: null, ms: Math.max(0, full - (ms % full) - since), running };
}
