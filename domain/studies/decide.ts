/** Setting a study up, measuring in it, judging it. */
import type { Characteristic } from '#contract/config/definition.ts';
import { event } from '#contract/events/index.ts';
import type { ReadingFact, StudyCriteria, StudySubject } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import type { StudyPlan } from '#contract/rpc/studies.ts';
import { isUnitCode } from '#contract/units.ts';
import type { StudyCommand } from '#domain/commands.ts';
import { accept, reason, refuse, type Decision } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { noneSuspect, notFoundGood, suspectText, suspicion } from '#domain/gauges/suspect.ts';
import { presenceFaults } from '#domain/people/access.ts';
import { deviceFaults, deviceValue, typedNumberFaults } from '#domain/steps/values.ts';
import { agreementCriteria, grrCriteria } from './criteria.ts';
import { evaluate } from './evaluate.ts';
import { readyFaults, tagOf } from './gauge.ts';
import { drawOrder, seedOf } from './order.ts';
import { manageFaults } from './rights.ts';
import { countOf, isBegun, isOver, progressOf, suspectValues, type Progress, type Study } from './study.ts';
import { subjectTitle } from './view.ts';

/** AIAG MSA 4th ed.: two or three appraisers; what is above is more than anybody measures without a slip. */
export const sizes = {
  grr: { parts: [2, 30], appraisers: [2, 3], trials: [2, 10] },
  agreement: { parts: [2, 50], appraisers: [2, 3], trials: [2, 10] },
} as const;

export function decideStudy(command: StudyCommand, facts: Facts): Decision {
  switch (command.type) {
    case 'study.begin':
      return begin(command.plan, facts);
    case 'study.record':
    case 'study.judge':
      return record(command, facts);
    case 'study.finish':
      return finish(command.studyId, facts);
    case 'study.abandon':
      return abandon(command.studyId, command.reason, facts);
  }
}

function begin(plan: StudyPlan, facts: Facts): Decision {
  const faults: Reason[] = [...manageFaults(facts), ...sizeFaults(plan), ...nameFaults(plan, facts)];
  const found = subjectOf(plan, facts);
  if (found.subject === null) faults.push(...found.faults);
  const gauge = plan.gaugeId === null ? null : facts.catalogue.gauge(plan.gaugeId);
  if (plan.kind === 'grr' && plan.gaugeId === null) faults.push(reason('study.gauge-missing', {}));
  if (plan.gaugeId !== null && gauge === null) faults.push(reason('gauge.unknown', { gauge: plan.gaugeId }));
  if (gauge !== null && found.subject?.kind === 'characteristic')
    faults.push(...readyFaults(gauge, found.subject, found.characteristic, facts));
  if (gauge?.device !== undefined && !facts.station.devices.includes(gauge.device))
    faults.push(reason('device.unknown', { device: gauge.device }));
  const criteria = found.subject === null ? null : criteriaOf(plan, found.subject, facts);
  if (
    criteria?.kind === 'grr' &&
    criteria.of === 'tolerance' &&
    found.characteristic !== null &&
    !hasTolerance(found.characteristic)
  )
    faults.push(reason('study.no-tolerance', { characteristicText: found.characteristic.title }));
  if (faults.length > 0 || found.subject === null || criteria === null) return refuse(faults);
  const studyId = facts.ids.fresh('study');
  const { kind, gaugeId, parts, appraisers, trials, method } = plan;
  const seed = seedOf(facts.ids.fresh('order of a study'));
  return accept(
    [
      event('study.begun', {
        studyId,
        kind,
        gaugeId,
        tagId: kind === 'grr' && gauge !== null ? tagOf(gauge, facts.catalogue) : null,
        subject: found.subject,
        parts: parts.map(({ label, reference }) => ({ label, reference: kind === 'agreement' ? reference : null })),
        appraisers,
        trials,
        seed,
        order: drawOrder(parts.length, appraisers.length, trials, seed),
        method,
        criteria,
      }),
    ],
    { studyId },
  );
}

