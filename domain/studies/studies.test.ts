import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { StudyPlan } from '#contract/rpc/studies.ts';
import type { Configuration } from '#contract/config/index.ts';
import { askGauge } from '#domain/gauges/ask.ts';
import { evolveGauge } from '#domain/gauges/gauge.ts';
import { gaugedConfiguration } from '#domain/gauges/test-plan.ts';
import { noneSuspect } from '#domain/gauges/suspect.ts';
import { agreementStudy } from '#domain/spc/agreement.ts';
import { anovaStudy, rangeStudy } from '#domain/spc/gage-rr.ts';
import { codes, reading, World } from '#domain/test-kit.ts';
import { drawOrder } from './order.ts';
import { isBegun, joinStudies, progressOf, statusOf, turnOf, type Study, type StudyPart } from './study.ts';

const study30 = { maxPercent: 30, of: 'tolerance', minDistinct: 5 } as const;
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
function fresh(configuration: Configuration = gaugedConfiguration({ study: study30 })): void {
  world = new World(configuration);
  world.signIn('tech', 'right');
}
beforeEach(() => fresh());

const begin = (more: Partial<StudyPlan> = {}) => world.do({ type: 'study.begin', plan: { ...plan, ...more } });
function begun(more: Partial<StudyPlan> = {}): string {
  const decision = begin(more);
  if (!decision.ok) throw new Error(JSON.stringify(decision.reasons));
  return decision.value?.['studyId'] ?? '';
}
function of(studyId: string): Study {
  const part = world.studies.get(studyId) ?? null;
  if (!isBegun(part)) throw new Error(studyId);
  return part;
}
const push = (studyId: string, value: number, more: object = {}, again: string | null = null, tagId = 'gauge.value') =>
  world.do({
    type: 'study.record',
    studyId,
    source: { from: 'push', tagId, reading: reading(tagId, value, { unit: 'mm', ...more }) },
    again,
  });
const next = (studyId: string, who: string) =>
  progressOf(of(studyId), noneSuspect).find((p) => p.appraiser === who)?.next ?? null;

/** Everybody measures everything, taking turns; `value` of part, appraiser and trial. */
function measureAll(studyId: string, value: (part: string, who: string, trial: number) => number): void {
  for (
    let turn = turnOf(progressOf(of(studyId), noneSuspect));
    turn !== null;
    turn = turnOf(progressOf(of(studyId), noneSuspect))
  ) {
    const { appraiser, next: place } = turn;
    if (place === null) return;
    if (world.session.person?.personId !== appraiser) world.signIn(appraiser);
    const decision = push(studyId, value(place.part, appraiser, place.trial));
    if (!decision.ok) throw new Error(JSON.stringify(decision.reasons));
  }
}

describe('setting up', () => {
  it('keeps what was agreed: order, tag, criteria of the control plan', () => {
    const { begun: made } = of(begun());
    expect(made).toMatchObject({ tagId: 'gauge.value', appraisers: ['mara', 'tech'], trials: 2, stationId: 'ST10' });
    expect(made.criteria).toEqual({ kind: 'grr', ...study30, plan: { id: 'PUMP', revision: '1' } });
    expect(made.order).toEqual(drawOrder(3, 2, 2, made.seed));
  });

  it('without a plan that asks for one, AIAG advises', () => {
    fresh(gaugedConfiguration());
    expect(of(begun()).begun.criteria).toEqual({
      kind: 'grr',
      maxPercent: 30,
      of: 'tolerance',
      minDistinct: 5,
      plan: null,
    });
  });

  it('tells everything that is wrong at once', () => {
    const faulty: Partial<StudyPlan> = {
      parts: [
        { label: 'A', reference: null },
        { label: 'A', reference: null },
        { label: '', reference: null },
      ],
      appraisers: ['mara'],
      trials: 1,
      gaugeId: 'G-9',
    };
    expect(codes(begin(faulty))).toEqual([
      'study.size',
      'study.size',
      'study.part-unnamed',
      'study.part-twice',
      'gauge.unknown',
    ]);
    const sizes = begin({ parts: [], appraisers: ['mara', 'mara', 'tech', 'x'], trials: 11 });
    expect(codes(sizes)).toEqual([
      'study.size',
      'study.size',
      'study.size',
      'study.appraiser-twice',
      'study.appraiser-unknown',
    ]);
    expect(codes(begin({ gaugeId: null }))).toEqual(['study.gauge-missing']);
    expect(codes(begin({ subject: { ...plan.subject, revision: 'Z' } }))).toEqual(['revision.unknown']);
  });

  it('a gauge that may not be used teaches nothing', () => {
    expect(codes(begin({ gaugeId: 'G-4' }))).toEqual(['gauge.overdue']);
    world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'Fell' });
    expect(codes(begin())).toEqual(['gauge.condemned']);
  });

  it('needs somebody who may', () => {
    world.signIn('mara');
    expect(codes(begin())).toEqual(['operator.lacks-permission']);
  });
});

