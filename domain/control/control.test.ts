/** Samples become points, points raise signals, signals hold the window and lock the operation, people close them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Configuration } from '#contract/config/index.ts';
import { codes, World } from '#domain/test-kit.ts';
import { boreChart, controlConfiguration, serialOf } from './test-plan.ts';

let world: World;
let made = 0;
function open(configuration: Configuration): void {
  world = new World(configuration);
  world.signIn('lead', 'right');
  made = 0;
}
beforeEach(() => open(controlConfiguration()));

const step = (): string | null => world.open()?.currentStep ?? null;
function type(value: number): void {
  const decision = world.act({ type: 'measure', do: 'type', value });
  expect(codes(decision)).toEqual([]);
}
/** The next unit is measured and passes operation 10. */
function build(...values: readonly number[]): string {
  const serial = serialOf((made += 1));
  world.now += 60_000;
  expect(codes(world.do({ type: 'execution.start', serial }))).toEqual([]);
  for (const value of values) type(value);
  if (step() === 'look') world.act({ type: 'instruction', do: 'confirm' });
  return serial;
}
const events = (...types: readonly string[]) => world.log.filter((e) => types.includes(e.type));
const points = () => world.log.flatMap((e) => (e.type === 'point.charted' ? [e.body] : []));
const signals = () => world.log.flatMap((e) => (e.type === 'signal.raised' ? [e.body] : []));
const state = () => world.control.chart(boreChart);
const status = (serial: string): string | undefined => world.units.get(serial)?.status;
function finish(signalId = signals().at(-1)!.signalId, causeId = 'worn'): void {
  for (const stepId of ['again', 'tool']) world.do({ type: 'reaction.do-step', signalId, stepId });
  expect(codes(world.do({ type: 'signal.close', signalId, causeId, note: '' }))).toEqual([]);
}

describe('points', () => {
  it('one per completed sample, with its values, statistics and the limits it was judged by', () => {
    const serial = build(10.01, 10.03);
    const [point] = points();
    expect(point).toMatchObject({
      chart: { ...boreChart, revision: '1', hash: 'plan-1' },
      values: [
        { value: 10.01, serial, stepId: 'bore', attempt: 1, index: 1 },
        { value: 10.03, serial, index: 2 },
      ],
      replaces: null,
    });
    expect(point?.plots.map((p) => p.plot)).toEqual(['mean', 'range']);
    expect(point?.plots[0]?.value).toBeCloseTo(10.02, 12);
    // 10 -+ 3 0.05/sqrt 2; the range of two: d2 sigma and 3.686 sigma (AIAG SPC, appendix E: D2 of n = 2).
    expect(point?.plots[0]?.limits?.upper).toBeCloseTo(10 + (3 * 0.05) / Math.SQRT2, 12);
    expect(point?.plots[1]?.limits).toMatchObject({ lower: 0 });
    expect(point?.plots[1]?.limits?.upper).toBeCloseTo(3.686 * 0.05, 3);
    expect(points().every(({ phaseId }) => phaseId !== null)).toBe(true);
    expect(events('phase.begun')).toHaveLength(1);
  });
  it('nothing before all values of the step are there', () => {
    world.do({ type: 'execution.start', serial: 'P-0001' });
    type(10);
    expect(points()).toEqual([]);
    type(10);
    expect(points()).toHaveLength(1);
  });
  it('written by the station itself, after the measurement of the same command', () => {
    build(10, 10);
    const at = world.log.findIndex((e) => e.type === 'point.charted');
    expect(world.log[at]?.actor).toEqual({ kind: 'system' });
    expect(world.log.slice(0, at).filter((e) => e.type === 'measurement.recorded')).toHaveLength(2);
  });
  it('measured again in the next attempt: a new point in the place of the old one, judged without it', () => {
    build(10.6, 10.6);
    expect(signals()).toHaveLength(1);
    world.retry();
    type(10.01);
    type(10.01);
    const [first, second] = points();
    expect(second).toMatchObject({ replaces: first?.pointId, values: [{ attempt: 2 }, { attempt: 2 }] });
    expect(state().recent.map((p) => p.pointId)).toEqual([second?.pointId]);
    // The signal was raised on what was measured then: it stays until a person has closed it.
    expect(signals()).toHaveLength(1);
    expect(state().openSignal).toBe(signals()[0]?.signalId);
  });
  it('xbar-s draws means and standard deviations', () => {
    open(controlConfiguration({ kind: 'xbar-s' }));
    build(10, 10.02);
    expect(points()[0]?.plots.map((p) => p.plot)).toEqual(['mean', 'deviation']);
  });
  it.each(['ewma', 'cusum'] as const)('%s sums up small shifts and signals', (kind) => {
    open(controlConfiguration({ kind, rules: { set: 'nelson', use: [1], runs: {} } }));
    for (let n = 0; n < 12 && signals().length === 0; n += 1) build(10.05, 10.05);
    const [signal] = signals();
    expect(signal?.rules).toMatchObject([{ plot: kind === 'ewma' ? 'ewma' : 'cusum-upper', kind: 'beyond' }]);
    expect(points().length).toBeGreaterThan(2);
  });
});

