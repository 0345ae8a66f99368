import { beforeEach, expect, it } from 'vitest';
import type { StudyPlan } from '#contract/rpc/studies.ts';
import { reason } from '#domain/decision.ts';
import { recallReason, type GaugeMark } from '#domain/gauges/gauge.ts';
import { suspectOfText, suspicion } from '#domain/gauges/suspect.ts';
import { checkMark, gateOf, tell } from '#domain/gauges/test-findings.ts';
import { gaugedConfiguration } from '#domain/gauges/test-plan.ts';
import { codes, reading, World } from '#domain/test-kit.ts';
import { fullTrials } from './evaluate.ts';
import { counting, isBegun, progressOf, statusOf, suspectValues, turnOf, type Study } from './study.ts';
import { rowOf } from './view.ts';

const plan: StudyPlan = {
  kind: 'grr',
  gaugeId: 'G-1',
  subject: { kind: 'characteristic', definitionId: 'PUMP', revision: 'A', characteristicId: 'bore' },
  parts: ['1', '2', '3'].map((label) => ({ label, reference: null })),
  appraisers: ['mara', 'tech'],
  trials: 2,
  method: 'anova',
};
let world: World;
let studyId: string;
/** UTC ms of when the gauge was found bad. */
let foundAt: number;

function begin(more: Partial<StudyPlan> = {}): void {
  world = new World(gaugedConfiguration());
  world.gauges.serials.set('gauge', 'S-1');
  world.signIn('tech', 'right');
  const decision = world.do({ type: 'study.begin', plan: { ...plan, ...more } });
  if (!decision.ok) throw new Error(JSON.stringify(decision.reasons));
  studyId = decision.value?.['studyId'] ?? '';
}
beforeEach(() => begin());

const study = (): Study => {
  const part = world.studies.get(studyId) ?? null;
  if (!isBegun(part)) throw new Error(studyId);
  return part;
};
const suspectOf = () => suspicion(world.facts());
const progress = () => progressOf(study(), suspectOf());
const suspects = () => suspectValues(study(), suspectOf());
const later = (): void => void (world.now += 60_000);
const finish = () => world.do({ type: 'study.finish', studyId });
const own = (who: string) => progress().find(({ appraiser }) => appraiser === who);
const push = (value: number, again: string | null = null) => {
  later();
  return world.do({
    type: 'study.record',
    studyId,
    source: { from: 'push', tagId: 'gauge.value', reading: reading('gauge.value', value, { unit: 'mm' }) },
    again,
  });
};
/** @param most of them; whoever's turn it is. */
function measure(most = 100): void {
  for (let n = 0; n < most; n += 1) {
    const turn = turnOf(progress());
    if (turn === null || turn.next === null) return;
    if (world.session.person?.personId !== turn.appraiser) world.signIn(turn.appraiser);
    const value = 9.9 + Number(turn.next.part) / 20 + turn.next.trial / 1_000 + n / 10_000;
    expect(codes(push(Number(value.toFixed(4))))).toEqual([]);
  }
}
const told = (...marks: GaugeMark[]): void => tell(world, 'G-1', ...marks);

it('is not judged while values cannot be relied on: which gauge, which characteristic, how many', () => {
  measure();
  later();
  foundAt = world.now;
  told(checkMark(false, foundAt));
  expect(statusOf(study(), suspectOf())).toBe('measuring');
  expect(fullTrials(study(), suspectOf())).toBe(0);
  const refused = finish();
  expect(codes(refused)).toEqual(['study.values-suspect']);
  expect(refused.ok ? null : refused.reasons[0]?.params).toEqual({
    gauge: 'G-1',
    characteristicText: { en: 'Bore', de: 'Bore (de)' },
    count: 12,
    foundAt,
  });
});

