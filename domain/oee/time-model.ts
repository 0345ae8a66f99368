/**
 * Calendar, slices, what people said of stops, and counts laid over each other: spans that tile the time asked for exactly, each
 * with its time element of ISO 22400-2:2014 (work units: POT > PBT > AUBT > AUPT > APT) and its loss (S. Nakajima, Introduction to
 * TPM, 1988). Every number is a sum over such spans, so it can be opened.
 */
import type { MachineState, ReasonCategory } from '#contract/machine-state.ts';
import type {
  Because,
  MadeUnit,
  OeeSpan,
  RateView,
  SpanPieces,
  SpanStop,
  TimeElement,
  TimeLoss,
} from '#contract/rpc/oee.ts';
import { pieceInstants, type Count } from '#domain/machines/counted.ts';
import { isWorking, tile, type Ended, type Slice } from '#domain/machines/series.ts';
import { isStop, standingsOf, type Standing } from '#domain/stops/standing.ts';
import type { CalendarSpan } from './calendar.ts';
import { noUnits, withUnit, type CounterTells } from './units.ts';

/** A part of a stop card. `to` null: until now. */
export interface StopPart extends SpanStop {
  readonly from: number;
  readonly to: number | null;
}

export interface TimeModelInput {
  readonly machineId: string;
  /** UTC ms; `to` is outside, and is now for a window under way. */
  readonly from: number;
  readonly to: number;
  /** Tile the window and the slices, from the beginning of the first to the end of the last (`calendarSpans`). */
  readonly calendar: readonly CalendarSpan[];
  /**
   * Those that touch the window, oldest first, and before it and after it the whole of the stops that cross its edges, so that the
   * length of a stop does not depend on the window.
   */
  readonly slices: readonly Slice[];
  /** In order, none overlapping the next; those that touch the slices. */
  readonly parts: readonly StopPart[];
  /** Those that touch the window, oldest first. */
  readonly counts: readonly Count[];
  /** That ran on the machine and whose runs ended in the window, oldest first (`madeUnits`); left out: none have serials. */
  readonly units?: readonly MadeUnit[];
  /** What the machine's counters tell (`counterOf`); left out: all. */
  readonly counter?: CounterTells;
  readonly rateOf: (definitionId: string | null) => RateView | null;
  readonly microUnderMs: number;
  /** Instants at which spans are cut besides, in order, e.g. hours. */
  readonly cuts?: readonly number[];
}

const ofCategory: Readonly<Record<ReasonCategory, TimeElement>> = {
  delay: 'ADET',
  down: 'ADOT',
  setup: 'AUST',
  planned: 'PDOT',
  maintenance: 'PDOT',
  production: 'APT',
};

/**
 * Where nobody said more. ADET is what interrupts an order's execution, ADOT what is lost although the machine was available and
 * executed none: waiting is the one or the other by whether something was to be made.
 */
const ofState: Readonly<Record<MachineState, { readonly element: TimeElement; readonly loss: TimeLoss | null }>> = {
  producing: { element: 'APT', loss: null },
  setup: { element: 'AUST', loss: 'setup' },
  waiting: { element: 'ADOT', loss: 'other' },
  starved: { element: 'ADET', loss: 'other' },
  blocked: { element: 'ADET', loss: 'other' },
  held: { element: 'ADET', loss: 'other' },
  fault: { element: 'ADET', loss: 'breakdown' },
  maintenance: { element: 'ADOT', loss: 'other' },
  off: { element: 'ADOT', loss: 'other' },
  'no-data': { element: 'unknown', loss: null },
};

interface Judged {
  readonly element: TimeElement;
  readonly loss: TimeLoss | null;
  readonly because: Because;
}

const timeLossOf = (part: NonNullable<SpanStop['reason']>): TimeLoss => {
  const { loss } = part;
  return loss === 'breakdown' || loss === 'setup' || loss === 'minor-stop' ? loss : 'other';
};

function judge({ state, context }: Ended, calendar: CalendarSpan, reason: SpanStop['reason'], short: boolean): Judged {
  if (calendar.kind === 'unplanned') return { element: 'unplanned', loss: null, because: 'calendar' };
  // Working through a break is work; standing in it is what was planned, whatever the stop is.
  if (isWorking(state)) return { ...ofState[state], because: 'state' };
  if (calendar.kind !== 'working') return { element: 'PDOT', loss: null, because: 'calendar' };
  if (reason !== null) {
    const element = ofCategory[reason.category];
    const lost = element === 'ADET' || element === 'ADOT' || element === 'AUST';
    const loss = element === 'AUST' ? 'setup' : timeLossOf(reason);
    return { element, loss: lost ? loss : null, because: 'reason' };
  }
  if (state === 'no-data') return { ...ofState[state], because: 'no-data' };
  if (short) return { element: 'ADET', loss: 'minor-stop', because: 'short' };
  const ordered = context.orderId !== null || context.definitionId !== null;
  if (state === 'waiting' && ordered) return { element: 'ADET', loss: 'other', because: 'state' };
  return { ...ofState[state], because: 'state' };
}

