/**
 * Limits by which a measured value is accepted, with the uncertainty of the gauge in mind. ISO 14253-1:2017: conformity is proved
 * when the value lies inside the specification reduced by the guard band at each limit. With the standard uncertainty u = U / k
 * of normally distributed errors and the conformance probability p asked for, the guard band is g = z(p) u, one-sided, because a
 * value near one limit can be wrong about that limit only (JCGM 106:2012, 8.3.2); p = 95 %, the default of the standard: 1.645 u.
 */
import type { GaugeNeed } from '#contract/config/control-plan.ts';
import type { Gauge } from '#contract/config/gauges.ts';
import type { Acceptance } from '#contract/events/shared.ts';
import { normalQuantile } from '#domain/spc/normal.ts';

interface Limits {
  readonly lower: number | null;
  readonly upper: number | null;
}

/** Numbers are kept in binary: 23.98 + 0.0033 is not to read 23.983300000000003. */
const clean = (value: number): number => Number(value.toPrecision(12));

type Measuring = Pick<Gauge, 'uncertainty' | 'resolution'>;

/**
 * Width at each limit, in the unit of the gauge; 0 where the plan decides by the limits themselves. Rounded up to a tenth of the
 * resolution: finer digits would only be noise beside the values, and rounding up never accepts more.
 */
function guardOf({ uncertainty, resolution }: Measuring, { decision }: Pick<GaugeNeed, 'decision'>): number {
  if (decision.rule === 'simple') return 0;
  const exact = (normalQuantile(decision.probability) * uncertainty.expanded) / uncertainty.k;
  const step = resolution / 10;
  return clean(Math.ceil(exact / step - 1e-9) * step);
}

/** Gauge and limits are of the same unit. `lower` > `upper` in the answer: the guard band eats the tolerance. */
export function acceptanceOf(
  gauge: Measuring,
  need: Pick<GaugeNeed, 'decision'>,
  { lower, upper }: Limits,
): Acceptance {
  const guard = guardOf(gauge, need);
  return {
    rule: need.decision.rule,
    lower: lower === null ? null : clean(lower + guard),
    upper: upper === null ? null : clean(upper - guard),
    guard,
  };
}

/** Nothing is left between the limits. */
export const isEaten = ({ lower, upper, guard }: Acceptance): boolean =>
  guard > 0 && lower !== null && upper !== null && lower >= upper;