describe('limits from data', () => {
  beforeEach(() => open(controlConfiguration({ limits: { from: 'data', minimum: 8 } })));
  it('are frozen at the minimum, name their points, and judge from then on', () => {
    for (let n = 0; n < 8; n += 1) build(10 + 0.01 * (n % 2), 10.02);
    const [phase] = world.log.flatMap((e) => (e.type === 'phase.begun' ? [e.body] : []));
    expect(phase).toMatchObject({ cause: 'minimum', size: 2, reason: '' });
    expect(phase?.points).toEqual(points().map((p) => p.pointId));
    expect(points().every((p) => p.phaseId === null && p.plots[0]?.limits === null)).toBe(true);
    expect(phase?.mean).toBeCloseTo(10.0125, 12);
    build(10.01, 10.01);
    expect(points().at(-1)).toMatchObject({ phaseId: phase?.phaseId });
    build(10.3, 10.3);
    expect(signals()).toHaveLength(1);
  });
  it('wait while all values are equal: no spread is no limit', () => {
    for (let n = 0; n < 10; n += 1) build(10, 10);
    expect(events('phase.begun')).toEqual([]);
    build(10, 10.02);
    expect(events('phase.begun')).toHaveLength(1);
  });
  it('an excluded point does not count, neither for the minimum nor for the limits', () => {
    build(10.4, 10.4);
    const [bad] = points();
    expect(codes(world.do({ type: 'point.exclude', pointId: bad!.pointId, reason: 'dropped' }))).toEqual([]);
    for (let n = 0; n < 8; n += 1) build(10 + 0.01 * (n % 2), 10.02);
    const phase = world.log.flatMap((e) => (e.type === 'phase.begun' ? [e.body] : [])).at(-1);
    expect(phase?.points).not.toContain(bad?.pointId);
    expect(phase?.mean).toBeLessThan(10.03);
    expect(codes(world.do({ type: 'point.exclude', pointId: bad!.pointId, reason: 'x' }))).toEqual([
      'point.excluded-already',
    ]);
  });
  it('a person begins the next phase, with a reason, from enough points', () => {
    const begin = { type: 'phase.begin', chart: boreChart, since: null, reason: 'new tool' } as const;
    for (let n = 0; n < 5; n += 1) build(10, 10.02);
    expect(world.do(begin)).toMatchObject({
      reasons: [{ code: 'chart.too-few-points', params: { have: 5, need: 8 } }],
    });
    for (let n = 0; n < 6; n += 1) build(10, 10.02);
    expect(codes(world.do(begin))).toEqual([]);
    expect(events('phase.begun').at(-1)?.body).toMatchObject({ cause: 'person', reason: 'new tool' });
    expect(state()).toMatchObject({ recent: [], judged: 0 });
    expect(codes(world.do({ ...begin, chart: { ...boreChart, chartId: 'none' } }))).toEqual(['chart.unknown']);
  });
});

