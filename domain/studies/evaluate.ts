/** What a study comes to: both methods of a Gage R&R side by side, or the agreement of people; its verdict by its criteria. */
import type { StudyCriteria, StudyFigures, StudyMatch, StudyRemark, StudyResult } from '#contract/events/shared.ts';
import type { SuspectOf } from '#domain/gauges/suspect.ts';
import { agreementStudy } from '#domain/spc/agreement.ts';
import { anovaStudy, rangeStudy, type AnovaStudy, type RangeStudy } from '#domain/spc/gage-rr.ts';
import type { Refused } from '#domain/spc/reason.ts';
import { counting, standing, valueAt, type Study } from './study.ts';

export interface Evaluated {
  readonly result: StudyResult;
  readonly verdict: 'passed' | 'failed';
}

/** Parts and trials of AIAG MSA's (4th ed.) own studies: ten parts measured, fifty judged. */
export const advised = { grr: 10, agreement: 50 } as const;
/** Share of the tolerance that the parts must span; ours: AIAG only asks for parts over the whole range of the process. */
const spanAtLeast = 0.5;
/** Sigmas that the tolerance is compared with (AIAG MSA 4th ed.; 5.15 in the third). */
const multiplier = 6;
/** Fewer ranges take few values by chance. */
const rangesAtLeast = 10;

/** A study none of whose values is missing, by its own criteria and method. @returns Refused for values that cannot be computed with. */
export const evaluate = (study: Study): Evaluated | Refused => evaluateTrials(study, study.begun.trials);

/** The same on the first trials alone, e.g. while the study runs. @param trials full ones, at least 2. */
export function evaluateTrials(study: Study, trials: number): Evaluated | Refused {
  const { begun } = study;
  const values = counting(study);
  const table = begun.parts.map(({ label }) =>
    begun.appraisers.map((appraiser) =>
      Array.from({ length: trials }, (_, i) => valueAt(values, appraiser, { part: label, trial: i + 1 }) ?? null),
    ),
  );
  const result =
    begun.kind === 'grr'
      ? measured(
          study,
          map3(table, (v) => v?.value ?? null),
        )
      : judged(study, table);
  if ('refused' in result) return result;
  return { result, verdict: reaches(result, begun.criteria) ? 'passed' : 'failed' };
}

/** Trials of which every value is there and can be relied on. */
export function fullTrials(study: Study, suspectOf: SuspectOf): number {
  const values = standing(study, suspectOf);
  const { appraisers, parts, trials } = study.begun;
  const full = (trial: number): boolean =>
    appraisers.every((who) => parts.every(({ label }) => valueAt(values, who, { part: label, trial }) !== undefined));
  let count = 0;
  while (count < trials && full(count + 1)) count += 1;
  return count;
}

const map3 = <T, U>(table: readonly (readonly (readonly T[])[])[], to: (value: T) => U): U[][][] =>
  table.map((row) => row.map((each) => each.map(to)));

function measured(study: Study, table: readonly (readonly (readonly (number | null)[])[])[]): StudyResult | Refused {
  const { subject, method } = study.begun;
  const tolerance =
    subject.kind === 'characteristic' && subject.lower !== null && subject.upper !== null
      ? subject.upper - subject.lower
      : null;
  const options = tolerance === null || tolerance <= 0 ? { multiplier } : { multiplier, tolerance };
  const anova = anovaStudy(table, options);
  if ('refused' in anova) return anova;
  const range = rangeStudy(table, options);
  if ('refused' in range) return range;
  const remarks: StudyRemark[] = [];
  if (anova.variance.total === 0) remarks.push('constant');
  else {
    if (tolerance !== null && range.partRange < spanAtLeast * tolerance) remarks.push('parts-narrow');
    if (isCoarse(table, range, subject.kind === 'characteristic' ? subject.decimals : 6))
      remarks.push('resolution-coarse');
  }
  if (range.outOfControl.length > 0) remarks.push('range-out');
  // A hundredth of the variation is nothing that anybody could find.
  if (!anova.interactionPooled && (anova.contribution?.interaction ?? 0) >= 1) remarks.push('interaction');
  if (study.begun.parts.length < advised.grr) remarks.push('small');
  return { kind: 'grr', method, anova: ofAnova(anova), range: ofRange(range, tolerance), remarks };
}

/**
 * The gauge resolves too little when the range chart shows no more than three values of the range within its limits, or four and
 * more than a quarter of the ranges are zero (AIAG MSA 4th ed., chapter II; D. J. Wheeler and R. W. Lyday). No spread at all is that too.
 */