const nothing: SpanPieces = { produced: 0, good: 0, scrap: 0, spread: 0, judged: 0, byUnits: 0 };

/** Goes forward over ranges in order; asked for rising instants only. */
class Cursor<T> {
  #at = 0;
  readonly #all: readonly T[];
  readonly #from: (one: T) => number;
  readonly #to: (one: T) => number;
  constructor(all: readonly T[], from: (one: T) => number, to: (one: T) => number) {
    this.#all = all;
    this.#from = from;
    this.#to = to;
  }
  over(instant: number): T | null {
    for (let one = this.#all[this.#at]; one !== undefined; one = this.#all[this.#at]) {
      if (this.#to(one) > instant) return this.#from(one) <= instant ? one : null;
      this.#at += 1;
    }
    return null;
  }
}

/** Sorted instants inside the window, each once, its edges among them. */
function cutsOf(from: number, to: number, ...instants: readonly (readonly number[])[]): readonly number[] {
  const inside = instants.flatMap((each) => each.filter((at) => at > from && at < to));
  const sorted = Float64Array.from([from, ...inside, to]).sort();
  return Array.from(sorted.filter((at, n) => n === 0 || at !== sorted[n - 1]));
}

/**
 * @returns spans that tile `from` to `to`, oldest first; none where the window is empty
 * @throws RangeError where the calendar leaves time out
 */
export function timeModel(input: TimeModelInput): readonly OeeSpan[] {
  const { machineId, from, to, calendar, parts, rateOf, microUnderMs } = input;
  if (to <= from) return [];
  const first = Math.min(from, input.slices[0]?.beganAt ?? from);
  const last = Math.max(to, input.slices.at(-1)?.endAt ?? to);
  const slices = tile(machineId, input.slices, first, last);
  const runs = standingsOf(slices, calendar, last);
  const runEnd = (run: Standing): number => run.to ?? last;
  const crossing = runs.find((run) => run.from < from && runEnd(run) > from);
  // Begun where the stop that crosses the edge did: where each stop began must not depend on the window.
  const start = crossing?.from ?? from;
  const endOf = (part: StopPart): number => part.to ?? last;
  const cuts = cutsOf(
    start,
    to,
    [from],
    calendar.map((span) => span.from),
    slices.map(({ beganAt }) => beganAt),
    parts.flatMap((part) => [part.from, endOf(part)]),
    input.cuts ?? [],
  );
  const atCalendar = new Cursor(
    calendar,
    (span) => span.from,
    (span) => span.to,
  );
  const atSlice = new Cursor(
    slices,
    ({ beganAt }) => beganAt,
    ({ endAt }) => endAt,
  );
  const atPart = new Cursor(parts, (part) => part.from, endOf);
  const atRun = new Cursor(runs, (run) => run.from, runEnd);
  const spans: OeeSpan[] = [];
  /** Losses of the stop under way that have begun already. */
  let [stopAt, begun]: [number | null, Set<TimeLoss>] = [null, new Set()];
  for (let n = 0; n + 1 < cuts.length; n += 1) {
    const at = cuts[n] ?? from;
    const planned = atCalendar.over(at);
    const slice = atSlice.over(at);
    if (planned === null || slice === null) throw new RangeError(`nothing tells of the time at ${at}`);
    const part = atPart.over(at);
    const run = atRun.over(at);
    const judged = judge(slice, planned, part?.reason ?? null, run !== null && !isStop(run, microUnderMs));
    if (run === null || run.from !== stopAt) [stopAt, begun] = [run?.from ?? null, new Set()];
    const begins = run !== null && judged.loss !== null && !begun.has(judged.loss) ? judged.loss : null;
    if (begins !== null) begun.add(begins);
    if (at < from) continue;
    spans.push({
      from: at,
      to: cuts[n + 1] ?? to,
      ...judged,
      calendar: planned.kind,
      shiftKey: planned.shiftKey,
      plannedId: planned.plannedId,
      sliceAt: slice.beganAt,
      state: slice.state,
      told: slice.told,
      alarm: slice.alarm,
      context: slice.context,
      restated: slice.restated !== null,
      stopAt,
      stop: part === null ? null : stopOf(part),
      begins,
      pieces: nothing,
      units: noUnits,
      rate: rateOf(slice.context.definitionId),
    });
  }
  const counted = attribute(spans, input.counts);
  const { units = [], counter = 'judged' } = input;
  return units.length === 0 ? counted : judgedByUnits(counted, units, counter);
}

const stopOf = ({ stopId, partId, reason, by, at }: StopPart): SpanStop => ({ stopId, partId, reason, by, at });

/** Scrap among the first `made` pieces of a count: spread evenly, the rest at its end (as `piecesIn` of domain/machines). */
function scrapAmong({ produced, good, scrap }: Count, made: number): number {
  if (made >= produced) return scrap ?? (good === null ? 0 : produced - good);
  if (good !== null) return made - Math.floor((good * made) / produced);
  return scrap === null ? 0 : Math.floor((scrap * made) / produced);
}

/**
 * Gives each piece to the span in which it was made: after its beginning and up to its end, so that a piece at an edge is of the
 * span that it ended. Whole pieces, and the same however the time is cut.
 */
function attribute(spans: readonly OeeSpan[], counts: readonly Count[]): readonly OeeSpan[] {
  const pieces: { produced: number; scrap: number; spread: number; judged: number }[] = [];
  const add = (n: number, count: Count, fromPiece: number, toPiece: number): void => {
    const made = (pieces[n] ??= { produced: 0, scrap: 0, spread: 0, judged: 0 });
    made.produced += toPiece - fromPiece;
    made.scrap += scrapAmong(count, toPiece) - (fromPiece === 0 ? 0 : scrapAmong(count, fromPiece));
    if (count.kind === 'gap') made.spread += toPiece - fromPiece;
    if (isJudged(count)) made.judged += toPiece - fromPiece;
  };
  let first = 0;
  for (const count of counts) {
    while ((spans[first]?.to ?? Infinity) <= count.from) first += 1;
    const span = spans[first];
    if (span === undefined) break;
    if (span.from <= count.from && count.to <= span.to) {
      add(first, count, 0, count.produced);
      continue;
    }
    // Over an edge: piece by piece.
    // A count's pieces came after its beginning, also one that its cycles put right there.
    const instants = pieceInstants(count).map((at) => Math.max(at, count.from + 0.001));
    let done = instants.findIndex((at) => at > span.from);
    if (count.produced === 0 || done < 0) {
      // Nothing of it is new in the window; what only adds scrap is of the span in which it ended.
      const n = spans.findIndex((each) => each.from < count.to && count.to <= each.to);
      if (count.produced === 0 && n >= 0) add(n, count, 0, 0);
      continue;
    }
    for (let n = first; n < spans.length && done < instants.length; n += 1) {
      const end = spans[n]?.to ?? 0;
      let upTo = done;
      while (upTo < instants.length && (instants[upTo] ?? Infinity) <= end) upTo += 1;
      if (upTo > done) add(n, count, done, upTo);
      done = upTo;
    }
  }
  return spans.map((span, n) => {
    const made = pieces[n];
    if (made === undefined) return span;
    return { ...span, pieces: { ...made, good: made.produced - made.scrap, byUnits: 0 } };
  });
}

const isJudged = ({ good, scrap }: Pick<Count, 'good' | 'scrap'>): boolean => good !== null || scrap !== null;

/**
 * Gives each unit to the span in which its run ended, by the rule of pieces. Where the counter does not tell what was good, the units
 * do: what is bad of them is taken from the counter's pieces. Without a counter the units are the pieces.
 */
function judgedByUnits(
  spans: readonly OeeSpan[],
  units: readonly MadeUnit[],
  counter: CounterTells,
): readonly OeeSpan[] {
  let next = units.findIndex(({ at }) => at > (spans[0]?.from ?? 0));
  if (next < 0) return spans;
  return spans.map((span) => {
    let of = noUnits;
    for (let unit = units[next]; unit !== undefined && unit.at <= span.to; unit = units[next]) {
      of = withUnit(of, unit);
      next += 1;
    }
    if (of.made === 0) return span;
    if (counter === 'judged') return { ...span, units: of };
    const byUnits = counter === 'nothing' ? of.made : 0;
    const produced = span.pieces.produced + byUnits;
    const scrap = span.pieces.scrap + of.scrap;
    const good = produced - scrap - of.rework - of.waiting;
    return { ...span, units: of, pieces: { ...span.pieces, produced, good, scrap, byUnits } };
  });
}

/**
 * Whole stops at the edges: slices before and after those of a window until the machine worked.
 * @param sliceAt the slice in which an instant lies; null: the machine was not watched yet
 */
export function wholeStops(slices: readonly Slice[], sliceAt: (at: number) => Slice | null): readonly Slice[] {
  const whole = [...slices];
  for (let first = whole[0]; first !== undefined && !isWorking(first.state); first = whole[0]) {
    const before = sliceAt(first.beganAt - 1);
    if (before === null) break;
    whole.unshift(before);
  }
  for (let last = whole.at(-1); last !== undefined && !isWorking(last.state); last = whole.at(-1)) {
    const after = last.endAt === null ? null : sliceAt(last.endAt);
    if (after === null) break;
    whole.push(after);
  }
  return whole;
}
