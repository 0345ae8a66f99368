/** Studies as the screens see them: the list, what a study can be about, and one with its values and result. */
import type { Reason } from '#contract/refusal.ts';
import type { Page } from '#contract/rpc/base.ts';
import type { StudyChoices, StudyRow, StudyView } from '#contract/rpc/studies.ts';
import { reason } from '#domain/decision.ts';
import type { Facts } from '#domain/facts.ts';
import { suspicion, type SuspectOf } from '#domain/gauges/suspect.ts';
import { grrCriteria } from '#domain/studies/criteria.ts';
import { evaluate, evaluateTrials, fullTrials } from '#domain/studies/evaluate.ts';
import { mayManage } from '#domain/studies/rights.ts';
import { isBegun, isOver, type Study } from '#domain/studies/study.ts';
import { reportOf, rowOf } from '#domain/studies/view.ts';
import { cursorParts, pageOf } from '#station/core/pages.ts';
import type { ReadModelReader } from '#station/store/projection.ts';
import { readStudy } from '#station/store/projections/studies.ts';

export interface StudySources {
  readonly read: ReadModelReader;
  readonly facts: Facts;
}

interface Row {
  readonly studyId: string;
  readonly running: number;
  readonly begunAt: number;
  readonly state: string;
}

export function studyList(
  query: { readonly cursor: string | null; readonly limit: number },
  { read, facts }: StudySources,
): Page<StudyRow> {
  const after = cursorParts(query.cursor, 3);
  const total = read.get<{ n: number }>('SELECT count(*) AS n FROM study WHERE begun_at IS NOT NULL')?.n ?? 0;
  const rows = read.all<Row>(
    `SELECT study_id AS studyId, running, begun_at AS begunAt, state FROM study
     WHERE begun_at IS NOT NULL AND (? = 0 OR (running, begun_at, study_id) < (?, ?, ?))
     ORDER BY running DESC, begun_at DESC, study_id DESC LIMIT ?`,
    after === null ? 0 : 1,
    ...(after ?? [0, 0, '']),
    query.limit + 1,
  );
  const suspectOf = suspicion(facts);
  return pageOf(
    rows,
    query.limit,
    total,
    ({ running, begunAt, studyId }) => [running, begunAt, studyId],
    ({ state }) => rowOf(JSON.parse(state) as Study, facts.catalogue, suspectOf),
  );
}

/** Of the newest released revision of each definition. */
export function studyChoices({ facts }: StudySources): StudyChoices {
  const { catalogue, station } = facts;
  const released = catalogue.definitions.filter(({ status }) => status === 'released');
  const newest = [...new Map(released.map((definition) => [definition.id, definition])).values()];
  return {
    gauges: catalogue.gauges.flatMap(({ id, title, unit, device: deviceId }) => {
      const device = deviceId === undefined ? null : catalogue.device(deviceId);
      if (deviceId !== undefined && !station.devices.includes(deviceId)) return [];
      return [{ id, title, unit, device: device === null ? null : { id: device.id, title: device.title } }];
    }),
    characteristics: newest.flatMap(({ id: definitionId, revision, characteristics }) =>
      characteristics.map(({ id: characteristicId, title, unit, decimals, lower, upper }) => ({
        definitionId,
        revision,
        characteristicId,
        title,
        unit,
        decimals,
        lower,
        upper,
        criteria: grrCriteria(definitionId, characteristicId, lower !== null && upper !== null, catalogue),
      })),
    ),
    checks: newest.flatMap(({ id: definitionId, revision, operations }) =>
      operations.flatMap(({ id: operationId, steps }) =>
        steps.flatMap((step) =>
          step.type === 'checklist'
            ? step.items.map(({ id: itemId, title }) => ({
                definitionId,
                revision,
                operationId,
                stepId: step.id,
                itemId,
                title,
              }))
            : [],
        ),
      ),
    ),
    people: catalogue.people
      .filter(({ disabled }) => !disabled)
      .map(({ id: personId, name }) => ({ personId, name }))
      .sort((a, b) => a.name.localeCompare(b.name)),
  };
}

/** @returns null when this station has no such study. */
export function studyView(studyId: string, { read, facts }: StudySources): StudyView | null {
  const study = readStudy(read, studyId);
  if (!isBegun(study)) return null;
  const hidden = hiddenBecause(study, facts);
  const suspectOf = suspicion(facts);
  const report = reportOf(study, facts.catalogue, suspectOf);
  return hidden === null
    ? { ...report, result: resultOf(study, suspectOf) }
    : { ...report, values: null, hidden, result: null };
}

/** While it runs nobody sees values who measures in it, whatever else they may. */
function hiddenBecause(study: Study, facts: Facts): Reason | null {
  if (isOver(study)) return null;
  const { person } = facts.session;
  if (person === null) return reason('operator.nobody', {});
  const operator = person.name;
  if (study.begun.appraisers.includes(person.personId)) return reason('study.blind', { operator });
  return mayManage(facts) ? null : reason('operator.lacks-permission', { operator, permission: 'study.manage' });
}

/** What was told at the end; before, of the trials that are full. */
function resultOf(study: Study, suspectOf: SuspectOf): StudyView['result'] {
  if (study.finished !== null) return study.finished.result;
  const trials = fullTrials(study, suspectOf);
  if (trials < 2) return null;
  const found = trials === study.begun.trials ? evaluate(study) : evaluateTrials(study, trials);
  return 'refused' in found ? null : found.result;
}
