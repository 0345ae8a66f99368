/** Studies in words: where one stands, and why it passed or did not. */
import type { StudyRemark, StudyResult } from '#contract/events/shared.ts';
import type { StudyRow, StudyStatus } from '#contract/rpc/studies.ts';
import { advised, distinctOf, judgedKappas, percentOf } from '#domain/studies/evaluate.ts';
import { format, t } from '../../i18n/index.svelte.ts';
import type { IconName } from '../../ui/icon.svelte';

interface Look {
  readonly shape: IconName;
  readonly word: string;
  readonly tone: 'quiet' | 'warn' | 'bad';
}
const looks: Readonly<Record<StudyStatus, () => Look>> = {
  measuring: () => ({ shape: 'now', word: t.studies_status_measuring(), tone: 'quiet' }),
  measured: () => ({ shape: 'info', word: t.studies_status_measured(), tone: 'warn' }),
  passed: () => ({ shape: 'done', word: t.studies_status_passed(), tone: 'quiet' }),
  failed: () => ({ shape: 'failed', word: t.studies_status_failed(), tone: 'bad' }),
  abandoned: () => ({ shape: 'stop', word: t.studies_status_abandoned(), tone: 'quiet' }),
};
/** What it came to; judged by values that cannot be relied on any more it came to nothing. */
export const statusLook = ({ status, doubted }: Pick<StudyRow, 'status' | 'doubted'>): Look =>
  doubted === null ? looks[status]() : { shape: 'warning', word: t.studies_status_doubted(), tone: 'warn' };

export const kindWord = (kind: StudyRow['kind']): string =>
  kind === 'grr' ? t.study_kind_grr() : t.study_kind_agreement();

/** A kappa, or that there is none. */
export const kappaText = (kappa: number | null): string =>
  kappa === null ? t.studies_none() : format.number(kappa, 2);

/** What was reached beside what was asked for, one line each. */
export function verdictLines({ criteria }: Pick<StudyRow, 'criteria'>, result: StudyResult): readonly string[] {
  if (criteria.kind === 'agreement') {
    const kappas = judgedKappas(result).filter((kappa) => kappa !== null);
    const least = kappas.length === 0 ? null : Math.min(...kappas);
    return [t.studies_kappa_line({ kappa: kappaText(least), limit: format.number(criteria.minKappa, 2) })];
  }
  const percent = percentOf(result, criteria.of);
  const distinct = distinctOf(result);
  const params = {
    percent: percent === null ? t.studies_none() : format.quantity(percent, 1, '%'),
    limit: format.plainQuantity(criteria.maxPercent, '%'),
  };
  return [
    criteria.of === 'tolerance' ? t.studies_percent_tolerance_line(params) : t.studies_percent_study_line(params),
    t.studies_distinct_line({
      distinct: distinct === null ? t.studies_none() : format.count(distinct),
      limit: format.count(criteria.minDistinct),
    }),
  ];
}

/** Whose limits they are. */
export const criteriaSource = ({ criteria }: Pick<StudyRow, 'criteria'>): string =>
  criteria.plan === null
    ? t.studies_criteria_aiag()
    : t.studies_criteria_plan({ plan: criteria.plan.id, revision: criteria.plan.revision });

const remarks: Readonly<Record<StudyRemark, () => string>> = {
  'parts-narrow': () => t.studies_remark_parts_narrow(),
  'resolution-coarse': () => t.studies_remark_resolution_coarse(),
  'range-out': () => t.studies_remark_range_out(),
  interaction: () => t.studies_remark_interaction(),
  constant: () => t.studies_remark_constant(),
  'one-sided': () => t.studies_remark_one_sided(),
  small: () => t.studies_remark_small({ measured: format.count(advised.grr), judged: format.count(advised.agreement) }),
};
export const remarkText = (remark: StudyRemark): string => remarks[remark]();
