/**
 * Which values cannot be relied on because their gauge was found bad, also long after they were taken (docs/quality.md). Derived
 * anew from the findings whenever it is asked: a good check that is heard late takes it back.
 */
import type { ChartedValue } from '#contract/events/shared.ts';
import type { Reason } from '#contract/refusal.ts';
import { reason } from '#domain/decision.ts';
import type { GaugeFacts } from './facts.ts';
import {
  foundGoodAfter,
  isInRecall,
  mostMarks,
  recallReason,
  recallsOf,
  type GaugeBody,
  type KnownRecall,
  type StudyStanding,
} from './gauge.ts';

/** A value: the gauge that gave it (null: none of the register), and when, UTC ms. */
export interface Used {
  readonly gaugeId: string | null;
  readonly at: number;
}

/** What a value of a characteristic of a unit is known by: of a run or of a sample. */
export const usedKey = (value: Omit<ChartedValue, 'value'>): string =>
  JSON.stringify([
    value.serial,
    value.sampleId ?? value.executionId,
    value.sampleId === undefined ? value.stepId : null,
    value.attempt,
    value.index,
  ]);

/** @returns why the value cannot be relied on; null: nothing is known against it. */
export type SuspectOf = (value: Used) => Reason | null;
export const noneSuspect: SuspectOf = () => null;

/** Times in which what the gauge measured cannot be relied on, the newest finding first. */
export function suspectTimes(state: GaugeBody): readonly KnownRecall[] {
  const full = state.marks.length >= mostMarks;
  const oldest = state.marks[0]?.from ?? null;
  // Where older marks had to go, a finding does not reach back beyond what is known.
  const found = recallsOf(state).map((recall) =>
    full && recall.since === null
      ? { ...recall, since: state.recalls.find(({ recallId }) => recallId === recall.recallId)?.since ?? oldest }
      : recall,
  );
  // In force, and its finding is too old to be among the marks.
  const forgotten = state.recalls
    .filter(({ recallId }) => !state.marks.some(({ id }) => id === recallId))
    .map(({ recallId, since, foundAt }) => ({ recallId, since, foundAt, until: foundGoodAfter(state, foundAt) }));
  return [...found, ...forgotten];
}

/** The newest finding by which a study cannot be relied on: values that it rests on were taken in its time; null: there is none. */
export const foundAgainst = (state: GaugeBody, { takenAt }: StudyStanding): KnownRecall | null =>
  suspectTimes(state).find((each) => takenAt.some((at) => isInRecall(each, at))) ?? null;

/** Found bad, and not found good since: what it gives now would have to be measured again. */
export function notFoundGood(state: GaugeBody, now: number): readonly Reason[] {
  const open = suspectTimes(state).find((each) => each.until === null && isInRecall(each, now));
  return open === undefined ? [] : [reason('gauge.not-found-good', { gauge: state.gaugeId, foundAt: open.foundAt })];
}

/** Asked for many values at once: each gauge is looked at once. */
export function suspicion({ gauges }: { readonly gauges: Pick<GaugeFacts, 'state'> }): SuspectOf {
  const times = new Map<string, readonly KnownRecall[]>();
  return ({ gaugeId, at }) => {
    if (gaugeId === null) return null;
    let known = times.get(gaugeId);
    if (known === undefined) times.set(gaugeId, (known = suspectTimes(gauges.state(gaugeId))));
    const recall = known.find((each) => isInRecall(each, at));
    return recall === undefined ? null : recallReason(gaugeId, recall);
  };
}

/**
 * Why a value was measured again, as it is kept in the log where the station itself asked for it: the code and its parameters, no
 * sentence (design law 3), e.g. `gauge.recalled G-114 2026-11-26T06:01:00.000Z 2026-11-26T10:12:00.000Z`.
 */
export function suspectText({ code, params }: Reason): string {
  const written = (at: unknown): string => (typeof at === 'number' ? new Date(at).toISOString() : never);
  return [code, params['gauge'], written(params['sinceAt']), written(params['foundAt'])].join(' ');
}
const never = '-';

/** The reason of such a text; null: somebody's own words. */
export function suspectOfText(text: string): Reason | null {
  const [, gauge, since, found] = /^gauge\.recalled (\S+) (\S+) (\S+)$/.exec(text) ?? [];
  const foundAt = Date.parse(found ?? '');
  if (gauge === undefined || since === undefined || Number.isNaN(foundAt)) return null;
  const sinceAt = since === never ? null : Date.parse(since);
  return Number.isNaN(sinceAt) ? null : recallReason(gauge, { since: sinceAt, foundAt });
}
