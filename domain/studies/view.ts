/** A study as it is listed and reported, on a station and on the plant view. */
import type { Localized } from '#contract/config/text.ts';
import type { Actor } from '#contract/envelope.ts';
import type { StudyRow, StudyValueView, StudyView } from '#contract/rpc/studies.ts';
import type { StudySubject } from '#contract/events/shared.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { actorName } from '#domain/units/holder.ts';
import { distinctOf, percentOf } from './evaluate.ts';
import { countOf, statusOf, type Study, type StudyPart } from './study.ts';

const untitled = (id: string): Localized => ({ en: id, de: id });

/** Of the characteristic, or of the point of the checklist; its id where the revision is gone. */
export function subjectTitle(subject: StudySubject, catalogue: Pick<Catalogue, 'definition'>): Localized {
  const definition = catalogue.definition(subject.definitionId, subject.revision);
  if (subject.kind === 'characteristic')
    return (
      definition?.characteristics.find(({ id }) => id === subject.characteristicId)?.title ??
      untitled(subject.characteristicId)
    );
  const step = definition?.operations
    .find(({ id }) => id === subject.operationId)
    ?.steps.find(({ id }) => id === subject.stepId);
  const item = step?.type === 'checklist' ? step.items.find(({ id }) => id === subject.itemId) : undefined;
  return item?.title ?? untitled(subject.itemId);
}

export function rowOf(study: Study, catalogue: Catalogue): StudyRow {
  const { begun, finished, abandoned } = study;
  const { done, total } = countOf(study);
  const { criteria } = begun;
  return {
    studyId: study.studyId,
    kind: begun.kind,
    status: statusOf(study),
    title: subjectTitle(begun.subject, catalogue),
    definitionId: begun.subject.definitionId,
    gauge: begun.gaugeId === null ? null : { id: begun.gaugeId, title: catalogue.gauge(begun.gaugeId)?.title ?? null },
    parts: begun.parts.length,
    appraisers: begun.appraisers.map((personId) => ({ personId, name: catalogue.person(personId)?.name ?? personId })),
    trials: begun.trials,
    done,
    total,
    begunAt: begun.at,
    begunBy: actorName(begun.by, begun.stationId, { catalogue }),
    endedAt: (finished ?? abandoned)?.at ?? null,
    percent: finished === null || criteria.kind !== 'grr' ? null : percentOf(finished.result, criteria.of),
    distinct: finished === null ? null : distinctOf(finished.result),
    criteria,
  };
}

/** In the order in which they were taken, those too that others took the place of. */
export function valuesOf({ values }: StudyPart): readonly StudyValueView[] {
  const because = new Map(
    values.flatMap(({ replaces, reason }) => (replaces === null ? [] : [[replaces, reason ?? '']])),
  );
  return values.map(({ part, appraiser, trial, value, verdict, at, typed, valueId }) => ({
    part,
    appraiser,
    trial,
    value,
    verdict,
    at,
    typed,
    replaced: because.get(valueId) ?? null,
  }));
}

/** Everything of a study whose values may be seen; the result is that of its end. */
export function reportOf(study: Study, catalogue: Catalogue): StudyView {
  const { begun, finished, abandoned } = study;
  const { subject } = begun;
  const name = (told: { readonly by: Actor; readonly stationId: string }): string =>
    actorName(told.by, told.stationId, { catalogue });
  return {
    study: rowOf(study, catalogue),
    subject,
    method: begun.method,
    parts: begun.parts,
    stationId: begun.stationId,
    seed: begun.seed,
    unit: subject.kind === 'characteristic' ? subject.unit : null,
    decimals: subject.kind === 'characteristic' ? subject.decimals : 0,
    values: valuesOf(study),
    hidden: null,
    result: finished?.result ?? null,
    abandoned: abandoned === null ? null : { reason: abandoned.reason, by: name(abandoned) },
    finishedBy: finished === null ? null : name(finished),
  };
}
