/** Cycle times whose outliers stand out: by the median and quartiles, which outliers do not move (J. W. Tukey, Exploratory Data Analysis, 1977). */

export interface Rhythm {
  /** ms */
  readonly median: number;
  /** Above it a cycle is an outlier: upper quartile + 3 x the distance of the quartiles ("far out"), at least 1.2 x the median. */
  readonly slowFrom: number;
  /** Below it: lower quartile - 3 x the distance, at most 0.8 x the median. */
  readonly fastUnder: number;
}

/** Linear between the two nearest of sorted values. */
function quantile(sorted: readonly number[], share: number): number {
  const at = (sorted.length - 1) * share;
  const low = sorted[Math.floor(at)] ?? 0;
  const high = sorted[Math.ceil(at)] ?? low;
  return low + (high - low) * (at - Math.floor(at));
}

/** @returns null for fewer than 8 cycles: too few to call one of them odd */
export function rhythmOf(cyclesMs: readonly number[]): Rhythm | null {
  if (cyclesMs.length < 8) return null;
  const sorted = [...cyclesMs].sort((a, b) => a - b);
  const [lower, median, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)];
  const far = 3 * (upper - lower);
  return {
    median,
    // A machine that repeats to the millisecond would else make an outlier of every tick.
    slowFrom: Math.max(upper + far, median * 1.2),
    fastUnder: Math.min(lower - far, median * 0.8),
  };
}
