/** Is it normal? Anderson-Darling and Shapiro-Wilk. */
import { mean, present, standardDeviation, sum } from './moments.ts';
import { logLowerTail, normalQuantile, upperTail } from './normal.ts';
import { finite, spcReason, type SpcReason, type Value } from './reason.ts';

export interface AndersonDarling {
  /** A squared with mean and s (n-1) estimated. */
  readonly a2: number | null;
  /** A squared (1 + 0.75/n + 2.25/n^2): the small-sample correction that the p-value is for. */
  readonly adjusted: number | null;
  /** null below eight values, for which the approximation was not made. */
  readonly p: number | null;
}

export interface ShapiroWilk {
  readonly w: number | null;
  readonly p: number | null;
}

export interface Normality {
  readonly n: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly andersonDarling: AndersonDarling;
  readonly shapiroWilk: ShapiroWilk;
  /** Why numbers are missing; the first that applies. */
  readonly reason: SpcReason | null;
}

/** Missing values are left out. Undefined (null, with the reason) for fewer than three values and for constant data. */
export function normality(values: readonly Value[]): Normality {
  const data = present(values);
  const [average, deviation] = [mean(data), standardDeviation(data)];
  const sorted = [...Float64Array.from(data).sort()];
  const spread = average !== null && deviation !== null && deviation > 0 ? deviation : null;
  // So small a spread far from zero is rounding, not variation.
  const told = spread !== null && spread > 1e-14 * Math.abs(average ?? 0);
  const standard = told && spread !== null ? sorted.map((x) => (x - (average ?? 0)) / spread) : [];
  return {
    n: data.length,
    mean: average,
    deviation,
    andersonDarling: andersonDarling(standard),
    shapiroWilk: shapiroWilk(standard),
    reason:
      data.length < 3
        ? spcReason('spc.too-few-values', { have: data.length, need: 3 })
        : !told
          ? deviation === null
            ? spcReason('spc.out-of-range', {})
            : spcReason('spc.no-variation', { value: average })
          : data.length < 8
            ? spcReason('spc.too-few-values', { have: data.length, need: 8 })
            : data.length > 5_000
              ? spcReason('spc.too-many-values', { have: data.length, most: 5_000 })
              : null,
  };
}

/**
 * T. W. Anderson and D. A. Darling, Journal of the American Statistical Association 49 (1954) 765-769; p by R. B. D'Agostino
 * and M. A. Stephens, Goodness-of-Fit Techniques (1986), table 4.9, case 3.
 * @param z standardised values, rising.
 */
function andersonDarling(z: readonly number[]): AndersonDarling {
  const n = z.length;
  if (n < 3) return { a2: null, adjusted: null, p: null };
  const terms = z.map((low, i) => (2 * i + 1) * (logLowerTail(low) + logLowerTail(-(z[n - 1 - i] as number))));
  const a2 = finite(-n - sum(terms) / n);
  if (a2 === null) return { a2: null, adjusted: null, p: null };
  const a = a2 * (1 + 0.75 / n + 2.25 / (n * n));
  const p =
    a < 0.2
      ? 1 - Math.exp(-13.436 + 101.14 * a - 223.73 * a * a)
      : a < 0.34
        ? 1 - Math.exp(-8.318 + 42.796 * a - 59.938 * a * a)
        : a < 0.6
          ? Math.exp(0.9177 - 4.279 * a - 1.38 * a * a)
          : a < 10
            ? Math.exp(1.2937 - 5.709 * a + 0.0186 * a * a)
            : 3.7e-24;
  return { a2, adjusted: a, p: n < 8 ? null : Math.min(1, Math.max(0, p)) };
}

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduceRight((value, coefficient) => value * x + coefficient, 0);

/**
 * S. S. Shapiro and M. B. Wilk, Biometrika 52 (1965) 591-611, with the weights and the p-value of P. Royston, Applied
 * Statistics 44 (1995) 547-551 (algorithm AS R94), 3 to 5000 values.
 * @param z standardised values, rising.
 */
function shapiroWilk(z: readonly number[]): ShapiroWilk {
  const n = z.length;
  if (n < 3 || n > 5_000) return { w: null, p: null };
  const weights = shapiroWeights(n);
  const combination = sum(weights.map((a, i) => a * ((z[n - 1 - i] as number) - (z[i] as number))));
  const average = sum(z) / n;
  const w = Math.min(1, combination ** 2 / sum(z.map((x) => (x - average) ** 2)));
  return { w, p: shapiroProbability(w, n) };
}

/** The weights of the upper half, largest first; the lower half has the same with the sign turned. */
function shapiroWeights(n: number): readonly number[] {
  if (n === 3) return [Math.SQRT1_2];
  const half = n >> 1;
  const scores = Array.from({ length: half }, (_, i) => -normalQuantile((i + 1 - 0.375) / (n + 0.25)));
  const squares = 2 * sum(scores.map((m) => m * m));
  const [first = 0, second = 0] = scores;
  const u = 1 / Math.sqrt(n);
  const a1 = polynomial([0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056], u) + first / Math.sqrt(squares);
  if (n <= 5) {
    const factor = Math.sqrt((squares - 2 * first ** 2) / (1 - 2 * a1 ** 2));
    return scores.map((m, i) => (i === 0 ? a1 : m / factor));
  }
  const a2 = polynomial([0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633], u) + second / Math.sqrt(squares);
  const factor = Math.sqrt((squares - 2 * first ** 2 - 2 * second ** 2) / (1 - 2 * a1 ** 2 - 2 * a2 ** 2));
  return scores.map((m, i) => (i === 0 ? a1 : i === 1 ? a2 : m / factor));
}

function shapiroProbability(w: number, n: number): number {
  if (n === 3) return Math.max(0, (6 / Math.PI) * (Math.asin(Math.sqrt(w)) - Math.asin(Math.sqrt(0.75))));
  if (w >= 1) return 1;
  const y = Math.log(1 - w);
  if (n <= 11) {
    const gamma = polynomial([-2.273, 0.459], n);
    // Below what the approximation can tell.
    if (y >= gamma) return 1e-99;
    const center = polynomial([0.544, -0.39978, 0.025054, -6.714e-4], n);
    return upperTail(
      (-Math.log(gamma - y) - center) / Math.exp(polynomial([1.3822, -0.77857, 0.062767, -0.0020322], n)),
    );
  }
  const x = Math.log(n);
  const center = polynomial([-1.5861, -0.31082, -0.083751, 0.0038915], x);
  return upperTail((y - center) / Math.exp(polynomial([-0.4803, -0.082676, 0.0030302], x)));
}