describe('measuring', () => {
  it('each measures their own order; others are refused; a part measured again keeps the first value in the log', () => {
    const id = begun();
    expect(turnOf(progressOf(of(id), noneSuspect))?.appraiser).toBe('mara');
    // The other one may go on too: shifts do not meet.
    const [first] = of(id).begun.order[1]?.[0] ?? [];
    expect(next(id, 'tech')?.part).toBe(plan.parts[first ?? 0]?.label);
    expect(push(id, 10).ok).toBe(true);
    expect(codes(push(id, 10.02, {}, 'Wrong part'))).toEqual([]);
    const [old, anew] = of(id).values;
    expect(anew).toMatchObject({
      part: old?.part,
      trial: 1,
      replaces: old?.valueId,
      reason: 'Wrong part',
      value: 10.02,
    });
    expect(progressOf(of(id), noneSuspect).map(({ done }) => done)).toEqual([0, 1]);
    world.signIn('nopin');
    expect(codes(push(id, 10))).toEqual(['study.not-appraiser']);
    world.do({ type: 'operator.sign-out' });
    expect(codes(push(id, 10))).toEqual(['operator.nobody']);
    world.signIn('mara');
    expect(codes(push(id, 10, {}, 'Slip'))).toEqual(['study.nothing-to-replace']);
  });

  it('takes no bad, strange or typed value where the gauge has a device', () => {
    const id = begun();
    expect(codes(push(id, 10, { quality: 'bad', status: 'frame-invalid' }))).toEqual(['tag.bad-quality']);
    expect(codes(push(id, 0.394, { unit: '[in_i]' }))).toEqual(['value.wrong-unit']);
    expect(codes(push(id, 101))).toEqual(['value.implausible']);
    expect(codes(push(id, Number.NaN))).toEqual(['value.not-a-number']);
    expect(codes(push(id, 10, {}, null, 'dial.value'))).toEqual(['study.other-tag']);
    expect(
      codes(world.do({ type: 'study.record', studyId: id, source: { from: 'typed', value: 10 }, again: null })),
    ).toEqual(['study.typed-not-allowed']);
    expect(codes(world.do({ type: 'study.record', studyId: id, source: { from: 'take' }, again: null }))).toEqual([
      'step.action-not-possible',
    ]);
    expect(codes(world.do({ type: 'study.judge', studyId: id, verdict: 'good', again: null }))).toEqual([
      'study.wrong-kind',
    ]);
    world.do({ type: 'gauge.condemn', gaugeId: 'G-1', reason: 'Fell' });
    expect(codes(push(id, 10))).toEqual(['gauge.condemned']);
    expect(of(id).values).toEqual([]);
  });

  it('a gauge that shows on and on is read when asked, and only while it is there; one without a device is typed', () => {
    const dial = begun({ gaugeId: 'G-2' });
    const take = () => world.do({ type: 'study.record', studyId: dial, source: { from: 'take' }, again: null });
    world.devices.set('dial', { state: 'disconnected', since: world.now, pushes: false });
    expect(codes(take())).toEqual(['device.not-connected']);
    world.devices.set('dial', { state: 'connected', since: world.now, pushes: false });
    expect(take().ok).toBe(true);
    const typed = begun({ gaugeId: 'G-3' });
    const type = (value: number) =>
      world.do({ type: 'study.record', studyId: typed, source: { from: 'typed', value }, again: null });
    expect(codes(type(10.001))).toEqual(['value.too-many-decimals']);
    expect(type(10.01).ok).toBe(true);
    expect(of(typed).values[0]).toMatchObject({ typed: true, value: 10.01 });
  });

  it('cannot be judged before everything is there, nor touched after', () => {
    const id = begun();
    push(id, 10);
    expect(codes(world.do({ type: 'study.finish', studyId: id }))).toEqual(['study.values-missing']);
    measureAll(id, (part, _who, trial) => 9.9 + Number(part) / 20 + trial / 1_000);
    world.signIn('nopin');
    expect(codes(world.do({ type: 'study.finish', studyId: id }))).toEqual(['operator.lacks-permission']);
    world.signIn('mara');
    expect(codes(push(id, 10))).toEqual(['study.appraiser-done']);
    expect(world.do({ type: 'study.finish', studyId: id }).ok).toBe(true);
    expect(codes(push(id, 10))).toEqual(['study.over']);
    expect(codes(world.do({ type: 'study.finish', studyId: id }))).toEqual(['study.over']);
    expect(codes(world.do({ type: 'study.finish', studyId: 'none' }))).toEqual([
      'operator.lacks-permission',
      'study.unknown',
    ]);
  });

  it('is abandoned with a reason', () => {
    const id = begun();
    expect(world.do({ type: 'study.abandon', studyId: id, reason: 'Parts needed' }).ok).toBe(true);
    expect(statusOf(of(id), noneSuspect)).toBe('abandoned');
    expect(codes(push(id, 10))).toEqual(['study.over']);
  });
});

