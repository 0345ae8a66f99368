/**
 * Sums over spans: all that figures need. They add up over any cutting of time, so hours, shifts, days and years are made of
 * one another, and rollups are such sums.
 */
import { timeElements, timeLosses, type OeeSpan, type Sums } from '#contract/rpc/oee.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends object ? Writable<T[K]> : T[K] };

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

export const emptySums = (): Writable<Sums> => ({
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
  judged: 0,
  byUnits: 0,
  unitsMade: 0,
  unitsScrap: 0,
  unitsRework: 0,
  unitsWaiting: 0,
  unitsInspected: 0,
  unitsFirstPassed: 0,
  unrated: 0,
  outside: 0,
  idealUs: 0,
  idealGoodUs: 0,
  idealStartupUs: 0,
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
  if (element === 'unplanned') {
    sums.outside += pieces.produced;
    return;
  }
  takeUnits(sums, span);
  if (pieces.produced === 0 && pieces.good === 0 && pieces.scrap === 0) return;
  sums.produced += pieces.produced;
  sums.good += pieces.good;
  sums.scrap += pieces.scrap;
  sums.spread += pieces.spread;
  sums.judged += pieces.judged;
  sums.byUnits += pieces.byUnits;
  if (ordered) sums.orderProduced += pieces.produced;
  const startup = element === 'AUST' ? pieces.scrap : 0;
  sums.startupScrap += startup;
  if (rate === null) {
    sums.unrated += pieces.produced;
    return;
  }
  const cycleUs = Math.round(rate.cycleMs * 1_000);
  sums.idealUs += pieces.produced * cycleUs;
  sums.idealGoodUs += pieces.good * cycleUs;
  sums.idealStartupUs += startup * cycleUs;
}

function takeUnits(sums: Writable<Sums>, { units }: OeeSpan): void {
  sums.unitsMade += units.made;
  sums.unitsScrap += units.scrap;
  sums.unitsRework += units.rework;
  sums.unitsWaiting += units.waiting;
  sums.unitsInspected += units.inspected;
  sums.unitsFirstPassed += units.firstPassed;
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
    for (const key of plainSums) sums[key] += one[key];
  }
  return sums;
}

/** Sums of one number each. */
export const plainSums = [
  'maintenanceMs',
  'orderMs',
  'orderBusyMs',
  'produced',
  'good',
  'scrap',
  'orderProduced',
  'startupScrap',
  'spread',
  'judged',
  'byUnits',
  'unitsMade',
  'unitsScrap',
  'unitsRework',
  'unitsWaiting',
  'unitsInspected',
  'unitsFirstPassed',
  'unrated',
  'outside',
  'idealUs',
  'idealGoodUs',
  'idealStartupUs',
] as const satisfies readonly Exclude<keyof Sums, 'ms' | 'lossMs' | 'events'>[];

/** PBT: what is planned and not planned downtime; time of which nobody knows is in it, as time in which nothing was made. */
export const plannedBusyMs = ({ ms }: Sums): number => ms.APT + ms.AUST + ms.ADET + ms.ADOT + ms.unknown;