function sizeFaults({ kind, parts, appraisers, trials }: StudyPlan): readonly Reason[] {
  const have = { parts: parts.length, appraisers: appraisers.length, trials };
  return (['parts', 'appraisers', 'trials'] as const).flatMap((what) => {
    const [least, most] = sizes[kind][what];
    const fits = Number.isInteger(have[what]) && have[what] >= least && have[what] <= most;
    return fits ? [] : [reason('study.size', { what, have: have[what], least, most })];
  });
}

const twice = (names: readonly string[]): readonly string[] => [
  ...new Set(names.filter((name, i) => names.indexOf(name) !== i)),
];

function nameFaults({ parts, appraisers }: StudyPlan, { catalogue }: Facts): readonly Reason[] {
  const labels = parts.map(({ label }) => label);
  const named = labels.filter((label) => label !== '');
  return [
    ...(named.length < labels.length ? [reason('study.part-unnamed', {})] : []),
    ...twice(named).map((part) => reason('study.part-twice', { part })),
    ...twice(appraisers).map((id) => reason('study.appraiser-twice', { operator: catalogue.person(id)?.name ?? id })),
    ...appraisers.flatMap((id) => {
      const person = catalogue.person(id);
      return person === null || person.disabled ? [reason('study.appraiser-unknown', { person: id })] : [];
    }),
  ];
}

type Found =
  | { readonly subject: StudySubject; readonly characteristic: Characteristic | null }
  | { readonly subject: null; readonly characteristic: null; readonly faults: readonly Reason[] };

function subjectOf({ kind, subject }: StudyPlan, { catalogue }: Facts): Found {
  const none = (...faults: readonly Reason[]): Found => ({ subject: null, characteristic: null, faults });
  const { definitionId, revision } = subject;
  const definition = catalogue.definition(definitionId, revision);
  if (definition === null || definition.status !== 'released')
    return none(reason('revision.unknown', { definition: definitionId, revision }));
  if (subject.kind === 'characteristic') {
    const characteristic = definition.characteristics.find(({ id }) => id === subject.characteristicId);
    if (characteristic === undefined)
      return none(reason('study.characteristic-unknown', { characteristic: subject.characteristicId }));
    const { unit, decimals, lower, upper } = characteristic;
    return { subject: { ...subject, unit, decimals, lower, upper }, characteristic };
  }
  if (kind === 'grr') return none(reason('study.wrong-kind', { kind: 'grr' }));
  const step = definition.operations
    .find(({ id }) => id === subject.operationId)
    ?.steps.find(({ id }) => id === subject.stepId);
  const known = step?.type === 'checklist' && step.items.some(({ id }) => id === subject.itemId);
  return known ? { subject, characteristic: null } : none(reason('study.check-unknown', { item: subject.itemId }));
}

const hasTolerance = ({ lower, upper }: Characteristic): boolean => lower !== null && upper !== null && upper > lower;

function criteriaOf({ kind }: StudyPlan, subject: StudySubject, { catalogue }: Facts): StudyCriteria {
  if (kind === 'agreement' || subject.kind === 'check') return agreementCriteria;
  const { definitionId, characteristicId, lower, upper } = subject;
  const both = lower !== null && upper !== null && upper > lower;
  return grrCriteria(definitionId, characteristicId, both, catalogue);
}

/** The study, as long as something can be done in it; else every reason why not. */
function running(studyId: string, faults: readonly Reason[], facts: Facts): Study | Decision {
  const study = facts.studies.study(studyId);
  if (!isBegun(study)) return refuse([...faults, reason('study.unknown', { study: studyId })]);
  const endedAt = (study.finished ?? study.abandoned)?.at;
  return isOver(study) && endedAt !== undefined ? refuse([...faults, reason('study.over', { endedAt })]) : study;
}
const isDecision = (found: Study | Decision): found is Decision => 'ok' in found;

const namesOf = (people: readonly string[], { catalogue }: Pick<Facts, 'catalogue'>): string =>
  people.map((id) => catalogue.person(id)?.name ?? id).join(', ');