it('leads each to what they measure again, in the order of the study, and keeps why', () => {
  measure(8);
  const goodAt = world.now;
  measure(2);
  later();
  foundAt = world.now;
  told(checkMark(true, goodAt), checkMark(false, foundAt));
  // The value of the very instant of the good check is in doubt as well: both ends of a recall count.
  const bad = suspects();
  expect(bad).toHaveLength(3);
  expect(codes(push(10))).toEqual(['gauge.not-found-good']);
  expect(codes(finish())).toEqual(['study.values-missing', 'study.values-suspect']);
  later();
  told(checkMark(true, goodAt), checkMark(false, foundAt), checkMark(true, world.now));
  const [first] = bad;
  if (first === undefined) throw new Error('nothing is suspect');
  const { value, why } = first;
  expect(why).toEqual(recallReason('G-1', { since: goodAt, foundAt }));
  expect(own(value.appraiser)).toMatchObject({ next: { part: value.part, trial: value.trial }, suspect: { why } });
  measure();
  expect(suspects()).toEqual([]);
  const anew = study().values.find(({ replaces }) => replaces === value.valueId);
  expect(anew).toMatchObject({ part: value.part, trial: value.trial, appraiser: value.appraiser });
  expect(suspectOfText(anew?.reason ?? '')).toEqual(why);
  expect(study().values).toHaveLength(12 + 3);
  expect(codes(finish())).toEqual([]);
});

it('an older value does not come back in the place of a suspect one that had replaced it', () => {
  world.signIn('mara');
  const goodAt = world.now + 90_000;
  push(10);
  push(10.02, 'Slipped');
  later();
  told(checkMark(true, goodAt), checkMark(false, world.now));
  expect([...counting(study()).values()].map(({ value }) => value)).toEqual([10.02]);
  expect(own('mara')).toMatchObject({ done: 0, suspect: { value: { value: 10.02 } }, last: null });
});

it('a good check that is heard late takes it back, and the study can be judged', () => {
  measure();
  const measuredAt = world.now;
  later();
  told(checkMark(false, world.now));
  expect(codes(finish())).toEqual(['study.values-suspect']);
  told(checkMark(true, measuredAt + 1), checkMark(false, world.now));
  expect(codes(finish())).toEqual([]);
});

it('found bad after it was judged: it stays judged, and the gate asks for another one', () => {
  measure();
  const measuredAt = world.now;
  expect(codes(finish())).toEqual([]);
  const gate = () => gateOf(world);
  expect(gate()).toEqual([]);
  later();
  foundAt = world.now;
  told(checkMark(false, foundAt), checkMark(true, foundAt + 1_000));
  world.now += 60_000;
  expect(gate()).toEqual([
    reason('gauge.study-suspect', {
      gauge: 'G-1',
      characteristicText: { en: 'Bore', de: 'Bore (de)' },
      studiedAt: measuredAt,
      foundAt,
    }),
  ]);
  expect(statusOf(study(), suspectOf())).toBe('passed');
  expect(rowOf(study(), world.catalogue, suspectOf()).doubted).toEqual(recallReason('G-1', { since: null, foundAt }));
  expect(codes(push(10))).toEqual(['study.over']);
  // A good check between the last value and the finding, heard of late, clears them.
  told(checkMark(true, measuredAt + 1), checkMark(false, foundAt), checkMark(true, foundAt + 1_000));
  expect(gate()).toEqual([]);
  expect(rowOf(study(), world.catalogue, suspectOf()).doubted).toBeNull();
});

it('between two days of a study the gauge was bad and mended: no value of it is in doubt', () => {
  measure(6);
  const evening = world.now + 1_000;
  world.now += 3_600_000;
  const night = world.now;
  world.now += 3_600_000;
  told(checkMark(true, evening), checkMark(false, night), checkMark(true, world.now - 1_000));
  measure();
  expect(codes(finish())).toEqual([]);
  expect(gateOf(world)).toEqual([]);
});

it('people who judge with a gauge are asked again too, and not before it was found good', () => {
  begin({ kind: 'agreement', parts: ['1', '2'].map((label) => ({ label, reference: 'good' as const })) });
  const judge = () => world.do({ type: 'study.judge', studyId, verdict: 'good', again: null });
  world.signIn('mara');
  expect(codes(judge())).toEqual([]);
  later();
  const bad = checkMark(false, world.now);
  told(bad);
  expect(suspects()).toHaveLength(1);
  expect(codes(judge())).toEqual(['gauge.not-found-good']);
  later();
  told(bad, checkMark(true, world.now));
  later();
  expect(codes(judge())).toEqual([]);
  expect(suspects()).toEqual([]);
  expect(study().values.at(-1)).toMatchObject({ trial: 1, replaces: study().values[0]?.valueId });
  begin({
    kind: 'agreement',
    gaugeId: null,
    parts: ['1', '2'].map((label) => ({ label, reference: 'good' as const })),
  });
  world.signIn('mara');
  expect(codes(judge())).toEqual([]);
  expect(suspects()).toEqual([]);
});