describe('signals', () => {
  it('hold every unit since the last point in control, and lock the operation', () => {
    build(10, 10);
    const bad = build(10.2, 10.2);
    const [signal] = signals();
    expect(signal).toMatchObject({
      rules: [{ set: 'nelson', id: '1', kind: 'beyond', plot: 'mean', members: [points()[1]?.pointId] }],
      lastInControl: { pointId: points()[0]?.pointId },
      suspects: [bad],
      reaction: { id: 'bore-off', steps: ['again', 'tool'] },
    });
    expect(status('P-0001')).toBe('waiting');
    const refused = world.do({ type: 'execution.start', serial: 'P-0003' });
    expect(refused).toMatchObject({
      reasons: [{ code: 'process.signal-open', params: { signal: signal?.signalId, operation: '10' } }],
      next: [{ code: 'open-signal' }, { code: 'scan-another-unit' }],
    });
    // Another operation of the same unit is not the process that is out of control.
    expect(codes(world.do({ type: 'execution.start', serial: 'P-0001' }))).toEqual([]);
  });
  it('the unit in its run here is put on hold at the end of the run', () => {
    const serial = 'P-0001';
    world.do({ type: 'execution.start', serial });
    type(10.2);
    type(10.2);
    expect([status(serial), signals()[0]?.suspects]).toEqual(['in-work', [serial]]);
    world.act({ type: 'instruction', do: 'confirm' });
    expect(status(serial)).toBe('held');
    expect(world.units.get(serial)?.holds).toMatchObject([{ reasons: [{ code: 'process.signal' }] }]);
  });
  it('of a run the window goes back before its first member, units that were not signalled then included', () => {
    build(9.97, 9.97);
    for (let n = 0; n < 9; n += 1) build(10.01, 10.01);
    const [signal] = signals();
    expect(signal?.rules).toMatchObject([{ id: '2', kind: 'same-side', points: 9 }]);
    expect(signal?.rules[0]?.members).toEqual(
      points()
        .slice(1)
        .map((p) => p.pointId),
    );
    expect(signal?.suspects).toEqual(Array.from({ length: 9 }, (_, i) => serialOf(i + 2)));
    expect(status('P-0002')).toBe('held');
    expect(status('P-0001')).toBe('waiting');
  });
  it('a suspect that is done, held or scrapped: held again, held for itself, left', () => {
    for (let n = 0; n < 8; n += 1) build(10.01, 10.01);
    world.do({ type: 'execution.start', serial: 'P-0001' });
    world.act({ type: 'instruction', do: 'confirm' });
    expect(status('P-0001')).toBe('done');
    world.do({ type: 'unit.hold', serial: 'P-0002', reason: 'scratch' });
    world.do({ type: 'unit.scrap', serial: 'P-0003', reason: 'broken' });
    build(10.01, 10.01);
    expect(['P-0001', 'P-0002', 'P-0003', 'P-0004'].map(status)).toEqual(['held', 'held', 'scrapped', 'held']);
    expect(world.units.get('P-0002')?.holds.map((h) => h.reason)).toEqual(['scratch', '']);
    // A person's hold is lifted; the signal's stays until the signal is closed.
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-0002', reason: 'polished' }))).toEqual([]);
    expect(status('P-0002')).toBe('held');
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-0002', reason: 'again' }))).toEqual([
      'process.signal-open',
    ]);
    finish();
    expect(codes(world.do({ type: 'unit.lift-hold', serial: 'P-0002', reason: 'fine' }))).toEqual([]);
    expect(status('P-0002')).toBe('waiting');
  });
  it('one at a time: a bad point while one is open raises no other, and its unit is held all the same', () => {
    const serial = 'P-0001';
    world.do({ type: 'execution.start', serial });
    type(10.6);
    type(10.6);
    world.retry();
    type(10.4);
    type(10.4);
    expect(signals()).toHaveLength(1);
    world.act({ type: 'instruction', do: 'confirm' });
    expect(status(serial)).toBe('held');
    expect(world.units.get(serial)?.holds).toHaveLength(1);
  });
  it('after the closing the rules begin anew, and an older suspect is not held again', () => {
    for (let n = 0; n < 9; n += 1) build(10.01, 10.01);
    finish();
    world.do({ type: 'signal.lift-holds', signalId: signals()[0]!.signalId, serials: null, reason: 'measured' });
    expect(status('P-0001')).toBe('waiting');
    for (let n = 0; n < 8; n += 1) build(10.01, 10.01);
    expect(signals()).toHaveLength(1);
    build(10.01, 10.01);
    expect(signals()[1]?.suspects).toEqual(Array.from({ length: 9 }, (_, i) => serialOf(i + 10)));
    expect(status('P-0001')).toBe('waiting');
  });
});

