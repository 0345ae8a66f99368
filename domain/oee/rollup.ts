/** Sums of a machine's time by hour of the plant's clock, shift and order: what the server keeps (`machine_hour`), and adds up. */
import type { OeeSpan, Sums } from '#contract/rpc/oee.ts';
import type { Slice } from '#domain/machines/series.ts';
import { isStop, standingsOf } from '#domain/stops/standing.ts';
import { clockHourOf, type CalendarSpan } from './calendar.ts';
import { sumOf } from './sums.ts';

export interface HourSums {
  /** UTC ms at which the hour begins. */
  readonly hourAt: number;
  /** null: the calendar knows no shift then. */
  readonly shiftKey: string | null;
  /** null: no order was on the machine. */
  readonly orderId: string | null;
  readonly sums: Sums;
}

/**
 * @param spans in order, none over the beginning of an hour (`cuts` of the time model)
 * @param hours beginnings of the clock hours that the spans touch, in order (`clockHours`)
 * @returns oldest hour first
 */
export function hourSums(spans: readonly OeeSpan[], hours: readonly number[]): readonly HourSums[] {
  const groups = new Map<string, { readonly hourAt: number; readonly first: OeeSpan; readonly spans: OeeSpan[] }>();
  let n = 0;
  for (const span of spans) {
    while ((hours[n + 1] ?? Infinity) <= span.from) n += 1;
    const hourAt = hours[n] ?? span.from;
    const key = JSON.stringify([hourAt, span.shiftKey, span.context.orderId]);
    const group = groups.get(key) ?? { hourAt, first: span, spans: [] };
    groups.set(key, group);
    group.spans.push(span);
  }
  return [...groups.values()].map(({ hourAt, first, spans: of }) => ({
    hourAt,
    shiftKey: first.shiftKey,
    orderId: first.context.orderId,
    sums: sumOf(of),
  }));
}

/**
 * Up to where sums can be made for good: the beginning of the hour, UTC ms, before which nothing changes by time alone. A stop
 * that goes on and is still a minor one may yet become a long one; then it was none of the minor ones from its beginning on.
 * @param slices the newest ones, from the beginning of the stop under way on; the last one ends at `known`
 * @param calendar tiles the time of the slices
 * @param known up to when the machine's time is known, UTC ms
 */
export function settledUntil(
  slices: readonly Slice[],
  calendar: readonly CalendarSpan[],
  known: number,
  microUnderMs: number,
  timeZone: string,
): number {
  const open = standingsOf(slices, calendar, known).findLast((run) => run.to === null || run.to >= known);
  return clockHourOf(open === undefined || isStop(open, microUnderMs) ? known : Math.min(open.from, known), timeZone);
}
