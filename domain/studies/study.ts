/**
 * A measurement system study: what its log told of it, and where it stands. Facts are known by their ids, so it does not matter
 * in which order somebody hears of them, or how often.
 */
import type { Actor } from '#contract/envelope.ts';
import type { BodyOf } from '#contract/events/index.ts';
import type { Reason } from '#contract/refusal.ts';
import type { SuspectOf } from '#domain/gauges/suspect.ts';
import type { Happened } from '#domain/happened.ts';

export const studyEvents = [
  'study.begun',
  'study.value-recorded',
  'study.verdict-recorded',
  'study.finished',
  'study.abandoned',
] as const;

interface Told {
  /** UTC ms. */
  readonly at: number;
  readonly stationId: string;
  readonly by: Actor;
}

export interface StudyValue {
  readonly valueId: string;
  readonly part: string;
  /** Person id. */
  readonly appraiser: string;
  /** From 1. */
  readonly trial: number;
  /** Of a Gage R&R study, unit of the characteristic. */
  readonly value: number | null;
  /** Of an agreement study. */
  readonly verdict: 'good' | 'bad' | null;
  readonly typed: boolean;
  readonly replaces: string | null;
  readonly reason: string | null;
  readonly at: number;
}

export interface StudyPart {
  readonly studyId: string;
  readonly begun: (Omit<BodyOf<'study.begun'>, 'studyId'> & Told) | null;
  readonly values: readonly StudyValue[];
  readonly finished: (Omit<BodyOf<'study.finished'>, 'studyId'> & Told) | null;
  readonly abandoned: ({ readonly reason: string } & Told) | null;
}

/** One of which everything is known that measuring needs. */
export interface Study extends StudyPart {
  readonly begun: NonNullable<StudyPart['begun']>;
}
export const isBegun = (part: StudyPart | null): part is Study => part !== null && part.begun !== null;

export const noStudy = (studyId: string): StudyPart => ({
  studyId,
  begun: null,
  values: [],
  finished: null,
  abandoned: null,
});

export function evolveStudy(part: StudyPart | null, event: Happened): StudyPart | null {
  const told: Told = { at: event.at, stationId: event.stationId, by: event.actor };
  switch (event.type) {
    case 'study.begun': {
      const { studyId, ...begun } = event.body;
      return { ...(part ?? noStudy(studyId)), begun: { ...begun, ...told } };
    }
    case 'study.value-recorded': {
      const { studyId, reading, ...place } = event.body;
      const { value, entry } = reading;
      return withValue(part ?? noStudy(studyId), {
        ...place,
        value,
        verdict: null,
        typed: entry === 'typed',
        at: event.at,
      });
    }
    case 'study.verdict-recorded': {
      const { studyId, ...place } = event.body;
      return withValue(part ?? noStudy(studyId), { ...place, value: null, typed: false, at: event.at });
    }
    case 'study.finished': {
      const { studyId, ...finished } = event.body;
      return { ...(part ?? noStudy(studyId)), finished: { ...finished, ...told } };
    }
    case 'study.abandoned': {
      const { studyId, reason } = event.body;
      return { ...(part ?? noStudy(studyId)), abandoned: { reason, ...told } };
    }
    default:
      return part;
  }
}

const withValue = (part: StudyPart, value: StudyValue): StudyPart => ({
  ...part,
  values: [...part.values.filter(({ valueId }) => valueId !== value.valueId), value],
});

/** Of what two heard: everything. All facts of a study come from its one station, so each is there at most once. */
export function joinStudies(a: StudyPart, b: StudyPart): StudyPart {
  const values = new Map([...a.values, ...b.values].map((value) => [value.valueId, value]));
  return {
    studyId: a.studyId,
    begun: a.begun ?? b.begun,
    values: [...values.values()],
    finished: a.finished ?? b.finished,
    abandoned: a.abandoned ?? b.abandoned,
  };
}

export const isOver = ({ finished, abandoned }: StudyPart): boolean => finished !== null || abandoned !== null;

/** Where a value belongs. */
export interface Place {
  readonly part: string;
  readonly trial: number;
}

/** All places of an appraiser in the order in which they are measured; empty: not one of them. */
export function placesOf({ begun }: Study, appraiser: string): readonly Place[] {
  const rounds = begun.order[begun.appraisers.indexOf(appraiser)] ?? [];
  return rounds.flatMap((round, trial) =>
    round.map((part) => ({ part: begun.parts[part]?.label ?? '', trial: trial + 1 })),
  );
}

const cell = (appraiser: string, { part, trial }: Place): string => JSON.stringify([appraiser, trial, part]);

