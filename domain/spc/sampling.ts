/**
 * Acceptance sampling by attributes, single sampling: plans and switching rules of ISO 2859-1:1999 and ANSI/ASQ Z1.4
 * (MIL-STD-105E).
 */
import binomialCdf from '@stdlib/stats-base-dists-binomial-cdf';
import poissonCdf from '@stdlib/stats-base-dists-poisson-cdf';
import { refused, type Refused } from './reason.ts';
import {
  aqls,
  cellOf,
  codeLetters,
  inspectionLevels,
  inspections,
  letterTable,
  masterTables,
  type CodeLetter,
  type Inspection,
  type InspectionLevel,
} from './sampling-tables.ts';

export interface SamplingPlan {
  /** Of the lot size and level. */
  readonly codeLetter: CodeLetter;
  /** Of the plan used, after the arrows. */
  readonly planLetter: CodeLetter;
  /** Items to inspect; where the lot is not larger, all of it. */
  readonly n: number;
  /** Accepted with so many nonconforming items (or nonconformities), not accepted with `re`. */
  readonly ac: number;
  readonly re: number;
  /** The sample is not smaller than the lot. */
  readonly inspect100: boolean;
}

export interface SamplingQuestion {
  readonly lotSize: number;
  readonly level: InspectionLevel;
  /** Percent nonconforming, or nonconformities per 100 items; one of the preferred values. */
  readonly aql: number;
  readonly inspection: Inspection;
  /**
   * Reduced inspection has a gap between Ac and Re in Z1.4 and MIL-STD-105E (unless told); in ISO 2859-1:1999 Re is Ac + 1.
   * Known to differ only there; the Ac of the reduced ISO plans was not compared with the standard's own text.
   */
  readonly standard?: 'Z1.4' | 'ISO 2859-1';
}

/**
 * The plan: code letter by Table I, then the master table, following an arrow to the first plan. Where a column ends before a
 * plan is found (the corners), the other way.
 * @returns Refused for a lot below 2, an AQL that is not one of the preferred values, or an unknown level or inspection.
 */
export function samplingPlan({
  lotSize,
  level,
  aql,
  inspection,
  standard = 'Z1.4',
}: SamplingQuestion): SamplingPlan | Refused {
  if (!Number.isInteger(lotSize) || lotSize < 2) {
    return refused('spc.parameter', {
      name: 'lotSize',
      value: Number.isFinite(lotSize) ? lotSize : null,
      allowed: '2, 3, ...',
    });
  }
  const column = inspectionLevels.indexOf(level);
  if (column === -1)
    return refused('spc.parameter', { name: 'level', value: level, allowed: inspectionLevels.join(' ') });
  if (!inspections.includes(inspection)) {
    return refused('spc.parameter', { name: 'inspection', value: inspection, allowed: inspections.join(' ') });
  }
  const step = aqls.findIndex((preferred) => Math.abs(preferred - aql) < 1e-9 * preferred);
  if (step === -1) {
    return refused('spc.parameter', { name: 'aql', value: Number.isFinite(aql) ? aql : null, allowed: aqls.join(' ') });
  }
  const codeLetter = letterTable.find(([upTo]) => lotSize <= upTo)?.[1][column] as CodeLetter;
  const start = codeLetters.indexOf(codeLetter);
  const found = follow(inspection, start, step);
  if (found === null) return refused('spc.parameter', { name: 'aql', value: aql, allowed: 'a plan in this column' });
  const { letter, ac, re } = found;
  const n = masterTables[inspection].sizes[letter] as number;
  return {
    codeLetter,
    planLetter: codeLetters[letter] as CodeLetter,
    n,
    ac,
    re: standard === 'ISO 2859-1' ? ac + 1 : re,
    inspect100: n >= lotSize,
  };
}

function follow(inspection: Inspection, from: number, step: number): { letter: number; ac: number; re: number } | null {
  const { length } = masterTables[inspection].sizes;
  const search = (direction: 1 | -1): { letter: number; ac: number; re: number } | null => {
    for (let letter = from; letter >= 0 && letter < length; letter += direction) {
      const cell = cellOf(inspection, letter, step);
      if (typeof cell !== 'string') return { letter, ac: cell[0], re: cell[1] };
    }
    return null;
  };
  const direction = cellOf(inspection, from, step) === 'up' ? -1 : 1;
  return search(direction) ?? search(direction === 1 ? -1 : 1);
}

/**
 * Probability that a lot is accepted: binomial for percent nonconforming, Poisson for nonconformities per 100 items
 * (ISO 2859-1:1999, clause 12 and Table 10).
 * @param percent nonconforming, or nonconformities per 100 items.
 */
export function acceptanceProbability(
  plan: { readonly n: number; readonly ac: number },
  percent: number,
  of: 'items' | 'nonconformities' = 'items',
): number | Refused {
  const most = of === 'items' ? 100 : Number.MAX_VALUE;
  if (!(percent >= 0 && percent <= most)) {
    return refused('spc.parameter', {
      name: 'percent',
      value: Number.isFinite(percent) ? percent : null,
      allowed: of === 'items' ? '0..100' : '>= 0',
    });
  }
  if (!Number.isInteger(plan.n) || plan.n < 1)
    return refused('spc.parameter', { name: 'n', value: plan.n, allowed: '1, 2, ...' });
  if (percent === 0) return 1;
  if (plan.ac >= plan.n && of === 'items') return 1;
  return of === 'items' ? binomialCdf(plan.ac, plan.n, percent / 100) : poissonCdf(plan.ac, (plan.n * percent) / 100);
}

