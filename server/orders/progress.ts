/** How many units of an order each of its lines has, from the read model. */
import type { JobRow } from './store.ts';
import type { InForce } from '../configuration.ts';
import type { Queries } from '../db/db.ts';

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
  jobs: readonly Pick<JobRow, 'job_order_id' | 'order_id' | 'line_id'>[],
  force: InForce,
): Promise<ReadonlyMap<string, Progress>> {
  const rows = await db.query<ProgressRow>('SELECT * FROM order_progress WHERE order_id = ANY($1)', [
    [...new Set(jobs.map(({ order_id }) => order_id))],
  ]);
  const found = new Map<string, Progress>();
  for (const row of rows) {
    const own = jobs.filter(({ order_id }) => order_id === row.order_id);
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
