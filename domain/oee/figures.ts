/**
 * Key performance indicators of a machine from sums over spans, by ISO 22400-2:2014 and, beside them, the classic OEE
 * (S. Nakajima, Introduction to TPM, 1988). The formulae are those of domain/kpi. Each figure carries its definition, its terms and
 * where each term comes from; nothing is capped; what cannot be told is null with a reason.
 */
import type { MadeUnit, OeeSpan, Sums, TimeElement, TimeLoss } from '#contract/rpc/oee.ts';
import { keyFigures, type KeyFigures } from '#domain/kpi/iso22400.ts';
import { shiftEffectiveness } from '#domain/kpi/oee.ts';
import { isRefused } from '#domain/spc/reason.ts';
import { plannedBusyMs } from './sums.ts';

export const figureIds = [
  'oee',
  'nee',
  'availability',
  'effectiveness',
  'quality-ratio',
  'utilisation',
  'technical-efficiency',
  'setup-ratio',
  'allocation',
  'throughput',
  'first-pass-yield',
  'scrap-ratio',
  'rework-ratio',
  'mtbf',
  'mttr',
  'classic-oee',
  'classic-availability',
  'classic-performance',
  'classic-quality',
] as const;
export type FigureId = (typeof figureIds)[number];

/** Why there is no number. */
export type NoFigure =
  /** The window has no planned busy time. */
  | 'nothing-planned'
  /** Nothing was made. */
  | 'nothing-made'
  /** The machine did not produce. */
  | 'not-produced'
  /** Some pieces have no ideal rate. */
  | 'no-rate'
  /** No order was on the machine. */
  | 'no-order'
  /** Nobody counts that at this machine. */
  | 'not-counted'
  /** The facts contradict each other. */
  | 'impossible';

/** Where a term comes from: spans of these elements and those of these losses, counted pieces, the ideal rate, other figures. */
export type TermSource =
  | { readonly from: 'spans'; readonly elements: readonly TimeElement[]; readonly losses: readonly TimeLoss[] }
  | { readonly from: 'pieces'; readonly of: 'produced' | 'good' | 'scrap' | 'order-produced'; readonly by: CountedBy }
  | { readonly from: 'units'; readonly of: 'made' | 'inspected' | 'first-passed' | 'rework' }
  | { readonly from: 'events'; readonly losses: readonly TimeLoss[] }
  | { readonly from: 'rate' }
  | { readonly from: 'orders' }
  | { readonly from: 'figure'; readonly figure: FigureId };

/** Who says how many: a counter, what became of units, or nobody: without either all pieces are taken for good. */
export type CountedBy = 'counter' | 'units' | 'nobody';

export interface Term {
  /** As in the formula: `APT`, `PQ`. */
  readonly name: string;
  /** null: not told. */
  readonly value: number | null;
  readonly unit: 'ms' | 'pieces' | 'ratio' | 'events';
  readonly source: TermSource;
}

export interface Figure {
  readonly id: FigureId;
  readonly definition: 'iso22400-2' | 'nakajima';
  /** With the names of the terms. */
  readonly formula: string;
  readonly value: number | null;
  readonly reason: NoFigure | null;
  /** `per-hour`: pieces. */
  readonly unit: 'ratio' | 'per-hour' | 'ms';
  readonly terms: readonly Term[];
}

const spans = (elements: readonly TimeElement[], losses: readonly TimeLoss[] = []): TermSource => ({
  from: 'spans',
  elements,
  losses,
});
const hourMs = 3_600_000;

/** A span is one of those that make a term. */
export function isBehind(
  { element, loss, begins, calendar, pieces, units, context }: OeeSpan,
  source: TermSource,
): boolean {
  switch (source.from) {
    case 'spans':
      return source.elements.includes(element) || (loss !== null && source.losses.includes(loss));
    case 'events':
      return begins !== null && source.losses.includes(begins);
    case 'pieces': {
      if (calendar === 'unplanned') return false;
      const of = source.of === 'order-produced' ? 'produced' : source.of;
      return pieces[of] !== 0 && (source.of !== 'order-produced' || context.orderId !== null);
    }
    case 'rate':
      return pieces.produced > 0;
    case 'orders':
      return context.orderId !== null;
    case 'units':
      return calendar !== 'unplanned' && units[unitsKey[source.of]] > 0;
    case 'figure':
      return false;
  }
}