describe('result', () => {
  const finish = (id: string) => {
    const decision = world.do({ type: 'study.finish', studyId: id });
    if (!decision.ok) throw new Error(JSON.stringify(decision.reasons));
    const { finished } = of(id);
    if (finished === null) throw new Error('not finished');
    return finished;
  };

  it('is what domain/spc says of the same table, whatever the order was', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 2, max: 3 }),
        fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 36, maxLength: 36 }),
        (parts, trials, noise) => {
          fresh();
          const labels = Array.from({ length: parts }, (_, i) => `P${i}`);
          const id = begun({ trials, parts: labels.map((label) => ({ label, reference: null })) });
          const at = (part: number, who: number, trial: number): number =>
            Number((10 + part / 20 + (noise[(part * 2 + who) * 3 + trial] ?? 0) / 1_000).toFixed(3));
          measureAll(id, (part, who, trial) => at(labels.indexOf(part), plan.appraisers.indexOf(who), trial - 1));
          const { result } = finish(id);
          if (result.kind !== 'grr') throw new Error('kind');
          const table = labels.map((_, p) => [0, 1].map((a) => Array.from({ length: trials }, (_x, k) => at(p, a, k))));
          const tolerance = 10.1 - 9.9;
          const anova = anovaStudy(table, { tolerance });
          const range = rangeStudy(table, { tolerance });
          if ('refused' in anova || 'refused' in range) throw new Error('refused');
          expect(result.anova.deviation).toEqual(anova.deviation);
          expect(result.anova.ofTolerance).toEqual(anova.ofTolerance);
          expect(result.anova.ofStudy).toEqual(anova.studyVariation);
          expect([result.anova.distinct, result.range.distinct]).toEqual([anova.distinct, range.distinct]);
          expect(result.range.ofStudy?.grr ?? null).toBe(range.ofStudy?.grr ?? null);
          expect(result.range.ofTolerance?.part).toBe(range.ofTolerance?.pv);
          expect(result.range.ofTolerance?.total).toBeCloseTo((600 * range.tv) / tolerance, 9);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('passes by the control plan, and the gate of the gauge opens with it', () => {
    const id = begun();
    const need = world.catalogue.controlPlanOf('PUMP')?.characteristics[0]?.gauge;
    const gauge = world.catalogue.gauge('G-1');
    const characteristic = world.catalogue.definition('PUMP', 'A')?.characteristics[0];
    if (need === undefined || gauge === null || characteristic === undefined) throw new Error('plan');
    const asked = {
      gauge,
      need: { ...need, master: 'none' as const },
      definitionId: 'PUMP',
      characteristic,
      throughDevice: true,
    };
    expect(askGauge(asked, world.facts()).reasons.map(({ code }) => code)).toEqual(['gauge.not-studied']);
    measureAll(id, (part, who, trial) => 9.85 + Number(part) / 10 + (who === 'tech' ? 0.001 : 0) + (trial - 1) / 500);
    expect(finish(id)).toMatchObject({ verdict: 'passed', gaugeId: 'G-1', result: { remarks: ['small'] } });
    expect(askGauge(asked, world.facts()).reasons).toEqual([]);
  });

  it('fails where the gauge scatters as much as the parts, and says so at the gate', () => {
    const id = begun();
    measureAll(id, (part, who, trial) => 10 + Number(part) / 100 + (who === 'tech' ? 0.04 : 0) - (trial - 1) * 0.06);
    const finished = finish(id);
    expect(finished.verdict).toBe('failed');
    expect(finished.result.remarks).toContain('parts-narrow');
    const standing = world.log.reduce<ReturnType<typeof evolveGauge>>((state, e) => evolveGauge(state, e), null)
      ?.studies[0];
    expect(standing).toMatchObject({ studyId: id, characteristicId: 'bore', distinct: 1 });
    expect(standing?.ofTolerance).toBeGreaterThan(30);
  });

  it('constant data show nothing: failed, with no share of anything', () => {
    const id = begun();
    measureAll(id, () => 10);
    const { verdict, result } = finish(id);
    expect(verdict).toBe('failed');
    expect(result).toMatchObject({ remarks: ['constant', 'small'], anova: { ofStudy: null, distinct: null } });
    expect(JSON.stringify(result)).not.toMatch(/NaN|Infinity/);
  });

  it('repeats without any spread only show that the gauge is too coarse', () => {
    const id = begun();
    measureAll(id, (part) => 9.85 + Number(part) / 10);
    expect(finish(id)).toMatchObject({ verdict: 'failed', result: { remarks: ['resolution-coarse', 'small'] } });
  });
});

