/**
 * The way on when a process is not normal; always named in the result, never taken silently. Box-Cox: G. E. P. Box and
 * D. R. Cox, Journal of the Royal Statistical Society B 26 (1964) 211-252. Percentile method: ISO 22514-2:2017, 6.1.
 */
import chisquareQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import { capability, type Capability, type Interval, type Specification } from './capability.ts';
import { mean, present, squaredDeviations, standardDeviation, sum } from './moments.ts';
import { normality, type Normality } from './normality.ts';
import { finite, isRefused, refused, spcReason, type Refused, type SpcReason, type Value } from './reason.ts';

export interface BoxCox {
  /** Of the largest profile likelihood in -5..5. */
  readonly lambda: number;
  /** 95 % by the likelihood ratio; an end at -5 or 5 is open. */
  readonly interval: Interval;
  readonly transform: (value: number) => number | null;
}

const [leastLambda, mostLambda] = [-5, 5];

/**
 * (x^lambda - 1)/lambda, ln x for lambda 0.
 * @returns Refused for values that are not all above 0, constant or fewer than three.
 */
export function boxCox(values: readonly Value[]): BoxCox | Refused {
  const data = present(values);
  if (data.length < 3) return refused('spc.too-few-values', { have: data.length, need: 3 });
  const smallest = data.reduce((least, x) => Math.min(least, x), Infinity);
  if (!(smallest > 0)) return refused('spc.not-positive', { smallest });
  // On the scale of the geometric mean, where powers cannot overflow so soon and the likelihood needs no Jacobian.
  const logs = data.map(Math.log);
  const center = mean(logs) as number;
  const scaled = logs.map((x) => x - center);
  if (!(squaredDeviations(scaled) > 1e-24)) return refused('spc.no-variation', { value: smallest });
  const likelihood = (lambda: number): number =>
    (-data.length / 2) * Math.log(squaredDeviations(scaled.map((x) => power(x, lambda))) / data.length);
  const lambda = largest(likelihood, leastLambda, mostLambda);
  const drop = likelihood(lambda) - chisquareQuantile(0.95, 1) / 2;
  const edge = (end: number): number =>
    likelihood(end) > drop ? end : crossing((x) => likelihood(x) - drop, end, lambda);
  return {
    lambda,
    interval: [edge(leastLambda), edge(mostLambda)],
    transform: (value) => (value > 0 ? finite(power(Math.log(value), lambda)) : null),
  };
}

/** From ln x. */
const power = (log: number, lambda: number): number =>
  Math.abs(lambda) < 1e-12 ? log : Math.expm1(lambda * log) / lambda;

