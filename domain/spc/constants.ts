/**
 * Control chart constants, computed and not looked up (ASTM E2587-16 section 6 and table 4 define them; AIAG SPC manual,
 * 2nd edition, appendix E prints them to three decimals). Free of packages, because charts in the renderer need them too.
 */
import { refused, type Refused } from './reason.ts';

export interface ChartConstants {
  /** Mean of the range of n standard normal values. */
  readonly d2: number;
  /** Standard deviation of that range. */
  readonly d3: number;
  /** Mean of the sample standard deviation of n standard normal values. */
  readonly c4: number;
  /** 3/(d2 sqrt n) */
  readonly A2: number;
  /** 3/(c4 sqrt n) */
  readonly A3: number;
  /** 1 -+ 3 sqrt(1 - c4^2)/c4, the lower floored at 0. */
  readonly B3: number;
  readonly B4: number;
  /** c4 -+ 3 sqrt(1 - c4^2), the lower floored at 0. */
  readonly B5: number;
  readonly B6: number;
  /** d2 -+ 3 d3, the lower floored at 0. */
  readonly D1: number;
  readonly D2: number;
  /** 1 -+ 3 d3/d2, the lower floored at 0. */
  readonly D3: number;
  readonly D4: number;
  /** 3/d2 */
  readonly E2: number;
  /** 3/sqrt n */
  readonly A: number;
}

/** Largest subgroup. Above it the range says nothing and the integration's grid would be too coarse. */
export const largestSubgroup = 1_000;

const validSize = (n: number): boolean => Number.isInteger(n) && n >= 2 && n <= largestSubgroup;

/**
 * All constants for subgroups of `n` values (2 to 1000, whole). No unit.
 * @returns Refused for any other n.
 */
export function chartConstants(n: number): ChartConstants | Refused {
  if (!validSize(n)) return refused('spc.parameter', { name: 'n', value: n, allowed: `2..${largestSubgroup}` });
  const { d2, d3 } = relativeRange(n);
  const c4 = meanOfDeviation(n);
  const spread = Math.sqrt(1 - c4 * c4);
  return {
    d2,
    d3,
    c4,
    A: 3 / Math.sqrt(n),
    A2: 3 / (d2 * Math.sqrt(n)),
    A3: 3 / (c4 * Math.sqrt(n)),
    B3: Math.max(0, 1 - (3 * spread) / c4),
    B4: 1 + (3 * spread) / c4,
    B5: Math.max(0, c4 - 3 * spread),
    B6: c4 + 3 * spread,
    D1: Math.max(0, d2 - 3 * d3),
    D2: d2 + 3 * d3,
    D3: Math.max(0, 1 - (3 * d3) / d2),
    D4: 1 + (3 * d3) / d2,
    E2: 3 / d2,
  };
}

/**
 * c4 of n >= 2 values: sqrt(2/(n-1)) G(n/2)/G((n-1)/2) with the gamma function G (ASTM E2587-16, annex). The quotient q(n)
 * follows from q(n) q(n+1) = (n-1)/2; from n = 200 on by its asymptotic series, whose first term left out is below 1e-14.
 */
export function meanOfDeviation(n: number): number {
  const m = n - 1;
  if (n > 200) return 1 - (1 / m) * (1 / 4 - (1 / m) * (1 / 32 + (1 / m) * (5 / 128 - (1 / m) * (21 / 2048))));
  let quotient = 1 / Math.sqrt(Math.PI);
  for (let k = 2; k < n; k += 1) quotient = (k - 1) / 2 / quotient;
  return Math.sqrt(2 / m) * quotient;
}

const ranges = new Map<number, { readonly d2: number; readonly d3: number }>();

/**
 * d2 and d3 for n values from the distribution of the range W of n standard normal values
 * (H. L. Harter, Annals of Mathematical Statistics 31 (1960) 1122-1147):
 * P(W <= w) = n INT phi(x) [Phi(x+w) - Phi(x)]^(n-1) dx, E W = INT (1-P) dw, E W^2 = INT 2 w (1-P) dw.
 * The inner integral by the trapezoidal rule (exponentially exact for a function that dies out at both ends), the outer by
 * Gauss-Legendre panels. Cached: the second call for an n costs nothing.
 */
export function relativeRange(n: number): { readonly d2: number; readonly d3: number } {
  const known = ranges.get(n);
  if (known) return known;
  const found = n === 2 ? { d2: 2 / Math.sqrt(Math.PI), d3: Math.sqrt(2 - 4 / Math.PI) } : integrate(n);
  ranges.set(n, found);
  return found;
}

const step = 0.1;
const reach = 8.4;
const widest = 15;
const panel = 0.5;

function integrate(n: number): { readonly d2: number; readonly d3: number } {
  const grid: { readonly x: number; readonly weight: number; readonly below: number }[] = [];
  for (let k = -Math.round(reach / step); k * step <= reach; k += 1) {
    const x = k * step;
    grid.push({ x, weight: step * density(x), below: cumulative(x) });
  }
  let [first, second] = [0, 0];
  for (let from = 0; from < widest; from += panel) {
    for (const [node, weight] of legendre) {
      const w = from + (panel * (1 + node)) / 2;
      let within = 0;
      for (const { x, weight: dx, below } of grid) within += dx * (cumulative(x + w) - below) ** (n - 1);
      const beyond = ((1 - n * within) * weight * panel) / 2;
      first += beyond;
      second += 2 * w * beyond;
    }
  }
  return { d2: first, d3: Math.sqrt(second - first * first) };
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/**
 * Standard normal distribution to an absolute error of about 1e-16, which is what the range needs (G. Marsaglia, Evaluating
 * the Normal Distribution, Journal of Statistical Software 11 (2004) 4). Not for tails: those take the package's function.
 */
export function cumulative(x: number): number {
  if (x > 8.5) return 1;
  if (x < -8.5) return 0;
  let term = x;
  let total = x;
  for (let k = 3; total + term !== total || k < 5; k += 2) {
    term *= (x * x) / k;
    total += term;
    if (k > 400) break;
  }
  return 0.5 + total * density(x);
}

/** Ten-point Gauss-Legendre nodes and weights on [-1, 1] by Newton's method on the Legendre polynomial. */
const legendre = gaussLegendre(10);
function gaussLegendre(points: number): readonly (readonly [node: number, weight: number])[] {
  return Array.from({ length: points }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    for (let round = 0; ; round += 1) {
      let [last, now] = [1, x];
      for (let k = 2; k <= points; k += 1) [last, now] = [now, ((2 * k - 1) * x * now - (k - 1) * last) / k];
      const slope = (points * (x * now - last)) / (x * x - 1);
      const move = now / slope;
      x -= move;
      if (Math.abs(move) < 1e-15 || round > 20) return [x, 2 / ((1 - x * x) * slope * slope)] as const;
    }
  });
}