describe('agreement', () => {
  const parts = ['a', 'b', 'c', 'd'].map((label, i) => ({
    label,
    reference: i % 2 === 0 ? ('good' as const) : ('bad' as const),
  }));
  const subject = {
    kind: 'check' as const,
    definitionId: 'PUMP',
    revision: 'A',
    operationId: '20',
    stepId: 'look',
    itemId: 'clean',
  };
  const judgeAll = (id: string, verdict: (part: string, who: string, trial: number) => 'good' | 'bad'): void => {
    for (
      let turn = turnOf(progressOf(of(id), noneSuspect));
      turn?.next;
      turn = turnOf(progressOf(of(id), noneSuspect))
    ) {
      world.signIn(turn.appraiser);
      const { part, trial } = turn.next;
      world.do({ type: 'study.judge', studyId: id, verdict: verdict(part, turn.appraiser, trial), again: null });
    }
  };
  const right = (part: string): 'good' | 'bad' => (part === 'a' || part === 'c' ? 'good' : 'bad');

  it('is judged by kappa with what is right, as domain/spc says', () => {
    const id = begun({ kind: 'agreement', gaugeId: null, subject, parts });
    expect(of(id).begun.criteria).toEqual({ kind: 'agreement', minKappa: 0.75, plan: null });
    judgeAll(id, (part, who, trial) => (who === 'tech' && part === 'b' && trial === 2 ? 'good' : right(part)));
    expect(world.do({ type: 'study.finish', studyId: id }).ok).toBe(true);
    const { finished } = of(id);
    const ratings = parts.map(({ label }) => [
      [right(label), right(label)],
      [right(label), label === 'b' ? 'good' : right(label)],
    ]);
    const expected = agreementStudy(
      ratings,
      parts.map(({ reference }) => reference),
    );
    if ('refused' in expected || finished?.result.kind !== 'agreement') throw new Error('refused');
    expect(finished.result.within.map(({ kappa }) => kappa)).toEqual(expected.within.map(({ kappa }) => kappa?.kappa));
    expect(finished.result.versusReference?.map(({ kappa }) => kappa)).toEqual(
      expected.versusStandard?.map(({ kappa }) => kappa.kappa),
    );
    expect(finished.result.between.matched).toBe(3);
    expect(finished.verdict).toBe('failed');
  });

  it('passes where all agree; only good parts show nothing', () => {
    const id = begun({ kind: 'agreement', gaugeId: null, subject, parts });
    judgeAll(id, right);
    world.do({ type: 'study.finish', studyId: id });
    expect(of(id).finished).toMatchObject({ verdict: 'passed', result: { remarks: ['small'] } });
    const blind = begun({
      kind: 'agreement',
      gaugeId: null,
      subject,
      parts: parts.map((p) => ({ ...p, reference: 'good' })),
    });
    judgeAll(blind, () => 'good');
    world.do({ type: 'study.finish', studyId: blind });
    expect(of(blind).finished).toMatchObject({ verdict: 'failed', result: { remarks: ['one-sided', 'small'] } });
  });

  it('has no check that is not there', () => {
    const wrong = { ...subject, itemId: 'none' };
    expect(codes(begin({ kind: 'agreement', gaugeId: null, subject: wrong, parts }))).toEqual(['study.check-unknown']);
    expect(codes(begin({ subject }))).toEqual(['study.wrong-kind']);
  });
});

it('hearing in another order, or twice, comes to the same', () => {
  const id = begun();
  measureAll(id, (part, _who, trial) => 9.9 + Number(part) / 20 + trial / 1_000);
  const whole = of(id);
  const pieces: StudyPart[] = [
    { ...whole, values: whole.values.slice(5), begun: null },
    { ...whole, values: whole.values.slice(0, 7) },
    { ...whole, values: [] },
  ];
  const joined = pieces.reduce((a, b) => joinStudies(b, a));
  expect(isBegun(joined) && statusOf(joined, noneSuspect)).toBe('measured');
  expect(joined.values.map(({ valueId }) => valueId).toSorted()).toEqual(
    whole.values.map(({ valueId }) => valueId).toSorted(),
  );
});