export interface PlanNumbers {
  readonly n: number;
  readonly ac: number;
  readonly re: number;
}

export interface SwitchingPlans {
  readonly normal: PlanNumbers;
  readonly tightened: PlanNumbers;
  readonly reduced: PlanNumbers;
  /** The plan for the next smaller AQL under normal inspection: the switching score asks whether it would accept. */
  readonly oneStepTighter: PlanNumbers;
}

export type SwitchingState = Inspection | 'discontinued';

export interface InspectedLot {
  /** Nonconforming items (or nonconformities) found. */
  readonly d: number;
  /** Presented again after it was not accepted: judged, but counts for no rule (ISO 2859-1:1999, 9.3). */
  readonly resubmitted?: boolean;
}

export interface SwitchingRules {
  readonly start?: Inspection;
  /** Production is steady and the authority agrees; without it the score rises and nothing follows. */
  readonly reducedAllowed?: boolean;
  /** So many lots not accepted among the last `within` on normal inspection tighten it: 2 of 5. */
  readonly tightenAfter?: number;
  readonly within?: number;
  /** Consecutive lots accepted on tightened inspection that end it: 5. */
  readonly relaxAfter?: number;
  /** Lots not accepted on tightened inspection, in all, that discontinue: 5. */
  readonly discontinueAfter?: number;
  /** A lot between Ac and Re of a reduced plan is accepted (MIL-STD-105E 4.7.4), true unless told; it always ends reduced. */
  readonly gapAccepts?: boolean;
  /** Switching score that allows reduced inspection: 30. */
  readonly scoreNeeded?: number;
}

export interface SwitchedLot {
  readonly state: SwitchingState;
  /** null when inspection is discontinued. */
  readonly accepted: boolean | null;
  /** After the lot; null outside normal inspection. */
  readonly score: number | null;
  /** In force for the lot that follows. */
  readonly next: SwitchingState;
}

/**
 * What is in force lot by lot: ISO 2859-1:1999 clauses 9.3 and 9.4, MIL-STD-105E 4.7 and 4.8; the switching score by 9.3.3.2:
 * with Ac 0 or 1 a lot accepted adds 2; with Ac 2 or more one that the next tighter AQL would accept adds 3; else back to 0.
 * On reduced inspection a lot between Ac and Re is accepted and ends it (MIL-STD-105E 4.7.4).
 * @returns Refused for a negative or broken count.
 */
export function switchInspection(
  lots: readonly InspectedLot[],
  plans: SwitchingPlans,
  rules: SwitchingRules = {},
): { readonly lots: readonly SwitchedLot[]; readonly finalState: SwitchingState } | Refused {
  const { start = 'normal', reducedAllowed = false, tightenAfter = 2, within = 5 } = rules;
  const { relaxAfter = 5, discontinueAfter = 5, scoreNeeded = 30, gapAccepts = true } = rules;
  const wrong = lots.findIndex(({ d }) => !Number.isInteger(d) || d < 0);
  if (wrong !== -1) {
    const value = lots[wrong]?.d ?? Number.NaN;
    return refused('spc.value-impossible', {
      at: wrong,
      value: Number.isFinite(value) ? value : null,
      allowed: '0, 1, 2, ...',
    });
  }
  let state: SwitchingState = start;
  let score = 0;
  let recent: boolean[] = [];
  let goodInRow = 0;
  let badTightened = 0;
  const enter = (next: SwitchingState): void => {
    if (next === state) return;
    state = next;
    [score, goodInRow, badTightened] = [0, 0, 0];
    recent = [];
  };
  const judged = lots.map(({ d, resubmitted = false }): SwitchedLot => {
    const inForce = state;
    if (inForce === 'discontinued') return { state: inForce, accepted: null, score: null, next: inForce };
    const plan = plans[inForce];
    // Between Ac and Re only reduced plans have room: the lot passes.
    const accepted = inForce === 'reduced' && gapAccepts ? d < plan.re : d <= plan.ac;
    if (resubmitted) return { state: inForce, accepted, score: inForce === 'normal' ? score : null, next: inForce };
    let told: number | null = null;
    if (inForce === 'normal') {
      recent = [...recent, accepted].slice(-within);
      const good = plan.ac >= 2 ? accepted && d <= plans.oneStepTighter.ac : accepted;
      score = good ? score + (plan.ac >= 2 ? 3 : 2) : 0;
      told = score;
      if (recent.filter((each) => !each).length >= tightenAfter) enter('tightened');
      else if (reducedAllowed && score >= scoreNeeded) enter('reduced');
    } else if (inForce === 'tightened') {
      goodInRow = accepted ? goodInRow + 1 : 0;
      badTightened += accepted ? 0 : 1;
      if (badTightened >= discontinueAfter) enter('discontinued');
      else if (goodInRow >= relaxAfter) enter('normal');
    } else if (!accepted || d > plan.ac) enter('normal');
    return { state: inForce, accepted, score: told, next: state };
  });
  return { lots: judged, finalState: state };
}
