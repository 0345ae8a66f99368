/** From values to plotted points, limits and rules: which functions of `domain/spc` each kind of chart rests on. */
import type { AttributeKind, ChartKind, ChartPlan, ChartRules } from '#contract/config/control-plan.ts';
import { attributeKinds } from '#contract/config/control-plan.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { FiredRule, Plotted, PlotId, PlotLimits } from '#contract/events/shared.ts';
import { cChart, npChart, pChart, uChart, type AttributeChart } from '#domain/spc/attributes.ts';
import { cusumChart } from '#domain/spc/cusum.ts';
import { ewmaChart } from '#domain/spc/ewma.ts';
import { individualsChart } from '#domain/spc/individuals.ts';
import { limitsAt, type Limits, type Plot } from '#domain/spc/plot.ts';
import { isRefused, type Refused } from '#domain/spc/reason.ts';
import { chosenRules, longestRun, type Rule } from '#domain/spc/rule-sets.ts';
import { findSignals, membersOf, standardLines } from '#domain/spc/rules.ts';
import { subgroupChart, summarise } from '#domain/spc/subgroups.ts';

/**
 * Process mean and standard deviation of single values, unit of the characteristic. Of counts: of one unit, i.e. the share of
 * nonconforming ones (p, np) or the defects per unit (c, u).
 */
export interface Basis {
  readonly mean: number;
  readonly sigma: number;
}

/** What an EWMA and a CUSUM carry from point to point; both begin anew with a phase and after a signal was closed. */
export interface Carried {
  readonly ewma: number | null;
  readonly upper: number;
  readonly lower: number;
}
export const nothingCarried: Carried = { ewma: null, upper: 0, lower: 0 };

/** What is drawn of each kind; the rules of the plan look at the first, of the others only the limits count. */
export const plotsOf: Readonly<Record<ChartKind, readonly PlotId[]>> = {
  'xbar-r': ['mean', 'range'],
  'xbar-s': ['mean', 'deviation'],
  'i-mr': ['value', 'moving-range'],
  ewma: ['ewma'],
  cusum: ['cusum-upper', 'cusum-lower'],
  p: ['proportion'],
  np: ['nonconforming'],
  c: ['defects'],
  u: ['defects-per-unit'],
};

const attributes: ReadonlySet<string> = new Set(attributeKinds);
export const countsUnits = (kind: ChartKind): kind is AttributeKind => attributes.has(kind);

/** What the statistics of a point are made of: its values; of counts [count, size]. */
export const figuresOf = ({
  values,
  counted,
}: Pick<BodyOf<'point.charted'>, 'values' | 'counted'>): readonly number[] =>
  counted === null ? values.map(({ value }) => value) : [counted.count, counted.size];

/**
 * Mean and sigma of one unit by its average: binomial (p, np) or Poisson (c, u), as the limits of domain/spc/attributes.ts.
 * @returns null where nothing would ever spread: none or all of the units are nonconforming.
 */
export function countedBasis(kind: AttributeKind, average: number): Basis | null {
  const variance = kind === 'p' || kind === 'np' ? average * (1 - average) : average;
  return variance > 0 && Number.isFinite(variance) ? { mean: average, sigma: Math.sqrt(variance) } : null;
}

const ewmaOf = ({ lambda, width }: NonNullable<ChartPlan['ewma']> = { lambda: 0.2, width: 2.7 }) => ({ lambda, width });
const cusumOf = ({ k, h }: NonNullable<ChartPlan['cusum']> = { k: 0.5, h: 5 }) => ({ k, h });

/** The weight and width of an EWMA, the allowance and interval of a CUSUM, as the plan says or as usual; null: neither. */
export function averagingOf({
  kind,
  ewma,
  cusum: sums,
}: { readonly kind: ChartKind } & Pick<ChartPlan, 'ewma' | 'cusum'>) {
  if (kind === 'ewma') return { kind, ...ewmaOf(ewma) } as const;
  if (kind === 'cusum') return { kind, ...cusumOf(sums) } as const;
  return null;
}

/** Points that a rule can look back to; see `longestRun`. */
export const recentSize = longestRun + 2;

/**
 * Mean and sigma of the process from points.
 * @param groups figures of each point (`figuresOf`), oldest first; single values of an i-mr chart as groups of one.
 * @returns null where they give no spread: too few, or all equal.
 */
