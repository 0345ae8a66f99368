/** How many units of an order each of its lines has, from the read model. */
import type { WorkOrder } from '#domain/work-orders/work-order.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';
import type { JobRow } from './store.ts';

export interface Progress {
  readonly created: number;
  readonly done: number;
  readonly held: number;
  readonly scrapped: number;
  readonly inWork: number;
}
export const noProgress: Progress = { created: 0, done: 0, held: 0, scrapped: 0, inWork: 0 };

interface ProgressRow {
  readonly order_id: string;
  readonly station_id: string;
  readonly created: number;
  readonly done: number;
  readonly held: number;
  readonly scrapped: number;
  readonly in_work: number;
}

/** By job order. Units that were at no station of a line of the order yet count for its first line. */
export async function progressOf(
  db: Queries,
  jobsByOrder: ReadonlyMap<string, readonly JobRow[]>,
  force: InForce,
): Promise<ReadonlyMap<string, Progress>> {
  const found = new Map<string, Progress>();
  if (jobsByOrder.size === 0) return found;
  const rows = await db.query<ProgressRow>('SELECT * FROM order_progress WHERE order_id = ANY($1)', [
    [...jobsByOrder.keys()],
  ]);
  for (const row of rows) {
    const own = jobsByOrder.get(row.order_id) ?? [];
    const line = force.lineOf(row.station_id)?.id;
    const job = own.find(({ line_id }) => line_id === line) ?? own[0];
    if (job === undefined) continue;
    const sum = found.get(job.job_order_id) ?? noProgress;
    found.set(job.job_order_id, {
      created: sum.created + row.created,
      done: sum.done + row.done,
      held: sum.held + row.held,
      scrapped: sum.scrapped + row.scrapped,
      inWork: sum.inWork + row.in_work,
    });
  }
  return found;
}

/** Pieces of an order on all of its lines. */
export const piecesOf = (
  { jobs }: Pick<WorkOrder, 'jobs'>,
  progress: ReadonlyMap<string, Progress>,
): { readonly done: number; readonly scrapped: number } => {
  const all = jobs.map(({ jobOrderId }) => progress.get(jobOrderId) ?? noProgress);
  return {
    done: all.reduce((sum, { done }) => sum + done, 0),
    scrapped: all.reduce((sum, { scrapped }) => sum + scrapped, 0),
  };
};