/** Golden section search for the maximum of a function with one hill, started from the best of a grid. */
function largest(f: (x: number) => number, from: number, to: number): number {
  const step = (to - from) / 40;
  let best = from;
  for (let k = 1; k <= 40; k += 1) if (f(from + k * step) > f(best)) best = from + k * step;
  let [low, high] = [Math.max(from, best - step), Math.min(to, best + step)];
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let round = 0; round < 80; round += 1) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
    if (f(a) >= f(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

/** Where f changes from below 0 at `outside` to above at `inside`. */
function crossing(f: (x: number) => number, outside: number, inside: number): number {
  let [low, high] = [outside, inside];
  for (let round = 0; round < 80; round += 1) {
    const middle = (low + high) / 2;
    if (f(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

export type WayOn = 'normal' | 'box-cox' | 'percentile';

export interface TestedCapability {
  /** How the indices below were made. */
  readonly way: WayOn;
  readonly normality: Normality;
  /** Only of `box-cox`. */
  readonly lambda: number | null;
  readonly pp: number | null;
  readonly ppu: number | null;
  readonly ppl: number | null;
  readonly ppk: number | null;
  /** Of the normal fit to the (transformed) values; null for percentiles. */
  readonly ppm: Capability['overall']['ppm'] | null;
  readonly observed: Capability['observed'];
  /** Why this way, or why numbers are missing. */
  readonly reason: SpcReason | null;
}

/**
 * Long-term capability of values whose distribution is tested first (Anderson-Darling, level `alpha`, 0.05 unless told):
 * normal as they are; otherwise Box-Cox where the values are positive and the transformed ones pass; otherwise percentiles.
 */
export function testedCapability(
  values: readonly Value[],
  spec: Specification,
  alpha = 0.05,
): TestedCapability | Refused {
  const data = present(values);
  const tested = normality(data);
  const plain = indicesOf(data, spec);
  if (isRefused(plain)) return plain;
  const told = { normality: tested, observed: plain.observed };
  const passes = (test: Normality): boolean => {
    const p = test.andersonDarling.p ?? test.shapiroWilk.p;
    return p !== null && p >= alpha;
  };
  // Too few or constant values cannot fail the test: the indices are what they are, and the reason says so.
  if (tested.reason !== null && tested.andersonDarling.p === null && tested.shapiroWilk.p === null) {
    return { way: 'normal', lambda: null, ...short(plain), ...told, reason: tested.reason };
  }
  if (passes(tested)) return { way: 'normal', lambda: null, ...short(plain), ...told, reason: null };
  const box = boxCox(data);
  if (!isRefused(box)) {
    const moved = data.map(box.transform);
    const limit = (value: number | null | undefined): number | null =>
      value === null || value === undefined ? null : box.transform(value);
    const [lower, upper] = [limit(spec.lower), limit(spec.upper)];
    // A lower limit at or below 0 cannot be passed by positive values: it has no place on the transformed scale.
    if (passes(normality(moved)) && !(lower === null && upper === null)) {
      const found = indicesOf(
        moved.filter((x) => x !== null),
        { lower, upper },
      );
      if (!isRefused(found)) return { way: 'box-cox', lambda: box.lambda, ...short(found), ...told, reason: null };
    }
  }
  return { way: 'percentile', lambda: null, ...percentileIndices(data, spec), ppm: null, ...told };
}

function indicesOf(data: readonly number[], spec: Specification): Capability | Refused {
  return capability(
    { mean: mean(data), sigmaWithin: null, sigmaOverall: standardDeviation(data), n: data.length, values: data },
    spec,
  );
}

const short = ({ overall }: Capability) => ({
  pp: overall.index,
  ppu: overall.upper,
  ppl: overall.lower,
  ppk: overall.smallest,
  ppm: overall.ppm,
});

/** So many values are needed before the outermost ones stand at 0.135 % and 99.865 %. */
const enoughForPercentiles = 1_000;

/**
 * Pp = (U - L)/(X99.865% - X0.135%), Ppu = (U - X50%)/(X99.865% - X50%), Ppl = (X50% - L)/(X50% - X0.135%), with quantiles of
 * the values themselves, linearly between order statistics. Below 1000 values the ends of the sample stand in for the outer
 * quantiles, which makes the indices too good: the reason says so.
 */
export function percentileIndices(
  values: readonly Value[],
  { lower = null, upper = null }: Specification,
): Pick<TestedCapability, 'pp' | 'ppu' | 'ppl' | 'ppk' | 'reason'> {
  const sorted = [...Float64Array.from(present(values)).sort()];
  const [low, middle, high] = [quantile(sorted, 0.00135), quantile(sorted, 0.5), quantile(sorted, 0.99865)];
  if (low === null || middle === null || high === null) {
    return { pp: null, ppu: null, ppl: null, ppk: null, reason: spcReason('spc.no-values', {}) };
  }
  const over = (a: number | null, b: number): number | null => (a === null || !(b > 0) ? null : finite(a / b));
  const ppu = over(upper === null ? null : upper - middle, high - middle);
  const ppl = over(lower === null ? null : middle - lower, middle - low);
  const both = ppu !== null && ppl !== null ? Math.min(ppu, ppl) : (ppu ?? ppl);
  return {
    pp: over(lower === null || upper === null ? null : upper - lower, high - low),
    ppu,
    ppl,
    ppk: both,
    reason: !(high > low)
      ? spcReason('spc.no-variation', { value: middle })
      : sorted.length < enoughForPercentiles
        ? spcReason('spc.too-few-values', { have: sorted.length, need: enoughForPercentiles })
        : null,
  };
}

/** Linear between order statistics (R. J. Hyndman and Y. Fan, The American Statistician 50 (1996) 361-365, type 7). */
export function quantile(sorted: readonly number[], p: number): number | null {
  if (sorted.length === 0) return null;
  const at = p * (sorted.length - 1);
  const low = Math.floor(at);
  const below = sorted[low] as number;
  const above = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return finite(sum([below, (at - low) * (above - below)]));
}
