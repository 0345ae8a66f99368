/**
 * Points whose values cannot be relied on because a gauge was found bad afterwards (docs/quality.md). A point stays on its chart as
 * it was judged; it is measured again or excluded by a person. But it proves no process good, and no new limits rest on it.
 */
import type { BodyOf } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { Facts } from '#domain/facts.ts';
import { suspicion, type SuspectOf, type Used } from '#domain/gauges/suspect.ts';

export type PointValues = Pick<BodyOf<'point.charted'>, 'pointId' | 'chart' | 'values' | 'counted'>;

/**
 * @param points of one chart.
 * @param used which gauge gave each value, in the order of the points and their values; null: none of the register.
 * @returns for each such point why, by its first such value.
 */
export function suspectPoints(
  points: readonly PointValues[],
  used: readonly (Used | null)[],
  suspectOf: SuspectOf,
): ReadonlyMap<string, Reason> {
  let at = 0;
  return new Map(
    points.flatMap(({ pointId, values }) => {
      const own = used.slice(at, at + values.length);
      at += values.length;
      const why = own.map((value) => (value === null ? null : suspectOf(value))).find((each) => each !== null) ?? null;
      return why === null ? [] : [[pointId, why] as const];
    }),
  );
}

/** The same, of what was measured here. Counts are of no gauge. */
export function suspectHere(
  points: readonly PointValues[],
  { gauges }: Pick<Facts, 'gauges'>,
): ReadonlyMap<string, Reason> {
  const measured = points.filter(({ counted }) => counted === null);
  const [first] = measured;
  if (first === undefined) return new Map();
  const values = measured.flatMap((point) => point.values);
  return suspectPoints(measured, gauges.used(first.chart.characteristicId, values), suspicion({ gauges }));
}
