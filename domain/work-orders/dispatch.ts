/** The dispatch list of a line: its open job orders in the order in which they are worked on. */

export interface Dispatched {
  readonly jobOrderId: string;
  readonly priority: number;
  readonly dueAt: number | null;
}

const later = (a: number | null, b: number | null): boolean => (a ?? Infinity) > (b ?? Infinity);

/**
 * Puts a new job order before the first one that is less urgent (higher priority number, then later due); the order of
 * the others, which people may have made, stays.
 */
export function insertJob<T extends Dispatched>(list: readonly T[], job: T): T[] {
  const at = list.findIndex(
    (each) => each.priority > job.priority || (each.priority === job.priority && later(each.dueAt, job.dueAt)),
  );
  return at < 0 ? [...list, job] : [...list.slice(0, at), job, ...list.slice(at)];
}

/** @param place from 1; beyond the end means the end. The job order is in the list. */
export function moveJob<T extends Dispatched>(list: readonly T[], jobOrderId: string, place: number): T[] {
  const job = list.find((each) => each.jobOrderId === jobOrderId);
  if (job === undefined) return [...list];
  const others = list.filter((each) => each !== job);
  return others.toSpliced(Math.min(Math.max(place, 1) - 1, others.length), 0, job);
}
