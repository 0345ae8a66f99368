/**
 * From the readings of an energy counter to energy over time. Nothing is ever negative and nothing is made up: what the
 * counter does not tell is told as unknown. All amounts are whole steps of the counter (its last digit, e.g. 0.001 kWh),
 * so that sums are exact however time is cut.
 *
 * No standard has formulae for this: ISO 50001 asks for energy performance indicators and leaves them to the plant.
 */

/** One reading of a counter. */
export interface CounterReading {
  /** UTC ms. Readings that go back in time are told and not used. */
  readonly at: number;
  /** In the counter's unit; null: bad or missing. */
  readonly value: number | null;
}

export interface Counter {
  /** The counter's last digit, in its unit, e.g. 0.001 for a kWh counter that shows Wh. */
  readonly step: number;
  /** Where it begins again at 0, in its unit, e.g. 100000; null: never. */
  readonly rollOver: number | null;
  /** The most that can flow here, in the counter's unit per hour (kW for kWh); null: not known. Above it nothing is believed. */
  readonly mostPerHour: number | null;
  /** Readings further apart leave open when the energy between them was used, ms. */
  readonly gapMs: number;
}

/**
 * What lies between two good readings. `counted`: as the counter says. `rolled-over`: it went over its end, once.
 * `gap`: the amount is known, when it was used is not. `reset`: the counter stands lower than before and did not roll
 * over. `impossible`: more than can flow. Of the last two the amount is unknown and counts as none.
 */
export type SpanKind = 'counted' | 'rolled-over' | 'gap' | 'reset' | 'impossible';
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly kind: SpanKind;
  /** Steps of the counter; 0 where it is not known. */
  readonly steps: number;
  /** What the counter said, in its unit. */
  readonly first: number;
  readonly last: number;
}

/** A meter is read at whole digits and at instants that are not exact: so many steps may be too many. */
const sparedSteps = 2;
/** Without a known power a counter is believed to have rolled over only from the last to the first tenth of its range. */
const edge = 0.1;

/**
 * @param readings in the order they were taken
 * @returns spans that follow each other without overlap, from the first good reading to the last; and how many readings
 *   were bad or went back in time
 * @throws RangeError where the counter's description makes no sense
 */
export function spansOf(
  readings: readonly CounterReading[],
  counter: Counter,
): { readonly spans: readonly Span[]; readonly unused: number } {
  if (!(counter.step > 0)) throw new RangeError(`step must be above 0, got ${counter.step}`);
  if (!(counter.gapMs > 0)) throw new RangeError(`gapMs must be above 0, got ${counter.gapMs}`);
  if (counter.rollOver !== null && !(counter.rollOver >= counter.step)) {
    throw new RangeError(`rollOver must be at least one step, got ${counter.rollOver}`);
  }
  const spans: Span[] = [];
  let unused = 0;
  let last: { readonly at: number; readonly value: number } | null = null;
  for (const { at, value } of readings) {
    if (value === null || !Number.isFinite(value) || value < 0 || (last !== null && at <= last.at)) {
      unused += 1;
      continue;
    }
    if (last !== null) spans.push(span(last, { at, value }, counter));
    last = { at, value };
  }
  return { spans, unused };
}

type Good = { readonly at: number; readonly value: number };

function span(a: Good, b: Good, counter: Counter): Span {
  const { step, rollOver, mostPerHour, gapMs } = counter;
  const steps = (value: number): number => Math.round(value / step);
  const shape = { from: a.at, to: b.at, first: a.value, last: b.value };
  const most = mostPerHour === null ? Infinity : (mostPerHour * (b.at - a.at)) / 3_600_000 / step + sparedSteps;
  const isLong = b.at - a.at > gapMs;
  const [first, now] = [steps(a.value), steps(b.value)];
  if (now >= first) {
    if (now - first > most) return { ...shape, kind: 'impossible', steps: 0 };
    return { ...shape, kind: isLong ? 'gap' : 'counted', steps: now - first };
  }
  if (rollOver === null || a.value > rollOver) return { ...shape, kind: 'reset', steps: 0 };
  const over = steps(rollOver) - first + now;
  const believed = mostPerHour === null ? a.value >= rollOver * (1 - edge) && b.value <= rollOver * edge : over <= most;
  if (!believed) return { ...shape, kind: 'reset', steps: 0 };
  return { ...shape, kind: isLong ? 'gap' : 'rolled-over', steps: over };
}

/** The energy of the spans, in steps. */
export function total(spans: readonly Span[]): number {
  return spans.reduce((sum, one) => sum + one.steps, 0);
}

/** Steps in the counter's unit; as many digits as a double has for sure, so that 4200 x 0.001 is 4.2. */
export function inUnit(steps: number, step: number): number {
  return Number((steps * step).toPrecision(15));
}
