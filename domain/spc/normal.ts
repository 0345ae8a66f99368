/** The standard normal distribution, from the package that computes it to the last digits, tails too. */
import cdf from '@stdlib/stats-base-dists-normal-cdf';
import quantile from '@stdlib/stats-base-dists-normal-quantile';

/** P(Z > z): as the lower tail of -z, because 1 - P loses every digit far out. */
export const upperTail = (z: number): number => cdf(-z, 0, 1);

/** z with P(Z <= z) = p, 0 < p < 1. */
export const normalQuantile = (p: number): number => quantile(p, 0, 1);

/** ln P(Z <= z); where P itself is below the smallest double, by its asymptotic series (Abramowitz and Stegun 26.2.12). */
export function logLowerTail(z: number): number {
  if (z > -37) return Math.log(cdf(z, 0, 1));
  return (-z * z) / 2 - Math.log(-z) - Math.log(2 * Math.PI) / 2 + Math.log1p(-1 / (z * z));
}