function isCoarse(
  table: readonly (readonly (readonly (number | null)[])[])[],
  { upperRange, meanRange }: RangeStudy,
  decimals: number,
): boolean {
  if (meanRange === 0) return true;
  const ranges = table.flat().map((cell) => {
    const present = cell.filter((value) => value !== null);
    return Math.max(...present) - Math.min(...present);
  });
  if (ranges.length < rangesAtLeast) return false;
  // Differences of written values: what is beyond their decimals is rounding.
  const within = ranges.filter((each) => each <= upperRange).map((each) => each.toFixed(decimals + 1));
  const kinds = new Set(within).size;
  const zeros = within.filter((each) => Number(each) === 0).length;
  return kinds <= 3 || (kinds === 4 && zeros > within.length / 4);
}

const ofAnova = ({
  deviation,
  studyVariation,
  ofTolerance,
  distinct,
  interactionPooled,
}: AnovaStudy): StudyFigures => ({
  deviation,
  ofStudy: studyVariation,
  ofTolerance,
  distinct,
  pooled: interactionPooled,
});

function ofRange(
  { ev, av, grr, pv, tv, ofStudy, ofTolerance, distinct }: RangeStudy,
  tolerance: number | null,
): StudyFigures {
  const sources = (of: Pick<RangeStudy, 'ev' | 'av' | 'grr' | 'pv'>, total: number) => ({
    repeatability: of.ev,
    reproducibility: of.av,
    operator: of.av,
    interaction: 0,
    grr: of.grr,
    part: of.pv,
    total,
  });
  return {
    deviation: sources({ ev, av, grr, pv }, tv),
    ofStudy: ofStudy === null ? null : sources(ofStudy, 100),
    ofTolerance:
      ofTolerance === null ? null : sources(ofTolerance, tolerance === null ? 0 : (100 * multiplier * tv) / tolerance),
    distinct,
    pooled: null,
  };
}

function judged(
  { begun }: Study,
  table: readonly (readonly (readonly ({ readonly verdict: 'good' | 'bad' | null } | null)[])[])[],
): StudyResult | Refused {
  const ratings = map3(table, (value) => value?.verdict ?? 'missing');
  const references = begun.parts.flatMap(({ reference }) => reference ?? []);
  const standard = references.length === begun.parts.length ? references : null;
  const found = agreementStudy(ratings, standard);
  if ('refused' in found) return found;
  const match = ({ share, kappa }: (typeof found)['between']): StudyMatch => ({
    matched: share.matched,
    of: share.of,
    kappa: kappa?.kappa ?? null,
  });
  const remarks: StudyRemark[] = [];
  const kinds = new Set(standard ?? ratings.flat(2));
  if (kinds.size < 2) remarks.push('one-sided');
  if (begun.parts.length < advised.agreement) remarks.push('small');
  return {
    kind: 'agreement',
    within: found.within.map(match),
    versusReference: found.versusStandard?.map(match) ?? null,
    between: match(found.between),
    allVersusReference:
      found.allVersusStandard === null
        ? null
        : { matched: found.allVersusStandard.matched, of: found.allVersusStandard.of },
    remarks,
  };
}

/** %GRR that a criterion looks at, by the method of the study; null: nothing varied, or there is no tolerance. */
export function percentOf(result: StudyResult, of: 'tolerance' | 'study'): number | null {
  if (result.kind !== 'grr') return null;
  const figures = result[result.method];
  return (of === 'tolerance' ? figures.ofTolerance : figures.ofStudy)?.grr ?? null;
}

export const distinctOf = (result: StudyResult): number | null =>
  result.kind === 'grr' ? result[result.method].distinct : null;

/** Without any spread nothing was shown, and it does not pass. Every kappa that is judged is named in `judgedKappas`. */
function reaches(result: StudyResult, criteria: StudyCriteria): boolean {
  if (criteria.kind === 'grr') {
    const percent = percentOf(result, criteria.of);
    const distinct = distinctOf(result);
    return percent !== null && percent <= criteria.maxPercent && distinct !== null && distinct >= criteria.minDistinct;
  }
  return judgedKappas(result).every((kappa) => kappa !== null && kappa >= criteria.minKappa);
}

/** Each with themselves, and with what is right; where that is not known, all with each other. */
export function judgedKappas(result: StudyResult): readonly (number | null)[] {
  if (result.kind !== 'agreement') return [];
  return [...result.within, ...(result.versusReference ?? [result.between])].map(({ kappa }) => kappa);
}
