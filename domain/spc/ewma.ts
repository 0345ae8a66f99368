/**
 * Exponentially weighted moving average: S. W. Roberts, Technometrics 1 (1959) 239-250; NIST/SEMATECH e-Handbook 6.3.2.4;
 * J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990) 1-12 (exact limits).
 */
import { plot, validSigmas, type Limits, type Plot } from './plot.ts';
import { finite, isRefused, isValue, refused, type Refused, type Value } from './reason.ts';

export interface EwmaOptions {
  /** Weight of the newest value, 0 < lambda <= 1. */
  readonly lambda: number;
  /** Centre line, unit of the values. */
  readonly target: number;
  /** Standard deviation of one plotted value (process sigma / sqrt n for means of n), unit of the values. */
  readonly sigma: number;
  /** Distance of the limits in sigmas of the average (L), 3 unless told. */
  readonly sigmas?: number;
  /** z before the first value, the target unless told. */
  readonly start?: number;
}

export interface EwmaChart {
  /** One per value, null where the value is missing: the average then stays as it was. */
  readonly z: readonly (number | null)[];
  /** Limits that open from the first point on: L sigma sqrt(lambda/(2-lambda) (1-(1-lambda)^(2i))), i-th value present. */
  readonly exact: Plot;
  /** Limits after a long time: L sigma sqrt(lambda/(2-lambda)). */
  readonly asymptotic: Plot;
}

export interface EwmaPoint {
  readonly z: number | null;
  readonly exact: Limits;
  readonly asymptotic: Limits;
}

/** The average of a running process, one value at a time. @returns Refused for a lambda, sigma or L that cannot be. */
export function createEwma(options: EwmaOptions): { add(value: Value): EwmaPoint } | Refused {
  const { lambda, target, sigma, sigmas = 3, start = target } = options;
  for (const [name, value, fine, allowed] of [
    ['lambda', lambda, lambda > 0 && lambda <= 1, '0 < lambda <= 1'],
    ['sigma', sigma, sigma >= 0 && Number.isFinite(sigma), '>= 0'],
    ['L', sigmas, validSigmas(sigmas), '0 < L <= 10'],
    ['target', target, Number.isFinite(target), 'a number'],
    ['start', start, Number.isFinite(start), 'a number'],
  ] as const) {
    if (!fine) return refused('spc.parameter', { name, value: finite(value), allowed });
  }
  const long = sigma * Math.sqrt(lambda / (2 - lambda));
  const limits = (spread: number): Limits => ({
    center: target,
    upper: target + sigmas * spread,
    lower: target - sigmas * spread,
    sigma: spread,
  });
  const asymptotic = limits(long);
  let now = start;
  let seen = 0;
  return {
    add(value) {
      if (isValue(value)) {
        // As a step towards the value: the sum of two products would lose digits far from zero.
        now += lambda * (value - now);
        seen += 1;
      }
      const open = seen === 0 ? 0 : Math.sqrt(-Math.expm1(2 * seen * Math.log1p(-lambda)));
      return { z: isValue(value) ? now : null, exact: limits(long * open), asymptotic };
    },
  };
}

/** @returns Refused for a lambda, sigma or L that cannot be, or where a double overflows. */
export function ewmaChart(values: readonly Value[], options: EwmaOptions): EwmaChart | Refused {
  const running = createEwma(options);
  if (isRefused(running)) return running;
  const points = values.map((value) => running.add(value));
  const z = points.map((point) => point.z);
  const far = points[0]?.asymptotic ?? running.add(null).asymptotic;
  if (!Number.isFinite(far.upper - far.lower) || z.some((each) => each !== null && !Number.isFinite(each))) {
    return refused('spc.out-of-range', {});
  }
  return {
    z,
    exact: plot(
      z,
      points.map(({ exact }) => exact),
    ),
    asymptotic: plot(z, far),
  };
}
