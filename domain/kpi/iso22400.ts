/**
 * Key performance indicators by the names and formulae of ISO 22400-2:2014 (as its ontology by the Helmut Schmidt University
 * gives them; compared with OPC 40501 annex C.2.4). Time elements in any one unit, quantities in any one unit: all results
 * but `throughputRate` and the mean times are without unit.
 */
import { finite, refused, type Refused } from '#domain/spc/reason.ts';

/** Element names as in the standard. */
export const elements = [
  // times
  'APWT', // actual personnel work time
  'APAT', // actual personnel attendance time
  'AUBT', // actual unit busy time
  'AOET', // actual order execution time
  'PBT', // planned busy time
  'APT', // actual production time
  'AUPT', // actual unit processing time: APT + AUST
  'AUST', // actual unit setup time
  'ADET', // actual unit delay time
  'PRI', // planned run time per item
  'CMT', // corrective maintenance time
  'PMT', // planned (preventive) maintenance time
  'TBF', // sum of the times between failures
  'TTF', // sum of the operating times to failure
  'TTR', // sum of the times to restoration
  // quantities
  'PQ', // produced
  'GQ', // good
  'SQ', // scrap
  'RQ', // rework
  'PSQ', // planned scrap
  'PQF', // produced by the first operation
  'GP', // good parts that passed the first time
  'IP', // inspected parts
  'EPC', // equipment production capacity
  'CM', // consumed material
  'FE', // failure events
  'TH', // throughput of goods
  'AI', // average inventory
  'PL', // production loss
  'STL', // storage and transport loss
  'OL', // other loss
  'FGI', // finished goods inventory, as consumed
] as const;
export type Element = (typeof elements)[number];

export type Elements = Readonly<Partial<Record<Element, number>>>;

/** null where an element is not there or a denominator is 0. */
export interface KeyFigures {
  readonly workerEfficiency: number | null;
  readonly allocationRatio: number | null;
  readonly throughputRate: number | null;
  readonly allocationEfficiency: number | null;
  readonly utilizationEfficiency: number | null;
  readonly availability: number | null;
  readonly effectiveness: number | null;
  readonly qualityRatio: number | null;
  readonly oeeIndex: number | null;
  readonly neeIndex: number | null;
  readonly setupRate: number | null;
  readonly technicalEfficiency: number | null;
  readonly productionProcessRatio: number | null;
  readonly actualToPlannedScrapRatio: number | null;
  readonly firstPassYield: number | null;
  readonly scrapRatio: number | null;
  readonly reworkRatio: number | null;
  readonly fallOffRatio: number | null;
  readonly correctiveMaintenanceRatio: number | null;
  readonly equipmentLoadRatio: number | null;
  readonly inventoryTurns: number | null;
  readonly finishedGoodsRatio: number | null;
  readonly productionLossRatio: number | null;
  readonly storageAndTransportLossRatio: number | null;
  readonly otherLossRatio: number | null;
  /** Sums over (failures + 1). The denominator is not in the ontology and was not compared with the standard's text. */
  readonly meanTimeBetweenFailures: number | null;
  readonly meanTimeToFailure: number | null;
  readonly meanTimeToRestoration: number | null;
}

/** @returns Refused for a negative element or one that is no number. Nothing is capped: effectiveness may exceed 1. */
export function keyFigures(given: Elements): KeyFigures | Refused {
  for (const [name, value] of Object.entries(given)) {
    if (!(value >= 0 && Number.isFinite(value))) {
      return refused('kpi.impossible', { name, value: Number.isFinite(value) ? value : null, allowed: '>= 0' });
    }
  }
  const of = (name: Element): number | null => given[name] ?? null;
  const setup = of('AUST');
  const production = of('APT');
  const processing = of('AUPT') ?? plus(production, setup);
  const availability = over(production, of('PBT'));
  const effectiveness = over(times(of('PRI'), of('PQ')), production);
  const qualityRatio = over(of('GQ'), of('PQ'));
  const perFailure = (total: Element): number | null => over(of(total), plus(of('FE'), 1));
  return {
    workerEfficiency: over(of('APWT'), of('APAT')),
    allocationRatio: over(of('AUBT'), of('AOET')),
    throughputRate: over(of('PQ'), of('AOET')),
    allocationEfficiency: over(of('AUBT'), of('PBT')),
    utilizationEfficiency: over(production, of('AUBT')),
    availability,
    effectiveness,
    qualityRatio,
    oeeIndex: times(times(availability, effectiveness), qualityRatio),
    neeIndex: times(times(over(processing, of('PBT')), effectiveness), qualityRatio),
    setupRate: over(setup, processing),
    technicalEfficiency: over(production, plus(production, of('ADET'))),
    productionProcessRatio: over(production, of('AOET')),
    actualToPlannedScrapRatio: over(of('SQ'), of('PSQ')),
    firstPassYield: over(of('GP'), of('IP')),
    scrapRatio: over(of('SQ'), of('PQ')),
    reworkRatio: over(of('RQ'), of('PQ')),
    fallOffRatio: over(of('SQ'), of('PQF')),
    correctiveMaintenanceRatio: over(of('CMT'), plus(of('CMT'), of('PMT'))),
    equipmentLoadRatio: over(of('PQ'), of('EPC')),
    inventoryTurns: over(of('TH'), of('AI')),
    finishedGoodsRatio: over(of('GQ') ?? of('FGI'), of('CM')),
    productionLossRatio: over(of('PL'), of('CM')),
    storageAndTransportLossRatio: over(of('STL'), of('CM')),
    otherLossRatio: over(of('OL'), of('CM')),
    meanTimeBetweenFailures: perFailure('TBF'),
    meanTimeToFailure: perFailure('TTF'),
    meanTimeToRestoration: perFailure('TTR'),
  };
}

/** null for a denominator of 0 or an operand that is not there. */
export const over = (a: number | null, b: number | null): number | null =>
  a === null || b === null || b === 0 ? null : finite(a / b);
export const times = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : finite(a * b);
const plus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : finite(a + b));
