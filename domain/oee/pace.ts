/** Pace: the next piece's countdown, this hour's target, and the hour-by-hour board. Targets are counted in takt. */
import type { CalendarKind, OeeSpan, RateView } from '#contract/rpc/oee.ts';
import { clockHours } from './calendar.ts';

export interface PlannedTime {
  readonly from: number;
  readonly to: number;
  readonly kind: CalendarKind;
}

export interface BoardHour {
  /** UTC ms of the clock hour, cut to the window. */
  readonly from: number;
  readonly to: number;
  /** Pieces that its planned time asks for, of the whole hour also while it is under way; null: no rate. */
  readonly target: number | null;
  /** Up to now. */
  readonly targetNow: number | null;
  readonly produced: number;
  readonly good: number;
  readonly scrap: number;
  /** Since the beginning of the window, up to the end of the hour or now. */
  readonly targetSum: number | null;
  readonly goodSum: number;
  /** Lost and unknown time, ms. */
  readonly lostMs: number;
  /** Where most of it was lost. */
  readonly worst: { readonly stopAt: number; readonly ms: number; readonly span: OeeSpan } | null;
  readonly state: 'over' | 'now' | 'ahead';
}

const isPlanned = (span: OeeSpan): boolean => span.element !== 'PDOT' && span.element !== 'unplanned';

/**
 * @param spans of the window, tiling it up to `now`
 * @param ahead planned time from now on to the end of the shift; [] where the window is over
 * @param rate of what runs now, for time in which nothing ran and the time ahead; null: no targets there
 */
export function boardOf(
  spans: readonly OeeSpan[],
  ahead: readonly PlannedTime[],
  rate: RateView | null,
  timeZone: string,
): readonly BoardHour[] {
  const from = spans[0]?.from ?? ahead[0]?.from;
  const now = spans.at(-1)?.to ?? ahead[0]?.from;
  if (from === undefined || now === undefined) return [];
  const end = ahead.at(-1)?.to ?? now;
  let targetSum: number | null = 0;
  let goodSum = 0;
  return clockHours(from, end, timeZone).map((hour, n, hours) => {
    const start = Math.max(hour, from);
    const stop = Math.min(hours[n + 1] ?? end, end);
    let targetNow: number | null = 0;
    let [produced, good, scrap, lostMs] = [0, 0, 0, 0];
    const stops = new Map<number, { ms: number; readonly span: OeeSpan }>();
    for (const span of spans) {
      const ms = Math.min(span.to, stop) - Math.max(span.from, start);
      if (ms <= 0) continue;
      // Pieces are of whole spans; whoever asks for a board cuts spans at hours.
      if (span.to <= stop && span.from >= start) {
        produced += span.pieces.produced;
        good += span.pieces.good;
        scrap += span.pieces.scrap;
      }
      if (!isPlanned(span)) continue;
      targetNow = plus(targetNow, ms, span.rate ?? rate);
      if (span.element === 'APT') continue;
      lostMs += ms;
      const at = span.stopAt ?? span.sliceAt;
      const known = stops.get(at);
      stops.set(at, { ms: (known?.ms ?? 0) + ms, span: known?.span ?? span });
    }
    let target = targetNow;
    for (const part of ahead) {
      const ms = Math.min(part.to, stop) - Math.max(part.from, start);
      if (ms > 0 && part.kind === 'working') target = plus(target, ms, rate);
    }
    targetSum = targetSum === null || targetNow === null ? null : targetSum + targetNow;
    goodSum += good;
    const [worst] = [...stops].map(([stopAt, of]) => ({ stopAt, ...of })).sort((a, b) => b.ms - a.ms);
    return {
      from: start,
      to: stop,
      target,
      targetNow,
      produced,
      good,
      scrap,
      targetSum,
      goodSum,
      lostMs,
      worst: worst ?? null,
      state: stop <= now ? 'over' : start < now ? 'now' : 'ahead',
    };
  });
}

const plus = (target: number | null, ms: number, rate: RateView | null): number | null =>
  target === null || rate === null ? null : target + ms / rate.taktMs;

/** ms until the next piece is due, below 0: it is late. null: no rate, or nothing was made yet. */
export const countdownMs = (lastPieceAt: number | null, rate: RateView | null, now: number): number | null =>
  lastPieceAt === null || rate === null ? null : lastPieceAt + rate.taktMs - now;
