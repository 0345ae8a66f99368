/** What the trend chart draws, out of a tag's history: runs of known values, gaps, and ticks of the time axis. Pure. */
import type { TagHistory } from '#contract/rpc/devices.ts';
import { dayAt, dayMs, instantOf } from '../../state/plant-time.ts';

export interface Run {
  readonly at: readonly number[];
  readonly value: readonly number[];
  /** UTC ms until when its last value holds: the next gap, or the end of the window. */
  readonly untilAt: number;
}
export interface Trend {
  readonly runs: readonly Run[];
  /** Times in which the value is not known: bad quality, or before the first sample. */
  readonly gaps: readonly { readonly fromAt: number; readonly toAt: number }[];
  /** Of the known values; null when there is none. */
  readonly extent: { readonly min: number; readonly max: number } | null;
}

/** A value holds until the next sample (only changes are recorded); a null sample begins a gap. */
export function trendOf({ at, value, fromAt, toAt }: Pick<TagHistory, 'at' | 'value' | 'fromAt' | 'toAt'>): Trend {
  const runs: Run[] = [];
  const gaps: { fromAt: number; toAt: number }[] = [];
  let times: number[] = [];
  let values: number[] = [];
  let gapFrom: number | null = fromAt;
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const endRun = (untilAt: number): void => {
    if (times.length > 0) runs.push({ at: times, value: values, untilAt });
    [times, values] = [[], []];
  };
  for (const [index, time] of at.entries()) {
    const one = value[index] ?? null;
    if (one === null) {
      if (gapFrom === null) {
        endRun(time);
        gapFrom = time;
      }
      continue;
    }
    if (gapFrom !== null) {
      if (time > gapFrom) gaps.push({ fromAt: gapFrom, toAt: time });
      gapFrom = null;
    }
    times.push(time);
    values.push(one);
    if (one < min) min = one;
    if (one > max) max = one;
  }
  endRun(toAt);
  if (gapFrom !== null && toAt > gapFrom) gaps.push({ fromAt: gapFrom, toAt });
  return { runs, gaps, extent: min <= max ? { min, max } : null };
}

const minuteMs = 60_000;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360].map((minutes) => minutes * minuteMs);

/** Round times of day by the plant's clock inside the window, at most `most` of them. */
export function timeTicks(fromAt: number, toAt: number, zone: string, most: number): number[] {
  const step = steps.find((candidate) => (toAt - fromAt) / candidate <= most) ?? dayMs;
  const midnight = instantOf(dayAt(fromAt, zone), 0, zone);
  const ticks: number[] = [];
  for (let at = midnight + Math.ceil((fromAt - midnight) / step) * step; at <= toAt; at += step) ticks.push(at);
  return ticks;
}
