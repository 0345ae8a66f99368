/** What a pair of control charts shows, as columns: a million points are two arrays, not a million objects. */

/** Limits that hold for the points `from` to `to` (the last one not among them). */
export interface PhaseLimits {
  readonly from: number;
  readonly to: number;
  /** Shown where the phase begins, e.g. `2`; empty: nothing. */
  readonly name: string;
  readonly center: number;
  /** null: the chart has no limit on this side. */
  readonly lower: number | null;
  readonly upper: number | null;
  /** One sigma of the plotted statistic, for the zones; null: none are drawn. */
  readonly sigma: number | null;
}

/** Limits that differ from point to point (p and u charts, unequal subgroups); each as long as the values. */
export interface VaryingLimits {
  readonly center: ArrayLike<number>;
  readonly lower: ArrayLike<number>;
  readonly upper: ArrayLike<number>;
}

/** One chart of the pair. */
export interface Track {
  /** What is plotted, e.g. `x̄`, `R`, `MR`. */
  readonly name: string;
  readonly unit: string;
  readonly decimals: number;
  /** NaN: no value. */
  readonly values: ArrayLike<number>;
  readonly phases: readonly PhaseLimits[];
  readonly varying?: VaryingLimits | undefined;
  /** Specification limits; only where single values are plotted do they belong into the chart. */
  readonly tolerance?: { readonly lower: number | null; readonly upper: number | null } | undefined;
}

/** What is special about a point. */
export interface PointMark {
  /** Why it does not count; it stays visible. */
  readonly excluded?: string;
  /** Measured again: a later point stands for it. */
  readonly replaced?: boolean;
  /** Why its values cannot be relied on; it counts as it was judged. */
  readonly suspect?: string;
  readonly note?: string;
  readonly outOfTolerance?: boolean;
}

export interface Signal {
  readonly track: 'location' | 'spread';
  /** Rule as the plan names it, e.g. `1`. */
  readonly rule: string;
  /** Last point of the pattern. */
  readonly at: number;
  /** All points of the pattern, `at` among them. */
  readonly members: readonly number[];
}

export interface ControlSeries {
  readonly title: string;
  /** UTC ms of each point. */
  readonly at: ArrayLike<number>;
  readonly location: Track;
  readonly spread: Track | null;
  readonly marks: ReadonlyMap<number, PointMark>;
  /** Ascending by `at`. */
  readonly signals: readonly Signal[];
}

/** Points `from` to `to` (not among them) are on the screen. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export const leastWindow = 8;

/** The newest `size` points; a chart with few points keeps room for `leastWindow`. */
export const newest = (count: number, size: number): Window => ({
  from: Math.max(0, count - Math.max(leastWindow, size)),
  to: Math.max(count, leastWindow),
});

/** `factor` above 1 shows more points, below 1 fewer, around `center`; always inside the data. */
export function zoomed(window: Window, factor: number, center: number, count: number): Window {
  const whole = Math.max(count, leastWindow);
  const size = Math.min(whole, Math.max(leastWindow, Math.round((window.to - window.from) * factor)));
  const share = (center - window.from) / Math.max(1, window.to - window.from);
  return fitted(Math.round(center - share * size), size, whole);
}

/** By `points` to the right (negative: left), at most to the ends. */
export const moved = (window: Window, points: number, count: number): Window =>
  fitted(window.from + points, window.to - window.from, Math.max(count, leastWindow));

/** The same size, moved so that `index` is inside. */
export function showing(window: Window, index: number, count: number): Window {
  if (index >= window.from && index < window.to) return window;
  const size = window.to - window.from;
  return fitted(index - Math.floor(size / 2), size, Math.max(count, leastWindow));
}

function fitted(from: number, size: number, whole: number): Window {
  const start = Math.max(0, Math.min(from, whole - size));
  return { from: start, to: start + size };
}

/** @returns the signal after (`step` 1) or before (-1) the point; null: none. */
export function nextSignal(signals: readonly Signal[], index: number, step: 1 | -1): Signal | null {
  return step === 1
    ? (signals.find(({ at }) => at > index) ?? null)
    : (signals.findLast(({ at }) => at < index) ?? null);
}

/** Limits that one point was judged by; null: none. */
export function limitsAt(
  track: Track,
  index: number,
): { readonly center: number; readonly lower: number | null; readonly upper: number | null } | null {
  const { varying } = track;
  if (varying !== undefined) {
    const center = varying.center[index];
    if (center === undefined || Number.isNaN(center)) return null;
    return { center, lower: orNull(varying.lower[index]), upper: orNull(varying.upper[index]) };
  }
  return track.phases.find(({ from, to }) => index >= from && index < to) ?? null;
}

const orNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;

/**
 * The line through the points that count.
 * @returns values with null where there is no value or the point is excluded or replaced.
 */
export function lineOf({ values }: Track, marks: ReadonlyMap<number, PointMark>): readonly (number | null)[] {
  const line = Array.from(values, (value) => (Number.isNaN(value) ? null : value));
  for (const [index, { excluded, replaced }] of marks)
    if ((excluded !== undefined || replaced === true) && index < line.length) line[index] = null;
  return line;
}

/** Round numbers, at most about `count`, from `low` to `high`. */
export function steps(low: number, high: number, count: number): readonly number[] {
  const raw = (high - low) / count;
  if (!(raw > 0)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((times) => times * power >= raw) ?? 10) * power;
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; i += 1)
    found.push(Number((i * step).toPrecision(12)));
  return found;
}

/** Places of points whose numbers, from 1, are round; about `count` of them. */
export const pointSteps = ({ from, to }: Window, count: number): number[] =>
  steps(from + 1, to, Math.max(2, Math.floor(count)))
    .filter(Number.isInteger)
    .map((number) => number - 1);

/** What a value axis shows: some air around, above also for the names of rules, but none below zero where nothing is negative; never empty. */
export function withAir(low: number, high: number): { readonly low: number; readonly high: number } {
  if (low > high) return { low: 0, high: 1 };
  const span = high - low || Math.abs(high) || 1;
  const below = low - span * 0.08;
  return { low: low >= 0 && below < 0 ? -span * 0.02 : below, high: high + span * 0.16 };
}
