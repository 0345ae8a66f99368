/**
 * From the readings of a machine's meter to what is told of it (`energy.used`): stretches that end where a slice or a quarter
 * of an hour begins, each with whole steps of the meter. Told and not yet told steps together are always those that the meter
 * counted (energy.test.ts).
 */
import type { BodyOf } from '#contract/events/index.ts';
import { attribute, stepsBefore } from './attribute.ts';
import { inUnit, spansOf, type Counter, type CounterReading, type Span } from './counter.ts';

export const quarterMs = 900_000;

/** What was read and not told yet. */
export interface Pending {
  /** They follow each other from `toldTo` to `last`. */
  readonly spans: readonly Span[];
  /** The newest good reading; null: there was none yet. */
  readonly last: { readonly at: number; readonly value: number } | null;
  /** Everything before was told, UTC ms. */
  readonly toldTo: number;
}

export type Told = Pick<BodyOf<'energy.used'>, 'from' | 'to' | 'steps' | 'openSteps' | 'knownMs' | 'counter'>;

/** @param told newest one that was told of this meter; null: none, it begins with the first reading */
export const resumed = (told: Pick<Told, 'to' | 'counter'> | null): Pending => ({
  spans: [],
  last: told === null ? null : { at: told.to, value: told.counter.last },
  toldTo: told?.to ?? 0,
});

/** @returns the same where the reading is of no use: bad, negative, not later than the one before */
export function withReading(pending: Pending, reading: CounterReading, counter: Counter): Pending {
  const { last } = pending;
  const { spans, unused } = spansOf([...(last === null ? [] : [last]), reading], counter);
  if (unused > 0 || reading.value === null) return pending;
  const now = { at: reading.at, value: reading.value };
  return last === null
    ? { spans: [], last: now, toldTo: now.at }
    : { ...pending, spans: [...pending.spans, ...spans], last: now };
}

const isUnknown = ({ kind }: Span): boolean => kind === 'reset' || kind === 'impossible';

/**
 * Tells everything up to `until`.
 *
 * A gap in which a slice or a quarter begins is told whole by itself, as open steps: known how much, not when. One that lies
 * within one stretch is part of it. Of a reset and of the impossible nothing is told: it is not known how much.
 * @param until UTC ms, not after the newest reading
 * @param edges beginnings of slices; those of quarters come by themselves
 */
export function tell(
  pending: Pending,
  until: number,
  edges: readonly number[],
  counter: Counter,
): { readonly pending: Pending; readonly told: readonly Told[] } {
  const { spans, last, toldTo } = pending;
  if (last === null || until <= toldTo || until > last.at) return { pending, told: [] };
  const quarters: number[] = [];
  for (let at = Math.ceil(toldTo / quarterMs) * quarterMs; at <= last.at; at += quarterMs) quarters.push(at);
  const unknown = spans.filter(isUnknown).flatMap(({ from, to }) => [from, to]);
  const cuts = [...new Set([...edges, ...quarters, ...unknown, until])].sort((a, b) => a - b);
  const told: Told[] = [];
  let from = toldTo;
  const upTo = (to: number): void => {
    const inside = cuts.filter((cut) => cut > from && cut < to);
    const slices = [...inside, to].map((end, n) => ({ from: n === 0 ? from : (inside[n - 1] ?? from), to: end }));
    for (const { slice, steps, knownMs } of attribute(spans, slices).slices)
      if (knownMs > 0)
        told.push({
          ...slice,
          steps,
          openSteps: 0,
          knownMs,
          counter: { first: valueAt(spans, slice.from, counter), last: valueAt(spans, slice.to, counter) },
        });
    from = to;
  };
  for (const gap of spans) {
    if (gap.from >= until) break;
    if (gap.kind !== 'gap' || !cuts.some((cut) => cut > gap.from && cut < gap.to)) continue;
    if (gap.from > from) upTo(gap.from);
    const { first, last: end } = gap;
    told.push({ from, to: gap.to, steps: 0, openSteps: gap.steps, knownMs: 0, counter: { first, last: end } });
    from = gap.to;
  }
  if (until > from) upTo(until);
  const rest = spans.flatMap((span) => (span.to <= from ? [] : [span.from >= from ? span : cut(span, from, counter)]));
  return { pending: { spans: rest, last, toldTo: from }, told };
}

/** What is left of a span from `at` on. */
function cut(span: Span, at: number, counter: Counter): Span {
  if (isUnknown(span)) return { ...span, from: at };
  return { ...span, from: at, steps: span.steps - stepsBefore(span, at), first: valueIn(span, at, counter) };
}

function valueAt(spans: readonly Span[], at: number, counter: Counter): number {
  const span = spans.find(({ from, to }) => from <= at && at < to);
  if (span !== undefined) return valueIn(span, at, counter);
  return spans.findLast(({ to }) => to === at)?.last ?? 0;
}

/** What the counter showed at an instant within a span, as if it went evenly. */
function valueIn(span: Span, at: number, { step, rollOver }: Counter): number {
  if (at >= span.to) return span.last;
  if (at <= span.from || isUnknown(span)) return span.first;
  const value = inUnit(Math.round(span.first / step) + stepsBefore(span, at), step);
  return rollOver !== null && value >= rollOver ? inUnit(Math.round((value - rollOver) / step), step) : value;
}

/** What was told, as spans again: whoever sums them up over other slices of time loses and makes up nothing. */
export const spansOfTold = (told: readonly Pick<Told, 'from' | 'to' | 'steps' | 'openSteps'>[]): readonly Span[] =>
  told.map(({ from, to, steps, openSteps }) => ({
    from,
    to,
    kind: openSteps > 0 ? 'gap' : 'counted',
    steps: steps + openSteps,
    first: 0,
    last: 0,
  }));