/** Whether the one who is signed in may measure now: their progress, or why not. */
export function measurer(
  study: Study,
  facts: Facts,
): { readonly progress: Progress } | { readonly faults: readonly Reason[] } {
  const faults = presenceFaults(facts);
  const { person } = facts.session;
  if (person === null || faults.length > 0) return { faults };
  const all = progressOf(study, suspicion(facts));
  const own = all.find(({ appraiser }) => appraiser === person.personId);
  const operator = person.name;
  if (own === undefined)
    return {
      faults: [reason('study.not-appraiser', { operator, appraisers: namesOf(study.begun.appraisers, facts) })],
    };
  return { progress: own };
}

function record(command: Extract<StudyCommand, { type: 'study.record' | 'study.judge' }>, facts: Facts): Decision {
  const study = running(command.studyId, [], facts);
  if (isDecision(study)) return study;
  const who = measurer(study, facts);
  if ('faults' in who) return refuse(who.faults);
  const { progress } = who;
  const { again } = command;
  const place = again === null ? progress.next : progress.last;
  const faults: Reason[] = [];
  if (place === null) {
    const others = progressOf(study, suspicion(facts)).filter(({ next }) => next !== null);
    faults.push(
      again === null
        ? reason('study.appraiser-done', {
            operator: facts.session.person?.name ?? progress.appraiser,
            appraisers: namesOf(
              others.map(({ appraiser }) => appraiser),
              facts,
            ),
          })
        : reason('study.nothing-to-replace', {}),
    );
  }
  const { kind } = study.begun;
  if ((command.type === 'study.judge') !== (kind === 'agreement')) {
    faults.push(reason('study.wrong-kind', { kind }));
    return refuse(faults);
  }
  const { gaugeId } = study.begun;
  // Judged with a gauge, e.g. a plug: what cannot be relied on now would have to be judged again.
  if (command.type === 'study.judge' && gaugeId !== null)
    faults.push(...notFoundGood(facts.gauges.state(gaugeId), facts.now));
  const taken = command.type === 'study.record' ? valueOf(command.source, study, facts) : null;
  if (taken !== null && 'faults' in taken) faults.push(...taken.faults);
  if (faults.length > 0 || place === null) return refuse(faults);
  const at = {
    studyId: study.studyId,
    part: place.part,
    appraiser: progress.appraiser,
    trial: place.trial,
    valueId: facts.ids.fresh('value'),
    replaces: (again === null ? progress.suspect?.value.valueId : progress.last?.valueId) ?? null,
    reason: again ?? (progress.suspect === null ? null : suspectText(progress.suspect.why)),
  };
  if (command.type === 'study.judge')
    return accept([event('study.verdict-recorded', { ...at, verdict: command.verdict })]);
  return taken !== null && 'fact' in taken
    ? accept([event('study.value-recorded', { ...at, reading: taken.fact })])
    : refuse([reason('study.wrong-kind', { kind })]);
}

type Taken = { readonly fact: ReadingFact } | { readonly faults: readonly Reason[] };