export function basisOf(kind: ChartKind, groups: readonly (readonly number[])[]): Basis | null {
  if (countsUnits(kind)) {
    const total = (at: 0 | 1): number => groups.reduce((sum, group) => sum + (group[at] ?? 0), 0);
    return countedBasis(kind, total(0) / total(1));
  }
  const single = kind === 'i-mr' || groups.every((group) => group.length === 1);
  const chart = single
    ? individualsChart(groups.map(([value]) => value))
    : subgroupChart(groups.map(summarise), { spread: kind === 'xbar-r' ? 'range' : 'deviation' });
  if (isRefused(chart)) return null;
  const mean = 'grandMean' in chart ? chart.grandMean : chart.mean;
  const { sigma } = chart;
  return mean === null || sigma === null || !(sigma > 0) ? null : { mean, sigma };
}

const limitsOf = (plot: Plot, index: number): PlotLimits | null => {
  const at: Limits | null = limitsAt(plot, index);
  return at === null ? null : { center: at.center, lower: at.lower, upper: at.upper, sigma: at.sigma };
};
const last = (plot: Plot): number | null => plot.points.at(-1) ?? null;

export interface PlottedPoint {
  readonly plots: readonly Plotted[];
  readonly carried: Carried;
}

/**
 * One point as it is drawn.
 * @param values its figures (`figuresOf`).
 * @param before the value before it in the phase (i-mr); null: none.
 * @param process null: no phase yet, so no limits.
 */
export function plotted(
  chart: { readonly kind: ChartKind } & Pick<ChartPlan, 'ewma' | 'cusum'>,
  values: readonly number[],
  before: number | null,
  basis: Basis | null,
  carried: Carried,
): PlottedPoint {
  const given = basis === null ? {} : { given: { center: basis.mean, sigma: basis.sigma } };
  const draw = (plot: PlotId, of: Plot): Plotted => {
    const limits = basis === null ? null : limitsOf(of, of.points.length - 1);
    return { plot, value: last(of), limits };
  };
  const { kind } = chart;
  switch (kind) {
    case 'xbar-r':
    case 'xbar-s': {
      const spread = kind === 'xbar-r' ? 'range' : 'deviation';
      const made = subgroupChart([summarise(values)], { spread, ...given });
      if (isRefused(made)) break;
      return { plots: [draw('mean', made.xbar), draw(spread, made.spread)], carried };
    }
    case 'i-mr': {
      const made = individualsChart([before, ...values], given);
      if (isRefused(made)) break;
      return { plots: [draw('value', made.x), draw('moving-range', made.ranges)], carried };
    }
    case 'ewma': {
      const { mean } = summarise(values);
      const { lambda, width } = ewmaOf(chart.ewma);
      const center = basis?.mean ?? mean ?? 0;
      const sigma = (basis?.sigma ?? 0) / Math.sqrt(values.length);
      const start = carried.ewma ?? center;
      const made = ewmaChart([mean], { lambda, target: center, sigma, sigmas: width, start });
      if (isRefused(made)) break;
      const drawn = draw('ewma', made.asymptotic);
      return { plots: [drawn], carried: { ...carried, ewma: basis === null ? null : drawn.value } };
    }
    case 'cusum':
      return cusum(chart, values, basis, carried);
    case 'p':
    case 'np':
    case 'c':
    case 'u': {
      const [count = Number.NaN, size = Number.NaN] = values;
      const made = countChart(kind, count, size, basis?.mean);
      if (isRefused(made)) break;
      return { plots: plotsOf[kind].map((plot) => draw(plot, made.plot)), carried };
    }
  }
  // Values that no statistic can be made of (beyond what a number holds): drawn as undefined, judged by nothing.
  return { plots: plotsOf[kind].map((plot) => ({ plot, value: null, limits: null })), carried };
}

function countChart(
  kind: AttributeKind,
  count: number,
  size: number,
  mean: number | undefined,
): AttributeChart | Refused {
  const given = mean === undefined ? {} : { given: mean };
  if (kind === 'p') return pChart([count], [size], given);
  if (kind === 'np') return npChart([count], [size], given);
  if (kind === 'u') return uChart([count], [size], given);
  return cChart([count], mean === undefined ? {} : { given: mean * size });
}

