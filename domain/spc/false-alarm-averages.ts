/** How often averages and sums cry wolf: the ARL of an EWMA and of a two-sided CUSUM of a normal process in control. */
import { cumulative } from './constants.ts';
import { finite, refused, type Refused } from './reason.ts';

/** Odd, so that the middle state is the centre; more change the third digit no more. */
const states = 161;

/**
 * As a Markov chain over equal parts of the strip between the limits: J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990)
 * 1-12, with limits as they settle, from the centre.
 * @param lambda weight of the newest point, 0 < lambda <= 1.
 * @param width of the limits in sigmas of the average.
 * @returns points until a false alarm on average.
 */
export function ewmaFalseAlarms(lambda: number, width: number): number | Refused {
  if (!(lambda > 0 && lambda <= 1))
    return refused('spc.parameter', { name: 'lambda', value: finite(lambda), allowed: '0 < lambda <= 1' });
  if (!(width > 0 && width <= 6))
    return refused('spc.parameter', { name: 'sigmas', value: finite(width), allowed: '0 < k <= 6' });
  const reach = width * Math.sqrt(lambda / (2 - lambda));
  const half = reach / states;
  const middle = (state: number): number => -reach + (2 * state + 1) * half;
  // (I - Q) L = 1, Q[i][j]: from the middle of part i into part j.
  const rows = Array.from({ length: states }, (_, from) => {
    const rest = (1 - lambda) * middle(from);
    const row = new Float64Array(states + 1);
    for (let to = 0; to < states; to += 1) {
      const [low, high] = [middle(to) - half, middle(to) + half].map((edge) => cumulative((edge - rest) / lambda));
      row[to] = (from === to ? 1 : 0) - ((high as number) - (low as number));
    }
    row[states] = 1;
    return row;
  });
  return solved(rows)[(states - 1) / 2] as number;
}

/** Gauss-Jordan; the rows are diagonally dominant, so no row has to be exchanged. */
function solved(rows: readonly Float64Array[]): readonly number[] {
  for (const [at, pivot] of rows.entries()) {
    const by = pivot[at] as number;
    for (let j = at; j < pivot.length; j += 1) pivot[j] = (pivot[j] as number) / by;
    for (const [other, row] of rows.entries()) {
      const times = row[at] as number;
      if (other === at || times === 0) continue;
      for (let j = at; j < row.length; j += 1) row[j] = (row[j] as number) - times * (pivot[j] as number);
    }
  }
  return rows.map((row) => row[row.length - 1] as number);
}

/**
 * One side as a Markov chain over equal parts from 0 to h (D. Brook and D. A. Evans, Biometrika 59 (1972) 539-549), both sides
 * 1/L = 1/L+ + 1/L- (C. S. van Dobben de Bruyn, 1968), from 0.
 * @param k allowance, and h decision interval, in sigmas of the points.
 * @returns points until a false alarm on average.
 */
export function cusumFalseAlarms(k: number, h: number): number | Refused {
  if (!(k > 0 && k <= 10)) return refused('spc.parameter', { name: 'k', value: finite(k), allowed: '0 < k <= 10' });
  if (!(h > 0 && h <= 20)) return refused('spc.parameter', { name: 'h', value: finite(h), allowed: '0 < h <= 20' });
  const wide = (2 * h) / (2 * states - 1);
  const rows = Array.from({ length: states }, (_, from) => {
    const row = new Float64Array(states + 1);
    for (let to = 0; to < states; to += 1) {
      const below = (edge: number): number => cumulative((edge - from) * wide + k);
      row[to] = (from === to ? 1 : 0) - (below(to + 0.5) - (to === 0 ? 0 : below(to - 0.5)));
    }
    row[states] = 1;
    return row;
  });
  const side = solved(rows)[0] as number;
  return finite(side / 2) ?? refused('spc.out-of-range', {});
}
