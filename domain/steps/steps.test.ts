/** The eight step types, each on its way through a run: what is accepted, what is refused, what follows. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LiveReading } from '#contract/reading.ts';
import type { Decision } from '#domain/decision.ts';
import type { ScannedComponent } from '#domain/facts.ts';
import { codes, reading, startAt, World } from '#domain/test-kit.ts';
import { verdictOf } from './values.ts';

let world: World;
beforeEach(() => {
  world = new World();
  world.signIn('mara');
});

const types = (decision: Decision): readonly string[] => decision.events.map((e) => e.type);
const current = (): string | null => world.open()?.currentStep ?? null;

const label = (materialId: string | null, more: Partial<ScannedComponent> = {}): ScannedComponent => ({
  materialId,
  gtin: null,
  lot: null,
  serial: null,
  expiresAt: null,
  raw: 'x',
  ...more,
});
const scan = (component: ScannedComponent | null): Decision =>
  world.act({ type: 'scan-component', do: 'scan', code: 'CODE', entry: 'scanned' }, component);
const push = (value: number | null, more: Partial<LiveReading> = {}): Decision =>
  world.act({
    type: 'measure',
    do: 'pushed',
    tagId: 'gauge.value',
    reading: reading('gauge.value', value, { unit: 'mm', ...more }),
  });
const type = (value: number): Decision => world.act({ type: 'measure', do: 'type', value });

function begin(): void {
  world.do({ type: 'execution.start', serial: 'P-0001' });
  world.act({ type: 'instruction', do: 'confirm' });
}
function toMachine(): void {
  begin();
  scan(label('HSG', { lot: 'L1' }));
  scan(label('IMP', { serial: 'I1' }));
  scan(label('IMP', { serial: 'I2' }));
}
const cycle = (): string => {
  const open = world.open()!;
  return (open.steps['press']!.progress as { cycleId: string }).cycleId;
};
const report = (what: 'prepared' | 'started' | 'aborted', cycleId = cycle()): Decision => {
  if (what === 'prepared')
    return world.act({ type: 'machine-cycle', do: 'prepared', cycleId, parameters: [] });
  if (what === 'started') return world.act({ type: 'machine-cycle', do: 'started', cycleId });
  return world.act({
    type: 'machine-cycle',
    do: 'aborted',
    cycleId,
    reasons: [{ code: 'machine.aborted', params: { state: 'Aborted' } }],
  });
};
const finish = (value: number, unit = 'kN', cycleId = cycle()): Decision =>
  world.act({
    type: 'machine-cycle',
    do: 'finished',
    cycleId,
    traceId: null,
    results: [
      {
        characteristicId: 'force',
        reading: {
          value,
          unit,
          entry: 'device',
          deviceId: 'press',
          tagId: 'press.force',
          quality: 'good',
          status: 'Good',
          sourceAt: null,
          receivedAt: startAt,
        },
      },
    ],
  });
const press = (value = 12): void => {
  world.act({ type: 'machine-cycle', do: 'start' });
  report('prepared');
  report('started');
  finish(value);
};
function toMeasure(): void {
  toMachine();
  press();
}
function toFinish(): void {
  world.do({ type: 'execution.start', serial: 'P-0004' });
}

it('limits are inclusive', () => {
  expect([9.9, 10.1, 9.8999, 10.1001].map((v) => verdictOf(v, 9.9, 10.1))).toEqual(['ok', 'ok', 'below', 'above']);
  expect([verdictOf(-1e9, null, 5), verdictOf(1e9, 5, null)]).toEqual(['ok', 'ok']);
});

describe('instruction', () => {
  it('is confirmed and passes', () => {
    world.do({ type: 'execution.start', serial: 'P-0001' });
    expect(types(world.act({ type: 'instruction', do: 'confirm' }))).toEqual([
      'instruction.confirmed',
      'step.passed',
      'step.started',
    ]);
    expect(current()).toBe('housing');
  });
});

describe('scan-component', () => {
  beforeEach(begin);

  it('material.wrong, with what was expected', () => {
    const decision = scan(label('NUT', { lot: 'L1' }));
    expect(decision.ok || decision.reasons).toEqual([
      {
        code: 'material.wrong',
        params: { expected: 'HSG', expectedText: world.catalogue.material('HSG')?.title, scanned: 'NUT', bomLine: '10' },
      },
    ]);
    expect(current()).toBe('housing');
  });
  it('material.unknown for what is not understood or has no known GTIN', () => {
    expect(codes(scan(null))).toEqual(['material.unknown']);
    expect(codes(scan(label(null)))).toEqual(['material.unknown']);
    expect(codes(scan(label(null, { gtin: '09999999999994' })))).toEqual(['material.unknown']);
  });
  it('material.lot-missing, material.expired, both at once with a wrong material', () => {
    expect(codes(scan(label('HSG')))).toEqual(['material.lot-missing']);
    expect(codes(scan(label('NUT', { expiresAt: startAt - 1 })))).toEqual([
      'material.wrong',
      'material.lot-missing',
      'material.expired',
    ]);
    expect(scan(label('HSG', { lot: 'L1', expiresAt: startAt })).ok).toBe(true);
  });
  it('finds the material by its GTIN and records the lot', () => {
    expect(types(scan(label(null, { gtin: '04000001000017', lot: 'L9' })))[0]).toBe('component.fitted');
    expect(world.units.get('P-0001')?.components[0]).toMatchObject({ materialId: 'HSG', lot: 'L9', bomLine: '10' });
  });
  it('material.serial-missing; each serialised piece is scanned; component.already-fitted', () => {
    scan(label('HSG', { lot: 'L1' }));
    expect(codes(scan(label('IMP', { lot: 'L1' })))).toEqual(['material.serial-missing']);
    expect(types(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.fitted']);
    const twice = scan(label('IMP', { serial: 'I1' }));
    expect(twice.ok || twice.reasons).toEqual([
      { code: 'component.already-fitted', params: { component: 'I1', serial: 'P-0001' } },
    ]);
    expect(types(scan(label('IMP', { serial: 'I2' })))).toEqual(['component.fitted', 'step.passed', 'step.started']);
  });
  it('component.already-fitted in another unit', () => {
    scan(label('HSG', { lot: 'L1' }));
    scan(label('IMP', { serial: 'I1' }));
    world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'dropped' });
    world.do({ type: 'execution.start', serial: 'P-0002' });
    world.act({ type: 'instruction', do: 'confirm' });
    scan(label('HSG', { lot: 'L1' }));
    expect(codes(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.already-fitted']);
  });
  it('takes out what an earlier run of the step put in; the same piece may go in again', () => {
    scan(label('HSG', { lot: 'L1' }));
    scan(label('IMP', { serial: 'I1' }));
    world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'check' });
    world.signIn('lead', 'right');
    world.do({ type: 'unit.lift-hold', serial: 'P-0001', reason: 'fine' });
    begin();
    expect(types(scan(label('HSG', { lot: 'L2' }))).slice(0, 2)).toEqual(['component.removed', 'component.fitted']);
    expect(types(scan(label('IMP', { serial: 'I1' })))).toEqual(['component.removed', 'component.fitted']);
    scan(label('IMP', { serial: 'I3' }));
    expect(world.units.get('P-0001')?.components.map((c) => c.lot ?? c.serial)).toEqual(['L2', 'I1', 'I3']);
  });
});

describe('machine-cycle', () => {
  beforeEach(toMachine);

  it('goes from asked to finished and passes with good results', () => {
    expect(types(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine-cycle.requested']);
    expect(types(report('prepared'))).toEqual(['machine-cycle.prepared']);
    expect(types(report('started'))).toEqual(['machine-cycle.started']);
    expect(types(finish(12))).toEqual(['machine-cycle.finished', 'step.passed', 'step.started']);
  });
  it('machine.busy: a second start is never taken', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine.busy']);
    report('prepared');
    report('started');
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['machine.busy']);
  });
  it('refuses to start while the machine runs something else, is stale or gone', () => {
    world.readings.set('press.state', reading('press.state', 'Execute'));
    const decision = world.act({ type: 'machine-cycle', do: 'start' });
    expect(decision.ok || decision.reasons[0]).toMatchObject({
      code: 'machine.wrong-state',
      params: { device: 'press', state: 'Execute', expected: 'Idle' },
    });
    world.readings.set('press.state', reading('press.state', 'Idle', { stale: true }));
    world.devices.set('press', { state: 'silent', since: startAt, pushes: false });
    expect(codes(world.act({ type: 'machine-cycle', do: 'start' }))).toEqual(['device.silent', 'tag.stale']);
    world.readings.set('press.state', reading('press.state', 'Complete'));
    world.devices.set('press', { state: 'connected', since: startAt, pushes: false });
    expect(world.act({ type: 'machine-cycle', do: 'start' }).ok).toBe(true);
  });
  it('takes reports although nobody is signed in, but only of its own cycle', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    world.do({ type: 'operator.sign-out' });
    expect(codes(report('prepared', 'other'))).toEqual(['command.outdated']);
    expect(report('prepared').ok).toBe(true);
    expect(report('started').ok).toBe(true);
    expect(codes(finish(12, 'kN', 'other'))).toEqual(['command.outdated']);
    expect(finish(12).ok).toBe(true);
  });
  it('stopping is possible without a badge, but only while there is something to stop', () => {
    const abort = (): Decision => world.act({ type: 'machine-cycle', do: 'abort' });
    expect(codes(abort())).toEqual(['step.action-not-possible']);
    world.act({ type: 'machine-cycle', do: 'start' });
    world.do({ type: 'operator.sign-out' });
    expect(abort()).toEqual({ ok: true, events: [] });
  });
  it('value.out-of-limits and an aborted cycle fail the step: first again, then on hold', () => {
    press(14);
    expect(world.open()?.failure).toMatchObject({ consequence: 'retry', triesLeft: 1 });
    expect(world.open()?.failure?.reasons[0]).toMatchObject({ code: 'value.out-of-limits', params: { value: 14, upper: 13 } });
    world.retry();
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(types(report('aborted'))).toEqual(['machine-cycle.aborted', 'step.failed', 'unit.held', 'execution.stopped']);
    expect(world.units.get('P-0001')?.status).toBe('held');
    expect(world.open()).toBeNull();
  });
  it('machine.result-missing for a missing result or another unit', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    report('prepared');
    report('started');
    expect(codes(finish(12, 'N'))).toEqual(['machine.result-missing']);
    const cycleId = cycle();
    const none = world.act({ type: 'machine-cycle', do: 'finished', cycleId, traceId: null, results: [] });
    expect(codes(none)).toEqual(['machine.result-missing']);
  });
  it('machine.busy: the unit is not held or scrapped under a running cycle', () => {
    world.act({ type: 'machine-cycle', do: 'start' });
    expect(codes(world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'x' }))).toEqual(['machine.busy']);
    report('aborted');
    expect(world.do({ type: 'unit.hold', serial: 'P-0001', reason: 'x' }).ok).toBe(true);
  });
});

describe('measure', () => {
  beforeEach(toMeasure);

  it('takes one value per point and judges after the last', () => {
    expect(types(push(10))).toEqual(['measurement.recorded']);
    expect(types(push(10.1))).toEqual(['measurement.recorded', 'step.passed', 'step.started']);
  });
  it('fails with every bad value after the last point, tries again from nothing, and marks what was typed', () => {
    push(9.5);
    const decision = push(10.5);
    expect(types(decision)).toEqual(['measurement.recorded', 'step.failed']);
    expect(world.open()?.failure?.reasons.map((r) => r.params['value'])).toEqual([9.5, 10.5]);
    expect(codes(push(10))).toEqual(['command.outdated']);
    expect(world.retry().ok).toBe(true);
    type(10.05);
    expect(types(push(10))).toContain('step.passed');
    const entries = world.log.flatMap((e) => (e.type === 'measurement.recorded' ? [e.body.reading.entry] : []));
    expect(entries).toEqual(['device', 'device', 'typed', 'device']);
  });
  it('takes no bad, stale, wrong or absurd reading', () => {
    expect(codes(push(10, { quality: 'bad', status: 'frame-invalid' }))).toEqual(['tag.bad-quality']);
    expect(codes(push(10, { quality: 'uncertain', status: 'UncertainX' }))).toEqual(['tag.bad-quality']);
    expect(codes(push(10, { stale: true }))).toEqual(['tag.stale']);
    expect(codes(push(null))).toEqual(['tag.no-value']);
    expect(codes(push(10, { unit: '[in_i]' }))).toEqual(['value.wrong-unit']);
    expect(codes(push(Number.NaN))).toEqual(['value.not-a-number']);
    expect(codes(push(101))).toEqual(['value.implausible']);
    const byHand = push(10, { stale: true });
    expect(!byHand.ok && byHand.next.map((n) => n.code)).toContain('enter-by-hand');
  });
  it('checks what is typed', () => {
    expect(codes(type(10.123))).toEqual(['value.too-many-decimals']);
    expect(codes(type(150.123))).toEqual(['value.too-many-decimals', 'value.implausible']);
    expect(codes(type(Number.POSITIVE_INFINITY))).toEqual(['value.not-a-number']);
  });
  it('does not take the last value of a gauge with a button: it may be of the part before', () => {
    world.readings.set('gauge.value', reading('gauge.value', 10, { unit: 'mm' }));
    expect(codes(world.act({ type: 'measure', do: 'take' }))).toEqual(['step.action-not-possible']);
  });
  it('value.typed-not-allowed; takes the present reading of a continuous gauge; needs it alive', () => {
    push(10);
    push(10);
    expect(current()).toBe('bore-only-gauge');
    expect(codes(type(10))).toEqual(['value.typed-not-allowed']);
    expect(codes(push(10))).toEqual(['step.action-not-possible']);
    world.devices.set('dial', { state: 'disconnected', since: startAt, pushes: false });
    world.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm', stale: true }));
    expect(codes(world.act({ type: 'measure', do: 'take' }))).toEqual(['device.not-connected', 'tag.stale']);
    world.devices.set('dial', { state: 'connected', since: startAt, pushes: false });
    world.readings.set('dial.value', reading('dial.value', 10, { unit: 'mm' }));
    expect(types(world.act({ type: 'measure', do: 'take' }))).toEqual([
      'measurement.recorded',
      'step.passed',
      'execution.passed',
    ]);
    expect(world.units.get('P-0001')).toMatchObject({ status: 'waiting', open: null });
  });
});

describe('checklist, choice, number, text', () => {
  const check = (item: string, ok = true): Decision => world.act({ type: 'checklist', do: 'answer', item, ok });
  const choose = (option: string): Decision => world.act({ type: 'choice', do: 'choose', option });
  const enter = (value: number): Decision => world.act({ type: 'number', do: 'enter', value });
  const write = (text: string): Decision => world.act({ type: 'text', do: 'enter', text, entry: 'typed' });
  beforeEach(toFinish);

  it('judges the list when all is answered; a slip can be put right until then', () => {
    check('clean', false);
    check('clean', true);
    expect(types(check('dry'))).toEqual(['check.recorded', 'step.passed', 'step.started']);
  });
  it('check.not-ok holds at once without retries, and names each item', () => {
    check('clean', false);
    expect(types(check('dry', false))).toEqual(['check.recorded', 'step.failed', 'unit.held', 'execution.stopped']);
    const execution = [...world.executions.values()][0];
    expect(execution?.failure?.reasons.map((r) => r.code)).toEqual(['check.not-ok', 'check.not-ok']);
    expect(execution).toMatchObject({ status: 'stopped', stopCause: 'held' });
    expect(world.units.get('P-0004')?.holds[0]).toMatchObject({ stepId: 'look', reason: 'look' });
  });
  it('input.invalid, choice.unknown, choice.rejected', () => {
    expect(codes(check('nothing'))).toEqual(['input.invalid']);
    check('clean');
    check('dry');
    expect(codes(choose('green'))).toEqual(['choice.unknown']);
    choose('white');
    expect(world.open()?.failure?.reasons[0]?.code).toBe('choice.rejected');
    world.retry();
    expect(types(choose('black'))).toContain('step.passed');
  });
  it('number: absurd and too fine ones are refused, limits judge the rest; the retries run out', () => {
    check('clean');
    check('dry');
    choose('black');
    expect(codes(enter(101))).toEqual(['value.implausible']);
    expect(codes(enter(1.25))).toEqual(['value.too-many-decimals']);
    expect(codes(enter(Number.NaN))).toEqual(['value.not-a-number']);
    expect(types(enter(2.6))).toEqual(['number.recorded', 'step.failed']);
    world.retry();
    expect(types(enter(2.6))).toEqual(['number.recorded', 'step.failed', 'unit.held', 'execution.stopped']);
  });
  it('text: counted as people count; the last step completes the run', () => {
    check('clean');
    check('dry');
    choose('black');
    enter(2.5);
    const long = write('12345678901');
    expect(long.ok || long.reasons).toEqual([{ code: 'value.text-too-long', params: { length: 11, limit: 10 } }]);
    expect(types(write('👍👍👍👍👍👍👍👍👍👍'))).toEqual(['text.recorded', 'step.passed', 'execution.passed']);
  });
  it('value.text-missing where it may not be left empty', async () => {
    const { text } = await import('./text/kind.ts');
    const def = { id: 'x', type: 'text', title: { en: 'x', de: 'x' }, onFail: { retries: 0 }, maxLength: 5, optional: false } as const;
    const acted = text.act(def, text.initial(), { type: 'text', do: 'enter', text: '  ', entry: 'typed' }, {} as never);
    expect(acted.ok || acted.reasons.map((r) => r.code)).toEqual(['value.text-missing']);
  });
});

it('the last operation of the routing completes the unit and counts in its order', () => {
  world.stationId = 'ST20';
  world.do({ type: 'execution.start', serial: 'P-0005' });
  expect(types(world.act({ type: 'instruction', do: 'confirm' }))).toEqual([
    'instruction.confirmed',
    'step.passed',
    'execution.passed',
    'unit.completed',
  ]);
  expect(world.units.get('P-0005')).toMatchObject({ status: 'done', completedAt: startAt });
  expect(world.orders.get('WO-1')?.unitsDone).toBe(1);
});
