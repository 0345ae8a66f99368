/** Dispatch lists of the lines, and moving in them. Pure. */
import type { JobOrderRow, PlantOrder } from '#contract/plant/orders.ts';

export interface Job {
  readonly order: PlantOrder;
  readonly job: JobOrderRow;
}

/** Every open job order by line, in dispatch order. */
export function dispatchLists(orders: readonly PlantOrder[]): ReadonlyMap<string, readonly Job[]> {
  const lists = new Map<string, Job[]>();
  for (const order of orders)
    for (const job of order.jobs)
      if (job.sequence !== null) lists.set(job.lineId, [...(lists.get(job.lineId) ?? []), { order, job }]);
  for (const list of lists.values()) list.sort((a, b) => (a.job.sequence ?? 0) - (b.job.sequence ?? 0));
  return lists;
}

/** Finished pieces, those of lines that the person does not see too. */
export const doneOf = ({ jobs, elsewhere }: PlantOrder): number =>
  jobs.reduce((sum, { done }) => sum + done, elsewhere?.done ?? 0);

/** @param place from 1; beyond the list means its end. */
export function moved(ids: readonly string[], id: string, place: number): readonly string[] {
  const rest = ids.filter((one) => one !== id);
  rest.splice(Math.min(rest.length, Math.max(0, place - 1)), 0, id);
  return rest;
}

/** As a person has just arranged it; what came meanwhile stands at the end. `ids` null: as the server says. */
export function arranged(jobs: readonly Job[], ids: readonly string[] | null): readonly Job[] {
  if (ids === null) return jobs;
  const place = (job: Job): number => {
    const at = ids.indexOf(job.job.jobOrderId);
    return at === -1 ? ids.length : at;
  };
  return jobs.toSorted((a, b) => place(a) - place(b));
}

/** Place (from 1) at which something dropped at `y` comes to stand; `middles` are those of the other rows, in order. */
export function placeAt(y: number, middles: readonly number[]): number {
  return middles.filter((middle) => middle < y).length + 1;
}