function valueOf(source: Extract<StudyCommand, { type: 'study.record' }>['source'], study: Study, facts: Facts): Taken {
  const { subject, gaugeId, tagId } = study.begun;
  const gauge = gaugeId === null ? null : facts.catalogue.gauge(gaugeId);
  if (subject.kind === 'check') return { faults: [reason('study.wrong-kind', { kind: 'agreement' })] };
  if (gauge === null) return { faults: [reason('gauge.unknown', { gauge: gaugeId })] };
  const of = characteristicNow(subject, facts);
  const faults = [...readyFaults(gauge, subject, of, facts)];
  if (source.from === 'typed') {
    if (tagId !== null) {
      const deviceText = facts.catalogue.tag(tagId)?.device.title ?? null;
      faults.push(reason('study.typed-not-allowed', { gauge: gauge.id, deviceText }));
    }
    faults.push(...typedNumberFaults(source.value, of));
    const fact: ReadingFact = {
      value: source.value,
      unit: subject.unit,
      entry: 'typed',
      deviceId: null,
      tagId: null,
      quality: 'good',
      status: 'Good',
      sourceAt: null,
      receivedAt: facts.now,
    };
    return faults.length > 0 ? { faults } : { fact };
  }
  if (tagId === null)
    return { faults: [...faults, reason('step.action-not-possible', { action: source.from, stepType: 'measure' })] };
  const device = facts.catalogue.tag(tagId)?.device ?? null;
  if (source.from === 'take') {
    // The newest value of a gauge with a button may be of the part before: only its next push counts.
    if (device !== null && facts.device(device.id)?.pushes === true)
      return { faults: [...faults, reason('step.action-not-possible', { action: 'take', stepType: 'measure' })] };
    if (device !== null) faults.push(...deviceFaults(device.id, facts));
  } else if (source.tagId !== tagId) {
    return { faults: [...faults, reason('study.other-tag', { tag: source.tagId, expected: tagId })] };
  }
  const reading = source.from === 'push' ? source.reading : facts.reading(tagId);
  const taken = deviceValue(tagId, reading, of, facts);
  if (faults.length > 0) return { faults: [...faults, ...('faults' in taken ? taken.faults : [])] };
  return taken;
}

/** As it stood when the study was begun, so that everything in it is measured alike; with the words and plausible values of today. */
export function characteristicNow(
  subject: Extract<StudySubject, { kind: 'characteristic' }>,
  { catalogue }: Pick<Facts, 'catalogue'>,
): Characteristic {
  const { characteristicId: id, definitionId, revision, decimals, lower, upper } = subject;
  const unit = isUnitCode(subject.unit) ? subject.unit : '1';
  const known = catalogue.definition(definitionId, revision)?.characteristics.find((each) => each.id === id);
  return {
    title: { en: id, de: id },
    nominal: null,
    ...known,
    id,
    unit,
    decimals,
    lower,
    upper,
  };
}

function finish(studyId: string, facts: Facts): Decision {
  const found = facts.studies.study(studyId);
  const named = isBegun(found) && found.begun.appraisers.includes(facts.session.person?.personId ?? '');
  // Nothing is chosen in it: whoever measured last may press the button.
  const faults = [...(named ? presenceFaults(facts) : manageFaults(facts))];
  const study = running(studyId, faults, facts);
  if (isDecision(study)) return study;
  const { done, total } = countOf(study, noneSuspect);
  if (done < total) faults.push(reason('study.values-missing', { have: done, need: total }));
  faults.push(...suspectFaults(study, facts));
  if (faults.length > 0) return refuse(faults);
  const evaluated = evaluate(study);
  if ('refused' in evaluated) return refuse([reason('study.not-judgeable', { problem: 'out-of-range' })]);
  const { gaugeId, subject, criteria } = study.begun;
  return accept([event('study.finished', { studyId, gaugeId, subject, criteria, ...evaluated })]);
}

/** Of each finding once: which gauge of which characteristic, and of how many values. */
function suspectFaults(study: Study, facts: Facts): readonly Reason[] {
  const { gaugeId, subject } = study.begun;
  const suspect = suspectValues(study, suspicion(facts));
  const found = [...new Set(suspect.map(({ why }) => why.params['foundAt'] ?? null))];
  return found.map((foundAt) =>
    reason('study.values-suspect', {
      gauge: gaugeId,
      characteristicText: subjectTitle(subject, facts.catalogue),
      count: suspect.filter(({ why }) => why.params['foundAt'] === foundAt).length,
      foundAt,
    }),
  );
}

function abandon(studyId: string, words: string, facts: Facts): Decision {
  const faults = manageFaults(facts);
  const study = running(studyId, faults, facts);
  if (isDecision(study)) return study;
  return faults.length > 0 ? refuse(faults) : accept([event('study.abandoned', { studyId, reason: words })]);
}
