/** The dispatch list of a line: its open job orders in the order in which they are worked on. */

export interface Dispatched {
  readonly jobOrderId: string;
  readonly priority: number;
  /** UTC ms. */
  readonly dueAt: number | null;
}

/** Negative: `a` is more urgent (lower priority number, then due earlier). */
const byUrgency = (a: Dispatched, b: Dispatched): number =>
  a.priority - b.priority || (a.dueAt === b.dueAt ? 0 : (a.dueAt ?? Infinity) - (b.dueAt ?? Infinity));

/**
 * Puts each new job order before the first one that is less urgent; among themselves the equally urgent ones stay in
 * their order. The order of the others, which people may have made, stays.
 */
export function insertJobs<T extends Dispatched>(list: readonly T[], jobs: readonly T[]): T[] {
  const fresh = jobs.toSorted(byUrgency);
  const all: T[] = [];
  let next = 0;
  for (const job of list) {
    for (let each = fresh[next]; each !== undefined && byUrgency(job, each) > 0; each = fresh[next]) {
      all.push(each);
      next += 1;
    }
    all.push(job);
  }
  return [...all, ...fresh.slice(next)];
}

/** @param place from 1; beyond the end means the end. The job order is in the list. */
export function moveJob<T extends Dispatched>(list: readonly T[], jobOrderId: string, place: number): T[] {
  const job = list.find((each) => each.jobOrderId === jobOrderId);
  if (job === undefined) return [...list];
  const others = list.filter((each) => each !== job);
  return others.toSpliced(Math.min(Math.max(place, 1) - 1, others.length), 0, job);
}

/** Between two neighbours at first: room for 20 times halving. Within 2^53 a list can be appended to 2^33 times. */
const gap = 2 ** 20;

/**
 * Ranks of a list in its new order: numbers that grow, with gaps, so that one that comes in or is moved changes no other.
 * @param ranks by place, as they are; null: it is new at its place. Those that are given grow.
 * @returns ranks by place. Only where there is no room between two are neighbours given new ones, twice as many each time
 * until there is.
 */
export function ranked(ranks: readonly (number | null)[]): number[] {
  const all = [...ranks];
  for (let at = 0; at < all.length; at += 1) {
    if (all[at] !== null) continue;
    let from = at;
    let to = at + 1;
    while (to < all.length && all[to] === null) to += 1;
    for (let wider = 1; !hasRoom(all, from, to); wider *= 2) {
      from = Math.max(0, from - wider);
      to = Math.min(all.length, to + wider);
      while (to < all.length && all[to] === null) to += 1;
    }
    spread(all, from, to);
    at = to - 1;
  }
  return all as number[];
}

type Ranks = readonly (number | null)[];
/** The neighbours of a stretch; null: the list begins or ends with it. */
const neighbours = (ranks: Ranks, from: number, to: number): readonly [low: number | null, high: number | null] => [
  ranks[from - 1] ?? null,
  ranks[to] ?? null,
];

function hasRoom(ranks: Ranks, from: number, to: number): boolean {
  const [low, high] = neighbours(ranks, from, to);
  return low === null || high === null || high - low > to - from;
}

function spread(ranks: (number | null)[], from: number, to: number): void {
  const [low, high] = neighbours(ranks, from, to);
  const count = to - from;
  const step = low === null || high === null ? gap : Math.floor((high - low) / (count + 1));
  const first = low !== null ? low + step : high !== null ? high - count * step : step;
  for (let n = 0; n < count; n += 1) ranks[from + n] = first + n * step;
}