/** Both sums in the unit of the characteristic; each side is carried on for itself. */
function cusum(
  { cusum: parameters }: Pick<ChartPlan, 'cusum'>,
  values: readonly number[],
  basis: Basis | null,
  carried: Carried,
): PlottedPoint {
  const { mean } = summarise(values);
  const none = (plot: PlotId): Plotted => ({ plot, value: null, limits: null });
  const nothing = { plots: [none('cusum-upper'), none('cusum-lower')], carried };
  if (basis === null || mean === null) return nothing;
  const { k, h } = cusumOf(parameters);
  const sigma = basis.sigma / Math.sqrt(values.length);
  const options = { target: basis.mean, k: k * sigma, h: h * sigma };
  // Beyond h a signal is open: how far beyond says nothing more.
  const from = (sum: number): number => Math.min(sum, options.h);
  const up = cusumChart([mean], { ...options, headStart: from(carried.upper) });
  const down = cusumChart([mean], { ...options, headStart: from(carried.lower) });
  if (isRefused(up) || isRefused(down)) return nothing;
  const [upper, lower] = [up.plus.at(-1) ?? 0, down.minus.at(-1) ?? 0];
  const limits: PlotLimits = { center: 0, lower: null, upper: options.h, sigma };
  return {
    plots: [
      { plot: 'cusum-upper', value: upper, limits },
      { plot: 'cusum-lower', value: lower, limits },
    ],
    carried: { ...carried, upper, lower },
  };
}

/** (value - center) / sigma of a plotted statistic; null where undefined. Where sigma is 0 every point off the centre is far. */
export function standardised({ value, limits }: Plotted): number | null {
  if (value === null || limits === null) return null;
  const off = value - limits.center;
  return off === 0 ? 0 : limits.sigma > 0 ? off / limits.sigma : Math.sign(off) * 1e6;
}

/** The rules of a plan's chart; the check of the configuration holds that there are such. */
export function rulesOf(chosen: ChartRules): readonly Rule[] {
  const rules = chosenRules(chosen);
  return isRefused(rules) ? [] : rules;
}

const beyond = ({ value, limits }: Plotted): boolean =>
  value !== null && limits !== null && (value > limits.upper || (limits.lower !== null && value < limits.lower));

/**
 * The rules that the newest point completes.
 * @param window points before it in the phase, oldest first, standardised.
 */
export function fired(
  chart: { readonly kind: ChartKind; readonly rules: ChartRules },
  recent: readonly { readonly pointId: string; readonly z: number | null }[],
  point: { readonly pointId: string; readonly plots: readonly Plotted[] },
): readonly FiredRule[] {
  const { set } = chart.rules;
  const rules = rulesOf(chart.rules);
  const [first, ...others] = point.plots;
  const found: FiredRule[] = [];
  const outside = rules.find(({ kind }) => kind === 'beyond');
  const shape = (rule: Rule): Pick<FiredRule, 'set' | 'id' | 'kind' | 'count' | 'points' | 'sigmas'> => ({
    set,
    id: rule.id,
    kind: rule.kind,
    count: 'count' in rule ? rule.count : null,
    points: 'points' in rule ? rule.points : null,
    sigmas: 'sigmas' in rule ? rule.sigmas : null,
  });
  const averaged = chart.kind === 'ewma' || chart.kind === 'cusum';
  if (first !== undefined && !averaged) {
    const z = [...recent.map((each) => each.z), standardised(first)];
    const data = Float64Array.from(z, (value) => value ?? Number.NaN);
    const signals = findSignals(data, rules, standardLines);
    const newest = data.length - 1;
    for (const signal of isRefused(signals) ? [] : signals) {
      if (!signal.at.includes(newest)) continue;
      const members = membersOf({ rule: signal.rule, at: [newest] }, data, standardLines);
      found.push({
        ...shape(signal.rule),
        plot: first.plot,
        members: members.map((at) => recent[at]?.pointId ?? point.pointId),
      });
    }
  }
  // Points of the other plots are not independent of each other: only their limits count.
  for (const each of averaged ? point.plots : others)
    if (outside !== undefined && beyond(each))
      found.push({ ...shape(outside), sigmas: null, plot: each.plot, members: [point.pointId] });
  return found;
}
