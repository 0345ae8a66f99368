/** Classes of a histogram. */

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export const mostBins = 40;

/**
 * Classes of equal width by Freedman and Diaconis (Zeitschrift für Wahrscheinlichkeitstheorie 57, 1981: 2 IQR / n^(1/3)),
 * rounded up to whole steps of the resolution, so that no class can hold one step more than its neighbour.
 *
 * @param values finite; any order.
 * @param resolution least difference that the values can have, in their unit.
 * @returns at most 40 classes without a hole between; empty for no values. A value on a border belongs to the upper class.
 */
export function bins(values: ArrayLike<number>, resolution: number): readonly Bin[] {
  if (values.length === 0) return [];
  const sorted = Float64Array.from(values).sort();
  const least = sorted[0] ?? 0;
  const greatest = sorted[sorted.length - 1] ?? 0;
  const quartiles = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) * 2;
  // Half of the values may be alike: then the span tells the width, by the square root of the number.
  const wished = quartiles > 0 ? quartiles / Math.cbrt(sorted.length) : (greatest - least) / Math.sqrt(sorted.length);
  // Steps finer than numbers of this size have are none.
  const finest = Math.max(Math.abs(least), Math.abs(greatest)) * 2 ** -48;
  const step = Math.max(resolution, (greatest - least) * 1e-9, finest, Number.MIN_VALUE);
  const widest = Math.max(wished, (greatest - least) / (mostBins - 1));
  const width = Math.max(1, Math.ceil(widest / step - 1e-9)) * step;
  // Borders lie between two values that can be: half a step beside.
  const start = Math.floor(least / step + 1e-9) * step - step / 2;
  const total = Math.max(1, Math.ceil((greatest - start) / width + 1e-9));
  const counts = Array.from({ length: total }, () => 0);
  for (const value of sorted) {
    const place = Math.min(total - 1, Math.max(0, Math.floor((value - start) / width + 1e-9)));
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts.map((count, i) => ({ from: start + i * width, to: start + (i + 1) * width, count }));
}

/** Linear between the neighbours (R, type 7). */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] ?? 0;
  return low + ((sorted[Math.min(sorted.length - 1, below + 1)] ?? low) - low) * (place - below);
}
