/** Marks times of machines of which something changed: their hours are summed up anew (server/oee/sum-up.ts). */
import type { AnewReason } from '#contract/plant/oee.ts';
import type { Queries } from '../db/db.ts';

export interface Changed {
  readonly machineId: string;
  /** UTC ms; `to` is outside. Infinity: from then on. */
  readonly from: number;
  readonly to: number;
}

/** Times that lie closer are marked as one: one row for a page of facts that follow each other. */
const nearMs = 86_400_000;
/** Beyond all instants of facts. */
const endOfTime = 8_640_000_000_000_000;

/** @returns in order, apart by more than `near` */
export function joined<T extends { readonly from: number; readonly to: number }>(
  ranges: readonly T[],
  near = 0,
): readonly T[] {
  const all: T[] = [];
  for (const range of ranges.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1);
    if (last !== undefined && range.from - last.to <= near)
      all[all.length - 1] = { ...last, to: Math.max(last.to, range.to) };
    else all.push(range);
  }
  return all;
}

/** In the transaction that changes it, so that nobody sums up without it and never hears. */
export async function markUnsummed(tx: Queries, why: AnewReason, changed: readonly Changed[]): Promise<void> {
  const rows = [...Map.groupBy(changed, ({ machineId }) => machineId).values()].flatMap((of) => joined(of, nearMs));
  if (rows.length === 0) return;
  await tx.execute(
    `INSERT INTO machine_unsummed (machine_id, from_at, to_at, why)
     SELECT m, f, t, $4 FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS c (m, f, t)`,
    [
      rows.map(({ machineId }) => machineId),
      rows.map(({ from }) => Math.floor(from)),
      rows.map(({ to }) => Math.ceil(Math.min(to, endOfTime))),
      why,
    ],
  );
}