/** Why a value of the study cannot be relied on: its gauge was found bad; null: nothing is known against it. */
export const suspectOfStudy =
  ({ begun }: StudyPart, suspectOf: SuspectOf) =>
  ({ at }: StudyValue): Reason | null =>
    suspectOf({ gaugeId: begun?.gaugeId ?? null, at });

/** The values that count: not replaced by others. */
export function counting({ values }: StudyPart): ReadonlyMap<string, StudyValue> {
  const replaced = new Set(values.map(({ replaces }) => replaces));
  return new Map(
    values.filter(({ valueId }) => !replaced.has(valueId)).map((value) => [cell(value.appraiser, value), value]),
  );
}

/** When the values that count were taken: UTC ms, ascending, each once. */
export const takenAtOf = (study: StudyPart): readonly number[] =>
  [...new Set([...counting(study).values()].map(({ at }) => at))].sort((a, b) => a - b);

/** Of the values that count those that can be relied on. */
export function standing(study: StudyPart, suspectOf: SuspectOf): ReadonlyMap<string, StudyValue> {
  const suspect = suspectOfStudy(study, suspectOf);
  return new Map([...counting(study)].filter(([, value]) => suspect(value) === null));
}

/** What counts and cannot be relied on: it is measured again. In the order of the study, appraiser by appraiser. */
export function suspectValues(
  study: Study,
  suspectOf: SuspectOf,
): readonly { readonly value: StudyValue; readonly why: Reason }[] {
  const values = counting(study);
  const suspect = suspectOfStudy(study, suspectOf);
  return study.begun.appraisers.flatMap((appraiser) =>
    placesOf(study, appraiser).flatMap((place) => {
      const value = valueAt(values, appraiser, place);
      const why = value === undefined ? null : suspect(value);
      return value === undefined || why === null ? [] : [{ value, why }];
    }),
  );
}

export const valueAt = (
  values: ReadonlyMap<string, StudyValue>,
  appraiser: string,
  place: Place,
): StudyValue | undefined => values.get(cell(appraiser, place));

export interface Progress {
  readonly appraiser: string;
  /** Values that are there and can be relied on. */
  readonly done: number;
  readonly of: number;
  /** What comes next; null: everything of theirs is measured. */
  readonly next: Place | null;
  /** What the next one takes the place of, as it cannot be relied on; null: nothing was measured there. */
  readonly suspect: { readonly value: StudyValue; readonly why: Reason } | null;
  /** Taken last, and may be measured again. */
  readonly last: StudyValue | null;
}

/** Per appraiser, in the order of the study: what cannot be relied on is measured again in its place of that order. */
export function progressOf(study: Study, suspectOf: SuspectOf): readonly Progress[] {
  const values = counting(study);
  const reliable = standing(study, suspectOf);
  const why = suspectOfStudy(study, suspectOf);
  return study.begun.appraisers.map((appraiser) => {
    const places = placesOf(study, appraiser);
    const next = places.find((place) => valueAt(reliable, appraiser, place) === undefined) ?? null;
    const there = next === null ? undefined : valueAt(values, appraiser, next);
    const because = there === undefined ? null : why(there);
    const newest = study.values.findLast((value) => value.appraiser === appraiser);
    return {
      appraiser,
      done: places.filter((place) => valueAt(reliable, appraiser, place) !== undefined).length,
      of: places.length,
      next,
      suspect: there === undefined || because === null ? null : { value: there, why: because },
      last: newest === undefined || why(newest) !== null ? null : newest,
    };
  });
}

/** Whose turn it is: who is least far, trial by trial. Any other may go on too (AIAG MSA: on different shifts). */
export function turnOf(progress: readonly Progress[]): Progress | null {
  const open = progress.filter(({ next }) => next !== null);
  return open.reduce<Progress | null>(
    (first, each) => (first === null || (each.next?.trial ?? 0) < (first.next?.trial ?? 0) ? each : first),
    null,
  );
}

export function countOf(study: Study, suspectOf: SuspectOf): { readonly done: number; readonly total: number } {
  const progress = progressOf(study, suspectOf);
  const sum = (of: (each: Progress) => number): number => progress.reduce((all, each) => all + of(each), 0);
  return { done: sum(({ done }) => done), total: sum((each) => each.of) };
}

export function statusOf(
  study: Study,
  suspectOf: SuspectOf,
): 'measuring' | 'measured' | 'passed' | 'failed' | 'abandoned' {
  if (study.finished !== null) return study.finished.verdict;
  if (study.abandoned !== null) return 'abandoned';
  const { done, total } = countOf(study, suspectOf);
  return done === total ? 'measured' : 'measuring';
}