describe('reaction', () => {
  let signalId: string;
  beforeEach(() => {
    build(10, 10);
    build(10.2, 10.2);
    signalId = signals()[0]!.signalId;
  });
  const close = (more: { causeId?: string; note?: string } = {}) =>
    world.do({ type: 'signal.close', signalId, causeId: 'worn', note: '', ...more });
  it('is closed only with all steps done and a cause; everything that is missing is told at once', () => {
    expect(codes(close({ causeId: 'none' }))).toEqual(['signal.steps-open', 'signal.cause-unknown']);
    expect(codes(world.do({ type: 'reaction.do-step', signalId, stepId: 'again' }))).toEqual([]);
    expect(codes(world.do({ type: 'reaction.do-step', signalId, stepId: 'again' }))).toEqual([
      'signal.step-done-already',
    ]);
    expect(codes(world.do({ type: 'reaction.do-step', signalId, stepId: 'none' }))).toEqual(['signal.step-unknown']);
    expect(close()).toMatchObject({ reasons: [{ code: 'signal.steps-open', params: { open: 1, total: 2 } }] });
    world.do({ type: 'reaction.do-step', signalId, stepId: 'tool' });
    expect(codes(close({ causeId: 'other', note: '  ' }))).toEqual(['signal.words-missing']);
    expect(codes(close({ causeId: 'other', note: ' loose clamp ' }))).toEqual([]);
    expect(events('signal.closed')[0]?.body).toMatchObject({ causeId: 'other', note: 'loose clamp', elsewhere: null });
    expect(codes(close())).toEqual(['signal.closed-already']);
    expect(codes(world.do({ type: 'execution.start', serial: 'P-0003' }))).toEqual([]);
  });
  it('needs the role and the PIN', () => {
    world.signIn('mara');
    expect(codes(world.do({ type: 'reaction.do-step', signalId, stepId: 'again' }))).toEqual([]);
    expect(codes(close())).toContain('operator.lacks-permission');
    world.do({ type: 'operator.sign-out' });
    world.signIn('lead');
    expect(codes(close())).toContain('pin.required');
    expect(codes(world.do({ type: 'signal.close', signalId: 'none', causeId: 'worn', note: '' }))).toEqual([
      'pin.required',
      'signal.unknown',
    ]);
  });
  it('holds are lifted after it, each or all, with a reason', () => {
    const lift = (serials: readonly string[] | null) =>
      world.do({ type: 'signal.lift-holds', signalId, serials, reason: 'measured, fine' });
    expect(codes(lift(null))).toEqual(['process.signal-open']);
    finish(signalId);
    expect(codes(lift(['P-0001']))).toEqual(['signal.no-holds']);
    expect(codes(lift(null))).toEqual([]);
    expect(status('P-0002')).toBe('waiting');
    expect(codes(lift(null))).toEqual(['signal.no-holds']);
  });
});
