/** A study as it is listed and reported, on a station and on the plant view. */
import type { Localized } from '#contract/config/text.ts';
import type { Actor } from '#contract/envelope.ts';
import type { StudyRow, StudyValueView, StudyView } from '#contract/rpc/studies.ts';
import type { StudySubject } from '#contract/events/shared.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { noneSuspect, type SuspectOf } from '#domain/gauges/suspect.ts';
import { actorName } from '#domain/units/holder.ts';
import { distinctOf, percentOf } from './evaluate.ts';
import { countOf, isOver, statusOf, suspectOfStudy, suspectValues, type Study, type StudyPart } from './study.ts';

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

export function rowOf(study: Study, catalogue: Catalogue, suspectOf: SuspectOf): StudyRow {
  const { begun, finished, abandoned } = study;
  // What it came to rests on what was measured then: found bad later, a gauge takes back no value of a study that is over.
  const doubted = isOver(study) ? noneSuspect : suspectOf;
  const { done, total } = countOf(study, doubted);
  const { criteria } = begun;
  return {
    studyId: study.studyId,
    kind: begun.kind,
    status: statusOf(study, doubted),
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
    doubted: finished === null ? null : (suspectValues(study, suspectOf)[0]?.why ?? null),
  };
}

/** In the order in which they were taken, those too that others took the place of. */
export function valuesOf(study: StudyPart, suspectOf: SuspectOf): readonly StudyValueView[] {
  const { values } = study;
  const suspect = suspectOfStudy(study, suspectOf);
  const because = new Map(
    values.flatMap(({ replaces, reason }) => (replaces === null ? [] : [[replaces, reason ?? '']])),
  );
  return values.map((each) => ({
    part: each.part,
    appraiser: each.appraiser,
    trial: each.trial,
    value: each.value,
    verdict: each.verdict,
    at: each.at,
    typed: each.typed,
    replaced: because.get(each.valueId) ?? null,
    suspect: suspect(each),
  }));
}

/** Everything of a study whose values may be seen; the result is that of its end. */
export function reportOf(study: Study, catalogue: Catalogue, suspectOf: SuspectOf): StudyView {
  const { begun, finished, abandoned } = study;
  const { subject } = begun;
  const name = (told: { readonly by: Actor; readonly stationId: string }): string =>
    actorName(told.by, told.stationId, { catalogue });
  return {
    study: rowOf(study, catalogue, suspectOf),
    subject,
    method: begun.method,
    parts: begun.parts,
    stationId: begun.stationId,
    seed: begun.seed,
    unit: subject.kind === 'characteristic' ? subject.unit : null,
    decimals: subject.kind === 'characteristic' ? subject.decimals : 0,
    values: valuesOf(study, suspectOf),
    hidden: null,
    result: finished?.result ?? null,
    abandoned: abandoned === null ? null : { reason: abandoned.reason, by: name(abandoned) },
    finishedBy: finished === null ? null : name(finished),
  };
}