const unitsKey = { made: 'made', inspected: 'inspected', 'first-passed': 'firstPassed', rework: 'rework' } as const;

/** A unit is one of those that make a term. */
export function isUnitBehind({ fate, first, firstPassed }: MadeUnit, source: TermSource): boolean {
  if (source.from === 'pieces')
    return source.of === 'good' ? fate === 'good' : source.of === 'scrap' ? fate === 'scrap' : true;
  if (source.from !== 'units') return false;
  return { made: true, inspected: first, 'first-passed': firstPassed, rework: fate === 'rework' }[source.of];
}

/**
 * The counter and the units contradict each other: it counted otherwise than units were finished. One of difference is none: a piece
 * is counted in the cycle and its unit finished afterwards, perhaps in the next window.
 */
export const countsDiffer = ({ produced, byUnits, unitsMade }: Sums): boolean =>
  byUnits === 0 && unitsMade > 0 && Math.abs(produced - unitsMade) > 1;

export function figuresOf(sums: Sums): Readonly<Record<FigureId, Figure>> {
  const { ms } = sums;
  const pbt = plannedBusyMs(sums);
  const aubt = ms.APT + ms.AUST + ms.ADET;
  const restoration = sums.lossMs.breakdown;
  const processing = ms.APT + ms.AUST;
  // More scrap than pieces can be told within a short time, where scrap is judged later than pieces are counted.
  const good = Math.max(0, sums.good);
  const scrap = Math.min(sums.produced, sums.scrap);
  const units = sums.unitsMade > 0;
  const producedBy: CountedBy = sums.byUnits > 0 ? 'units' : 'counter';
  const judgedBy: CountedBy = sums.judged > 0 ? 'counter' : units ? 'units' : 'nobody';
  const rated = sums.unrated === 0;
  const pri = sums.produced > 0 ? sums.idealUs / 1_000 / sums.produced : 0;
  const told = keyFigures({
    APT: ms.APT,
    AUST: ms.AUST,
    ADET: ms.ADET,
    AUPT: processing,
    AUBT: aubt,
    PBT: pbt,
    PQ: sums.produced,
    GQ: good,
    SQ: scrap,
    FE: sums.events.breakdown,
    TBF: processing + restoration,
    TTR: restoration,
    ...(rated ? { PRI: pri } : {}),
    ...(units ? { GP: sums.unitsFirstPassed, IP: sums.unitsInspected } : {}),
  });
  // Units among units: what goes through rework is a share of the units, whatever a counter says.
  const ofUnits = units ? keyFigures({ RQ: sums.unitsRework, PQ: sums.unitsMade }) : null;
  const orders = keyFigures({ AUBT: sums.orderBusyMs, AOET: sums.orderMs, PQ: sums.orderProduced });
  const of = (name: keyof KeyFigures): number | null => (isRefused(told) ? null : told[name]);

  const ofRuns = (name: string, value: number, what: 'made' | 'inspected' | 'first-passed' | 'rework'): Term => ({
    name,
    value: units ? value : null,
    unit: 'pieces',
    source: { from: 'units', of: what },
  });
  const term = {
    APT: { name: 'APT', value: ms.APT, unit: 'ms', source: spans(['APT']) },
    AUST: { name: 'AUST', value: ms.AUST, unit: 'ms', source: spans(['AUST']) },
    AUPT: { name: 'AUPT', value: processing, unit: 'ms', source: spans(['APT', 'AUST']) },
    ADET: { name: 'ADET', value: ms.ADET, unit: 'ms', source: spans(['ADET']) },
    AUBT: { name: 'AUBT', value: aubt, unit: 'ms', source: spans(['APT', 'AUST', 'ADET']) },
    PBT: { name: 'PBT', value: pbt, unit: 'ms', source: spans(['APT', 'AUST', 'ADET', 'ADOT', 'unknown']) },
    PQ: {
      name: 'PQ',
      value: sums.produced,
      unit: 'pieces',
      source: { from: 'pieces', of: 'produced', by: producedBy },
    },
    GQ: { name: 'GQ', value: good, unit: 'pieces', source: { from: 'pieces', of: 'good', by: judgedBy } },
    SQ: { name: 'SQ', value: scrap, unit: 'pieces', source: { from: 'pieces', of: 'scrap', by: judgedBy } },
    PRI: { name: 'PRI', value: rated && sums.produced > 0 ? pri : null, unit: 'ms', source: { from: 'rate' } },
    GP: ofRuns('GP', sums.unitsFirstPassed, 'first-passed'),
    IP: ofRuns('IP', sums.unitsInspected, 'inspected'),
    RQ: ofRuns('RQ', sums.unitsRework, 'rework'),
    unitsPQ: ofRuns('PQ', sums.unitsMade, 'made'),
    FE: { name: 'FE', value: sums.events.breakdown, unit: 'events', source: { from: 'events', losses: ['breakdown'] } },
    TTR: { name: 'TTR', value: restoration, unit: 'ms', source: spans([], ['breakdown']) },
    TBF: { name: 'TBF', value: processing + restoration, unit: 'ms', source: spans(['APT', 'AUST'], ['breakdown']) },
    orderBusy: { name: 'AUBT', value: sums.orderBusyMs, unit: 'ms', source: { from: 'orders' } },
    AOET: { name: 'AOET', value: sums.orderMs, unit: 'ms', source: { from: 'orders' } },
    orderPQ: {
      name: 'PQ',
      value: sums.orderProduced,
      unit: 'pieces',
      source: { from: 'pieces', of: 'order-produced', by: producedBy },
    },
  } as const satisfies Record<string, Term>;

  const made: NoFigure = sums.produced === 0 ? 'nothing-made' : 'impossible';
  const planned = (otherwise: NoFigure): NoFigure => (pbt === 0 ? 'nothing-planned' : otherwise);
  const figure = (
    id: FigureId,
    formula: string,
    value: number | null,
    reason: NoFigure,
    terms: readonly Term[],
    unit: Figure['unit'] = 'ratio',
    definition: Figure['definition'] = 'iso22400-2',
  ): Figure => ({ id, definition, formula, value, reason: value === null ? reason : null, unit, terms });

  const availability = figure('availability', 'APT / PBT', of('availability'), planned('impossible'), [
    term.APT,
    term.PBT,
  ]);
  const effectiveness = figure(
    'effectiveness',
    'PRI × PQ / APT',
    of('effectiveness'),
    rated ? (ms.APT === 0 ? 'not-produced' : 'impossible') : 'no-rate',
    [term.PRI, term.PQ, term.APT],
  );
  const quality = figure('quality-ratio', 'GQ / PQ', of('qualityRatio'), made, [term.GQ, term.PQ]);
  const factors = [availability, effectiveness, quality];
  const nee = product([pbt === 0 ? null : processing / pbt, effectiveness.value, quality.value]);
  const oee = product(factors.map(({ value }) => value));
  const why = planned(factors.find(({ value }) => value === null)?.reason ?? 'impossible');

  const classic = classicOf(sums, rated, pri, good);
  const nakajima = (
    id: FigureId,
    formula: string,
    value: number | null,
    reason: NoFigure,
    terms: readonly Term[],
  ): Figure => figure(id, formula, value, reason, terms, 'ratio', 'nakajima');
  const run: Term = { name: 'run', value: classic.runMs, unit: 'ms', source: spans(['APT'], ['minor-stop']) };
  const plannedTime: Term = { ...term.PBT, name: 'planned' };
  const ideal: Term = { ...term.PRI, name: 'ideal' };
  const classicFigures = [
    nakajima('classic-availability', 'run / planned', classic.availability, planned('impossible'), [run, plannedTime]),
    nakajima(
      'classic-performance',
      'ideal × pieces / run',
      classic.performance,
      rated ? (classic.runMs === 0 ? 'not-produced' : 'impossible') : 'no-rate',
      [ideal, { ...term.PQ, name: 'pieces' }, run],
    ),
    nakajima('classic-quality', 'good / pieces', classic.quality, made, [
      { ...term.GQ, name: 'good' },
      { ...term.PQ, name: 'pieces' },
    ]),
  ] as const;
  const factor = (from: Figure, name: string): Term => ({
    name,
    value: from.value,
    unit: 'ratio',
    source: { from: 'figure', figure: from.id },
  });

  return byId([
    figure('oee', 'A × E × Q', oee, why, [factor(availability, 'A'), factor(effectiveness, 'E'), factor(quality, 'Q')]),
    figure('nee', 'AUPT / PBT × E × Q', nee, why, [
      term.AUPT,
      term.PBT,
      factor(effectiveness, 'E'),
      factor(quality, 'Q'),
    ]),
    availability,
    effectiveness,
    quality,
    figure('utilisation', 'APT / AUBT', of('utilizationEfficiency'), 'not-produced', [term.APT, term.AUBT]),
    figure('technical-efficiency', 'APT / (APT + ADET)', of('technicalEfficiency'), 'not-produced', [
      term.APT,
      term.ADET,
    ]),
    figure('setup-ratio', 'AUST / AUPT', of('setupRate'), 'not-produced', [term.AUST, term.AUPT]),
    figure('allocation', 'AUBT / AOET', isRefused(orders) ? null : orders.allocationRatio, 'no-order', [
      term.orderBusy,
      term.AOET,
    ]),
    figure(
      'throughput',
      'PQ / AOET',
      isRefused(orders) || orders.throughputRate === null ? null : orders.throughputRate * hourMs,
      'no-order',
      [term.orderPQ, term.AOET],
      'per-hour',
    ),
    figure('first-pass-yield', 'GP / IP', of('firstPassYield'), units ? 'nothing-made' : 'not-counted', [
      term.GP,
      term.IP,
    ]),
    figure('scrap-ratio', 'SQ / PQ', of('scrapRatio'), made, [term.SQ, term.PQ]),
    figure(
      'rework-ratio',
      'RQ / PQ',
      ofUnits === null || isRefused(ofUnits) ? null : ofUnits.reworkRatio,
      units ? 'nothing-made' : 'not-counted',
      [term.RQ, term.unitsPQ],
    ),
    figure('mtbf', 'TBF / (FE + 1)', of('meanTimeBetweenFailures'), 'impossible', [term.TBF, term.FE], 'ms'),
    figure('mttr', 'TTR / (FE + 1)', of('meanTimeToRestoration'), 'impossible', [term.TTR, term.FE], 'ms'),
    ...classicFigures,
    nakajima(
      'classic-oee',
      'A × P × Q',
      product(classicFigures.map(({ value }) => value)),
      planned(classicFigures.find(({ value }) => value === null)?.reason ?? 'impossible'),
      [factor(classicFigures[0], 'A'), factor(classicFigures[1], 'P'), factor(classicFigures[2], 'Q')],
    ),
  ]);
}

