/**
 * Sums over spans: all that figures need. They add up over any cutting of time, so hours, shifts, days and years are made of
 * one another, and rollups are such sums.
 */
import { timeElements, timeLosses, type OeeSpan, type TimeElement, type TimeLoss } from '#contract/rpc/oee.ts';

export interface Sums {
  /** ms */
  readonly ms: Readonly<Record<TimeElement, number>>;
  readonly lossMs: Readonly<Record<TimeLoss, number>>;
  /** How many stops of each kind began. */
  readonly events: Readonly<Record<TimeLoss, number>>;
  /** Of PDOT: planned stops and reasons that are maintenance. */
  readonly maintenanceMs: number;
  /** In which an order was on the machine, whatever it did; and of it the busy time (AUBT). */
  readonly orderMs: number;
  readonly orderBusyMs: number;
  /** Pieces made in planned operation time (POT). */
  readonly produced: number;
  readonly good: number;
  readonly scrap: number;
  /** Of the produced: made while an order was on the machine. */
  readonly orderProduced: number;
  /** Of the scrap: made in setup. */
  readonly startupScrap: number;
  /** Of the produced: nobody knows exactly when. */
  readonly spread: number;
  /** Of the produced: no ideal rate is told. */
  readonly unrated: number;
  /** Made outside of planned operation time; in no figure. */
  readonly outside: number;
  /** Ideal time of the produced, the good, and the scrap of setup, ms (PRI x PQ, PRI x GQ). */
  readonly idealMs: number;
  readonly idealGoodMs: number;
  readonly idealStartupMs: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

const emptySums = (): Writable<Sums> => ({
  ms: zeros(timeElements),
  lossMs: zeros(timeLosses),
  events: zeros(timeLosses),
  maintenanceMs: 0,
  orderMs: 0,
  orderBusyMs: 0,
  produced: 0,
  good: 0,
  scrap: 0,
  orderProduced: 0,
  startupScrap: 0,
  spread: 0,
  unrated: 0,
  outside: 0,
  idealMs: 0,
  idealGoodMs: 0,
  idealStartupMs: 0,
});

const isMaintenance = ({ calendar, because, stop }: OeeSpan): boolean =>
  because === 'reason' ? stop?.reason?.category === 'maintenance' : calendar === 'maintenance';

function take(sums: Writable<Sums>, span: OeeSpan): void {
  const { element, loss, begins, pieces, rate, context } = span;
  const ms = span.to - span.from;
  const ordered = context.orderId !== null;
  sums.ms[element] += ms;
  if (loss !== null) sums.lossMs[loss] += ms;
  if (begins !== null) sums.events[begins] += 1;
  if (element === 'PDOT' && isMaintenance(span)) sums.maintenanceMs += ms;
  if (ordered) sums.orderMs += ms;
  if (ordered && (element === 'APT' || element === 'AUST' || element === 'ADET')) sums.orderBusyMs += ms;
  if (pieces.produced === 0 && pieces.scrap === 0) return;
  if (element === 'unplanned') {
    sums.outside += pieces.produced;
    return;
  }
  sums.produced += pieces.produced;
  sums.good += pieces.good;
  sums.scrap += pieces.scrap;
  sums.spread += pieces.spread;
  if (ordered) sums.orderProduced += pieces.produced;
  const startup = element === 'AUST' ? pieces.scrap : 0;
  sums.startupScrap += startup;
  if (rate === null) {
    sums.unrated += pieces.produced;
    return;
  }
  sums.idealMs += pieces.produced * rate.cycleMs;
  sums.idealGoodMs += pieces.good * rate.cycleMs;
  sums.idealStartupMs += startup * rate.cycleMs;
}

export function sumOf(spans: Iterable<OeeSpan>): Sums {
  const sums = emptySums();
  for (const span of spans) take(sums, span);
  return sums;
}

export function addSums(all: Iterable<Sums>): Sums {
  const sums = emptySums();
  for (const one of all) {
    for (const element of timeElements) sums.ms[element] += one.ms[element];
    for (const loss of timeLosses) {
      sums.lossMs[loss] += one.lossMs[loss];
      sums.events[loss] += one.events[loss];
    }
    for (const key of counted) sums[key] += one[key];
  }
  return sums;
}

const counted = [
  'maintenanceMs',
  'orderMs',
  'orderBusyMs',
  'produced',
  'good',
  'scrap',
  'orderProduced',
  'startupScrap',
  'spread',
  'unrated',
  'outside',
  'idealMs',
  'idealGoodMs',
  'idealStartupMs',
] as const satisfies readonly Exclude<keyof Sums, 'ms' | 'lossMs' | 'events'>[];

/** PBT: what is planned and not planned downtime; time of which nobody knows is in it, as time in which nothing was made. */
export const plannedBusyMs = ({ ms }: Sums): number => ms.APT + ms.AUST + ms.ADET + ms.ADOT + ms.unknown;