function byId(all: readonly Figure[]): Readonly<Record<FigureId, Figure>> {
  return Object.fromEntries(all.map((each) => [each.id, each])) as Record<FigureId, Figure>;
}

/** A product with a factor of 0 is 0, whatever the others: a machine that stood all shift made nothing of it. */
function product(factors: readonly (number | null)[]): number | null {
  if (factors.includes(0)) return 0;
  return factors.reduce<number | null>((all, one) => (all === null || one === null ? null : all * one), 1);
}

/**
 * The classic OEE: minor stops are losses of performance, not of availability; setup, breakdowns, other long stops and time of
 * which nobody knows are downtime. The product is the same as of ISO 22400-2, its factors are not.
 */
function classicOf(
  sums: Sums,
  rated: boolean,
  idealCycleTime: number,
  goodCount: number,
): {
  readonly runMs: number;
  readonly availability: number | null;
  readonly performance: number | null;
  readonly quality: number | null;
} {
  const planned = plannedBusyMs(sums);
  const runMs = sums.ms.APT + sums.lossMs['minor-stop'];
  const told = shiftEffectiveness({
    shiftLength: planned + sums.ms.PDOT,
    plannedBreaks: sums.ms.PDOT,
    downtime: planned - runMs,
    idealCycleTime,
    totalCount: sums.produced,
    goodCount,
  });
  if (isRefused(told)) return { runMs, availability: null, performance: null, quality: null };
  return {
    runMs,
    availability: told.availability,
    performance: rated ? told.performance : null,
    quality: told.quality,
  };
}
